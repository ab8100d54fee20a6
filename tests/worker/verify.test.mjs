// GET /verify: who a request is from, for proxies that ask. Tokens come from the Clerk stand-in.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSim } from '../clerk-sim/sim.mjs';
import { BEARER, read, refused, requestText, startGateway, steer } from './support/gateway.mjs';
import { load } from './support/load.mjs';

const TOKENS = 200;
const MIXED_UP = /different request context|will never complete|code had hung|on behalf of a different request/;

let sim;
let clerk;
let instance;
before(async () => {
  sim = await startSim({ port: 0, flavour: 'none' });
  clerk = steer(sim.url);
  instance = await (await fetch(`${sim.url}/__sim/instance`, { headers: BEARER })).json();
});
after(() => sim?.close());

/** A Worker of its own for one test. */
async function working(test, bindings = {}) {
  const gateway = await startGateway(sim.url, bindings);
  test.after(() => gateway.stop());
  return gateway;
}

async function token(userId, more = {}) {
  const body = JSON.stringify({ userId, expiresInSeconds: 600, ...more });
  const headers = { ...BEARER, 'content-type': 'application/json' };
  return (await (await fetch(`${sim.url}/__sim/session-token`, { method: 'POST', headers, body })).json()).jwt;
}

const bearer = (jwt) => ({ headers: { authorization: `Bearer ${jwt}` } });
const jwksCalls = async () => (await clerk.stats()).byPath['/v1/jwks'] ?? 0;

