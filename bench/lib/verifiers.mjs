// Everything that `bench/verify.mjs` compares, each as `verify(token)`. The same code runs in Node, Deno and workerd, and
// each process holds a single candidate, so none spoils another's JIT.
import { verifyToken } from '@clerk/backend';
import { createLocalJWKSet, importJWK, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';

const RSA = 'RSASSA-PKCS1-v1_5';
const SKEW = 5;
const IN_FLIGHT = 32;
/** Tokens that were seen before, and how often each is seen again before the next round. */
const KNOWN = 1000;
const WARM_UP = 2000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const imported = ({ jwk }) =>
  crypto.subtle.importKey('jwk', { kty: jwk.kty, n: jwk.n, e: jwk.e }, { name: RSA, hash: 'SHA-256' }, false, ['verify']);

const DIGITS = new Uint8Array(128);
for (const [value, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].entries()) DIGITS[letter.charCodeAt(0)] = value;

/** Decodes base64url between two places of `text` into `into`: how many bytes. */
function decode(text, from, to, into) {
  let [at, bits, held] = [0, 0, 0];
  for (let i = from; i < to; i += 1) {
    held = (held << 6) | DIGITS[text.charCodeAt(i)];
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      into[at] = held >> bits;
      at += 1;
    }
  }
  return at;
}

function checked(claims, party) {
  const now = Date.now() / 1000;
  if (typeof claims.sub !== 'string' || claims.azp !== party) throw new Error('not for us');
  if (!(claims.exp > now - SKEW) || !(claims.nbf <= now + SKEW) || !(claims.iat <= now + SKEW)) throw new Error('not now');
  return claims;
}

/** A token seen for the first time. `verify` of `raw` and `nodeSync` gets what is left to do once all is taken apart. */
const FIRST = {
  async raw(fixture) {
    const key = await imported(fixture);
    return { apart: true, verify: ({ signature, signed }) => crypto.subtle.verify(RSA, key, signature, signed) };
  },
  async nodeSync({ pem }) {
    const nodeCrypto = process.getBuiltinModule('node:crypto');
    const key = nodeCrypto.createPublicKey(pem);
    return { apart: true, verify: ({ signature, signed }) => nodeCrypto.verify('sha256', signed, key, signature) };
  },
  async lean(fixture) {
    const key = await imported(fixture);
    const header = fixture.tokens[0].slice(0, fixture.tokens[0].indexOf('.') + 1);
    const [bytes, text] = [new Uint8Array(512), new Uint8Array(8192)];
    return {
      async verify(token) {
        if (!token.startsWith(header)) throw new Error('another header');
        const dot = token.indexOf('.', header.length);
        const { written } = encoder.encodeInto(token, text);
        const length = decode(token, dot + 1, written, bytes);
        const good = crypto.subtle.verify(RSA, key, bytes.subarray(0, length), text.subarray(0, dot));
        if (!await good) throw new Error('not signed');
        const own = new Uint8Array(((dot - header.length) * 3) >> 2);
        return checked(JSON.parse(decoder.decode(own.subarray(0, decode(token, header.length, dot, own)))), fixture.party);
      },
    };
  },
  async joseKey({ jwk }) {
    const key = await importJWK(jwk, 'RS256');
    return { verify: async (token) => (await jwtVerify(token, key, { clockTolerance: SKEW })).payload };
  },
  async joseSet({ jwk }) {
    const keys = createLocalJWKSet({ keys: [jwk] });
    return { verify: async (token) => (await jwtVerify(token, keys, { clockTolerance: SKEW })).payload };
  },
  async clerk({ pem, party }) {
    return { verify: (token) => verifyToken(token, { jwtKey: pem, authorizedParties: [party] }) };
  },
  async ours(fixture, createClerkClient) {
    return { verify: client(createClerkClient, fixture).verifyToken, warm: client(createClerkClient, fixture, { maxVerifiedTokens: 0 }).verifyToken };
  },
};

/** A client of its own: one with a `fetch` shares what it verified with no other. */
const client = (createClerkClient, { pem, party }, cache = {}) => createClerkClient({
  jwtKey: pem, authorizedParties: [party], cache, fetch: () => Promise.reject(new Error('no network is needed')),
});

const apart = (token) => {
  const dot = token.lastIndexOf('.');
  const signature = new Uint8Array(((token.length - dot - 1) * 3) >> 2);
  decode(token, dot + 1, token.length, signature);
  return { signature, signed: encoder.encode(token.slice(0, dot)) };
};

