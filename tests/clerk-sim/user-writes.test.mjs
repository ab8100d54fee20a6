import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { api, patch, post, put, remove, simFor } from "./client.mjs";
import { seededSessionId, seededUserId } from "./sim.mjs";

const USER = `/v1/users/${seededUserId(1)}`;

async function refused(answer, code, param, status = 422) {
  const { body, status: got } = await answer;
  const [error] = body.errors;
  assert.deepEqual([got, error.code, error.meta?.param_name], [status, code, param]);
}

describe("creating a user", () => {
  test("gives a complete user with verified identifiers that can be read back", async (t) => {
    const sim = await simFor(t);
    const { status, body } = await post(sim, "/v1/users", {
      email_address: ["one@example.com", "two@example.com"], email_address_identification_status: ["verified", "reserved"],
      phone_number: ["+15551234567"], username: "new-user", first_name: "New", password: "correct horse",
      external_id: "ext-1", public_metadata: { plan: "pro" }, created_at: "2020-01-02T03:04:05.000Z",
    });
    assert.equal(status, 200);
    assert.equal(body.primary_email_address_id, body.email_addresses[0].id);
    assert.equal(body.email_addresses[0].verification.strategy, "admin");
    assert.deepEqual([body.email_addresses[1].reserved, body.email_addresses[1].verification], [true, null]);
    assert.deepEqual([body.password_enabled, body.external_id, body.public_metadata], [true, "ext-1", { plan: "pro" }]);
    assert.equal(body.created_at, Date.UTC(2020, 0, 2, 3, 4, 5));
    assert.deepEqual((await api(sim, `/v1/users/${body.id}`)).body, body);
    assert.deepEqual((await api(sim, "/v1/users?email_address=two@example.com")).body, [body]);
  });

  test("needs nothing at all", async (t) => {
    const sim = await simFor(t);
    assert.equal((await post(sim, "/v1/users", {})).status, 200);
  });

  test("refuses taken identifiers, whoever holds them", async (t) => {
    const sim = await simFor(t);
    const taken = (await api(sim, USER)).body;
    const email = taken.email_addresses[0].email_address;
    await refused(post(sim, "/v1/users", { email_address: [email.toUpperCase()] }), "form_identifier_exists", "email_address");
    await refused(post(sim, "/v1/users", { username: taken.username }), "form_identifier_exists", "username");
    await refused(post(sim, "/v1/users", { external_id: taken.external_id }), "form_identifier_exists", "external_id");
    await refused(post(sim, "/v1/users", { phone_number: [taken.phone_numbers[0].phone_number] }),
      "form_identifier_exists", "phone_number");
    await post(sim, "/v1/users", { email_address: ["made@example.com"] });
    await refused(post(sim, "/v1/users", { email_address: ["made@example.com"] }), "form_identifier_exists", "email_address");
    await remove(sim, USER);
    assert.equal((await post(sim, "/v1/users", { email_address: [email] })).status, 200);
  });

  test("refuses what is not valid, and creates nobody", async (t) => {
    const sim = await simFor(t);
    const create = (body) => post(sim, "/v1/users", body);
    await refused(create({ email_address: ["nonsense"] }), "form_param_format_invalid", "email_address");
    await refused(create({ email_address: "one@example.com" }), "form_param_type_invalid", "email_address");
    await refused(create({ email_address: ["a@b.co", "A@b.co"] }), "form_identifier_exists", "email_address");
    await refused(create({ phone_number: ["555"] }), "form_param_format_invalid", "phone_number");
    await refused(create({ web3_wallet: ["0x1"] }), "form_param_format_invalid", "web3_wallet");
    await refused(create({ username: "x" }), "form_username_invalid_length", "username");
    await refused(create({ username: "with space" }), "form_username_invalid_character", "username");
    await refused(create({ password: "short" }), "form_password_length_too_short", "password");
    await refused(create({ password_digest: "abc" }), "form_param_missing", "password_hasher");
    await refused(create({ created_at: "yesterday" }), "form_param_format_invalid", "created_at");
    await refused(create({ shoe_size: 42 }), "form_param_unknown", "shoe_size");
    await refused(create({ constructor: 1 }), "form_param_unknown", "constructor");
    await refused(create({ public_metadata: [] }), "form_param_type_invalid", "public_metadata");
    await refused(create({ public_metadata: { big: "x".repeat(8200) } }), "form_param_exceeds_allowed_size", "public_metadata");
    await refused(create("{"), "request_body_invalid", undefined, 400);
    await refused(create([]), "request_body_invalid", undefined, 400);
    assert.equal((await api(sim, "/v1/users/count")).body.total_count, 200);
  });
});