describe('who a request is from', () => {
  test('a token in the header: the claims, and who they are about in headers', async (t) => {
    const gateway = await working(t);
    const [user] = await clerk.direct('/users?limit=1');
    const jwt = await token(user.id, { claims: { o: { id: 'org_1', slg: 'acme', rol: 'admin' } } });
    const { status, headers, body } = await read(await gateway.ask('/verify', bearer(jwt)));
    assert.equal(status, 200);
    assert.equal(body.sub, user.id);
    const told = Object.fromEntries(['user-id', 'session-id', 'org-id', 'org-slug', 'org-role'].map((name) => [name, headers.get(`x-clerk-${name}`)]));
    assert.deepEqual(told, { 'user-id': user.id, 'session-id': body.sid, 'org-id': 'org_1', 'org-slug': 'acme', 'org-role': 'org:admin' });
    assert.equal(headers.get('cache-control'), 'no-store');
  });

  test('a token in the cookies of this instance', async (t) => {
    const gateway = await working(t, { CLERK_PUBLISHABLE_KEY: instance.publishableKey });
    const [user] = await clerk.direct('/users?limit=1');
    const jwt = await token(user.id);
    const cookie = `__session=${jwt}; __client_uat=1; __clerk_db_jwt=x`;
    const { status, headers } = await read(await gateway.ask('/verify', { headers: { cookie } }));
    assert.deepEqual([status, headers.get('x-clerk-user-id')], [200, user.id]);
  });

  test('r10 what a client says about itself in x-clerk headers is neither believed nor handed on', async (t) => {
    const gateway = await working(t);
    const headers = { 'x-clerk-user-id': 'user_forged', 'x-clerk-auth-status': 'signed-in', 'x-clerk-org-id': 'org_forged' };
    const answer = await refused(await gateway.ask('/verify', { headers }), 401, 'token_verification_failed');
    assert.equal(answer.headers.get('x-clerk-user-id'), null);
    const [user] = await clerk.direct('/users?limit=1');
    const jwt = await token(user.id);
    const real = await read(await gateway.ask('/verify', { headers: { ...headers, authorization: `Bearer ${jwt}` } }));
    assert.deepEqual([real.headers.get('x-clerk-user-id'), real.headers.get('x-clerk-org-id')], [user.id, null]);
  });

  test('nobody: 401 with the reason, and nothing else is told', async (t) => {
    const gateway = await working(t, { CLERK_AUTHORIZED_PARTIES: 'https://app.example.com' });
    const [user] = await clerk.direct('/users?limit=1');
    const azp = { azp: 'https://app.example.com' };
    const good = await token(user.id, { claims: azp });
    assert.equal((await gateway.ask('/verify', bearer(good))).status, 200);
    for (const [reason, jwt] of [
      ['token-invalid-signature', `${good.slice(0, -6)}AAAAAA`],
      ['token-invalid-authorized-parties', await token(user.id)],
      ['session-token-expired-refresh-non-eligible-no-refresh-cookie', await token(user.id, { claims: { ...azp, exp: 1_000_000_000 } })],
      ['session-pending', await token(user.id, { claims: { ...azp, sts: 'pending' } })],
      ['token-type-mismatch', await token(user.id, { claims: azp, header: { cat: 'cl_B7d4PD222AAA' } })],
      ['token-invalid', 'nonsense'],
    ]) {
      const answer = await refused(await gateway.ask('/verify', bearer(jwt)), 401, 'token_verification_failed');
      assert.equal(answer.headers.get('x-clerk-auth-reason'), reason);
      assert.equal(answer.body.errors[0].meta.reason, reason);
      assert.equal(answer.headers.get('x-clerk-user-id'), null, reason);
    }
    const none = await refused(await gateway.ask('/verify', { headers: {} }), 401, 'token_verification_failed');
    assert.equal(none.headers.get('x-clerk-auth-reason'), 'session-token-and-uat-missing');
  });

  test('HEAD tells the same without the body', async (t) => {
    const gateway = await working(t);
    const [user] = await clerk.direct('/users?limit=1');
    const response = await gateway.ask('/verify', { method: 'HEAD', ...bearer(await token(user.id)) });
    assert.deepEqual([response.status, response.headers.get('x-clerk-user-id'), await response.text()], [200, user.id, '']);
    assert.equal((await gateway.ask('/verify', { method: 'HEAD', ...bearer('x') })).status, 401);
  });

  test('our own secret key is no session, and no other method is answered', async (t) => {
    const gateway = await working(t);
    await refused(await gateway.ask('/verify'), 401, 'token_verification_failed');
    for (const method of ['POST', 'PUT', 'DELETE']) await refused(await gateway.ask('/verify', { method }), 404, 'operation_not_allowed');
  });

  test('r18 headers of any kind get an answer, and the next is right', async (t) => {
    const gateway = await working(t);
    for (const value of ['Bearer', 'Bearer ', 'Bearer  x', `Bearer ${'.'.repeat(5000)}`, `Bearer ${'A'.repeat(14_000)}.A.A`, 'Basic x', '\x01\xff']) {
      const text = requestText('GET /verify HTTP/1.1').replace(/authorization: .*\r\n/, `authorization: ${value}\r\n`);
      const { status } = await gateway.raw(text);
      assert.ok([400, 401].includes(status), `${value.slice(0, 20)}: ${status}`);
    }
    const [user] = await clerk.direct('/users?limit=1');
    assert.equal((await gateway.ask('/verify', bearer(await token(user.id)))).status, 200);
  });
});

describe('keys', () => {
  test('with the PEM nothing is fetched', async (t) => {
    const gateway = await working(t, { CLERK_JWT_KEY: instance.jwtKey.replaceAll('\n', '\\n') });
    const [user] = await clerk.direct('/users?limit=1');
    const jwt = await token(user.id);
    const before = await jwksCalls();
    assert.equal((await gateway.ask('/verify', bearer(jwt))).status, 200);
    assert.equal(await jwksCalls(), before);
  });

  test('a hundred cold at once fetch the key set once', async (t) => {
    const gateway = await working(t);
    const [user] = await clerk.direct('/users?limit=1');
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, n) => token(user.id, { claims: { n } })));
    const before = await jwksCalls();
    const answers = await Promise.all(tokens.map((jwt) => gateway.ask('/verify', bearer(jwt))));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(await jwksCalls() - before, 1);
  });

  test('without keys, because Clerk is down, it is 503 and not 401: nobody is signed out by an outage', async (t) => {
    const [user] = await clerk.direct('/users?limit=1');
    const jwt = await token(user.id);
    await clerk.configure({ faults: [{ path: '/v1/jwks', status: 503, body: '{}' }] });
    t.after(() => clerk.configure({ faults: [] }));
    const gateway = await working(t);
    const answer = await refused(await gateway.ask('/verify', bearer(jwt)), 503, 'token_verification_failed');
    assert.equal(answer.headers.get('x-clerk-auth-reason'), 'jwk-remote-failed-to-load');
    assert.equal(answer.headers.get('retry-after'), '1');
  });
});

