/** A compiled `WebAssembly.Module`, its bytes or its URL: whatever the host's bundler makes of an imported .wasm file. */
declare const module: object;
export default module;
