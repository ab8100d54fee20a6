// POST /webhooks/clerk: whom the Worker believes, and what it forgets. Events come from the Clerk stand-in, from svix and
// from standardwebhooks; what is believed is compared with Clerk's own verifyWebhook.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { verifyWebhook } from '@clerk/backend/webhooks';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { startSim } from '../clerk-sim/sim.mjs';
import { BEARER, read, refused, requestText, startGateway, steer } from './support/gateway.mjs';

const SIGNING = 'whsec_d2ViaG9va3Mgb2YgdGhlIFdvcmtlciB0ZXN0cw==';
const PATH = '/webhooks/clerk';

let sim;
let clerk;
let gateway;
before(async () => {
  sim = await startSim({ port: 0, flavour: 'none' });
  clerk = steer(sim.url);
  gateway = await startGateway(sim.url, { CLERK_WEBHOOK_SIGNING_SECRET: SIGNING });
});
after(async () => {
  await gateway?.stop();
  await sim?.close();
});

const event = (type, data) => ({ type, object: 'event', data, timestamp: Date.now(), instance_id: 'ins_1' });

let sent = 0;
/** The headers that `Signer` makes for this body, and the body. */
function delivery(Signer, payload, { id = `msg_${sent += 1}`, at = new Date(), secret = SIGNING } = {}) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const headers = {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(Math.floor(at / 1000)),
    'svix-signature': new Signer(secret).sign(id, at, body),
  };
  return { headers, body };
}

const post = (hook, to = gateway) => to.ask(PATH, { method: 'POST', ...hook });

/** Users of the instance that no test before has asked for. */
let given = 0;
async function freshUsers(count) {
  const users = await clerk.direct(`/users?limit=${count}&offset=${given}`);
  given += count;
  return users;
}

/** How the Worker answers a read of this user now. */
const cached = async ({ id }, to = gateway) => (await read(await to.ask(`/v1/users/${id}`))).cache;

async function warm(user, to = gateway) {
  await cached(user, to);
  assert.equal(await cached(user, to), 'hit');
}

describe('a genuine webhook', { concurrency: false }, () => {
  for (const [name, Signer] of [['svix', SvixWebhook], ['standardwebhooks', StandardWebhook]]) {
    test(`signed with ${name} drops what it makes stale, and the other user stays`, async () => {
      const [ada, ben] = await freshUsers(2);
      await warm(ada);
      await warm(ben);
      const answer = await read(await post(delivery(Signer, event('user.updated', ada))));
      assert.deepEqual([answer.status, answer.body], [200, { received: true }]);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.deepEqual([await cached(ada), await cached(ben)], ['miss', 'hit']);
    });
  }

  test('r21 that comes again is received, and drops nothing', async () => {
    const [ada] = await freshUsers(1);
    const hook = delivery(SvixWebhook, event('user.updated', ada));
    assert.equal((await post(hook)).status, 200);
    await warm(ada);
    assert.deepEqual((await read(await post(hook))).body, { received: true, replayed: true });
    assert.equal(await cached(ada), 'hit');
  });

  test('of a type nobody knows is received, and drops nothing', async () => {
    const [ada] = await freshUsers(1);
    await warm(ada);
    for (const type of ['fax.created', 'billing.thing.changed', 'waitlistEntry.created']) {
      assert.equal((await post(delivery(SvixWebhook, event(type, ada)))).status, 200);
    }
    assert.equal(await cached(ada), 'hit');
  });

  test('with a user as large as any is received', async () => {
    const hook = delivery(SvixWebhook, event('user.updated', { id: 'user_1', filler: 'ü'.repeat(500_000) }));
    assert.equal((await post(hook)).status, 200);
  });
});

