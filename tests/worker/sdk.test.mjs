// Clerk's own SDK with its API URL at the Worker, beside the same SDK straight at the Clerk stand-in: every answer and
// every error must be the same, cold and warm.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createClerkClient } from '@clerk/backend';
import { startSim } from '../clerk-sim/sim.mjs';
import { SECRET, startGateway, steer } from './support/gateway.mjs';

let sim;
let clerk;
let gateway;
before(async () => {
  sim = await startSim({ port: 0, flavour: 'none' });
  clerk = steer(sim.url);
  gateway = await startGateway(sim.url);
});
after(async () => {
  await gateway?.stop();
  await sim?.close();
});
beforeEach(() => clerk.configure({ latencyMs: 0, jitterMs: 0, faults: [] }));

const sdkAt = (apiUrl, secretKey = SECRET) => createClerkClient({ secretKey, apiUrl, telemetry: { disabled: true } });

/** An answer or an error as plain data, so that classes do not matter; trace ids differ by nature. */
async function outcome(call) {
  try {
    return { answer: plain(await call()) };
  } catch (error) {
    const { name, status, errors, code, retryAfter, clerkTraceId, message } = error;
    return plain({ failed: { name, status, errors, code, retryAfter, message, traced: clerkTraceId !== '' } });
  }
}

const plain = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** `use(sdk)` answers the same through the Worker as it does directly, the first time and from memory. */
async function same(use, { secretKey } = {}) {
  const direct = await outcome(() => use(sdkAt(sim.url, secretKey)));
  for (const round of ['cold', 'warm']) {
    assert.deepEqual(await outcome(() => use(sdkAt(gateway.url, secretKey))), direct, round);
  }
  return direct;
}

const answered = async (use) => {
  const { answer, failed } = await same(use);
  assert.equal(failed, undefined);
  return answer;
};

describe('reads', { concurrency: false }, () => {
  test('users: list, get, count', async () => {
    const list = await answered((sdk) => sdk.users.getUserList({ limit: 3, offset: 2 }));
    assert.equal(list.data.length, 3);
    assert.equal((await answered((sdk) => sdk.users.getUser(list.data[0].id))).id, list.data[0].id);
    assert.ok(await answered((sdk) => sdk.users.getCount()) > 0);
    const found = await answered((sdk) => sdk.users.getUserList({ emailAddress: [list.data[1].emailAddresses[0].emailAddress] }));
    assert.deepEqual(found.data.map(({ id }) => id), [list.data[1].id]);
    await answered((sdk) => sdk.users.getUserList({ query: 'a+b@example.com', orderBy: '-created_at' }));
    await answered((sdk) => sdk.users.getUserList({ userId: list.data.map(({ id }) => id) }));
  });

  test('sessions: list, get', async () => {
    const { data: [user] } = await sdkAt(sim.url).users.getUserList({ limit: 1 });
    const { data: [session] } = await answered((sdk) => sdk.sessions.getSessionList({ userId: user.id }));
    assert.equal((await answered((sdk) => sdk.sessions.getSession(session.id))).userId, user.id);
    await answered((sdk) => sdk.sessions.getSessionList({ userId: user.id, status: 'active' }));
  });

  test('organizations: list, get by id and by slug', async () => {
    const list = await answered((sdk) => sdk.organizations.getOrganizationList({ limit: 2, includeMembersCount: true }));
    const [organization] = list.data;
    assert.equal((await answered((sdk) => sdk.organizations.getOrganization({ organizationId: organization.id }))).id, organization.id);
    assert.equal((await answered((sdk) => sdk.organizations.getOrganization({ slug: organization.slug }))).id, organization.id);
  });

  test('memberships: of an organization, of a user', async () => {
    const { data: [organization] } = await sdkAt(sim.url).organizations.getOrganizationList({ limit: 1 });
    const members = await answered((sdk) => sdk.organizations.getOrganizationMembershipList({ organizationId: organization.id, limit: 5 }));
    assert.ok(members.data.length > 0);
    const { userId } = members.data[0].publicUserData;
    const mine = await answered((sdk) => sdk.users.getOrganizationMembershipList({ userId }));
    assert.ok(mine.data.some((one) => one.organization.id === organization.id));
  });

  test('reads through the Worker take fewer calls', async () => {
    const sdk = sdkAt(gateway.url);
    const { data: [user] } = await sdk.users.getUserList({ limit: 1, offset: 40 });
    await clerk.reset();
    await Promise.all(Array.from({ length: 20 }, () => sdk.users.getUser(user.id)));
    await sdk.users.getUser(user.id);
    assert.equal((await clerk.stats()).total, 1);
  });
});

