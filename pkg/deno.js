/* @ts-self-types="./index.d.ts" */
// Deno 2.6 and newer: a source phase import needs no --allow-read.
import source module from './wasm/clerk_edge_bg.wasm';
import { start } from './bind.js';

// Its WebCrypto takes twice as long for a signature as wasm does.
start(module, { ownSignatures: true });

export * from './api.js';