test("a change behind the Worker's back, told by Clerk's webhook, is read at once", async () => {
  const [ada] = await freshUsers(1);
  await clerk.configure({ webhookUrl: `${gateway.url}${PATH}`, webhookSecret: SIGNING });
  try {
    await warm(ada);
    const before = (await clerk.stats()).webhooks.sent;
    const init = { method: 'PATCH', headers: { ...BEARER, 'content-type': 'application/json' }, body: '{"first_name":"Ada"}' };
    await clerk.direct(`/users/${ada.id}`, init);
    for (const until = Date.now() + 5_000; (await clerk.stats()).webhooks.sent === before;) {
      assert.ok(Date.now() < until, 'no webhook was received within 5 s');
    }
    const answer = await read(await gateway.ask(`/v1/users/${ada.id}`));
    assert.deepEqual([answer.cache, answer.body.first_name], ['miss', 'Ada']);
  } finally {
    await clerk.configure({ webhookUrl: null, webhookSecret: null });
  }
});

describe('what is not genuine', { concurrency: false }, () => {
  test('r20 r23 is a 400 and drops nothing, whoever sends it', async () => {
    const [ada] = await freshUsers(1);
    await warm(ada);
    const { headers, body } = delivery(SvixWebhook, event('user.deleted', ada));
    const signature = headers['svix-signature'];
    const hours = (n) => new Date(Date.now() + n * 3_600_000);
    const forged = [
      { headers: {}, body },
      { headers: BEARER, body },
      { headers: { ...headers, 'svix-signature': '' }, body },
      { headers: { ...headers, 'svix-signature': 'v1,' }, body },
      { headers: { ...headers, 'svix-signature': signature.slice(3) }, body },
      { headers: { ...headers, 'svix-signature': signature.replace('v1', 'v1a') }, body },
      { headers: { ...headers, 'svix-signature': `${signature.slice(0, -6)}AAAAA=` }, body },
      { headers: { ...headers, 'svix-id': 'msg_other' }, body },
      { headers, body: `${body}\n` },
      { headers, body: '' },
      delivery(SvixWebhook, event('user.deleted', ada), { secret: 'whsec_b3RoZXI=' }),
      delivery(SvixWebhook, event('user.deleted', ada), { at: hours(-1) }),
      delivery(SvixWebhook, event('user.deleted', ada), { at: hours(1) }),
      delivery(SvixWebhook, ''),
      delivery(SvixWebhook, '[]'),
      delivery(SvixWebhook, '{}'),
      delivery(SvixWebhook, 'user.deleted'),
    ];
    for (const hook of forged) {
      const { body: said } = await refused(await post(hook), 400, 'webhook_verification_failed');
      assert.ok(!JSON.stringify(said).includes(signature.slice(3)), 'no signature is sent back');
    }
    assert.equal(await cached(ada), 'hit');
  });

  test('any other method finds nothing', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      await refused(await gateway.ask(PATH, { method, headers: {} }), 404, 'operation_not_allowed');
    }
    for (const path of [`${PATH}/`, '/webhooks', '/webhooks/other', `/v1${PATH}`]) {
      const hook = delivery(SvixWebhook, event('user.updated', { id: 'user_1' }));
      assert.equal((await gateway.ask(path, { method: 'POST', ...hook })).status, 401, path);
    }
  });

  test('a body that is too large is not read', async () => {
    const length = (1 << 20) + 1;
    const { status, text } = await gateway.raw(requestText(`POST ${PATH} HTTP/1.1`, [`content-length: ${length}`]));
    assert.equal(status, 413, text);
    assert.match(text, /"code":"request_too_large"/);
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(new Uint8Array(1 << 16));
        controller.close();
      },
    });
    const { headers } = delivery(SvixWebhook, '{}');
    await refused(await post({ headers, body: chunks, duplex: 'half' }), 413, 'request_too_large');
  });
});

