// The short way to a verified token. One that was verified before is found here by its whole text and there by number;
// a new one goes into wasm once, as bytes, and its signature straight to the host's engine. What is believed is decided
// in wasm alone.
import { verifySignature } from '../js/host.js';

/** Handles per generation, and how long all its tokens may be: past either the older generation is forgotten. They only
 * save time, and come back with use. */
const MAX_HANDLES = 10_000;
const MAX_CHARS = 12_000_000;
/** Policies by what a call asked for; likewise. */
const MAX_POLICIES = 256;

/** What clients of one instance share on this side. */
export const tokens = () => ({ young: new Map(), old: new Map(), chars: 0, policies: new Map() });

/** What `begin` answers beside the ticket of a signature to check: the outcome is there; keys must be loaded first. */
const KNOWN = -1;
const SLOWLY = -2;

/** Figures that go out beside a return value: handle, key slot, address and length of the signature and of what is signed. */
const FIGURES = 6;

/** What makes views of the memory that both sides share; to be called again once it has grown. */
export const arena = (memory, bytes, length, figures) => ({
  bytes: () => new Uint8Array(memory.buffer, bytes, length),
  figures: () => new Float64Array(memory.buffer, figures, FIGURES),
});

const encoder = new TextEncoder();

function remember(memory, token, handle) {
  if (memory.young.size >= MAX_HANDLES || memory.chars + token.length > MAX_CHARS) {
    memory.old = memory.young;
    memory.young = new Map();
    memory.chars = 0;
  }
  memory.young.set(token, handle);
  memory.chars += token.length; // of a token that is there already once more, which only forgets sooner
}

/** What JSON cannot say, said in a way that is never right and never like anything else. */
const plain = (_, value) =>
  typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
    ? { [typeof value]: String(value) }
    : value;

/** What of a call's options decides what is asked of a token, read once. */
const termsOf = ({ authorizedParties, audience, issuer, clockSkewInMs, jwtKey }) =>
  JSON.stringify({ authorizedParties, audience, issuer, clockSkewInMs, jwtKey }, plain);

/** The number of the policy that these options ask for. */
export function policyOf(client, memory, options) {
  if (options === undefined || options === null) return 0;
  const terms = typeof options === 'object' ? termsOf(options) : '""';
  if (terms === '{}') return 0;
  const known = memory.policies.get(terms);
  if (known !== undefined && client.hasPolicy(known)) return known;
  const policy = client.policy(terms);
  if (memory.policies.size >= MAX_POLICIES) memory.policies.clear();
  memory.policies.set(terms, policy);
  return policy;
}

export function verifier(client, memory, slots, now, arena) {
  // Views of wasm memory, made again once it has grown.
  let bytes = arena.bytes();
  let figures = arena.figures();
  const viewed = () => {
    if (bytes.length === 0) {
      bytes = arena.bytes();
      figures = arena.figures();
    }
  };

  /** The claims that `begin` or `finish` came to; throws if the token is refused. */
  const outcome = (token) => {
    viewed();
    const handle = figures[0];
    const claims = client.begun();
    if (handle >= 0) remember(memory, token, handle);
    return claims;
  };

  /** A token that is not at hand: its claims, or a promise of them. */
  const first = (token, policy, options) => {
    const reading = now(); // the caller's own clock may come back here, and put another token into the arena
    viewed();
    const { read, written } = encoder.encodeInto(token, bytes);
    const ticket = read === token.length ? client.begin(written, policy, reading) : SLOWLY;
    if (ticket === KNOWN) return outcome(token);
    if (ticket === SLOWLY) return client.verifyToken(token, policy, options);
    viewed();
    const [, slot, at, length, signed, signedLength] = figures;
    const view = (start, size) => new Uint8Array(figures.buffer, start, size);
    const finish = (verdict) =>
      client.finish(ticket, verdict, now()) ? outcome(token) : client.verifyToken(token, policy, options);
    const verdict = verifySignature(slot, view(at, length), view(signed, signedLength));
    if (typeof verdict === 'boolean') return finish(verdict ? 1 : 0);
    return verdict.then((good) => finish(good ? 1 : 0), () => finish(-1));
  };

  return async (token, options) => {
    const policy = policyOf(client, memory, options);
    const handle = memory.young.get(token) ?? memory.old.get(token);
    if (handle !== undefined) {
      const slot = client.recall(handle, policy, now());
      if (slot >= 0) return slots[slot];
    }
    if (typeof token !== 'string') return client.verifyToken(token, policy, options);
    return first(token, policy, options);
  };
}
