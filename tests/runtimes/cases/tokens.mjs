/** Tokens that callers fetch, tokens of Clerk's, and the session cache. */
import { equal, frozen, ok, rejects, sameJson, throws } from '../support/expect.mjs';
import { newKey, skippableClock } from '../support/bench.mjs';

const ARGUMENT = { name: 'ClerkEdgeError', code: 'invalid_argument' };
const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A `fetchFn` that counts its calls and gives `value` of how many there were, after a tick. */
function source(value) {
  const fetchFn = async () => {
    fetchFn.calls += 1;
    const mine = fetchFn.calls;
    await tick();
    return value(mine);
  };
  fetchFn.calls = 0;
  return fetchFn;
}

/** An unsigned JWT with these claims. */
function jwt(claims) {
  const part = (value) => btoa(JSON.stringify(value)).replace(/[+/=]/g, (c) => ({ '+': '-', '/': '_', '=': '' })[c]);
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;
}

/** A session of a user with an account at Google, and that user. */
async function signedIn(bench) {
  const [user] = (await bench.direct('/users?limit=100'))
    .filter((one) => one.external_accounts.some((account) => account.provider === 'oauth_google'));
  const [session] = await bench.direct(`/sessions?user_id=${user.id}&status=active`);
  await bench.resetStats();
  return { user, session };
}