describe("updating a user", () => {
  test("changes what is given and the time of it", async (t) => {
    const sim = await simFor(t);
    const before = (await api(sim, USER)).body;
    const { body } = await patch(sim, USER, { first_name: "Grace", last_name: null });
    assert.deepEqual(body, { ...before, first_name: "Grace", last_name: null, updated_at: body.updated_at });
    assert.ok(body.updated_at > before.updated_at);
    assert.deepEqual((await api(sim, USER)).body, body);
  });

  test("no longer takes metadata, but did before 2026-05-12", async (t) => {
    const sim = await simFor(t);
    const body = { public_metadata: { only: true } };
    await refused(patch(sim, USER, body), "form_param_unknown", "public_metadata");
    const old = await patch(sim, USER, body, { headers: { "clerk-api-version": "2025-11-10" } });
    assert.deepEqual(old.body.public_metadata, { only: true });
  });

  test("keeps identifiers unique and lets a user keep its own", async (t) => {
    const sim = await simFor(t);
    const other = (await api(sim, `/v1/users/${seededUserId(2)}`)).body;
    const mine = (await api(sim, USER)).body;
    await refused(patch(sim, USER, { username: other.username }), "form_identifier_exists", "username");
    await refused(patch(sim, USER, { external_id: other.external_id }), "form_identifier_exists", "external_id");
    assert.equal((await patch(sim, USER, { username: mine.username })).status, 200);
    assert.equal((await patch(sim, USER, { username: "" })).body.username, null);
    assert.equal((await patch(sim, `/v1/users/${seededUserId(2)}`, { username: mine.username })).status, 200);
  });

  test("sets a primary address only from the user's own", async (t) => {
    const sim = await simFor(t);
    const path = `/v1/users/${seededUserId(4)}`;
    const second = (await api(sim, path)).body.email_addresses[1].id;
    assert.equal((await patch(sim, path, { primary_email_address_id: second })).body.primary_email_address_id, second);
    await refused(patch(sim, USER, { primary_email_address_id: second }), "form_param_value_invalid", "primary_email_address_id");
  });

  test("of nobody is a 404", async (t) => {
    const sim = await simFor(t);
    for (const answer of [patch(sim, "/v1/users/user_x", {}), put(sim, "/v1/users/user_x/metadata", {}),
      remove(sim, "/v1/users/user_x"), post(sim, "/v1/users/user_x/ban")]) {
      await refused(answer, "resource_not_found", undefined, 404);
    }
  });
});

