/* @ts-self-types="./index.d.ts" */
// Node: inlined, because bundlers lose a file read through `import.meta.url`.
import { setHost } from './wasm/host.js';

// Asked for at run time, so that no bundler looks for it (Node 20.16); it checks a signature in a third of WebCrypto's time.
setHost({ nodeCrypto: globalThis.process?.getBuiltinModule?.('node:crypto') });

export * from './inline.js';