export const tokens = {
  'concurrent calls for one key fetch once, and the value is a frozen copy': async (bench) => {
    const { tokens } = bench.client();
    const given = { access_token: 'a', scopes: ['x'] };
    const fetchFn = source(() => given);
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.getOrFetch('crm', fetchFn)));
    equal(fetchFn.calls, 1, 'calls of fetchFn');
    for (const one of all) equal(one, all[0], 'each of the fifty');
    frozen(all[0]);
    ok(all[0] !== given && !Object.isFrozen(given), 'what fetchFn gave is left alone');
    sameJson(all[0], given, 'the value');
    equal(await tokens.getOrFetch('crm', fetchFn), all[0], 'a hit');
    equal(fetchFn.calls, 1, 'calls of fetchFn after a hit');
    equal(await bench.calls(), 0, 'calls to Clerk');
  },

  'any JSON is a token, and a fetchFn need not be async': async (bench) => {
    const { tokens } = bench.client();
    for (const [at, value] of ['text', '', 7, 0, true, false, [1], { a: null }].entries()) {
      sameJson(await tokens.getOrFetch(`key ${at}`, () => value), value, 'first');
      sameJson(await tokens.getOrFetch(`key ${at}`, () => 'other'), value, 'kept');
    }
  },

  'a token is served for its ttl and not at it': async (bench) => {
    const clock = skippableClock();
    const { tokens } = bench.client({ now: clock.now });
    const fetchFn = source((call) => `token ${call}`);
    await tokens.getOrFetch('hour', fetchFn);
    clock.skip(3_590_000);
    equal(await tokens.getOrFetch('hour', fetchFn), 'token 1', 'within an hour');
    clock.skip(10_000);
    equal(await tokens.getOrFetch('hour', fetchFn), 'token 2', 'after an hour');
    await tokens.getOrFetch('short', fetchFn, { ttlMs: 5_000 });
    clock.skip(4_000);
    equal(await tokens.getOrFetch('short', fetchFn), 'token 3', 'within ttlMs');
    clock.skip(1_000);
    equal(await tokens.getOrFetch('short', fetchFn), 'token 4', 'after ttlMs');
    equal(await tokens.getOrFetch('short', fetchFn, { ttlMs: 0 }), 'token 5', 'around the cache');
    equal(await tokens.getOrFetch('short', fetchFn), 'token 4', 'what was kept is still there');
  },

  'r19 no token is served at or past its own exp': async (bench) => {
    const start = Math.ceil(Date.now() / 1000) * 1000;
    let now = start;
    const { tokens } = bench.client({ now: () => now });
    const exp = start / 1000 + 60;
    const all = [jwt({ exp }), { expires_at: exp }, { expiresAt: exp * 1000 }, { expires_in: 60 }, { jwt: jwt({ exp }) }];
    for (const [at, value] of all.entries()) {
      now = start;
      const fetchFn = source(() => value);
      const read = () => tokens.getOrFetch(`key ${at}`, fetchFn);
      await read();
      now = start + 59_999;
      await read();
      equal(fetchFn.calls, 1, `${JSON.stringify(value)} before its end`);
      now = start + 60_000;
      await read();
      equal(fetchFn.calls, 2, `${JSON.stringify(value)} at its end`);
      tokens.invalidate(`key ${at}`);
    }
  },

  'what fetchFn throws reaches everybody as it is and is not kept': async (bench) => {
    const { tokens } = bench.client();
    for (const thrown of [new TypeError('no token today'), 'text', undefined, null, { a: 1 }]) {
      const fetchFn = source(() => {
        throw thrown;
      });
      const settled = await Promise.allSettled(Array.from({ length: 5 }, () => tokens.getOrFetch('crm', fetchFn)));
      for (const { status, reason } of settled) {
        equal(status, 'rejected', 'each of the five');
        equal(reason, thrown, 'the very same');
      }
      equal(fetchFn.calls, 1, 'calls of fetchFn');
      const sync = () => {
        throw thrown;
      };
      const [{ reason }] = await Promise.allSettled([tokens.getOrFetch('crm', sync)]);
      equal(reason, thrown, 'thrown at once');
    }
    equal(await tokens.getOrFetch('crm', () => 'token'), 'token', 'the next call');
  },

  'what is no JSON is no token': async (bench) => {
    const { tokens } = bench.client();
    const circular = {};
    circular.self = circular;
    const bad = [undefined, null, () => 1, Symbol('x'), 10n, circular, Number.NaN, { toJSON: () => undefined }];
    for (const value of bad) {
      await rejects(tokens.getOrFetch('crm', () => value), ARGUMENT, `fetchFn gives ${String(value)}`);
    }
    equal(await tokens.getOrFetch('crm', () => 'token'), 'token', 'nothing was kept');
  },

  'keys and arguments that are none': async (bench) => {
    const { tokens } = bench.client();
    const keys = ['', 'k'.repeat(1025), 'ü'.repeat(600), '\ud800', 5, undefined, null, {}, Symbol('key')];
    for (const key of keys) {
      await rejects(tokens.getOrFetch(key, () => 1), ARGUMENT, `getOrFetch(${String(key).slice(0, 20)})`);
      throws(() => tokens.invalidate(key), ARGUMENT, `invalidate(${String(key).slice(0, 20)})`);
    }
    for (const fetchFn of [undefined, null, 'text', {}, Promise.resolve(1)]) {
      await rejects(tokens.getOrFetch('crm', fetchFn), ARGUMENT, `fetchFn: ${String(fetchFn)}`);
    }
    for (const options of [5, 'x', { ttlMs: -1 }, { ttlMs: 'x' }, { ttlMs: 1e9 }, { signal: {} }]) {
      await rejects(tokens.getOrFetch('crm', () => 1, options), ARGUMENT, JSON.stringify(options));
    }
    for (const key of ['k'.repeat(1024), '__proto__', 'constructor', '\0', 'a\nb']) {
      equal(await tokens.getOrFetch(key, () => key), key, 'a key');
      equal(await tokens.getOrFetch(key, () => 'other'), key, 'the same key again');
    }
  },

  'r19 a key that looks like a read is not that read': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    await clerk.users.getUser(user.id);
    for (const key of [`2026-05-12 /users/${user.id}`, `/users/${user.id}`, user.id]) {
      equal(await clerk.tokens.getOrFetch(key, () => 'mine'), 'mine', key);
      equal((await clerk.users.getUser(user.id)).id, user.id, 'the user');
    }
    equal(await bench.calls(), 1, 'calls to Clerk');
  },

  'r02 two instances never share a token': async (bench) => {
    const [a, b] = [bench.client(), bench.client({ secretKey: newKey() })];
    const [mine, theirs] = await Promise.all([
      a.tokens.getOrFetch('crm', source(() => 'mine')),
      b.tokens.getOrFetch('crm', source(() => 'theirs')),
    ]);
    equal(`${mine} ${theirs}`, 'mine theirs', 'the tokens');
    equal(await bench.client().tokens.getOrFetch('crm', () => 'other'), 'mine', 'another client of the first');
  },

  'r19b an invalidation beats the fetch that is under way': async (bench) => {
    const { tokens } = bench.client();
    const fetchFn = source((call) => `token ${call}`);
    const early = tokens.getOrFetch('crm', fetchFn);
    while (fetchFn.calls === 0) await Promise.resolve();
    equal(tokens.invalidate('crm'), false, 'nothing is kept yet');
    equal(await tokens.getOrFetch('crm', fetchFn), 'token 2', 'who asks later');
    equal(await early, 'token 1', 'who asked before');
    equal(await tokens.getOrFetch('crm', fetchFn), 'token 2', 'what is kept');
    equal(tokens.invalidate('crm'), true, 'it was there');
    equal(tokens.invalidate('crm'), false, 'and is gone');
    equal(await tokens.getOrFetch('crm', fetchFn), 'token 3', 'the next');
  },

  'r30 a fetchFn that never ends is a timeout, and the next call starts afresh': async (bench) => {
    const { tokens } = bench.client({ retry: { deadlineMs: 100 } });
    const never = () => new Promise(() => {});
    await rejects(tokens.getOrFetch('crm', never), { name: 'ClerkEdgeError', code: 'timeout' }, 'the first');
    equal(await tokens.getOrFetch('crm', () => 'token'), 'token', 'the next');
    equal(bench.client({ retry: { deadlineMs: 100 } }).metrics.report().live.flights, 0, 'flights');
  },

  'r30 a signal ends one wait and leaves the others alone': async (bench) => {
    const { tokens } = bench.client();
    const fetchFn = source(() => 'token');
    const controller = new AbortController();
    const leader = tokens.getOrFetch('crm', fetchFn, { signal: controller.signal });
    const follower = tokens.getOrFetch('crm', fetchFn);
    controller.abort();
    await rejects(leader, { code: 'aborted' }, 'the leader');
    equal(await follower, 'token', 'the follower');
    equal(fetchFn.calls, 1, 'calls of fetchFn');
    await rejects(tokens.getOrFetch('crm', fetchFn, { signal: controller.signal }), { code: 'aborted' }, 'kept or not');
  },

  'expired tokens and sessions are counted when cleared': async (bench) => {
    const clock = skippableClock();
    const clerk = bench.client({ now: clock.now });
    for (const key of ['a', 'b', 'c']) await clerk.tokens.getOrFetch(key, () => 1, { ttlMs: key === 'c' ? 9_000 : 1_000 });
    clerk.sessions.cache.set('sess_1', { id: 'sess_1' }, { ttlMs: 1_000 });
    equal(clerk.tokens.clearExpired(), 0, 'tokens before');
    clock.skip(2_000);
    equal(clerk.tokens.clearExpired(), 2, 'tokens');
    equal(clerk.sessions.cache.clearExpired(), 1, 'sessions');
    equal(clerk.metrics.report().live.entries, 1, 'entries left');
  },

  'r19 a session token is minted once and again shortly before it expires': async (bench) => {
    const { session } = await signedIn(bench);
    const clock = skippableClock();
    const { sessions } = bench.client({ now: clock.now });
    const first = await sessions.getToken(session.id);
    frozen(first);
    sameJson(Object.keys(first).sort(), ['jwt', 'object'], 'its members');
    equal(first.object, 'token', 'object');
    equal(JSON.parse(atob(first.jwt.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).sid, session.id, 'sid');
    clock.skip(50_000);
    equal(await sessions.getToken(session.id), first, 'the same token');
    equal(await bench.calls(), 1, 'calls to Clerk');
    clock.skip(6_000);
    await sessions.getToken(session.id);
    equal(await bench.calls(), 2, 'calls to Clerk, less than 5 s before its end');
  },

  'template and lifetime are part of the question': async (bench) => {
    const { session: { id } } = await signedIn(bench);
    const { sessions } = bench.client();
    const ask = [
      () => sessions.getToken(id),
      () => sessions.getToken(id, 'hasura'),
      () => sessions.getToken(id, 'hasura', { expiresInSeconds: 600 }),
      () => sessions.getToken(id, null, 600),
    ];
    const seen = new Set();
    for (const one of [...ask, ...ask]) seen.add((await one()).jwt);
    equal(seen.size, 4, 'different tokens');
    equal(await bench.calls(), 4, 'calls to Clerk');
    const bad = [['', undefined], [id, ''], [id, 'a/b'], [id, 5], [id, undefined, { expiresInSeconds: 29 }], [
      id,
      undefined,
      1.5,
    ], [id, undefined, { expiresInSeconds: 'x' }], [`${id}/tokens`]];
    for (const args of bad) await rejects(sessions.getToken(...args), ARGUMENT, JSON.stringify(args));
    await rejects(sessions.getToken(id, 'missing'), { name: 'ClerkAPIResponseError', status: 404 }, 'no such template');
    await rejects(sessions.getToken('sess_none'), { status: 404 }, 'no such session');
  },

  'a session token goes with its session and with its user': async (bench) => {
    const { session, user } = await signedIn(bench);
    const clerk = bench.client();
    const mint = async () => (await clerk.sessions.getToken(session.id)).jwt;
    const calls = async () => (await mint(), bench.calls());
    equal(await calls(), 1, 'minted');
    clerk.sessions.cache.invalidate(session.id);
    equal(await calls(), 2, 'after sessions.cache.invalidate');
    await clerk.request('PATCH', `/users/${user.id}/metadata`, { body: { public_metadata: { a: 1 } } });
    equal(await calls(), 4, 'after a write to the user');
    await clerk.request('POST', `/sessions/${session.id}/revoke`);
    await rejects(mint(), { name: 'ClerkAPIResponseError', status: 404 }, 'after it was revoked');
  },

  'r19 OAuth tokens are kept as Clerk gives them and go with their user': async (bench) => {
    const { user } = await signedIn(bench);
    const clerk = bench.client();
    const read = (provider = 'google') => clerk.users.getUserOauthAccessToken(user.id, provider);
    const first = await read();
    equal(first.total_count, first.data.length, 'total_count');
    equal(first.data[0].provider, 'oauth_google', 'provider');
    frozen(first);
    const kept = first.data[0].expires_at - Date.now() > 10_000;
    if (kept) equal(await read('oauth_google'), first, 'the prefix makes no difference');
    if (kept) equal(await bench.calls(), 1, 'calls to Clerk');
    await clerk.request('PATCH', `/users/${user.id}`, { body: { first_name: 'New' } });
    ok(await read() !== first, 'after a write to the user');
    await rejects(read('none'), { name: 'ClerkAPIResponseError', status: 404 }, 'a provider that is not enabled');
    for (const bad of ['', 'a/b', 5, undefined]) await rejects(read(bad ?? null), ARGUMENT, `provider: ${bad}`);
  },

  'what is set is what getSession answers': async (bench) => {
    const { session } = await signedIn(bench);
    const { sessions } = bench.client();
    equal(sessions.cache.get(session.id), undefined, 'before');
    const mine = { ...session, status: 'ended' };
    sessions.cache.set(session.id, mine);
    const kept = sessions.cache.get(session.id);
    sameJson(kept, mine, 'what was set');
    frozen(kept);
    ok(!Object.isFrozen(mine), "the caller's own is left alone");
    equal(await sessions.getSession(session.id), kept, 'getSession');
    equal(sessions.cache.get(session.id), kept, 'again');
    equal(await bench.calls(), 0, 'calls to Clerk');
    equal(sessions.cache.invalidate(session.id), true, 'it was there');
    equal(sessions.cache.get(session.id), undefined, 'after');
    equal((await sessions.getSession(session.id)).status, 'active', 'from Clerk');
    equal(sessions.cache.get(session.id), await sessions.getSession(session.id), 'a read is kept there too');
  },

  'a session is kept for 15 minutes, or for as long as its caller says': async (bench) => {
    const clock = skippableClock();
    const { cache } = bench.client({ now: clock.now }).sessions;
    cache.set('sess_1', { id: 'sess_1' });
    cache.set('sess_2', { id: 'sess_2' }, { ttlMs: 5_000 });
    cache.set('sess_3', { id: 'sess_3' }, { ttlMs: 0 });
    equal(cache.get('sess_3'), undefined, 'ttlMs 0');
    clock.skip(4_000);
    ok(cache.get('sess_2'), 'within ttlMs');
    clock.skip(1_000);
    equal(cache.get('sess_2'), undefined, 'after ttlMs');
    clock.skip(885_000);
    ok(cache.get('sess_1'), 'within 15 minutes');
    clock.skip(10_000);
    equal(cache.get('sess_1'), undefined, 'after 15 minutes');
  },

  'r16 what is no session is refused, hostile names are data': async (bench) => {
    const { cache } = bench.client().sessions;
    const circular = { id: 'sess_1' };
    circular.self = circular;
    for (const bad of [undefined, null, 'sess_1', [], {}, { id: 'sess_2' }, { id: 1 }, circular, { id: 'sess_1', n: 1n }]) {
      throws(() => cache.set('sess_1', bad), ARGUMENT, 'set');
    }
    for (const id of ['', '..', 'a/b', 5, undefined, null, {}]) {
      throws(() => cache.set(id, { id }), ARGUMENT, 'set');
      throws(() => cache.get(id), ARGUMENT, 'get');
      throws(() => cache.invalidate(id), ARGUMENT, 'invalidate');
    }
    throws(() => cache.set('sess_1', { id: 'sess_1' }, { ttlMs: -1 }), ARGUMENT, 'ttlMs');
    equal(cache.get('sess_1'), undefined, 'nothing was kept');
    cache.set('sess_1', JSON.parse('{"id":"sess_1","__proto__":{"polluted":1}}'));
    equal(cache.get('sess_1').polluted, undefined, 'nothing is inherited');
    equal({}.polluted, undefined, 'Object.prototype');
  },
};
