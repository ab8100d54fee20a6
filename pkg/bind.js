// Joins the glue to an instance of the wasm module, once per copy of this file.
import * as glue from './wasm/clerk_edge_bg.js';
import { setHost } from './wasm/host.js';

let bound = false;

export const imports = { './clerk_edge_bg.js': glue };

export function bind(instance, host) {
  if (bound) return;
  bound = true;
  if (host) setHost(host);
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** `module` is a compiled `WebAssembly.Module`; `host` is what the runtime adds, see src/js/host.js. */
export function start(module, host) {
  if (!bound) bind(new WebAssembly.Instance(module, imports), host);
}
