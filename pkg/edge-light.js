/* @ts-self-types="./index.d.ts" */
// Vercel Edge and Next.js: `?module` gives a compiled module; the request at hand is under a well-known symbol.
import module from './wasm/clerk_edge_bg.wasm?module';
import { start } from './bind.js';

const REQUEST_CONTEXT = Symbol.for('@vercel/request-context');

start(module, { waitUntil: (promise) => globalThis[REQUEST_CONTEXT]?.get?.()?.waitUntil?.(promise) });

export * from './api.js';
