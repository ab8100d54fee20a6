import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { api, patch, post, put, remove, simFor } from "./client.mjs";
import { seededOrganizationId, seededUserId } from "./sim.mjs";

const ORGANIZATION = `/v1/organizations/${seededOrganizationId(0)}`;
const members = (body) => body.data.map((one) => one.public_user_data.user_id);

describe("organizations", () => {
  test("are read by id and by slug, with the count of members when asked for", async (t) => {
    const sim = await simFor(t);
    const { body } = await api(sim, ORGANIZATION);
    assert.deepEqual((await api(sim, `/v1/organizations/${body.slug}`)).body, body);
    assert.equal(body.members_count, undefined);
    assert.equal((await api(sim, `${ORGANIZATION}?include_members_count=true`)).body.members_count, 20);
    assert.equal((await api(sim, "/v1/organizations/org_nobody")).body.errors[0].code, "resource_not_found");
  });

  test("are listed newest first, with a total, ordered and filtered", async (t) => {
    const sim = await simFor(t);
    const list = async (query) => (await api(sim, `/v1/organizations?${query}`)).body;
    const page = await list("limit=2&offset=1");
    assert.deepEqual([page.data.map((one) => one.id), page.total_count],
      [[seededOrganizationId(8), seededOrganizationId(7)], 10]);
    const names = (await list("order_by=name")).data.map((one) => one.name);
    assert.deepEqual(names, [...names].sort());
    const only = async (query) => (await list(query)).data.map((one) => one.id);
    assert.deepEqual(await only(`user_id=${seededUserId(13)}`), [seededOrganizationId(3)]);
    assert.deepEqual(await only(`organization_id=${seededOrganizationId(4)}`), [seededOrganizationId(4)]);
    assert.deepEqual(await only("query=northwind"), [seededOrganizationId(0)]);
    assert.equal((await only(`user_id=-${seededUserId(13)}`)).length, 9);
  });

  test("are created with their creator as admin", async (t) => {
    const sim = await simFor(t);
    const { status, body } = await post(sim, "/v1/organizations",
      { name: "Ada & Friends", created_by: seededUserId(5), public_metadata: { a: 1 } });
    assert.deepEqual([status, body.name, body.members_count], [200, "Ada & Friends", 1]);
    const list = (await api(sim, `/v1/organizations/${body.id}/memberships`)).body;
    assert.deepEqual([members(list), list.data[0].role], [[seededUserId(5)], "org:admin"]);
    const mine = (await api(sim, `/v1/users/${seededUserId(5)}/organization_memberships`)).body;
    assert.deepEqual(mine.data.map((one) => one.organization.id), [seededOrganizationId(5), body.id]);
  });

  test("refuse wrong values", async (t) => {
    const sim = await simFor(t);
    const code = async (answer) => (await answer).body.errors[0].code;
    assert.equal(await code(post(sim, "/v1/organizations", {})), "form_param_missing");
    assert.equal(await code(post(sim, "/v1/organizations", { name: "x", created_by: "user_x" })), "organization_creator_not_found");
    assert.equal(await code(post(sim, "/v1/organizations", { name: "x", slug: "No Slug" })), "form_param_format_invalid");
    assert.equal(await code(post(sim, "/v1/organizations", { name: "x".repeat(257) })), "form_param_max_length_exceeded");
    assert.equal(await code(post(sim, "/v1/organizations", { name: "see https://x.y" })), "form_param_format_invalid");
    const { slug } = (await api(sim, `/v1/organizations/${seededOrganizationId(1)}`)).body;
    assert.equal(await code(patch(sim, ORGANIZATION, { slug })), "form_already_exists");
    assert.equal(await code(patch(sim, ORGANIZATION, { public_metadata: {} })), "form_param_unknown");
  });

  test("are changed, and found by their new slug only", async (t) => {
    const sim = await simFor(t);
    const { slug } = (await api(sim, ORGANIZATION)).body;
    const { body } = await patch(sim, ORGANIZATION, { name: "Renamed", slug: "renamed", max_allowed_memberships: 7 });
    assert.deepEqual([body.name, body.slug, body.max_allowed_memberships], ["Renamed", "renamed", 7]);
    assert.deepEqual((await api(sim, "/v1/organizations/renamed")).body, body);
    assert.equal((await api(sim, `/v1/organizations/${slug}`)).status, 404);
  });

  test("merge and replace metadata", async (t) => {
    const sim = await simFor(t);
    const merged = await patch(sim, `${ORGANIZATION}/metadata`, { public_metadata: { tier: null, a: { b: 1 } } });
    assert.deepEqual([merged.body.public_metadata, merged.body.private_metadata], [{ a: { b: 1 } }, { contract: "C-1000" }]);
    const replaced = await put(sim, `${ORGANIZATION}/metadata`, { public_metadata: { z: 1 } });
    assert.deepEqual(replaced.body.public_metadata, { z: 1 });
  });

  test("once deleted are gone, with their memberships", async (t) => {
    const sim = await simFor(t);
    assert.equal((await remove(sim, ORGANIZATION)).body.deleted, true);
    assert.equal((await api(sim, ORGANIZATION)).status, 404);
    const { body } = await api(sim, `/v1/users/${seededUserId(0)}/organization_memberships`);
    assert.deepEqual(body, { data: [], total_count: 0 });
  });
});

