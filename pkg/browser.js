/* @ts-self-types="./index.d.ts" */
// Browsers and everything else with `fetch`: the wasm file lies beside this one.
import { bind, imports } from './bind.js';

const url = new URL('./wasm/clerk_edge_bg.wasm', import.meta.url);
const response = await fetch(url);
if (!response.ok) throw new Error(`cannot load ${url}: HTTP ${response.status}`);

// streaming insists on the MIME type, which many static servers do not send
const streams = response.headers.get('content-type')?.startsWith('application/wasm');
const { instance } = streams
  ? await WebAssembly.instantiateStreaming(response, imports)
  : await WebAssembly.instantiate(await response.arrayBuffer(), imports);

bind(instance);

export * from './api.js';
