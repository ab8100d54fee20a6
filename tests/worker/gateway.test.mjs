// The gateway in front of the Clerk stand-in: same requests, same answers, fewer calls.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startSim } from '../clerk-sim/sim.mjs';
import { BEARER, read, refused, requestText, SECRET, startCapture, startGateway, steer } from './support/gateway.mjs';

const TOKEN = 'gw_3f9c1d5e7a2b48c6';
const json = (method, body) => ({
  method,
  headers: { ...BEARER, 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

let sim;
let clerk;
before(async () => {
  sim = await startSim({ port: 0, flavour: 'none' });
  clerk = steer(sim.url);
});
after(() => sim?.close());

/** Users of the instance that no test before has asked for, so that nothing of them is in memory. */
let given = 0;
async function freshUsers(count) {
  const users = await clerk.direct(`/users?limit=${count}&offset=${given}`);
  given += count;
  await clerk.reset();
  return users;
}

const calls = async () => (await clerk.stats()).total;

describe('the gateway', { concurrency: false }, () => {
  let gateway;
  before(async () => {
    gateway = await startGateway(sim.url, { GATEWAY_TOKEN: TOKEN });
  });
  after(() => gateway?.stop());
  beforeEach(async () => {
    await clerk.configure({ latencyMs: 0, jitterMs: 0, faults: [] });
    await clerk.reset();
  });

  const get = async (path) => read(await gateway.ask(path));

  describe('reads', () => {
    test('a read is a miss, the next one a hit, with one call to Clerk', async () => {
      const [user] = await freshUsers(1);
      const first = await get(`/v1/users/${user.id}`);
      const second = await get(`/v1/users/${user.id}`);
      assert.deepEqual([first.cache, second.cache], ['miss', 'hit']);
      assert.deepEqual(first.body, user);
      assert.deepEqual(second.body, user);
      assert.match(second.headers.get('age'), /^\d+$/);
      assert.equal(await calls(), 1);
    });

    test('an answer is timed and is not for other caches', async () => {
      const [user] = await freshUsers(1);
      for (const { headers } of [await get(`/v1/users/${user.id}`), await get(`/v1/users/${user.id}`)]) {
        assert.match(headers.get('server-timing'), /^\w+;(dur=\d|desc=hit)/);
        assert.equal(headers.get('cache-control'), 'no-store');
      }
    });

    test('two spellings of one query are one entry', async () => {
      const [user] = await freshUsers(1);
      const one = await get(`/v1/users?user_id=${user.id}&limit=3`);
      const two = await get(`/v1/users?limit=%33&user_id=${user.id}`);
      assert.deepEqual([one.cache, two.cache], ['miss', 'hit']);
      assert.deepEqual(one.body, [user]);
      assert.deepEqual(two.body, [user]);
    });

    test('two hundred concurrent reads make one call', async () => {
      const [user] = await freshUsers(1);
      await clerk.configure({ latencyMs: 100 });
      const answers = await Promise.all(Array.from({ length: 200 }, () => get(`/v1/users/${user.id}`)));
      for (const { status, body } of answers) assert.deepEqual([status, body.id], [200, user.id]);
      assert.equal(await calls(), 1);
    });

    test('what policy does not keep is passed on every time', async () => {
      const path = '/v1/sessions?limit=1&user_id=user_nobody';
      const answers = [await get(path), await get(path)];
      assert.deepEqual(answers.map((one) => one.cache), ['pass', 'pass']);
      assert.equal(await calls(), 2);
    });

    test('an error is passed on as it is and not kept', async () => {
      const [user] = await freshUsers(1);
      const body = {
        errors: [{ code: 'quite_special', message: 'm', long_message: 'l', meta: { param_name: 'p' } }],
        clerk_trace_id: 'trace_7',
      };
      await clerk.configure({ faults: [{ path: `/v1/users/${user.id}`, status: 422, body, times: 1 }] });
      const first = await get(`/v1/users/${user.id}`);
      assert.deepEqual([first.status, first.body], [422, body]);
      assert.equal((await get(`/v1/users/${user.id}`)).status, 200);
    });

    test('a limit over 500 is for Clerk to judge', async () => {
      const { status, body } = await get('/v1/users?limit=501');
      const direct = await fetch(`${sim.url}/v1/users?limit=501`, { headers: BEARER });
      assert.equal(status, direct.status);
      const [mine, theirs] = [body, await direct.json()].map((
        one,
      ) => (Array.isArray(one) ? one.length : one.errors[0].code));
      assert.equal(mine, theirs);
    });
  });

  describe('fields and pages', () => {
    test('fields keeps what it names, of one or of many', async () => {
      const users = await freshUsers(2);
      const one = await get(`/v1/users/${users[0].id}?fields=id,email_addresses.email_address`);
      const emails = users[0].email_addresses.map(({ email_address }) => ({ email_address }));
      assert.deepEqual(one.body, { id: users[0].id, email_addresses: emails });
      const many = await get(`/v1/users?fields=minimal&user_id=${users[0].id}&user_id=${users[1].id}`);
      const minimal = ({ id, email_addresses, username }) => ({ id, email_addresses, username });
      assert.deepEqual(many.body, users.map(minimal));
    });

    test('other fields of what is in memory make no call', async () => {
      const [user] = await freshUsers(1);
      await get(`/v1/users/${user.id}`);
      const { cache, body } = await get(`/v1/users/${user.id}?fields=username`);
      assert.deepEqual([cache, body], ['hit', { username: user.username }]);
      assert.equal(await calls(), 1);
    });

    test('fields leave errors alone', async () => {
      const { status, body } = await get('/v1/users/user_none?fields=minimal');
      assert.deepEqual([status, body.errors[0].code], [404, 'resource_not_found']);
    });

    test('page counts from 1 in steps of limit', async () => {
      const expected = await clerk.direct('/users?limit=4&offset=8');
      assert.deepEqual((await get('/v1/users?limit=4&page=3')).body, expected);
      assert.deepEqual((await get('/v1/users?page=1')).body, await clerk.direct('/users'));
    });

    test('fields and pages that are none are refused', async () => {
      for (
        const query of ['fields=', 'fields=a..b', 'page=0', 'page=-1', 'page=x', 'page=1&offset=5', 'page=99999999999']
      ) {
        await refused(await gateway.ask(`/v1/users?${query}`), 422, 'invalid_argument');
      }
      assert.equal(await calls(), 0);
    });
  });

  describe('writes', () => {
    test('a write goes through and drops what it makes stale', async () => {
      const [user] = await freshUsers(1);
      const paths = [`/v1/users/${user.id}`, `/v1/users?user_id=${user.id}`, `/v1/users/${user.id}?fields=first_name`];
      for (const path of paths) await get(path);
      const written = await read(await gateway.ask(`/v1/users/${user.id}`, json('PATCH', { first_name: 'Grace' })));
      assert.deepEqual([written.status, written.cache, written.body.first_name], [200, 'pass', 'Grace']);
      const after = [];
      for (const path of paths) after.push((await get(path)).body);
      assert.deepEqual(after.map((body) => [body].flat()[0].first_name), ['Grace', 'Grace', 'Grace']);
    });

    test('a write that Clerk refuses is refused in its words', async () => {
      const { status, body } = await read(await gateway.ask('/v1/users', json('POST', { no_such_parameter: 1 })));
      assert.deepEqual([status, typeof body.errors[0].code], [422, 'string']);
    });

    test('a write of one user leaves the others in memory', async () => {
      const [user, other] = await freshUsers(2);
      await get(`/v1/users/${other.id}`);
      await gateway.ask(`/v1/users/${user.id}`, json('PATCH', { first_name: 'Grace' }));
      assert.equal((await get(`/v1/users/${other.id}`)).cache, 'hit');
    });

    test('identical writes at once are all made', async () => {
      const [user] = await freshUsers(1);
      await clerk.configure({ latencyMs: 50 });
      const body = { first_name: 'Ada' };
      await Promise.all(Array.from({ length: 3 }, () => gateway.ask(`/v1/users/${user.id}`, json('PATCH', body))));
      assert.equal(await calls(), 3);
    });
  });

  describe('what it refuses', () => {
    test('operations that Clerk does not have', async () => {
      const unknown = [
        ['GET', '/v1/nothing'],
        ['GET', '/v1'],
        ['DELETE', '/v1/users'],
        ['PUT', '/v1/users/user_1'],
        ['GET', '/v2/users'],
        ['HEAD', '/v1/users'],
        ['OPTIONS', '/v1/users'],
      ];
      for (const [method, path] of unknown) {
        const response = await gateway.ask(path, { method });
        if (method === 'HEAD') assert.deepEqual([response.status, await response.text()], [404, '']);
        else await refused(response, 404, 'operation_not_allowed');
      }
      assert.equal(await calls(), 0);
    });

    test('a body that is too large, before it is sent', async () => {
      const { status, text } = await gateway.raw(
        requestText('PATCH /v1/users/user_1 HTTP/1.1', [
          'content-type: application/json',
          `content-length: ${64 << 20}`,
        ]),
      );
      assert.equal(status, 413, text);
      assert.match(text, /"code":"request_too_large"/);
      assert.equal(await calls(), 0);
    });

    test('what Clerk fails at comes out as an error with a code', async () => {
      const [user] = await freshUsers(1);
      await clerk.configure({ faults: [{ body: '<html></html>', headers: { 'content-type': 'text/html' } }] });
      await refused(await gateway.ask(`/v1/users/${user.id}`), 502, 'invalid_response');
      await clerk.configure({ faults: [{ cutAfterBytes: 0 }] });
      const broken = await read(await gateway.ask(`/v1/users/${user.id}`));
      assert.deepEqual([broken.status, broken.body.errors[0].code], [502, 'network']);
      await clerk.configure({ faults: [] });
      assert.equal((await get(`/v1/users/${user.id}`)).status, 200);
    });
  });

  describe('its own routes', () => {
    test('healthz answers anybody', async () => {
      const response = await gateway.ask('/healthz', { headers: {} });
      assert.equal(response.status, 200);
    });

    test('metrics.json and metrics answer callers alone, and hold no id', async () => {
      const [user] = await freshUsers(1);
      await get(`/v1/users/${user.id}`);
      await get(`/v1/users/${user.id}`);
      for (const path of ['/metrics.json', '/metrics']) {
        assert.equal((await gateway.ask(path, { headers: {} })).status, 401);
        const response = await gateway.ask(path);
        assert.equal(response.status, 200);
        const text = await response.text();
        assert.ok(!text.includes(user.id) && !text.includes(SECRET.slice(8)), text);
        if (path === '/metrics') assert.match(text, /^# TYPE \S+ counter$/m);
        else assert.equal(typeof JSON.parse(text), 'object');
      }
    });

    test('any other path is nothing', async () => {
      for (const path of ['/', '/v1x/users', '/favicon.ico', '/healthz/x', '/metrics/x']) {
        const { status } = await gateway.ask(path);
        assert.ok(status === 404 || status === 400, `${path}: ${status}`);
      }
      assert.equal(await calls(), 0);
    });
  });
});

describe('a gateway of its own', { concurrency: false }, () => {
  const withGateway = async (bindings, use, url = sim.url) => {
    const gateway = await startGateway(url, bindings);
    try {
      await use(gateway);
    } finally {
      await gateway.stop();
    }
  };
  beforeEach(async () => {
    await clerk.configure({ latencyMs: 0, jitterMs: 0, faults: [] });
    await clerk.reset();
  });

  test('without a secret it refuses to serve', () =>
    withGateway({ CLERK_SECRET_KEY: undefined }, async (gateway) => {
      for (const headers of [BEARER, {}, { authorization: 'Bearer ' }, { authorization: 'Bearer undefined' }]) {
        await refused(await gateway.ask('/v1/users', { headers }), 503, 'invalid_config');
      }
      assert.equal(await calls(), 0);
    }));

  test('with a secret that is none it refuses to serve, and does not show it', () =>
    withGateway({ CLERK_SECRET_KEY: 'pk_test_oops' }, async (gateway) => {
      const { body } = await refused(
        await gateway.ask('/v1/users', { headers: { authorization: 'Bearer pk_test_oops' } }),
        503,
        'invalid_config',
      );
      assert.ok(!JSON.stringify(body).includes('oops'));
    }));

  test('a var that is no number is a refusal, not a default', () =>
    withGateway({ RATE_LIMIT_LIMIT: 'many' }, async (gateway) => {
      await refused(await gateway.ask('/v1/users'), 503, 'invalid_config');
    }));

  test('a 429 of Clerk is passed on, with its Retry-After, and is waited for', () =>
    withGateway({ RATE_LIMIT_MAX_WAIT_MS: 0 }, async (gateway) => {
      const body = { errors: [{ code: 'too_many_requests', message: 'Too many requests', long_message: 'l' }] };
      await clerk.configure({ faults: [{ status: 429, headers: { 'retry-after': '9' }, body, times: 1 }] });
      const first = await refused(await gateway.ask('/v1/users?limit=1'), 429, 'too_many_requests');
      assert.equal(first.headers.get('retry-after'), '9');
      const second = await refused(await gateway.ask('/v1/users?limit=2'), 429, 'rate_limited');
      assert.match(second.headers.get('retry-after'), /^[5-9]$/);
      assert.equal(await calls(), 1);
    }));

  test('who does not fit under the limit is told when to come back', () => {
    const bindings = { RATE_LIMIT_LIMIT: 1, RATE_LIMIT_WINDOW_MS: 10_000, RATE_LIMIT_MAX_WAIT_MS: 0 };
    return withGateway(bindings, async (gateway) => {
      assert.equal((await gateway.ask('/v1/users?limit=1')).status, 200);
      const { headers } = await refused(await gateway.ask('/v1/users?limit=2'), 429, 'rate_limited');
      assert.match(headers.get('retry-after'), /^([1-9]|1[0-2])$/);
      assert.equal((await gateway.ask('/v1/users?limit=1')).status, 200, 'what is in memory is still served');
    });
  });

  test('a hang upstream is a 504', () =>
    withGateway({ RETRY_TIMEOUT_MS: 200 }, async (gateway) => {
      await clerk.configure({ faults: [{ hang: true, times: 1 }] });
      await refused(await gateway.ask('/v1/users?limit=1'), 504, 'timeout');
      assert.equal((await gateway.ask('/v1/users?limit=1')).status, 200);
    }));

  test('a time-to-live of 0 keeps nothing', () =>
    withGateway({ CACHE_USER_TTL_MS: 0 }, async (gateway) => {
      const answers = [
        await read(await gateway.ask('/v1/users?limit=1')),
        await read(await gateway.ask('/v1/users?limit=1')),
      ];
      assert.ok(answers.every(({ cache }) => cache !== 'hit'));
      assert.equal(await calls(), 2);
    }));

  test("the SDKs' unversioned machine-token paths are passed on as they are", async () => {
    const capture = await startCapture(() => ({ body: '{"object":"api_key"}' }));
    try {
      await withGateway({}, async (gateway) => {
        for (const path of ['/api_keys/verify', '/m2m_tokens/verify', '/oauth_applications/access_tokens/verify']) {
          const { status, cache } = await read(await gateway.ask(path, json('POST', { secret: 'ak_1' })));
          assert.deepEqual([status, cache], [200, 'pass']);
        }
      }, capture.url);
      assert.deepEqual(capture.seen.map(({ url }) => url), [
        '/api_keys/verify',
        '/m2m_tokens/verify',
        '/oauth_applications/access_tokens/verify',
      ]);
    } finally {
      await capture.close();
    }
  });
});
