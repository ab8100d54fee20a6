/** Webhooks: who is believed, and what an event drops. Signed here with the host's own WebCrypto, as Svix does it. */
import { equal, frozen, ok, rejects, sameJson, throws } from '../support/expect.mjs';

const SECRET = 'whsec_d2ViaG9va3Mgb2YgdGhlIGNvbmZvcm1hbmNlIHN1aXRl';
const OTHER = 'whsec_YW5vdGhlciBzZWNyZXQgYWx0b2dldGhlciwgYXMgbG9uZw==';
const REFUSED = { name: 'ClerkEdgeError', code: 'webhook_verification_failed' };

const encoder = new TextEncoder();
const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

async function signature(secret, text) {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytesOf(secret.slice('whsec_'.length)), hmac, false, ['sign']);
  const tag = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
  return `v1,${btoa(String.fromCharCode(...tag))}`;
}

const seconds = () => Math.floor(Date.now() / 1000);
let sent = 0;

/** A delivery: `{ headers, body }`. `timestamp` is the header's text, `signedAt` what is signed. */
async function delivery(event, { secret = SECRET, id, signedAt = seconds(), timestamp = String(signedAt) } = {}) {
  sent += 1;
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const name = id ?? `msg_${Date.now()}x${sent}`;
  const signed = await signature(secret, `${name}.${signedAt}.${body}`);
  return { headers: { 'svix-id': name, 'svix-timestamp': timestamp, 'svix-signature': signed }, body };
}

const asRequest = ({ headers, body }) => new Request('https://site.example/hook', { method: 'POST', headers, body });

const updated = (user) => ({
  data: user,
  event_attributes: { http_request: { client_ip: '203.0.113.7', user_agent: 'x' } },
  instance_id: 'ins_1',
  object: 'event',
  timestamp: Date.now(),
  type: 'user.updated',
});

const ADA = { id: 'user_ada', first_name: 'Ada', public_metadata: { deep: [{ er: 1 }] } };
const receiver = (bench, options) => bench.client({ webhookSigningSecret: SECRET, ...options });