describe('configuration', { concurrency: false }, () => {
  const withGateway = async (bindings, use) => {
    const other = await startGateway(sim.url, bindings);
    try {
      await use(other);
    } finally {
      await other.stop();
    }
  };
  const hook = () => delivery(SvixWebhook, event('user.updated', { id: 'user_1' }));

  test('r22 without a secret no webhook is received, and the rest works', () =>
    withGateway({ CLERK_WEBHOOK_SIGNING_SECRET: '' }, async (other) => {
      await refused(await post(hook(), other), 503, 'invalid_config');
      assert.equal((await other.ask('/v1/users?limit=1')).status, 200);
    }));

  test('r22 a secret that is none is a refusal of everything, and is not shown', () =>
    withGateway({ CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_' }, async (other) => {
      const { body } = await refused(await other.ask('/v1/users?limit=1'), 503, 'invalid_config');
      assert.match(body.errors[0].message, /webhookSigningSecret/);
    }));

  test('r23 a webhook of another instance is refused where one is configured', async () => {
    const { instanceId } = await (await fetch(`${sim.url}/__sim/instance`, { headers: BEARER })).json();
    const bindings = { CLERK_WEBHOOK_SIGNING_SECRET: SIGNING, CLERK_INSTANCE_ID: instanceId };
    await withGateway(bindings, async (other) => {
      await refused(await post(hook(), other), 400, 'webhook_verification_failed');
      const own = { ...event('user.updated', { id: 'user_1' }), instance_id: instanceId };
      assert.equal((await post(delivery(SvixWebhook, own), other)).status, 200);
    });
  });
});

/**
 * Where this is not as Clerk's SDK (@clerk/backend 3.25, standardwebhooks 1.1), always the stricter of the two:
 *
 * - `letters`: letters or a bare dot behind the timestamp, a sign before it. Clerk reads what parseInt reads.
 * - `tail`: anything behind a signature (`v1,<base64>,x`), a comma of joined headers included. Clerk reads up to the comma.
 * - `id`: an id with a dot, a blank or more than 256 bytes. Clerk takes any.
 * - `kind`: a body that is JSON but no object with a `type`. Clerk gives an event without a type, or throws a TypeError.
 * - `count`: more than 16 signatures before the good one. Clerk looks at all.
 */
const STRICTER = ['letters', 'tail', 'id', 'kind', 'count'];

