// Tokens that are fetched and sessions at hand: the short way to what is kept, by handle, as for reads by id.

/** Handles per kind. Past it all are forgotten: they only save time, and come back with use. */
const MAX_HANDLES = 20_000;
/** Longer keys go the long way, so that those remembered here take little memory. */
const MAX_KEY_LENGTH = 256;

/** What clients of one instance share on this side. */
export const kept = () => ({ fetched: new Map(), minted: new Map() });

/** The slot of what a handle that is known by this key leads to, or -1. */
function recall(client, handles, key, now) {
  const handle = handles.get(key);
  if (handle === undefined) return -1;
  const slot = client.hit(handle, now());
  if (slot < 0) handles.delete(key);
  return slot;
}

function remember(handles, key, handle) {
  if (handle < 0 || key.length > MAX_KEY_LENGTH) return;
  if (handles.size >= MAX_HANDLES) handles.clear();
  handles.set(key, handle);
}

/** Whether whatever is kept will do: a signal must be looked at first, and a time of 0 goes around the cache. */
function plain(options) {
  if (options === undefined) return true;
  if (typeof options !== 'object' || options === null || options.signal !== undefined) return false;
  return options.ttlMs === undefined || options.ttlMs > 0;
}

export function tokens(client, { fetched }, slots, now) {
  const short = !client.signalled();
  return Object.freeze({
    getOrFetch: async (key, fetchFn, options) => {
      if (short && typeof fetchFn === 'function' && plain(options)) {
        const slot = recall(client, fetched, key, now);
        if (slot >= 0) return slots[slot];
      }
      const value = await client.getOrFetch(key, fetchFn, options);
      remember(fetched, key, client.tokenHandle(key));
      return value;
    },
    invalidate: (key) => client.invalidateToken(key),
    clearExpired: () => client.clearExpiredTokens(),
  });
}

/** `sessions.getToken`; its options may be a lifetime alone, as in Clerk's SDK. */
export function sessionTokens(client, { minted }, slots, now) {
  const short = !client.signalled();
  return async (id, template, options) => {
    const plainly = template === undefined && options === undefined;
    const slot = short && plainly ? recall(client, minted, id, now) : -1;
    if (slot >= 0) return slots[slot];
    const token = await client.getToken(id, template, typeof options === 'number' ? { expiresInSeconds: options } : options);
    if (plainly) remember(minted, id, client.sessionTokenHandle(id));
    return token;
  };
}

/** `sessions.cache`, over the handles that `getSession` uses too. */
export function sessionCache(client, handles, slots, now) {
  return Object.freeze({
    get: (id) => {
      const slot = recall(client, handles, id, now);
      if (slot >= 0) return slots[slot];
      const session = client.cachedSession(id);
      if (session !== undefined) remember(handles, id, client.sessionHandle(id));
      return session;
    },
    set: (id, session, options) => client.cacheSession(id, session, options),
    invalidate: (id) => client.invalidateSession(id),
    clearExpired: () => client.clearExpiredSessions(),
  });
}