test('r12 a session that Clerk says has ended is refused at once, though its token has time left', async (t) => {
  const { Webhook } = await import('standardwebhooks');
  const secret = 'whsec_d2ViaG9va3Mgb2YgdGhlIFdvcmtlciB0ZXN0cw==';
  const gateway = await working(t, { CLERK_WEBHOOK_SIGNING_SECRET: secret });
  const [user] = await clerk.direct('/users?limit=1');
  const [ended, other] = [await token(user.id, { claims: { sid: 'sess_ended' } }), await token(user.id, { claims: { sid: 'sess_other' } })];
  for (const jwt of [ended, other, ended]) assert.equal((await gateway.ask('/verify', bearer(jwt))).status, 200);
  const body = JSON.stringify({ type: 'session.revoked', object: 'event', data: { id: 'sess_ended', user_id: user.id }, timestamp: Date.now() });
  const at = new Date();
  const headers = { 'svix-id': 'msg_r12', 'svix-timestamp': String(Math.floor(at / 1000)), 'svix-signature': new Webhook(secret).sign('msg_r12', at, body) };
  assert.equal((await gateway.ask('/webhooks/clerk', { method: 'POST', headers, body })).status, 200);
  assert.equal((await gateway.ask('/verify', bearer(ended))).status, 401);
  assert.equal((await gateway.ask('/verify', bearer(other))).status, 200);
});

for (const { name, v8Flags, requests } of [
  { name: '40,000 requests', requests: 10_000 },
  { name: '10,000 requests through eagerly optimised code', v8Flags: ['--invocation-count-for-turbofan=50'], requests: 2_500 },
]) {
  test(`r15 r30 ${name} in one isolate each get their own user, whoever leaves`, { timeout: 180_000 }, async (t) => {
    const { builtWorker, deployedCompatibility, startWorkerd } = await import('./support/workerd.mjs');
    const bindings = { CLERK_SECRET_KEY: BEARER.authorization.slice(7), CLERK_API_URL: sim.url, CACHE_MAX_VERIFIED_TOKENS: TOKENS / 2 };
    const worker = await startWorkerd(builtWorker(), { bindings, v8Flags, ...deployedCompatibility() });
    t.after(() => worker.stop());
    const users = await clerk.direct(`/users?limit=${TOKENS}`);
    // Half of them do not fit, so that first sights, repeats and evictions go on all the time.
    const presented = await Promise.all(users.map(async ({ id }) => ({ id, headers: `authorization: Bearer ${await token(id)}\r\n` })));
    for (const [seed, resetShare] of [[1, 0], [2, 0.2], [3, 0], [4, 0.2]]) {
      const ask = (random) => ({ path: '/verify', ...presented[Math.floor(random() * presented.length)] });
      const seen = await load({ port: worker.port, connections: 100, requests, resetShare, ask, field: 'sub', seed });
      const said = JSON.stringify(seen);
      assert.equal(seen.wrong + seen.hang + seen.status500 + seen.other + seen.connection, 0, said);
      assert.equal(seen.ok + seen.cancelled, requests, said);
    }
    assert.doesNotMatch(worker.log(), MIXED_UP);
  });
}
