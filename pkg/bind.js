// Joins the glue to an instance of the wasm module, once per copy of this file.
import { __wbg_set_wasm } from './wasm/clerk_edge_bg.js';
import { setHost } from './wasm/host.js';
import imports from './wasm/imports.js';

export { imports };

let bound = false;

export function bind(instance, host) {
  if (bound) return;
  bound = true;
  if (host) setHost(host);
  __wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** `module` is a compiled `WebAssembly.Module`; `host` is what the runtime adds, see src/js/host.js. */
export function start(module, host) {
  if (!bound) bind(new WebAssembly.Instance(module, imports), host);
}
