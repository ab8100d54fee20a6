/* @ts-self-types="./slim.d.ts" */
// For hosts that load the wasm in a way of their own: nothing works until `init` has.
import { bind, imports, start } from './bind.js';

export async function init(source) {
  const given = await source;
  const bytes = typeof given.arrayBuffer === 'function' ? await given.arrayBuffer() : given;
  const result = await WebAssembly.instantiate(bytes, imports);
  bind(result.instance ?? result);
}

export function initSync(source) {
  // no `instanceof WebAssembly.Module`: in the Edge VM modules come from another realm
  const isBytes = ArrayBuffer.isView(source) || Object.prototype.toString.call(source) === '[object ArrayBuffer]';
  start(isBytes ? new WebAssembly.Module(source) : source);
}

export * from './api.js';
