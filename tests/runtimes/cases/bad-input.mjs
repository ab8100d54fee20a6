/** Bad options and arguments are refused with a stable code, and nothing is sent. */
import { equal, ok, rejects, throws } from '../support/expect.mjs';

const ARGUMENT = { name: 'ClerkEdgeError', code: 'invalid_argument' };
const CONFIG = { name: 'ClerkEdgeError', code: 'invalid_config' };
const REFUSED = { name: 'ClerkEdgeError', code: ['invalid_argument', 'invalid_path', 'operation_not_allowed'] };

async function nothingSent(bench) {
  equal(await bench.calls(), 0, 'calls to Clerk');
  const [user] = await bench.users(1);
  equal((await bench.client().users.getUser(user.id)).id, user.id, 'a good call afterwards');
}

const show = (value) => (typeof value === 'string' ? JSON.stringify(value) : String(value));

export const badInput = {
  'options that are misspelt are refused, because they would not be in force': async (bench) => {
    const strange = { authorisedParties: ['x'], cache: { userTtl: 5 }, rateLimit: { max: 1 }, retry: { attempts: 1 } };
    for (const [name, value] of Object.entries(strange)) throws(() => bench.client({ [name]: value }), CONFIG, name);
    const clerk = bench.client({ cache: undefined, retry: null, fetch: undefined });
    const call = { authorisedParties: ['x'] };
    await rejects(clerk.verifyToken('a.b.c', call), ARGUMENT, 'verifyToken');
    await rejects(clerk.authenticateRequest({ headers: {} }, call), ARGUMENT, 'authenticateRequest');
    await nothingSent(bench);
  },

  'ids that are empty, dots, or hold what does not belong in a path': async (bench) => {
    const clerk = bench.client();
    const ids = [
      '',
      '.',
      '..',
      '../users',
      'user_1/..',
      'a/b',
      '/',
      '\\',
      'user_1\\..',
      '%2e%2e',
      '%2F',
      'user_1?x=1',
      'user_1#x',
      'user 1',
      'user_1\r\nx: y',
      'user_\0',
      'ü',
      'x'.repeat(10_000),
    ];
    for (const id of ids) {
      await rejects(clerk.users.getUser(id), ARGUMENT, `getUser(${show(id.slice(0, 40))})`);
      await rejects(clerk.sessions.getSession(id), ARGUMENT, `getSession(${show(id.slice(0, 40))})`);
    }
    await nothingSent(bench);
  },

  'ids that are not strings': async (bench) => {
    const clerk = bench.client();
    for (const id of [undefined, null, 5, {}, [], Symbol('id'), 10n, () => 'user_1']) {
      await rejects(clerk.users.getUser(id), ARGUMENT, `getUser(${show(id)})`);
      await rejects(clerk.sessions.getSession(id), ARGUMENT, `getSession(${show(id)})`);
    }
    await nothingSent(bench);
  },

  'limits outside 1 to 500': async (bench) => {
    const { users } = bench.client();
    for (const limit of [0, 501, -1, 1.5, Number.NaN, Infinity, 2 ** 53, 'ten', '', true, {}]) {
      await rejects(users.getUserList({ limit }), ARGUMENT, `limit: ${show(limit)}`);
    }
    await nothingSent(bench);
  },

  'pages below 1 and offsets below 0': async (bench) => {
    const { users } = bench.client();
    for (const page of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 53, 'one']) {
      await rejects(users.getUserList({ page }), ARGUMENT, `page: ${show(page)}`);
    }
    for (const offset of [-1, 0.5, Number.NaN, Infinity, 'none']) {
      await rejects(users.getUserList({ offset }), ARGUMENT, `offset: ${show(offset)}`);
    }
    await rejects(users.getUserList({ page: 2, offset: 10 }), ARGUMENT, 'page and offset at once');
    await nothingSent(bench);
  },

  'fields that are no selection': async (bench) => {
    const clerk = bench.client();
    for (const fields of ['everything', '', [''], ['a..b'], ['.a'], ['a.'], [1], [null], 5, {}, true]) {
      await rejects(clerk.users.getUser('user_1', { fields }), ARGUMENT, `fields: ${JSON.stringify(fields)}`);
      await rejects(clerk.users.getUserList({ fields }), ARGUMENT, `list, fields: ${JSON.stringify(fields)}`);
    }
    await nothingSent(bench);
  },

  'options that are no object': async (bench) => {
    const clerk = bench.client();
    for (const options of ['minimal', 5, true]) {
      await rejects(clerk.users.getUser('user_1', options), ARGUMENT, `getUser options ${show(options)}`);
      await rejects(clerk.users.getUserList(options), ARGUMENT, `getUserList options ${show(options)}`);
      await rejects(clerk.request('GET', '/users/count', options), ARGUMENT, `request options ${show(options)}`);
    }
    const [user] = await bench.users(1);
    await clerk.users.getUser(user.id);
    for (const options of ['minimal', 5, true]) {
      await rejects(clerk.users.getUser(user.id, options), ARGUMENT, `getUser of a kept user, options ${show(options)}`);
    }
    await bench.resetStats();
    await nothingSent(bench);
  },

  'methods and paths that leave the API': async (bench) => {
    const clerk = bench.client();
    const paths = [
      '',
      '//evil.example/users',
      '/\\evil.example',
      '/users/..',
      '/users/../jwks',
      '/users/%2e%2e/jwks',
      '/users/%2E%2E',
      '/%2f%2fevil.example',
      '/users/./count',
      '/users;x=1/count',
      'https://evil.example/users',
      '/users/count#x',
      '/users/\r\ncount',
      '/users/co\0unt',
      '/users/count?x=1',
      'users/count',
      '/users/',
    ];
    for (const path of paths) await rejects(clerk.request('GET', path), REFUSED, `GET ${show(path)}`);
    for (const method of ['', 'get\r\n', 'TRACE', 'CONNECT', 'FETCH', undefined, 5]) {
      await rejects(clerk.request(method, '/users/count'), REFUSED, `${show(method)} /users/count`);
    }
    for (const path of [undefined, null, 5, {}]) {
      await rejects(clerk.request('GET', path), REFUSED, `GET ${show(path)}`);
    }
    await nothingSent(bench);
  },

  'times and bodies that are none': async (bench) => {
    const clerk = bench.client();
    for (const ttlMs of [-1, Number.NaN, Infinity, '5', true]) {
      await rejects(clerk.request('GET', '/users/count', { ttlMs }), ARGUMENT, `ttlMs: ${show(ttlMs)}`);
    }
    const circle = {};
    circle.self = circle;
    for (const body of [circle, { big: 10n }]) {
      await rejects(clerk.request('POST', '/users', { body }), ARGUMENT, 'a body that is no JSON');
    }
    await nothingSent(bench);
  },

  'createClerkClient refuses wrong options at once': async (bench) => {
    const { createClerkClient } = bench.clerkEdge;
    const good = { secretKey: bench.secretKey, apiUrl: bench.simUrl };
    const wrong = [
      { secretKey: 'nope-nope-nope' },
      { secretKey: 5 },
      { secretKey: 'sk_test_a b' },
      { secretKey: 'sk_live_\n' },
      { apiUrl: 'http://example.com' },
      { apiUrl: 'https://u:p@example.com' },
      { apiUrl: 'https://example.com/path' },
      { apiUrl: 'ftp://example.com' },
      { apiUrl: 'example.com' },
      { apiUrl: 5 },
      { apiVersion: '../v2' },
      { apiVersion: 'v1/x' },
      { rateLimit: { limit: 0 } },
      { rateLimit: { limit: 1.5 } },
      { rateLimit: { limit: '10' } },
      { rateLimit: { windowMs: 0 } },
      { rateLimit: 5 },
      { maxConnections: 0 },
      { maxConnections: Number.NaN },
      { cache: { userTtlMs: -1 } },
      { cache: { maxBytes: -1 } },
      { cache: 'none' },
      { retry: { maxAttempts: 0 } },
      { retry: { timeoutMs: 0 } },
      { retry: { budget: 2 } },
      { fetch: 'fetch' },
      { fetch: {} },
      { now: 5 },
      { maxResponseBytes: 0 },
    ];
    for (const options of wrong) {
      const error = throws(() => createClerkClient({ ...good, ...options }), CONFIG, JSON.stringify(options));
      ok(!error.message.includes('nope'), 'the value is not in the message', error.message);
    }
    for (const options of [undefined, null, 5, 'sk_test_x']) {
      throws(() => createClerkClient(options), CONFIG, `options: ${options}`);
    }
    await nothingSent(bench);
  },

  'a client without a secret key cannot call Clerk': async (bench) => {
    const read = async () => bench.clerkEdge.createClerkClient({ apiUrl: bench.simUrl }).users.getUser('user_1');
    await rejects(read(), CONFIG, 'the read');
    await nothingSent(bench);
  },

  'a clock that is wrong does not break the client': async (bench) => {
    const [user] = await bench.users(1);
    for (const reading of [Number.NaN, -1, Infinity, 0, 'late', 2 ** 60]) {
      const { users } = bench.client({ now: () => reading });
      const outcome = await users.getUser(user.id).then((read) => read.id, (error) => error.name);
      ok([user.id, 'ClerkEdgeError'].includes(outcome), `now() is ${reading}`, outcome);
    }
    const breaking = [
      () => {
        throw new Error('no time');
      },
      () => 5n,
      () => Symbol('time'),
      () => ({ valueOf: () => 1 }),
    ];
    for (const now of breaking) {
      const { users } = bench.client({ now });
      for (const which of ['first', 'second']) equal((await users.getUser(user.id)).id, user.id, `${which} read, ${now}`);
    }
    const stepping = [5_000_000, 4_000_000, 4_000_001, 1];
    const { users } = bench.client({ now: () => stepping.shift() ?? 2 });
    equal((await users.getUser(user.id)).id, user.id, 'a clock that steps back');
  },
};
