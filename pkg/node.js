/* @ts-self-types="./index.d.ts" */
// Node: inlined, because bundlers lose a file read through `import.meta.url`.
export * from './inline.js';
