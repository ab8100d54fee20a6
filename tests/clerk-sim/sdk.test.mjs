/** Clerk's own client against the simulator: what it reads must come out as its resources. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClerkClient } from "@clerk/backend";
import { configure, post, simFor, stats } from "./client.mjs";
import { DEFAULT_SECRET_KEY, machineSecretKey, seededOrganizationId, seededSessionId, seededUserId } from "./sim.mjs";

async function connected(t, options) {
  const sim = await simFor(t, options);
  return { sim, clerk: createClerkClient({ secretKey: DEFAULT_SECRET_KEY, apiUrl: sim.url }) };
}

test("users are read, listed, counted, created, changed and deleted", async (t) => {
  const { clerk } = await connected(t);
  const user = await clerk.users.getUser(seededUserId(0));
  assert.deepEqual([user.id, user.primaryEmailAddress.emailAddress, user.externalAccounts[0].provider],
    [seededUserId(0), "fatima.lefevre.0@example.org", "oauth_google"]);
  const { data, totalCount } = await clerk.users.getUserList({ limit: 3, orderBy: "+created_at" });
  assert.deepEqual([data.map((one) => one.id), totalCount], [[0, 1, 2].map((at) => seededUserId(at)), 200]);
  const made = await clerk.users.createUser({ emailAddress: ["sdk@example.com"], publicMetadata: { deepKey: { innerKey: 1 } } });
  assert.deepEqual(made.publicMetadata, { deepKey: { innerKey: 1 } });
  await clerk.users.updateUser(made.id, { firstName: "Sdk" });
  const merged = await clerk.users.updateUserMetadata(made.id, { publicMetadata: { deepKey: { other: 2 } } });
  assert.deepEqual([merged.firstName, merged.publicMetadata], ["Sdk", { deepKey: { innerKey: 1, other: 2 } }]);
  assert.equal((await clerk.users.banUser(made.id)).banned, true);
  assert.equal((await clerk.users.deleteUser(made.id)).deleted, true);
  await assert.rejects(clerk.users.getUser(made.id), { status: 404 });
});

test("sessions and their tokens", async (t) => {
  const { clerk } = await connected(t);
  assert.equal((await clerk.sessions.getSession(seededSessionId(1))).userId, seededUserId(1));
  assert.equal((await clerk.sessions.getSessionList({ userId: seededUserId(0) })).totalCount, 2);
  assert.match((await clerk.sessions.getToken(seededSessionId(1))).jwt, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.equal((await clerk.sessions.revokeSession(seededSessionId(1))).status, "revoked");
});

test("organizations and memberships", async (t) => {
  const { clerk } = await connected(t);
  const organizationId = seededOrganizationId(0);
  assert.equal((await clerk.organizations.getOrganization({ organizationId })).name, "Northwind Labs");
  assert.equal((await clerk.organizations.getOrganizationList({ limit: 5 })).totalCount, 10);
  const { data, totalCount } = await clerk.organizations.getOrganizationMembershipList({ organizationId, limit: 5 });
  assert.deepEqual([data.length, totalCount, data[0].organization.id], [5, 20, organizationId]);
  const mine = await clerk.users.getOrganizationMembershipList({ userId: seededUserId(0) });
  assert.equal(mine.data[0].role, "org:admin");
});

test("machine credentials, on whichever paths the client takes", async (t) => {
  const { clerk, sim } = await connected(t);
  const { token } = await clerk.m2m.createToken({ machineSecretKey: machineSecretKey(0) });
  assert.equal((await clerk.m2m.verify({ token })).revoked, false);
  assert.equal((await clerk.apiKeys.verify("ak_sim_revoked_0")).revoked, true);
  assert.equal((await clerk.idPOAuthAccessToken.verify("oat_sim_active_4")).subject, seededUserId(4));
  const request = new Request("http://localhost/", { headers: { authorization: "Bearer ak_sim_active_2" } });
  const auth = (await clerk.authenticateRequest(request, { acceptsToken: "api_key" })).toAuth();
  assert.deepEqual([auth.isAuthenticated, auth.subject], [true, seededUserId(2)]);
  const { byPath } = await stats(sim);
  const asked = (path) => (byPath[path] ?? 0) + (byPath[`/v1${path}`] ?? 0);
  assert.deepEqual([asked("/m2m_tokens"), asked("/m2m_tokens/verify"), asked("/api_keys/verify")], [1, 1, 2]);
});

test("a request is authenticated, with the permissions of the active organization", async (t) => {
  const { clerk, sim } = await connected(t);
  const { jwt } = (await post(sim, "/__sim/session-token", { userId: seededUserId(0) })).body;
  const request = new Request("http://localhost/", { headers: { authorization: `Bearer ${jwt}` } });
  const options = { publishableKey: (await (await fetch(`${sim.url}/__sim/instance`)).json()).publishableKey };
  const auth = (await clerk.authenticateRequest(request, options)).toAuth();
  assert.deepEqual([auth.userId, auth.orgId, auth.orgRole], [seededUserId(0), seededOrganizationId(0), "org:admin"]);
  assert.equal(auth.has({ permission: "org:reports:manage" }), true);
  assert.equal(auth.has({ permission: "org:projects:manage" }), false);
});

test("a refusal tells how long to wait, and error codes come through", async (t) => {
  const { clerk, sim } = await connected(t, { flavour: "sliding", limit: 1, now: () => 1_800_000_000_000 });
  await clerk.users.getCount();
  await assert.rejects(clerk.users.getCount(), (error) => {
    assert.deepEqual([error.status, error.retryAfter, error.errors[0].code], [429, 10, "too_many_requests"]);
    return true;
  });
  await configure(sim, { flavour: "none" });
  await assert.rejects(clerk.users.createUser({ emailAddress: ["fatima.lefevre.0@example.org"] }), (error) => {
    assert.deepEqual([error.status, error.errors[0].code, error.errors[0].meta.paramName],
      [422, "form_identifier_exists", "email_address"]);
    return true;
  });
});