describe("metadata", () => {
  const start = { a: { b: { c: 1, d: 2 }, list: [1, 2] }, keep: "yes" };

  async function prepared(t) {
    const sim = await simFor(t);
    await put(sim, `${USER}/metadata`, { public_metadata: start, private_metadata: { p: 1 } });
    return sim;
  }

  test("PATCH merges at every level, null removes a key at every level, arrays are replaced", async (t) => {
    const sim = await prepared(t);
    const { body } = await patch(sim, `${USER}/metadata`, {
      public_metadata: { a: { b: { c: null, e: 3 }, list: [9] }, new: { x: null, y: 1 } },
    });
    assert.deepEqual(body.public_metadata, { a: { b: { d: 2, e: 3 }, list: [9] }, keep: "yes", new: { y: 1 } });
    assert.deepEqual(body.private_metadata, { p: 1 });
  });

  test("PATCH replaces a value of another kind", async (t) => {
    const sim = await prepared(t);
    const { body } = await patch(sim, `${USER}/metadata`, { public_metadata: { keep: { now: "object" }, a: 5 } });
    assert.deepEqual(body.public_metadata, { keep: { now: "object" }, a: 5 });
  });

  test("PUT replaces the fields that are given and leaves the others", async (t) => {
    const sim = await prepared(t);
    const { body } = await put(sim, `${USER}/metadata`, { public_metadata: { only: 1 } });
    assert.deepEqual([body.public_metadata, body.private_metadata], [{ only: 1 }, { p: 1 }]);
  });

  test("a key called __proto__ is data like any other", async (t) => {
    const sim = await prepared(t);
    const answer = await patch(sim, `${USER}/metadata`, '{"public_metadata":{"__proto__":{"polluted":true}}}');
    assert.match(answer.text, /"__proto__":\{"polluted":true\}/);
    assert.equal({}.polluted, undefined);
  });

  test("is limited to 8 KB a field, and other fields are refused", async (t) => {
    const sim = await prepared(t);
    await refused(patch(sim, `${USER}/metadata`, { public_metadata: { big: "x".repeat(8200) } }),
      "form_param_exceeds_allowed_size", "public_metadata");
    await refused(patch(sim, `${USER}/metadata`, { first_name: "x" }), "form_param_unknown", "first_name");
    await refused(patch(sim, `${USER}/metadata`, { public_metadata: null }), "form_param_type_invalid", "public_metadata");
  });
});

describe("banning", () => {
  test("revokes the sessions, and unbanning does not bring them back", async (t) => {
    const sim = await simFor(t);
    const session = `/v1/sessions/${seededSessionId(1)}`;
    assert.equal((await api(sim, session)).body.status, "active");
    assert.equal((await post(sim, `${USER}/ban`)).body.banned, true);
    assert.equal((await api(sim, session)).body.status, "revoked");
    assert.equal((await post(sim, `${USER}/unban`)).body.banned, false);
    assert.equal((await api(sim, session)).body.status, "revoked");
  });

  test("in bulk takes 1 to 50 ids and answers with the users", async (t) => {
    const sim = await simFor(t);
    const ids = Array.from({ length: 51 }, (_, index) => seededUserId(index));
    const { body } = await post(sim, "/v1/users/ban", { user_ids: [...ids.slice(0, 49), "user_nobody"] });
    assert.deepEqual(body.map((user) => [user.id, user.banned]), ids.slice(0, 49).map((id) => [id, true]));
    assert.equal((await post(sim, "/v1/users/unban", { user_ids: ids.slice(0, 50) })).body.some((user) => user.banned), false);
    await refused(post(sim, "/v1/users/ban", { user_ids: ids }), "bulk_size_exceeded", undefined, 400);
    await refused(post(sim, "/v1/users/ban", { user_ids: [] }), "bulk_size_exceeded", undefined, 400);
    await refused(post(sim, "/v1/users/ban", {}), "form_param_missing", "user_ids");
  });
});

test("locking says for how long", async (t) => {
  const sim = await simFor(t);
  const { body } = await post(sim, `${USER}/lock`);
  assert.deepEqual([body.locked, body.lockout_expires_in_seconds], [true, 3600]);
  assert.deepEqual((await post(sim, `${USER}/unlock`)).body.lockout_expires_in_seconds, null);
});

test("a deleted user is gone, with sessions and memberships", async (t) => {
  const sim = await simFor(t);
  const { body } = await remove(sim, USER);
  assert.deepEqual(body, { object: "user", id: seededUserId(1), deleted: true, external_id: "crm-000001" });
  assert.equal((await api(sim, USER)).status, 404);
  assert.equal((await remove(sim, USER)).status, 404);
  assert.equal((await api(sim, `/v1/sessions/${seededSessionId(1)}`)).status, 404);
  assert.equal((await api(sim, "/v1/users/count")).body.total_count, 199);
});

test("concurrent merges into one user lose nothing", async (t) => {
  const sim = await simFor(t);
  await Promise.all(Array.from({ length: 40 }, (_, at) =>
    patch(sim, `${USER}/metadata`, { private_metadata: { counters: { [`k${at}`]: at } } })));
  const { body } = await api(sim, USER);
  assert.equal(Object.keys(body.private_metadata.counters).length, 40);
});
