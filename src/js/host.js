// The JavaScript of the boundary: what would cost more, or cannot be said, from the other side. No decisions here.

/** Any failure but an error answer of Clerk. `code` is stable; `retryAfterMs` is there when trying again makes sense. */
export class ClerkEdgeError extends Error {
  constructor(code, message, retryAfterMs, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ClerkEdgeError';
    this.code = code;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** Clerk answered with an error. Same shape as the error of @clerk/backend. */
export class ClerkAPIResponseError extends Error {
  constructor(message, status, errors, clerkTraceId, retryAfter) {
    super(message);
    this.name = 'ClerkAPIResponseError';
    this.code = 'api_response_error';
    this.status = status;
    this.errors = errors;
    this.clerkTraceId = clerkTraceId;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}

/** A session token that does not verify. `reason` is Clerk's. */
export class TokenVerificationError extends Error {
  constructor(reason, message) {
    super(message);
    this.name = 'TokenVerificationError';
    this.code = 'token_verification_failed';
    this.reason = reason;
  }
}

export const edgeError = (code, message, retryAfterMs, cause) =>
  new ClerkEdgeError(code, message, retryAfterMs, cause === undefined ? undefined : new Error(cause));

export const tokenError = (reason, message) => new TokenVerificationError(reason, message);

export function apiError(message, status, errorsJson, clerkTraceId, retryAfter) {
  return new ClerkAPIResponseError(message, status, JSON.parse(errorsJson), clerkTraceId, retryAfter);
}

// What the loader of this runtime adds: `waitUntil` on hosts that end a request's work with its answer; `nodeCrypto`, the
// module node:crypto, where it is at home; `ownSignatures`, where wasm checks them sooner than WebCrypto does.
let host = {};
export const setHost = (given) => void (host = { ...host, ...given });

/** Runs `promise` to its end: under the caller's own context, else the host's, else as the event loop does anyway. */
export function outlive(promise, context) {
  // Outside a request (a module's top level, a queue consumer's test) there may be no context to hold on to.
  try { (context ?? host).waitUntil?.(promise); } catch { /* the promise runs on all the same */ }
}

// A promise made by hand loses its request in an optimised isolate of workerd, one of withResolvers does not; hosts
// without withResolvers (Node 20) have no request contexts to lose.
const byHand = () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => void Object.assign(made, { resolve, reject }));
  return made;
};
export const resolvers = () => (Promise.withResolvers ? Promise.withResolvers() : byHand());

export const randomBits = () => crypto.getRandomValues(new BigUint64Array(1))[0];

/** Sends one request and reads its answer: [status, header values in the order of `wanted`, body], or [] if too large. */
export async function exchange(given, url, method, headers, body, wanted, maxBytes, signal) {
  const init = { method, headers: pairs(headers), body, redirect: 'manual', signal };
  const response = await (given ? given(url, init) : fetch(url, init));
  const bytes = await read(response, maxBytes);
  if (!bytes) return [];
  return [response.status, wanted.map((name) => response.headers.get(name)), bytes];
}

function pairs(flat) {
  const headers = {};
  for (let i = 0; i < flat.length; i += 2) headers[flat[i]] = flat[i + 1];
  return headers;
}

/** The body of a request that came in: a promise of its bytes, or of null if there are more than `maxBytes`. */
export const readBody = (request, maxBytes) => read(request, maxBytes);

/** The body, or null once it passes `maxBytes`. A length that was announced and kept to needs no counting. */
async function read(response, maxBytes) {
  const announced = response.headers.get('content-length');
  if (announced !== null && !response.headers.get('content-encoding')) {
    if (Number(announced) > maxBytes) {
      await response.body?.cancel();
      return null;
    }
    return new Uint8Array(await response.arrayBuffer());
  }
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const chunks = [];
  let length = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  // Copied even if there is but one: a host may use a chunk's memory again, or keep far more alive behind it.
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** What a host's network error says, without the URL it may name. Never throws: what is thrown may be anything. */
export function reason(error) {
  try {
    const cause = error?.cause?.code ?? error?.cause?.message;
    const text = `${error?.name ?? 'Error'}: ${error?.message ?? error}${cause ? ` (${cause})` : ''}`;
    return text.slice(0, 3000).replace(/\w+:\/\/\S+/g, '…').slice(0, 300);
  } catch {
    return 'an error that cannot be read';
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The bytes of a value's JSON; none at all if it has none. */
export function written(value) {
  try {
    return encoder.encode(JSON.stringify(value) ?? '');
  } catch {
    return new Uint8Array(0);
  }
}

/** Calls a function of the caller's; then `settle` with [the bytes of what it gives], or with [undefined, what it throws]. */
export async function attempt(run, settle) {
  try {
    settle([written(await run())]);
  } catch (error) {
    settle([undefined, error]);
  }
}

/** Values by slot number. A number crosses the boundary for nothing; a reference costs a place in a table each time. */
const values = [];
const weights = [];
const vacant = [];
let total = 0;

/**
 * How much memory all values may take, in bytes, beside the bytes they were read from; and a large one, in times of those.
 * Without, a thousand users who fill their own metadata with `{}` would take twenty times what the cache counts for them.
 */
const MOST = 48 * 2 ** 20;
const MOST_TIMES = 4;
export const slots = () => values;

/** Holds the value of JSON bytes, frozen to its depth because callers share it, until `release`: its slot. */
export function hold(bytes) {
  const value = bytes.byteLength === 0 ? undefined : JSON.parse(decoder.decode(bytes));
  const slot = vacant.pop() ?? values.length;
  values[slot] = value;
  weights[slot] = freeze(value);
  total += weights[slot];
  return slot;
}
/** The same for a view of wasm memory; -1 if it is not JSON, which costs less to say than an error that wasm can catch. */
export function holdView(bytes) {
  try {
    return hold(bytes);
  } catch {
    return -1;
  }
}
export const held = (slot) => values[slot];
/** Whether what was just put into this slot, the value of so many bytes, leaves room for others. */
export const mayStay = (slot, length) => total <= MOST && weights[slot] <= 1024 + MOST_TIMES * length;
export function release(slot) {
  total -= weights[slot];
  values[slot] = undefined;
  vacant.push(slot);
}

/** Freezes a value to its depth, and says roughly how many bytes V8 takes for it. */
function freeze(value) {
  if (typeof value === 'string') return 16 + value.length;
  if (typeof value !== 'object' || value === null) return Number.isInteger(value) ? 0 : 12;
  const keys = Object.keys(value);
  // An element takes a place; a name also its share of the object's shape, or of a table where there are many.
  const place = Array.isArray(value) ? 8 : keys.length > 64 ? 80 : 24;
  let weight = 48 + keys.length * place;
  for (const key of keys) weight += freeze(value[key]);
  Object.freeze(value);
  return weight;
}

/** Public keys by slot number. Unlike promises they may be used by other requests than the one that imported them. */
const keys = [];
const vacantKeys = [];
const RSA = 'RSASSA-PKCS1-v1_5';

/**
 * Makes a public key for this host's engine of signatures, for `keepKey`; undefined if wasm is to check them itself.
 * `modulus` and `exponent` are views of wasm memory, read before the first await.
 */
export async function importKey(modulus, exponent, bits) {
  const jwk = { kty: 'RSA', n: base64url(modulus), e: base64url(exponent) };
  const { nodeCrypto, ownSignatures } = host;
  if (nodeCrypto) return { key: nodeCrypto.createPublicKey({ key: jwk, format: 'jwk' }), hash: `sha${bits}` };
  if (ownSignatures || !globalThis.crypto?.subtle) return undefined;
  return crypto.subtle.importKey('jwk', jwk, { name: RSA, hash: `SHA-${bits}` }, false, ['verify']);
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (letter) => ({ '+': '-', '/': '_', '=': '' })[letter]);

export function keepKey(key) {
  const slot = vacantKeys.pop() ?? keys.length;
  keys[slot] = key;
  return slot;
}
export function releaseKey(slot) {
  keys[slot] = undefined;
  vacantKeys.push(slot);
}

/**
 * Whether `signature` over `message` is that of the key in this slot: at once where the engine can, else as a promise.
 * Both may be views of wasm memory: every engine has read or copied them when this returns.
 */
export function verifySignature(slot, signature, message) {
  const { nodeCrypto } = host;
  if (nodeCrypto) return byNode(nodeCrypto, keys[slot], signature, message);
  return crypto.subtle.verify(RSA, keys[slot], signature, message);
}

/**
 * How many signatures Node checks on its main thread before others go to its threads. One takes 18 µs here; there it takes
 * 25 by itself and 12 among many, on two cores. Four at a time cost the same either way.
 */
const AT_ONCE = 4;
let underWay = 0;
const oneLess = () => void (underWay -= 1);

function byNode(nodeCrypto, { key, hash }, signature, message) {
  if (underWay < AT_ONCE) {
    underWay += 1;
    // What else is asked for in the same go runs before this; a caller who waits for one answer to ask for the next, after.
    queueMicrotask(oneLess);
    return nodeCrypto.verify(hash, message, key, signature);
  }
  const { promise, resolve, reject } = resolvers();
  nodeCrypto.verify(hash, message, key, signature, (error, verdict) => {
    oneLess();
    if (error) reject(error);
    else resolve(verdict);
  });
  underWay += 1;
  return promise;
}
