/** The cache and the coalescing of concurrent reads. */
import { equal, frozen, ok, sameJson } from '../support/expect.mjs';
import { crowd, skippableClock } from '../support/bench.mjs';

export const cache = {
  'a second read makes no call': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    await clerk.users.getUser(user.id);
    await clerk.users.getUser(user.id);
    await clerk.users.getUserList({ limit: 2 });
    await clerk.users.getUserList({ limit: 2 });
    equal(await bench.calls(), 2, 'one call for the user, one for the list');
  },

  'a user is served for its ttl and not after it': async (bench) => {
    const [user] = await bench.users(1);
    const clock = skippableClock();
    const { users } = bench.client({ now: clock.now, cache: { userTtlMs: 60_000 } });
    await users.getUser(user.id);
    clock.skip(50_000);
    await users.getUser(user.id);
    equal(await bench.calls(), 1, 'calls within the ttl');
    clock.skip(10_000);
    await users.getUser(user.id);
    equal(await bench.calls(), 2, 'calls after the ttl');
  },

  'a session has a ttl of its own': async (bench) => {
    const [user] = await bench.users(1);
    const [session] = await bench.direct(`/sessions?user_id=${user.id}`);
    await bench.resetStats();
    const clock = skippableClock();
    const { sessions } = bench.client({ now: clock.now });
    await sessions.getSession(session.id);
    clock.skip(880_000);
    await sessions.getSession(session.id);
    equal(await bench.calls(), 1, 'calls within 15 minutes');
    clock.skip(20_000);
    await sessions.getSession(session.id);
    equal(await bench.calls(), 2, 'calls after 15 minutes');
  },

  'a ttl of 0 keeps nothing': async (bench) => {
    const [user] = await bench.users(1);
    const { users } = bench.client({ cache: { userTtlMs: 0 } });
    await users.getUser(user.id);
    await users.getUser(user.id);
    equal(await bench.calls(), 2, 'calls to Clerk');
  },

  'request takes a ttl for one call': async (bench) => {
    const [user] = await bench.users(1);
    const clock = skippableClock();
    const clerk = bench.client({ now: clock.now });
    const read = (ttlMs) => clerk.request('GET', `/users/${user.id}`, { ttlMs });
    await read(0);
    await read(0);
    equal(await bench.calls(), 2, 'ttlMs 0 keeps nothing');
    await read(5_000);
    clock.skip(4_000);
    await read(5_000);
    equal(await bench.calls(), 3, 'within ttlMs');
    clock.skip(1_000);
    await read(5_000);
    equal(await bench.calls(), 4, 'after ttlMs');
  },

  'a cache of 0 bytes still answers': async (bench) => {
    const [user] = await bench.users(1);
    const { users } = bench.client({ cache: { maxBytes: 0 } });
    equal((await users.getUser(user.id)).id, user.id, 'the user');
    equal((await users.getUser(user.id)).id, user.id, 'the user again');
  },

  'other filters are another entry': async (bench) => {
    const { users } = bench.client();
    const lists = [
      await users.getUserList({ limit: 1 }),
      await users.getUserList({ limit: 2 }),
      await users.getUserList({ limit: 1, offset: 1 }),
    ];
    equal(await bench.calls(), 3, 'calls to Clerk');
    ok(lists[0][0].id !== lists[2][0].id, 'the offset counts');
    equal(lists[1][1].id, lists[2][0].id, 'the second user');
  },

  'twenty concurrent reads of one user make one call': async (bench) => {
    const [user] = await bench.users(1);
    await bench.configure({ latencyMs: 50 });
    const { users } = bench.client();
    const all = await Promise.all(Array.from({ length: 20 }, () => users.getUser(user.id)));
    for (const one of all) sameJson(one, user, 'each of the twenty');
    equal(await bench.calls(), 1, 'calls to Clerk');
  },

  'concurrent reads with different fields share one call': async (bench) => {
    const [user] = await bench.users(1);
    await bench.configure({ latencyMs: 50 });
    const { users } = bench.client();
    const [full, minimal] = await Promise.all([users.getUser(user.id), users.getUser(user.id, { fields: 'minimal' })]);
    sameJson(full, user, 'the full one');
    ok(!('banned' in minimal), 'the minimal one', minimal);
    equal(await bench.calls(), 1, 'calls to Clerk');
  },

  'a failure is not kept': async (bench) => {
    const [user] = await bench.users(1);
    await bench.faults({ path: `/v1/users/${user.id}`, status: 500, body: 'x', times: 1 });
    const { users } = bench.client();
    const failed = await users.getUser(user.id).then(() => false, () => true);
    ok(failed, 'the first read fails');
    equal((await users.getUser(user.id)).id, user.id, 'the second read');
  },

  'writes are never shared': async (bench) => {
    const [user] = await bench.users(1);
    await bench.configure({ latencyMs: 30 });
    const clerk = bench.client();
    const write = (name) => clerk.request('PATCH', `/users/${user.id}`, { body: { first_name: name } });
    const written = await Promise.all(['Ada', 'Grace', 'Edith'].map(write));
    sameJson(written.map((one) => one.first_name), ['Ada', 'Grace', 'Edith'], 'each write');
    equal(await bench.calls(), 3, 'calls to Clerk');
  },

  'r19b a read that began before a write does not bring the old answer back': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    await bench.faults({ method: 'GET', path: `/v1/users/${user.id}`, delayMs: 300, times: 1 });
    const slow = clerk.users.getUser(user.id);
    while ((await bench.calls()) === 0) await tick();
    await clerk.request('PATCH', `/users/${user.id}`, { body: { first_name: 'Newer' } });
    await slow;
    equal((await clerk.users.getUser(user.id)).first_name, 'Newer', 'the user read after the write');
  },

  'values that take far more memory than their text are served but not held': async (bench) => {
    let calls = 0;
    const fetch = async (url) => {
      calls += 1;
      const metadata = url.endsWith('user_heavy') ? `[${Array(2_000).fill('{}')}]` : '[1,2]';
      const body = `{"id":"${url.split('/').pop()}","unsafe_metadata":{"list":${metadata}}}`;
      return new Response(body, { headers: { 'content-type': 'application/json' } });
    };
    const clerk = bench.client({ fetch });
    for (const [id, held] of [['user_heavy', false], ['user_light', true]]) {
      const first = await clerk.users.getUser(id);
      const again = await clerk.users.getUser(id);
      frozen(again);
      sameJson(again, first, `${id} again`);
      equal(again === first, held, `${id} is held`);
    }
    equal(calls, 2, 'calls to Clerk');
    equal(clerk.metrics.report().lookups.hit, 2, 'hits are counted once');
  },

  'more users than the cache holds are still answered': async (bench) => {
    const all = await bench.users(40);
    const { users } = bench.client({ cache: { maxEntries: 10 } });
    const ids = await crowd(80, 8, async (at) => (await users.getUser(all[at % 40].id)).id);
    sameJson(ids, Array.from({ length: 80 }, (_, at) => all[at % 40].id), 'every id');
  },
};

const tick = () => new Promise((resolve) => setTimeout(resolve, 5));
