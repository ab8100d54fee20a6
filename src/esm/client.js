// The object that createClerkClient gives: plain, frozen, its methods free of `this`; and the short way to a hit.

import { requestState } from './authenticate.js';
import { sessionCache, sessionTokens, tokens as fetchedTokens } from './tokens.js';
import { policyOf, verifier } from './verify.js';

/** Handles per kind of read. Past it all are forgotten: they only save time, and come back with the next reads. */
const MAX_HANDLES = 100_000;

/** What clients of one instance share on this side: for every read by id that was answered, the handle of its entry. */
export const memory = (tokens, kept) => ({
  tokens,
  kept,
  users: { full: new Map(), minimal: new Map(), basic: new Map() },
  sessions: { full: new Map() },
});

/** The preset that a read asks for, if it asks for nothing else. */
function presetOf(options) {
  if (options === undefined) return 'full';
  if (typeof options !== 'object' || options === null || options.signal !== undefined) return undefined;
  const { fields = 'full' } = options;
  return fields === 'full' || fields === 'minimal' || fields === 'basic' ? fields : undefined;
}

/**
 * A read by id. One that was answered before is asked for by its handle: numbers go in and out instead of a string to
 * copy, hash and compare and an object to refer to, and there is no promise but that of this function. Whether the
 * entry may still be served is decided where it lies.
 */
function reader(client, slots, now, handles, read, handleOf) {
  // A client with a signal of its own must look at it first.
  if (client.signalled()) return async (id, options) => read(id, options);
  const ask = async (preset, known, id, options) => {
    // The caller may change its options while it waits: what the value is kept as was read before.
    const value = await read(id, preset === undefined ? options : { fields: preset });
    const handle = known === undefined ? -1 : handleOf(id, preset);
    if (handle >= 0) {
      if (known.size >= MAX_HANDLES) known.clear();
      known.set(id, handle);
    }
    return value;
  };
  return async (id, options) => {
    const preset = presetOf(options);
    const known = preset === undefined ? undefined : handles[preset];
    const handle = known?.get(id);
    if (handle !== undefined) {
      const slot = client.hit(handle, now());
      if (slot >= 0) return slots[slot];
      known.delete(id);
    }
    return ask(preset, known, id, options);
  };
}

/** A clock of the caller's that can be read safely: what is no time is 0, as it is in wasm. */
const safely = (clock) => () => {
  try {
    const reading = clock();
    return typeof reading === 'number' ? reading : 0;
  } catch {
    return 0;
  }
};

/**
 * What an event was read from: its text, and its delivery, which tells a second attempt from a second event. The text,
 * because a user chooses the depth of their own metadata, and what is deep enough cannot be written again.
 */
const origins = new WeakMap();

/** Freezes a value to its depth, however deep that is. */
function freeze(value) {
  const open = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one !== 'object' || one === null) continue;
    for (const key of Object.keys(one)) open.push(one[key]);
    Object.freeze(one);
  }
  return value;
}

const webhooks = (client) =>
  Object.freeze({
    verify: async (request, options) => {
      const [json, delivery] = await client.verifyWebhook(request, options);
      const { type, data, event_attributes, timestamp, instance_id } = JSON.parse(json);
      const event = freeze({ type, object: 'event', data, event_attributes, timestamp, instance_id });
      origins.set(event, { json, delivery });
      return event;
    },
    apply: async (event) => {
      const { json, delivery } = origins.get(event) ?? { json: client.writtenEvent(event) };
      const dropped = client.applyWebhook(json, delivery);
      return Object.freeze({ dropped: Math.max(dropped, 0), replayed: dropped < 0 });
    },
  });

export function assemble(client, { tokens, kept, users, sessions }, slots, clock, arena) {
  const now = clock === undefined ? Date.now : safely(clock);
  const getToken = sessionTokens(client, kept, slots, now);
  return Object.freeze({
    users: Object.freeze({
      getUser: reader(client, slots, now, users, (id, options) => client.getUser(id, options), (id, fields) => client.userHandle(id, fields)),
      getUserList: async (options) => client.getUserList(options),
      getUserOauthAccessToken: async (id, provider, options) => client.getUserOauthAccessToken(id, provider, options),
    }),
    sessions: Object.freeze({
      getSession: reader(client, slots, now, sessions, (id, options) => client.getSession(id, options), (id) => client.sessionHandle(id)),
      getToken,
      cache: sessionCache(client, sessions.full, slots, now),
    }),
    tokens: fetchedTokens(client, kept, slots, now),
    webhooks: webhooks(client),
    metrics: Object.freeze({
      report: () => JSON.parse(client.report()),
      prometheus: () => client.prometheus(),
      recordApiCall: (ms) => client.recordApiCall(ms),
      recordCacheHit: () => client.recordCacheHit(),
      recordCacheMiss: () => client.recordCacheMiss(),
    }),
    verifyToken: verifier(client, tokens, slots, now, arena),
    authenticateRequest: async (request, options) => {
      const made = client.authenticate(request, policyOf(client, tokens, options), options);
      return requestState(client, getToken, Array.isArray(made) ? made : await made);
    },
    request: async (method, path, options) => client.request(method, path, options),
    with: (context) => client.with(context),
  });
}
