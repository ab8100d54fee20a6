/* @ts-self-types="./index.d.ts" */
// Cloudflare Workers: the module comes compiled, and work outlives its request by `waitUntil`.
// A namespace import, because runtimes from before 2025-08 have no `waitUntil` to import by name.
import * as workers from 'cloudflare:workers';
import module from './wasm/clerk_edge_bg.wasm';
import { start } from './bind.js';

start(module, { waitUntil: workers.waitUntil });

export * from './api.js';
