// The short way to a verified token. It goes into wasm once, as bytes: one that was verified before is found there by all
// of them, and comes back as a number; of a new one, the signature goes straight to the host's engine. What is believed is
// decided in wasm alone.
import { verifySignature } from '../js/host.js';

/** Policies by what a call asked for: past it all are forgotten. They only save time, and come back with use. */
const MAX_POLICIES = 256;

/** What clients of one instance share on this side. */
export const tokens = () => ({ policies: new Map() });

/** What `look` and `finish` answer beside a slot: the outcome is there; keys must be loaded first; a signature is to check. */
const KNOWN = -1;
const SIGN = -3;

/** Figures that go out beside a return value: ticket, key slot, address and length of the signature and of what is signed. */
const FIGURES = 6;

/** What makes views of the memory that both sides share; to be called again once it has grown. */
export const arena = (memory, bytes, length, figures) => ({
  bytes: () => new Uint8Array(memory.buffer, bytes, length),
  figures: () => new Float64Array(memory.buffer, figures, FIGURES),
});

const encoder = new TextEncoder();

/** What JSON cannot say, said in a way that is never right and never like anything else. */
const plain = (_, value) =>
  typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
    ? { [typeof value]: String(value) }
    : value;

/** What the options of a call may be called; those of the second line ask nothing of the token. */
const NAMES = new Set(['authorizedParties', 'audience', 'issuer', 'clockSkewInMs', 'jwtKey',
  'signal', 'acceptsToken', 'treatPendingAsSignedOut']);

/** What of a call's options decides what is asked of a token, read once; and a name that is none, to be refused there. */
function termsOf(options) {
  const { authorizedParties, audience, issuer, clockSkewInMs, jwtKey } = options;
  const strange = Object.keys(options).find((name) => !NAMES.has(name));
  const terms = { authorizedParties, audience, issuer, clockSkewInMs, jwtKey };
  return JSON.stringify(strange === undefined ? terms : { ...terms, [strange]: true }, plain);
}

/** The number of the policy that these options ask for. */
export function policyOf(client, memory, options) {
  if (options === undefined || options === null) return 0;
  const terms = typeof options === 'object' ? termsOf(options) : '""';
  if (terms === '{}') return 0;
  const known = memory.policies.get(terms);
  if (known !== undefined) return known;
  if (memory.policies.size >= MAX_POLICIES) {
    memory.policies.clear();
    client.forgetPolicies(); // both sides at once, or a number here would mean nothing there
  }
  const policy = client.policy(JSON.parse(terms)); // what was read, and nothing that has become of it since
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

  /** The claims that `look` or `finish` came to; throws if the token is refused. */
  const outcome = (found, token, policy, options) => {
    if (found >= 0) return slots[found];
    return found === KNOWN ? client.begun() : client.verifyToken(token, policy, options);
  };

  /** A token whose signature is to be checked: its claims, or a promise of them. */
  const first = (token, policy, options) => {
    const reading = now(); // the caller's own clock may come back here, and put another token into the arena
    viewed();
    const ticket = figures[0];
    const view = (at) => new Uint8Array(figures.buffer, figures[at], figures[at + 1]);
    // As they were read there, never the arena again: the caller's own code may have put another token there meanwhile.
    const verdict = verifySignature(figures[1], view(2), view(4));
    const finish = (verdict) => outcome(client.finish(ticket, verdict, now()), token, policy, options);
    if (typeof verdict === 'boolean') return finish(verdict ? 1 : 0);
    return verdict.then((good) => finish(good ? 1 : 0), () => finish(-1));
  };

  return async (token, options) => {
    const policy = policyOf(client, memory, options);
    if (typeof token !== 'string') return client.verifyToken(token, policy, options);
    // A clock of the caller's may call back: it is read before the arena is in use.
    const time = now();
    viewed();
    const { read, written } = encoder.encodeInto(token, bytes);
    if (read !== token.length) return client.verifyToken(token, policy, options);
    const found = client.look(written, policy, time);
    return found === SIGN ? first(token, policy, options) : outcome(found, token, policy, options);
  };
}
