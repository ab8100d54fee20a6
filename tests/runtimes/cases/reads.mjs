/** Every operation answers what the Backend API answers. */
import { equal, frozen, ok, sameJson } from '../support/expect.mjs';

export const reads = {
  'getUser answers the user as Clerk sends it': async (bench) => {
    const [user] = await bench.users(1);
    const read = await bench.client().users.getUser(user.id);
    sameJson(read, user, 'the user');
  },

  'getUserList answers a bare array with one call': async (bench) => {
    const expected = await bench.users(10);
    const list = await bench.client().users.getUserList();
    ok(Array.isArray(list), 'a bare array', list);
    sameJson(list, expected, 'the ten newest users');
    equal(await bench.calls(), 1, 'calls to Clerk');
  },

  'getUserList takes limit and offset': async (bench) => {
    const expected = await bench.users(30);
    const list = await bench.client().users.getUserList({ limit: 5, offset: 20 });
    sameJson(list, expected.slice(20, 25), 'users 20 to 24');
  },

  'getUserList takes pages, counted from 1': async (bench) => {
    const expected = await bench.users(21);
    const { users } = bench.client();
    sameJson(await users.getUserList({ page: 1, limit: 7 }), expected.slice(0, 7), 'page 1');
    sameJson(await users.getUserList({ page: 3, limit: 7 }), expected.slice(14, 21), 'page 3');
  },

  'getUserList takes the bounds of limit': async (bench) => {
    const { users } = bench.client();
    equal((await users.getUserList({ limit: 1 })).length, 1, 'users for limit 1');
    equal((await users.getUserList({ limit: 500 })).length, 500, 'users for limit 500');
  },

  'getUserList takes filters in both spellings': async (bench) => {
    const expected = await bench.users(4);
    const [address] = expected[2].email_addresses.map((one) => one.email_address);
    const { users } = bench.client();
    sameJson(await users.getUserList({ emailAddress: [address] }), [expected[2]], 'by emailAddress');
    sameJson(await users.getUserList({ email_address: [address] }), [expected[2]], 'by email_address');
    const ids = [expected[0].id, expected[3].id];
    sameJson(await users.getUserList({ userId: ids }), [expected[0], expected[3]], 'by several userId');
    sameJson(await users.getUserList({ user_id: ids }), [expected[0], expected[3]], 'by several user_id');
  },

  'getUserList takes falsy filters and an order': async (bench) => {
    const expected = await bench.direct('/users?limit=3&order_by=created_at&banned=false');
    const { users } = bench.client();
    sameJson(await users.getUserList({ limit: 3, orderBy: 'created_at', banned: false, offset: 0 }), expected, 'the oldest users');
    sameJson(await users.getUserList({ limit: 3, order_by: 'created_at', banned: true }), [], 'no banned user');
  },

  'getUserList finds what needs escaping in a query': async (bench) => {
    const [user] = await bench.direct('/users?limit=1&query=%2Bhome%40example.com');
    const [found] = await bench.client().users.getUserList({ limit: 1, query: '+home@example.com' });
    ok(user !== undefined, 'a seeded user with a plus sign in an address');
    sameJson(found, user, 'the same user');
  },

  'getSession answers the session as Clerk sends it': async (bench) => {
    const [user] = await bench.users(1);
    const [session] = await bench.direct(`/sessions?user_id=${user.id}`);
    sameJson(await bench.client().sessions.getSession(session.id), session, 'the session');
  },

  'request reads any operation': async (bench) => {
    const clerk = bench.client();
    const expected = await bench.direct('/users?limit=2&order_by=username');
    sameJson(await clerk.request('GET', '/users/count'), await bench.direct('/users/count'), 'the count');
    sameJson(await clerk.request('GET', '/users', { query: { limit: 2, order_by: 'username' } }), expected, 'a list');
  },

  'request repeats a parameter for each value of an array': async (bench) => {
    const expected = await bench.users(3);
    const query = { user_id: [expected[0].id, expected[2].id], banned: undefined, limit: 10 };
    const list = await bench.client().request('GET', '/users', { query });
    sameJson(list, [expected[0], expected[2]], 'the two users');
  },

  'request writes, and drops what the write makes stale': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    await clerk.users.getUser(user.id);
    await clerk.users.getUserList({ limit: 1 });
    const changed = await clerk.request('PATCH', `/users/${user.id}`, { body: { first_name: 'Grace' } });
    equal(changed.first_name, 'Grace', 'the answer of the write');
    equal((await clerk.users.getUser(user.id)).first_name, 'Grace', 'the user read afterwards');
    equal((await clerk.users.getUserList({ limit: 1 }))[0].first_name, 'Grace', 'the list read afterwards');
  },

  'request sends a body as it is': async (bench) => {
    const [user] = await bench.users(1);
    const body = { public_metadata: { plan: 'pro', ünï: ['çodé', null, 1.5, { deep: [] }], snake_case: { camelCase: 1 } } };
    await bench.client().request('PATCH', `/users/${user.id}/metadata`, { body });
    const { public_metadata: stored } = await bench.direct(`/users/${user.id}`);
    for (const [key, value] of Object.entries(body.public_metadata)) sameJson(stored[key], value, key);
  },

  'answers are frozen all the way down': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    frozen(await clerk.users.getUser(user.id));
    frozen(await clerk.users.getUser(user.id), 'the second result');
    frozen(await clerk.users.getUserList({ limit: 3 }));
    frozen(await clerk.users.getUser(user.id, { fields: ['email_addresses.verification'] }));
    frozen(await clerk.request('GET', '/users/count'));
  },

  'methods work when they are taken off the client': async (bench) => {
    const [user] = await bench.users(1);
    const { users: { getUser }, request } = bench.client();
    equal((await getUser(user.id)).id, user.id, 'the user');
    equal((await request('GET', `/users/${user.id}`)).id, user.id, 'the user by request');
  },
};
