// The object that createClerkClient gives: plain, frozen, its methods free of `this`; and the short way to a hit.

/** Handles per kind of read. Past it all are forgotten: they only save time, and come back with the next reads. */
const MAX_HANDLES = 100_000;

/** What clients of one instance share on this side: for every read by id that was answered, the handle of its entry. */
export const memory = () => ({
  users: { full: new Map(), minimal: new Map(), basic: new Map() },
  sessions: { full: new Map() },
});

/** The preset that a read asks for, if it asks for nothing else. */
function preset(options) {
  if (options === undefined) return 'full';
  if (options === null || options.signal !== undefined) return undefined;
  return options.fields === undefined ? 'full' : options.fields;
}

/**
 * A read by id. One that was answered before is asked for by its handle: a number instead of a string to copy, hash and
 * compare, and no promise but that of this function. Whether the entry may still be served is decided where it lies.
 */
function reader(client, handles, read, handleOf) {
  const recall = async (id, options) => {
    const known = handles[preset(options)];
    if (known instanceof Map) {
      const handle = known.get(id);
      if (handle !== undefined) {
        const value = client.hit(handle);
        if (value !== undefined) return value;
        known.delete(id);
      }
    }
    return ask(known, id, options);
  };
  const ask = async (known, id, options) => {
    const value = await read(id, options);
    const handle = known instanceof Map ? handleOf(id, preset(options)) : -1;
    if (handle >= 0) {
      if (known.size >= MAX_HANDLES) known.clear();
      known.set(id, handle);
    }
    return value;
  };
  // A client with a signal of its own must look at it first.
  return client.signalled() ? async (id, options) => read(id, options) : recall;
}

export function assemble(client, { users, sessions }) {
  return Object.freeze({
    users: Object.freeze({
      getUser: reader(client, users, (id, options) => client.getUser(id, options), (id, fields) => client.userHandle(id, fields)),
      getUserList: async (options) => client.getUserList(options),
    }),
    sessions: Object.freeze({
      getSession: reader(client, sessions, (id, options) => client.getSession(id, options), (id) => client.sessionHandle(id)),
    }),
    metrics: Object.freeze({
      report: () => JSON.parse(client.report()),
      prometheus: () => client.prometheus(),
      recordApiCall: (ms) => client.recordApiCall(ms),
      recordCacheHit: () => client.recordCacheHit(),
      recordCacheMiss: () => client.recordCacheMiss(),
    }),
    request: async (method, path, options) => client.request(method, path, options),
    with: (context) => client.with(context),
  });
}
