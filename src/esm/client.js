// The object that createClerkClient gives: plain, frozen, its methods free of `this`.
export function assemble(client) {
  return Object.freeze({
    users: Object.freeze({
      getUser: (id, options) => client.getUser(id, options),
      getUserList: (options) => client.getUserList(options),
    }),
    sessions: Object.freeze({
      getSession: (id, options) => client.getSession(id, options),
    }),
    metrics: Object.freeze({
      report: () => JSON.parse(client.report()),
      prometheus: () => client.prometheus(),
      recordApiCall: (ms) => client.recordApiCall(ms),
      recordCacheHit: () => client.recordCacheHit(),
      recordCacheMiss: () => client.recordCacheMiss(),
    }),
    request: (method, path, options) => client.request(method, path, options),
    with: (context) => client.with(context),
  });
}