describe("against Clerk's verifyWebhook", { concurrency: false }, () => {
  /** Numbers from 0 to 1, the same in every run. */
  function numbers(seed) {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  }

  /** A delivery with one thing changed, and what it is called; the divergence it belongs to if it is one. */
  function cases(count) {
    const random = numbers(7);
    const pick = (list) => list[Math.floor(random() * list.length)];
    const sign = (id, at, body, secret = SIGNING) => {
      const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`;
    };
    const other = () => sign('msg_x', 0, String(random()));
    const flip = (text) => {
      const at = Math.floor(random() * text.length);
      return text.slice(0, at) + pick([...'ABCxyz019+/=,. ']) + text.slice(at + 1);
    };
    const bodies = ['{"type":"user.updated","data":{"id":"user_1"}}', '{"type":"a.b","data":"ünï \\u00e9 \\ud83d"}', ' {"type":"x"} ', `{"type":"x","data":[${'1,'.repeat(999)}1]}`];
    const changes = {
      nothing: () => ({}),
      body: ({ body }) => ({ body: flip(body) }),
      'other secret': ({ id, at, body }) => ({ signature: sign(id, at, body, 'whsec_b3RoZXI=') }),
      'signature, one letter': ({ signature }) => ({ signature: flip(signature) }),
      'signature, cut': ({ signature }) => ({ signature: signature.slice(0, Math.floor(random() * signature.length)) }),
      'signature, several': ({ signature }) => ({ signature: [other(), signature, 'v2,x', 'junk'].sort(() => random() - 0.5).join(pick([' ', '  '])) }),
      'signature, version': ({ signature }) => ({ signature: signature.replace('v1', pick(['v2', 'v1a', 'V1', '', 'v11'])) }),
      'signature, tab': ({ signature }) => ({ signature: `v2,x\t${signature}` }),
      'signature, padded': ({ signature }) => ({ signature: `  ${signature}  ` }),
      'signature, without padding': ({ signature }) => ({ signature: signature.replace(/=+$/, '') }),
      'signature, tail': ({ signature }) => ({ signature: signature + pick([',x', ',', ', v1,y']), divergence: 'tail' }),
      'signature, count': ({ signature }) => ({ signature: [...Array.from({ length: 17 }, other), signature].join(' '), divergence: 'count' }),
      'id, other': ({ id }) => ({ id: `${id}x` }),
      'id, missing': () => ({ id: undefined }),
      'id, strange': ({ at, body }) => {
        const id = pick(['msg.1', 'msg 1', 'm'.repeat(257)]);
        return { id, signature: sign(id, at, body), divergence: 'id' };
      },
      'time, near the edge': ({ id, body, now }) => {
        const at = now + pick([-1, 1]) * pick([290, 310, 3_000]);
        return { at, timestamp: String(at), signature: sign(id, at, body) };
      },
      'time, other than signed': ({ at }) => ({ timestamp: String(at + 1) }),
      'time, fraction': ({ at }) => ({ timestamp: `${at}.${pick(['0', '5', '123', '999999'])}` }),
      'time, fraction signed': ({ id, at, body }) => ({ timestamp: `${at}.5`, signature: sign(id, `${at}.5`, body) }),
      'time, zeros before': ({ at }) => ({ timestamp: `00${at}` }),
      'time, letters': ({ at }) => ({ timestamp: pick([`${at}abc`, `${at}.`, `+${at}`, `${at} 1`]), divergence: 'letters' }),
      'time, none': () => ({ timestamp: pick(['', 'abc', 'NaN', '-1', '0x10', '.5', '1e9', 'Infinity']) }),
      'body, no event': ({ id, at }) => {
        const body = pick(['{}', '[]', '"x"', '1', '{"type":1}', '']);
        return { body, signature: sign(id, at, body), divergence: 'kind' };
      },
      'body, no JSON': ({ id, at }) => {
        const body = pick(['{', 'x', '{"type":"x"}}', "{'type':'x'}", '{"type":"x",}', 'null']);
        return { body, signature: sign(id, at, body) };
      },
    };
    return Array.from({ length: count }, (_, n) => {
      const name = Object.keys(changes)[n % Object.keys(changes).length];
      const now = Math.floor(Date.now() / 1000);
      const base = { id: `msg_diff${n}`, at: now, now, timestamp: String(now), body: pick(bodies) };
      base.signature = sign(base.id, base.at, base.body);
      return { name, ...base, ...changes[name](base) };
    });
  }

  test('the same are believed and the same refused, but for what is listed', async () => {
    const seen = { believed: 0, refused: 0 };
    const diverged = new Set();
    for (const { name, id, timestamp, signature, body, divergence } of cases(384)) {
      const headers = Object.fromEntries(
        Object.entries({ 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature }).filter(([, value]) => value),
      );
      const request = new Request('http://localhost/', { method: 'POST', headers, body });
      const theirs = await verifyWebhook(request, { signingSecret: SIGNING }).then(() => true, () => false);
      const response = await post({ headers, body });
      const ours = response.status === 200;
      assert.ok(ours || response.status === 400, `${name}: ${response.status}`);
      await response.body?.cancel();
      const what = `${name}: ${JSON.stringify({ ...headers, body: body.slice(0, 80) })}`;
      if (divergence) assert.ok(STRICTER.includes(divergence) && !ours, what);
      else assert.equal(ours, theirs, what);
      if (ours !== theirs) diverged.add(divergence);
      seen[ours ? 'believed' : 'refused'] += 1;
    }
    assert.ok(seen.believed > 60 && seen.refused > 100, JSON.stringify(seen));
    assert.deepEqual([...diverged].sort(), [...STRICTER].sort(), 'every divergence of the list is one');
  });
});