describe('writes', { concurrency: false }, () => {
  /** Writes change the stand-in, so each path writes its own value and reads it back. */
  const through = async (use) => {
    const results = [];
    for (const url of [sim.url, gateway.url]) results.push(await use(sdkAt(url), url === gateway.url));
    return results;
  };

  test('an update is read back at once', async () => {
    const { data: [user] } = await sdkAt(gateway.url).users.getUserList({ limit: 1, offset: 50 });
    await through(async (sdk, viaWorker) => {
      const firstName = viaWorker ? 'Grace' : 'Ada';
      await sdk.users.getUser(user.id);
      assert.equal((await sdk.users.updateUser(user.id, { firstName })).firstName, firstName);
      assert.equal((await sdk.users.getUser(user.id)).firstName, firstName);
    });
  });

  test('metadata merges as Clerk merges it', async () => {
    const { data: users } = await sdkAt(gateway.url).users.getUserList({ limit: 2, offset: 60 });
    const [direct, viaWorker] = await through(async (sdk, second) => {
      const { id } = users[second ? 1 : 0];
      await sdk.users.updateUserMetadata(id, { publicMetadata: { plan: 'pro', nested: { a: 1, snake_case: 2 } } });
      const { publicMetadata } = await sdk.users.updateUserMetadata(id, { publicMetadata: { plan: null, nested: { b: 2 } } });
      return { plan: publicMetadata.plan, nested: publicMetadata.nested };
    });
    assert.deepEqual(viaWorker, direct);
    assert.deepEqual(viaWorker, { plan: undefined, nested: { a: 1, snake_case: 2, b: 2 } });
  });

  test('a user is made, found, banned and deleted', async () => {
    await through(async (sdk, viaWorker) => {
      const emailAddress = [`made-${viaWorker ? 'through' : 'directly'}@example.com`];
      assert.equal((await sdk.users.getUserList({ emailAddress })).data.length, 0);
      const { id } = await sdk.users.createUser({ emailAddress, skipPasswordRequirement: true });
      assert.deepEqual((await sdk.users.getUserList({ emailAddress })).data.map((user) => user.id), [id]);
      assert.equal((await sdk.users.getUser(id)).banned, false);
      assert.equal((await sdk.users.banUser(id)).banned, true);
      assert.equal((await sdk.users.getUser(id)).banned, true);
      assert.equal((await sdk.users.deleteUser(id)).deleted, true);
      await assert.rejects(sdk.users.getUser(id), { status: 404 });
    });
  });

  test('an organization is made, renamed and deleted', async () => {
    await through(async (sdk, viaWorker) => {
      const { data: [user] } = await sdk.users.getUserList({ limit: 1 });
      const made = await sdk.organizations.createOrganization({ name: `Made ${viaWorker}`, createdBy: user.id });
      const organizationId = made.id;
      assert.equal((await sdk.organizations.getOrganization({ organizationId })).name, made.name);
      await sdk.organizations.updateOrganization(organizationId, { name: 'Renamed' });
      assert.equal((await sdk.organizations.getOrganization({ organizationId })).name, 'Renamed');
      await sdk.organizations.deleteOrganization(organizationId);
      await assert.rejects(sdk.organizations.getOrganization({ organizationId }), { status: 404 });
    });
  });

  test('a revoked session is read as revoked', async () => {
    const { data: users } = await sdkAt(sim.url).users.getUserList({ limit: 2, offset: 70 });
    await through(async (sdk, viaWorker) => {
      const { data: [{ id }] } = await sdk.sessions.getSessionList({ userId: users[viaWorker ? 1 : 0].id, status: 'active' });
      assert.equal((await sdk.sessions.getSession(id)).status, 'active');
      await sdk.sessions.revokeSession(id);
      assert.equal((await sdk.sessions.getSession(id)).status, 'revoked');
    });
  });
});

describe('errors', { concurrency: false }, () => {
  test('404', async () => {
    for (const use of [
      (sdk) => sdk.users.getUser('user_doesNotExist'),
      (sdk) => sdk.sessions.getSession('sess_doesNotExist'),
      (sdk) => sdk.organizations.getOrganization({ organizationId: 'org_doesNotExist' }),
    ]) {
      const { failed } = await same(use);
      assert.deepEqual([failed.status, failed.errors[0].code, failed.traced], [404, 'resource_not_found', true]);
    }
  });

  test('401 for a wrong key', async () => {
    const { failed } = await same((sdk) => sdk.users.getUser('user_1'), { secretKey: 'sk_test_x' });
    assert.deepEqual([failed.status, failed.errors[0].code], [401, 'clerk_key_invalid']);
  });

  test('422', async () => {
    const { failed } = await same((sdk) => sdk.users.createUser({ emailAddress: ['not an address'] }));
    assert.equal(failed.status, 422);
    assert.equal(typeof failed.errors[0].meta.paramName, 'string');
  });

  test('429 with the seconds to wait', async () => {
    const body = { errors: [{ code: 'too_many_requests', message: 'Too many requests', long_message: 'Too many requests, retry later' }] };
    const fault = { status: 429, headers: { 'retry-after': '3' }, body, times: 1 };
    const seen = [];
    for (const url of [sim.url, gateway.url]) {
      await clerk.configure({ faults: [fault] });
      seen.push(await outcome(() => sdkAt(url).users.getCount({ query: `at ${url}` })));
    }
    assert.deepEqual(seen[1], seen[0]);
    assert.deepEqual([seen[1].failed.status, seen[1].failed.retryAfter], [429, 3]);
  });
});
