// The public names, here and nowhere else; every entry re-exports them and differs only in how it loads the wasm.
export { createClerkClient } from './wasm/clerk_edge_bg.js';
export { ClerkAPIResponseError, ClerkEdgeError, TokenVerificationError } from './wasm/host.js';