describe("memberships", () => {
  test("list the members, paged, by role and by user", async (t) => {
    const sim = await simFor(t);
    const list = async (query) => (await api(sim, `${ORGANIZATION}/memberships?${query}`)).body;
    const page = await list("limit=2&order_by=created_at");
    assert.deepEqual([members(page), page.total_count], [[seededUserId(0), seededUserId(10)], 20]);
    assert.deepEqual(members(await list("role=org:admin")), [seededUserId(0)]);
    assert.deepEqual(members(await list(`user_id=${seededUserId(20)}`)), [seededUserId(20)]);
    assert.deepEqual(members(await list(`user_id=${seededUserId(21)}`)), []);
    assert.equal((await api(sim, "/v1/organizations/org_x/memberships")).status, 404);
    assert.equal((await api(sim, "/v1/organization_memberships?limit=1")).body.total_count, 200);
  });

  test("are added, changed and removed", async (t) => {
    const sim = await simFor(t);
    const path = `${ORGANIZATION}/memberships`;
    const added = await post(sim, path, { user_id: seededUserId(1), role: "org:member" });
    assert.deepEqual([added.status, added.body.role, added.body.organization.id], [200, "org:member", seededOrganizationId(0)]);
    const again = await post(sim, path, { user_id: seededUserId(1), role: "org:member" });
    assert.deepEqual([again.status, again.body.errors[0].code], [400, "already_a_member_in_organization"]);
    const changed = await patch(sim, `${path}/${seededUserId(1)}`, { role: "org:admin" });
    assert.ok(changed.body.permissions.includes("org:sys_memberships:manage"));
    const noted = await patch(sim, `${path}/${seededUserId(1)}/metadata`, { private_metadata: { note: 1 } });
    assert.deepEqual([noted.body.private_metadata, noted.body.role], [{ note: 1 }, "org:admin"]);
    assert.equal((await remove(sim, `${path}/${seededUserId(1)}`)).body.role, "org:admin");
    assert.equal((await remove(sim, `${path}/${seededUserId(1)}`)).status, 404);
  });

  test("of the seed can be changed and removed too", async (t) => {
    const sim = await simFor(t);
    const path = `${ORGANIZATION}/memberships/${seededUserId(10)}`;
    assert.equal((await patch(sim, path, { role: "org:admin" })).body.role, "org:admin");
    await remove(sim, path);
    assert.equal((await api(sim, `/v1/users/${seededUserId(10)}/organization_memberships`)).body.total_count, 0);
    assert.equal((await api(sim, `${ORGANIZATION}/memberships`)).body.total_count, 19);
  });

  test("refuse unknown roles and people", async (t) => {
    const sim = await simFor(t);
    const path = `${ORGANIZATION}/memberships`;
    assert.equal((await post(sim, path, { user_id: seededUserId(1), role: "king" })).status, 422);
    assert.equal((await post(sim, path, { user_id: "user_x", role: "org:member" })).status, 404);
    assert.equal((await post(sim, path, { role: "org:member" })).status, 422);
    assert.equal((await patch(sim, `${path}/user_x`, { role: "org:member" })).status, 404);
  });

  test("take ten changes in ten seconds each, as organizations do", async (t) => {
    const sim = await simFor(t, { flavour: "fixed", limit: 1000, now: () => 1_800_000_000_000 });
    const path = `${ORGANIZATION}/memberships/${seededUserId(10)}`;
    for (let count = 0; count < 10; count += 1) assert.equal((await patch(sim, path, { role: "org:admin" })).status, 200);
    assert.equal((await patch(sim, path, { role: "org:member" })).status, 429);
    for (let count = 0; count < 10; count += 1) {
      assert.equal((await patch(sim, `${ORGANIZATION}/metadata`, { public_metadata: { count } })).status, 200);
    }
    assert.equal((await patch(sim, ORGANIZATION, { name: "One too many" })).status, 429);
  });
});