/** What a name of FIRST does with the next `n` tokens, which it has never seen: `one` at a time, or 32 in `flight`. */
async function firstSights(name, fixture, createClerkClient) {
  const made = { one: await FIRST[name](fixture, createClerkClient), flight: await FIRST[name](fixture, createClerkClient) };
  const seen = made.one.apart ? fixture.tokens.map(apart) : fixture.tokens;
  const next = { one: 0, flight: 0 };
  // Made beforehand and flat, so that comparing them is all it takes.
  const subjects = JSON.parse(JSON.stringify(seen.map((_, at) => `user_${String(at).padStart(27, '0')}`)));
  const good = async (verify, at) => {
    const said = await verify(seen[at]);
    if (said !== true && said.sub !== subjects[at]) throw new Error(`${name} takes a token for another`);
  };
  const modes = {
    async one(n, verify, from) {
      for (let at = from; at < from + n; at += 1) await good(verify, at);
    },
    async flight(n, verify, from) {
      let at = from;
      const worker = async () => {
        while (at < from + n) await good(verify, at++);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    },
  };
  for (const mode of Object.keys(modes)) {
    const { verify, warm = verify } = made[mode];
    const most = Math.min(seen.length, 500);
    for (let n = 0; n < WARM_UP; n += most) await modes[mode](most, warm, 0);
    await good(verify, seen.length - 1); // the key is imported now
  }
  return async (mode, n) => {
    const from = next[mode];
    next[mode] += n;
    if (next[mode] >= seen.length) throw new Error('out of tokens');
    await modes[mode](n, made[mode].verify, from);
  };
}

/** A token seen before, as `lookUp(token)`, once `add` has had it; `awaited` if the answer is a promise. */
const REPEAT = {
  string: () => ({ lookUp: (token) => token }),
  promise: () => ({ awaited: true, lookUp: async (token) => token }),
  map({ party }) {
    const known = new Map();
    return { add: (token, claims) => known.set(token, claims), lookUp: (token) => checked(known.get(token), party) };
  },
  asyncMap({ party }) {
    const known = new Map();
    return { awaited: true, add: (token, claims) => known.set(token, claims), lookUp: async (token) => checked(known.get(token), party) };
  },
  lru({ party }) {
    const known = new LRUCache({ max: 2 * KNOWN, ttl: 3_600_000 });
    return { add: (token, claims) => known.set(token, claims), lookUp: (token) => checked(known.get(token), party) };
  },
  ours(fixture, createClerkClient) {
    const { verifyToken: lookUp } = client(createClerkClient, fixture);
    return { awaited: true, add: (token) => lookUp(token), lookUp };
  },
};

/** A loop over tokens that were all seen before, each made anew as a string, as a request's header is. */
async function repeats(name, fixture, createClerkClient) {
  const { awaited, add, lookUp } = REPEAT[name](fixture, createClerkClient);
  const tokens = fixture.tokens.slice(0, KNOWN);
  const payload = (token) => JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
  const ends = [];
  let all = '';
  for (const token of tokens) {
    await add?.(token, payload(token));
    ends.push((all += token).length);
  }
  const bytes = encoder.encode(all);
  const buffer = globalThis.Buffer?.from(bytes.buffer);
  const fresh = buffer
    ? (at) => buffer.latin1Slice(at ? ends[at - 1] : 0, ends[at])
    : (at) => decoder.decode(bytes.subarray(at ? ends[at - 1] : 0, ends[at]));
  let at = 0;
  const next = () => (at = (at + 617) % tokens.length);
  const first = await lookUp(fresh(7));
  if (typeof first !== 'string' && first.sub !== payload(tokens[7]).sub) throw new Error(`${name} takes a token for another`);
  let kept; // so that nothing is optimised away
  const loops = {
    async sync(n) {
      for (let i = 0; i < n; i += 1) kept = lookUp(fresh(next()));
    },
    async async(n) {
      for (let i = 0; i < n; i += 1) kept = await lookUp(fresh(next()));
    },
  };
  return async (_, n) => {
    await loops[awaited ? 'async' : 'sync'](n);
    return kept;
  };
}

/**
 * @param {string} name `first:` or `repeat:` and a candidate
 * @returns {Promise<(mode: string, n: number) => Promise<unknown>>}
 */
export async function prepare(name, fixture, createClerkClient) {
  const [kind, like] = name.split(':');
  return (kind === 'first' ? firstSights : repeats)(like, fixture, createClerkClient);
}