export const webhooks = {
  'a genuine one is an event of Clerk\'s shape, frozen': async (bench) => {
    const { webhooks } = receiver(bench);
    const expected = updated(ADA);
    const event = await webhooks.verify(asRequest(await delivery(expected)));
    sameJson(event, expected, 'the event');
    frozen(event);
    const bare = await webhooks.verify(asRequest(await delivery({ type: 'user.deleted', data: { id: 'user_1' }, more: 1 })));
    sameJson(Object.keys(bare).sort(), Object.keys(expected).sort(), "Clerk's names and no other");
    equal(bare.object, 'event', 'object');
  },

  'headers and a body that was read already do as well': async (bench) => {
    const { webhooks } = receiver(bench);
    const { headers, body } = await delivery(updated({ ...ADA, first_name: 'Adä' }));
    const bytes = encoder.encode(`..${body}..`).subarray(2, -2);
    const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    const ways = [
      { headers, body },
      { headers: new Headers(headers), body },
      { headers: shouted, body: bytes },
      { headers: { ...headers, host: ['a', 'b'], te: undefined }, body: bytes },
    ];
    for (const way of ways) equal((await webhooks.verify(way)).data.first_name, 'Adä', 'the name');
  },

  'r19 an event drops what it makes stale, and nothing else': async (bench) => {
    const [ada, ben] = await bench.users(2);
    const clerk = receiver(bench);
    const readAll = async () => {
      await clerk.users.getUser(ada.id);
      await clerk.users.getUser(ada.id, { fields: 'minimal' });
      await clerk.users.getUser(ben.id);
      await clerk.users.getUserList({ limit: 2 });
    };
    await readAll();
    const before = await bench.calls();
    const event = await clerk.webhooks.verify(asRequest(await delivery(updated(ada))));
    sameJson(await clerk.webhooks.apply(event), { dropped: 3, replayed: false }, 'the outcome');
    await readAll();
    equal(await bench.calls() - before, 2, 'calls: the user and the list, not the other user');
  },

  'r21 a replay is verified and does nothing': async (bench) => {
    const [ada] = await bench.users(1);
    const clerk = receiver(bench);
    const hook = await delivery(updated(ada));
    await clerk.webhooks.apply(await clerk.webhooks.verify(hook));
    await clerk.users.getUser(ada.id);
    const replay = await clerk.webhooks.apply(await clerk.webhooks.verify(hook));
    sameJson(replay, { dropped: 0, replayed: true }, 'the replay');
    await clerk.users.getUser(ada.id);
    equal(await bench.calls(), 1, 'calls to Clerk');
  },

  'an event is applied after a queue, by any client with equal options': async (bench) => {
    const [ada] = await bench.users(1);
    const event = await receiver(bench).webhooks.verify(await delivery(updated(ada)));
    const { users, webhooks } = receiver(bench).with({});
    await users.getUser(ada.id);
    sameJson(await webhooks.apply(JSON.parse(JSON.stringify(event))), { dropped: 1, replayed: false }, 'the outcome');
    for (const nothing of [undefined, null, 'user.updated', 7, {}, { type: 1 }, []]) {
      await rejects(webhooks.apply(nothing), { code: 'invalid_argument' }, `apply(${JSON.stringify(nothing)})`);
    }
  },

  'r20 what is not signed is refused, and drops nothing': async (bench) => {
    const [ada] = await bench.users(1);
    const clerk = receiver(bench);
    await clerk.users.getUser(ada.id);
    const { headers, body } = await delivery(updated(ada));
    const with_ = (changed) => ({ headers: { ...headers, ...changed }, body });
    const forged = {
      'no headers': { headers: {}, body },
      'another body': { headers, body: `${body} ` },
      'another id': with_({ 'svix-id': 'msg_other' }),
      'another time': with_({ 'svix-timestamp': String(seconds() + 60) }),
      'an empty signature': with_({ 'svix-signature': '' }),
      'v1,': with_({ 'svix-signature': 'v1,' }),
      'another version': with_({ 'svix-signature': headers['svix-signature'].replace('v1', 'v2') }),
      'no version': with_({ 'svix-signature': headers['svix-signature'].slice(3) }),
      'cut short': with_({ 'svix-signature': headers['svix-signature'].slice(0, 30) }),
      'another secret': await delivery(updated(ada), { secret: OTHER }),
      'standard names': {
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replace('svix', 'webhook'), value])),
        body,
      },
    };
    for (const [name, one] of Object.entries(forged)) {
      const error = await rejects(clerk.webhooks.verify(asRequest(one)), REFUSED, name);
      ok(!error.message.includes(headers['svix-signature']), 'no signature in the message', error.message);
    }
    await clerk.users.getUser(ada.id);
    equal(await bench.calls(), 1, 'calls to Clerk');
    const several = `v1,AAAA v2,x ${headers['svix-signature']}`;
    await clerk.webhooks.verify(asRequest(with_({ 'svix-signature': several })));
  },

  'r21 five minutes to either side, to the second': async (bench) => {
    const at = 1_730_000_000;
    const hook = await delivery({ type: 'user.updated' }, { signedAt: at });
    for (const [offset, good] of [[-301, false], [-300, true], [0, true], [300, true], [301, false]]) {
      const { webhooks } = receiver(bench, { now: () => (at + offset) * 1000 + 999 });
      const outcome = await webhooks.verify(hook).then(() => true, ({ code }) => code);
      equal(outcome, good || REFUSED.code, `${offset} s`);
    }
  },

  'a fraction in the timestamp is not signed, letters are refused': async (bench) => {
    const { webhooks } = receiver(bench);
    const [signedAt, event] = [seconds(), { type: 'user.updated' }];
    await webhooks.verify(await delivery(event, { signedAt, timestamp: `${signedAt}.123` }));
    for (const timestamp of [`${signedAt}abc`, `${signedAt}.`, `+${signedAt}`, '', 'NaN']) {
      await rejects(webhooks.verify(await delivery(event, { signedAt, timestamp })), REFUSED, timestamp);
    }
    const hook = await delivery(event, { signedAt: `${signedAt}.123`, timestamp: `${signedAt}.123` });
    await rejects(webhooks.verify(hook), REFUSED, 'the fraction signed too');
  },

  'r22 without a secret nothing is verified, and an empty one is none': async (bench) => {
    const hook = await delivery({ type: 'user.updated' });
    const error = await rejects(bench.client().webhooks.verify(hook), { code: 'invalid_config' }, 'no secret');
    ok(error.message.includes('webhookSigningSecret'), 'the option is named', error.message);
    await bench.client().webhooks.verify(hook, { signingSecret: SECRET });
    await rejects(receiver(bench).webhooks.verify(hook, { signingSecret: OTHER }), REFUSED, 'the secret of the call counts');
    for (const signingSecret of ['', 'whsec_', 'whsec_?', 'nonsense!']) {
      const made = () => bench.client({ webhookSigningSecret: signingSecret });
      const shape = { code: 'invalid_config', message: /webhookSigningSecret/ };
      throws(made, shape, signingSecret);
      await rejects(receiver(bench).webhooks.verify(hook, { signingSecret }), { code: 'invalid_config' }, signingSecret);
    }
    await rejects(receiver(bench).webhooks.verify(hook, { signingSecret: 7 }), { code: 'invalid_argument' }, 'a number');
  },

  'r22 what is no raw body is refused': async (bench) => {
    const { webhooks } = receiver(bench);
    const { headers, body } = await delivery({ type: 'user.updated' });
    const read = asRequest({ headers, body });
    await read.text();
    for (const one of [undefined, null, 'x', {}, { body }, { headers }, { headers, body: JSON.parse(body) }, read]) {
      await rejects(webhooks.verify(one), { code: 'invalid_argument' }, 'no raw body');
    }
    for (const signed of ['', '[]', 'null', '{', '{}']) {
      await rejects(webhooks.verify(asRequest(await delivery(signed))), REFUSED, `a body of ${signed}`);
    }
    const large = await delivery(JSON.stringify({ type: 'x.y', data: 'x'.repeat(1 << 20) }));
    for (const one of [large, asRequest(large)]) {
      await rejects(webhooks.verify(one), { code: 'request_too_large' }, 'more than 1 MiB');
    }
  },

  'r23 a user cannot keep an event from being heard by the depth of their metadata': async (bench) => {
    const clerk = receiver(bench);
    const deep = `${'['.repeat(4_000)}${']'.repeat(4_000)}`;
    const hook = await delivery(`{"type":"session.revoked","data":{"id":"sess_1","user":{"unsafe_metadata":{"x":${deep}}}}}`);
    const event = await clerk.webhooks.verify(asRequest(hook));
    frozen(event);
    sameJson(await clerk.webhooks.apply(event), { dropped: 0, replayed: false }, 'the outcome');
  },

  'r23 of another instance': async (bench) => {
    const { webhooks } = receiver(bench, { instanceId: 'ins_1' });
    await webhooks.verify(await delivery(updated(ADA)));
    await rejects(webhooks.verify(await delivery({ ...updated(ADA), instance_id: 'ins_2' })), REFUSED, 'ins_2');
    await rejects(webhooks.verify(await delivery({ type: 'user.updated' })), REFUSED, 'no instance');
  },
};
