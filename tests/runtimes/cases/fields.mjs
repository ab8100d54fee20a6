/** Field selection: presets, names, dotted paths. */
import { equal, ok, sameJson } from '../support/expect.mjs';

const pick = (value, ...names) => Object.fromEntries(names.filter((name) => name in value).map((name) => [name, value[name]]));

export const fields = {
  'minimal and basic keep their fields, full keeps all': async (bench) => {
    const [user] = await bench.users(1);
    const { users } = bench.client();
    sameJson(await users.getUser(user.id, { fields: 'minimal' }), pick(user, 'id', 'email_addresses', 'username'), 'minimal');
    sameJson(await users.getUser(user.id, { fields: 'basic' }), pick(user, 'id', 'email_addresses', 'first_name', 'last_name'), 'basic');
    sameJson(await users.getUser(user.id, { fields: 'full' }), user, 'full');
    equal(await bench.calls(), 1, 'calls to Clerk for all three');
  },

  'names keep those fields and no other': async (bench) => {
    const [user] = await bench.users(1);
    const read = await bench.client().users.getUser(user.id, { fields: ['id', 'banned', 'created_at'] });
    sameJson(read, pick(user, 'id', 'banned', 'created_at'), 'the three fields');
  },

  'a dot goes into objects and into each element of an array': async (bench) => {
    const [user] = await bench.users(1);
    const read = await bench.client().users.getUser(user.id, {
      fields: ['email_addresses.email_address', 'email_addresses.verification.status', 'public_metadata.plan'],
    });
    const expected = {
      email_addresses: user.email_addresses.map((one) => ({ email_address: one.email_address, verification: { status: one.verification.status } })),
      public_metadata: pick(user.public_metadata, 'plan'),
    };
    sameJson(read, expected, 'the nested fields');
  },

  'a list keeps the fields of each element': async (bench) => {
    const expected = await bench.users(5);
    const list = await bench.client().users.getUserList({ limit: 5, fields: ['id', 'username'] });
    sameJson(list, expected.map((user) => pick(user, 'id', 'username')), 'the five users');
  },

  'request takes fields too': async (bench) => {
    const [user] = await bench.users(1);
    const [session] = await bench.direct(`/sessions?user_id=${user.id}`);
    const clerk = bench.client();
    const read = await clerk.request('GET', `/sessions/${session.id}`, { fields: ['id', 'status'] });
    sameJson(read, pick(session, 'id', 'status'), 'the session');
    sameJson(await clerk.request('GET', `/users/${user.id}`, { fields: ['id'] }), { id: user.id }, 'the user');
  },

  'a field that is not there is left out': async (bench) => {
    const [user] = await bench.users(1);
    const read = await bench.client().users.getUser(user.id, { fields: ['id', 'no_such_field', 'public_metadata.no_such.field'] });
    equal(read.id, user.id, 'what exists');
    ok(!('no_such_field' in read), 'what does not', read);
    ok(!JSON.stringify(read).includes('no_such'), 'nor nested', read);
  },

  'r17 private metadata and second factors stay out unless they are named': async (bench) => {
    const [user] = await bench.users(1);
    const { users } = bench.client();
    for (const selection of ['minimal', 'basic', ['id'], ['email_addresses']]) {
      const text = JSON.stringify(await users.getUser(user.id, { fields: selection }));
      ok(!/private_metadata|totp|backup_code|password/.test(text), `${selection} lets nothing private through`, text);
    }
    const named = await users.getUser(user.id, { fields: ['private_metadata'] });
    sameJson(named, { private_metadata: user.private_metadata }, 'named, it is there');
  },

  'escaped names and duplicate names in the answer are understood': async (bench) => {
    const path = '/v1/users/user_escaped';
    await bench.faults({ path, body: '{"id":"user_escaped","user\\u006eame":"ada","first_name":"first","first_name":"last","x":"\\"id\\":1}"}' });
    const read = await bench.client().users.getUser('user_escaped', { fields: ['id', 'username', 'first_name'] });
    sameJson(read, { id: 'user_escaped', username: 'ada', first_name: 'last' }, 'as JSON.parse reads it');
  },
};
