/** Nobody sees what is not theirs. */
import { equal, ok, rejects, sameJson } from '../support/expect.mjs';
import { crowd, newKey } from '../support/bench.mjs';

export const isolation = {
  'r02 r19 two secret keys never share an answer': async (bench) => {
    const other = newKey();
    const [mine] = await bench.users(1);
    const [theirs] = await bench.users(1, other);
    const [a, b] = [bench.client(), bench.client({ secretKey: other })];
    equal((await a.users.getUser(mine.id)).id, mine.id, 'my user by my key');
    await rejects(b.users.getUser(mine.id), { name: 'ClerkAPIResponseError', status: 404 }, 'my user by the other key');
    equal((await b.users.getUser(theirs.id)).id, theirs.id, 'the other user by the other key');
    await rejects(
      a.users.getUser(theirs.id),
      { name: 'ClerkAPIResponseError', status: 404 },
      'the other user by my key',
    );
    const [list, otherList] = [await a.users.getUserList({ limit: 5 }), await b.users.getUserList({ limit: 5 })];
    ok(list.every((user) => otherList.every((one) => one.id !== user.id)), 'the lists have nothing in common');
  },

  'r02 two keys never share a call that is under way': async (bench) => {
    const other = newKey();
    const [mine] = await bench.users(1);
    await bench.configure({ latencyMs: 50 });
    const [a, b] = [bench.client(), bench.client({ secretKey: other })];
    const [found, refused] = await Promise.allSettled([a.users.getUser(mine.id), b.users.getUser(mine.id)]);
    equal(found.value?.id, mine.id, 'my user');
    equal(refused.reason?.status, 404, 'the other key');
    equal(await bench.calls(), 2, 'calls to Clerk');
  },

  'r02 another API version is another cache': async (bench) => {
    const [user] = await bench.users(1);
    await bench.client().users.getUser(user.id);
    await rejects(bench.client({ apiVersion: 'v2' }).users.getUser(user.id), { status: 404 }, 'the same id in v2');
  },

  'r02 no error shows the secret key': async (bench) => {
    const refuse = async () => {
      throw new TypeError('refused');
    };
    const failures = {
      network: () => bench.client({ fetch: refuse }).users.getUser('user_1'),
      'not found': () => bench.client().users.getUser('user_none'),
      'bad id': () => bench.client().users.getUser(''),
    };
    for (const [what, call] of Object.entries(failures)) {
      const error = await rejects(call(), {}, what);
      const text = `${error} ${error.stack} ${JSON.stringify(error)} ${
        JSON.stringify({ ...error })
      } ${error.cause?.stack}`;
      ok(!text.includes(bench.secretKey.slice(8)), 'the key is not in the error', text);
    }
  },

  'r15 a thousand interleaved reads of two users each see their own': async (bench) => {
    const two = await bench.users(2);
    const clerk = bench.client({ rateLimit: { limit: 100_000 } });
    await bench.configure({ jitterMs: 3 });
    await crowd(1000, 40, async (at) => {
      const user = two[at % 2];
      const fields = at % 3 === 0 ? ['id', 'username'] : 'full';
      const scoped = clerk.with({ waitUntil: () => {} });
      const read = at % 5 === 0
        ? await scoped.request('GET', `/users/${user.id}`, { ttlMs: 0, fields })
        : await scoped.users.getUser(user.id, { fields });
      equal(read.id, user.id, `id of read ${at}`);
      equal(read.username, user.username, `username of read ${at}`);
    });
  },

  'r17 options that change while a read waits do not turn a selection into the whole': async (bench) => {
    const [user] = await bench.users(1);
    await bench.configure({ latencyMs: 30 });
    const { users } = bench.client();
    await users.getUser(user.id);
    const options = { fields: 'minimal' };
    const read = users.getUser(user.id, options);
    options.fields = 'full';
    ok(!('private_metadata' in await read), 'the read that was under way');
    ok(!('private_metadata' in await users.getUser(user.id, { fields: 'minimal' })), 'the next minimal read');
    const faces = ['minimal', 'full', 'full'];
    await users.getUser(user.id, { get fields() { return faces.shift() ?? 'full'; } });
    ok(!('private_metadata' in await users.getUser(user.id, { fields: 'minimal' })), 'after options with a getter');
  },

  'r16 hostile names in metadata change no prototype': async (bench) => {
    const hostile =
      '{"__proto__":{"polluted":1,"toString":null},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}';
    const body =
      `{"id":"user_hostile","object":"user","__proto__":{"polluted":1},"public_metadata":${hostile},"private_metadata":${hostile}}`;
    await bench.faults({ path: '/v1/users/user_hostile', body });
    const clerk = bench.client();
    const selections = ['full', ['public_metadata'], ['id', '__proto__'], [
      'public_metadata.__proto__',
      'public_metadata.constructor.prototype',
    ]];
    for (const fields of selections) {
      const user = await clerk.users.getUser('user_hostile', { fields });
      for (const value of [user, user.public_metadata].filter(Boolean)) {
        ok([Object.prototype, null].includes(Object.getPrototypeOf(value)), `${fields}: the prototype is as ever`);
        equal(value.polluted, undefined, `${fields}: nothing is inherited`);
      }
    }
    equal({}.polluted, undefined, 'Object.prototype');
    equal([].polluted, undefined, 'Array.prototype');
    equal(Object.polluted, undefined, 'Object');
    const full = await clerk.users.getUser('user_hostile');
    sameJson(full, JSON.parse(body), 'the data itself is kept');
  },

  'r16 hostile names in a body and in a query are data': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    const metadata = JSON.parse('{"__proto__":{"polluted":1},"constructor":"x"}');
    await clerk.request('PATCH', `/users/${user.id}/metadata`, { body: { unsafe_metadata: metadata } });
    await clerk.request('GET', '/users', { query: JSON.parse('{"__proto__":"x","limit":1}') }).catch(() => {});
    equal({}.polluted, undefined, 'Object.prototype');
  },

  'with shares everything and adds only its own': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    const kept = [];
    const scoped = clerk.with({ waitUntil: (promise) => kept.push(promise) });
    await scoped.users.getUser(user.id);
    await clerk.users.getUser(user.id);
    equal(await bench.calls(), 1, 'one cache');
    await Promise.all(kept);
    ok(kept.length > 0, 'the call to Clerk was handed to waitUntil');
    ok(kept.every((one) => typeof one?.then === 'function'), 'waitUntil was given promises');
  },
};
