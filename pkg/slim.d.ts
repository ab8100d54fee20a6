export * from './index.js';

/**
 * Loads the wasm module; everything else may be called once it has resolved. Further calls change nothing.
 *
 * @param source the bytes of `clerk-edge/clerk_edge.wasm`, a compiled `WebAssembly.Module`, a `Response` or `Blob` with
 * the bytes, or a promise of any of them.
 */
export declare function init(source: object | PromiseLike<object>): Promise<void>;

/**
 * Like `init`, at once: from bytes or a compiled `WebAssembly.Module`. Browsers refuse it for bytes on the main thread.
 */
export declare function initSync(source: object): void;
