import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { api, post, remove, simFor } from "./client.mjs";
import { seededUser } from "./seed.mjs";
import { saltOf } from "./ids.mjs";
import { DEFAULT_SECRET_KEY, seededOrganizationId, seededUserId } from "./sim.mjs";

const ids = (answer) => answer.body.map((user) => user.id);
const seeded = (...indices) => indices.map((index) => seededUserId(index));
const user = (index) => seededUser(index, saltOf(DEFAULT_SECRET_KEY));

async function rejected(sim, path, param, status = 422) {
  const { body, ...answer } = await api(sim, path);
  assert.equal(answer.status, status, path);
  assert.equal(body.errors[0].meta?.param_name, param, path);
}

describe("one user", () => {
  test("is the complete resource, as exactly application/json", async (t) => {
    const sim = await simFor(t);
    const answer = await api(sim, `/v1/users/${seededUserId(3)}`);
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.deepEqual(answer.body, user(3));
  });

  test("that does not exist is a 404 with Clerk's code", async (t) => {
    const sim = await simFor(t);
    for (const id of ["user_nobody", seededUserId(200), "user_%2e%2e"]) {
      const { status, body } = await api(sim, `/v1/users/${id}`);
      assert.deepEqual([status, body.errors[0].code], [404, "resource_not_found"]);
    }
  });
});

describe("a list of users", () => {
  test("is a bare array of the ten newest", async (t) => {
    const sim = await simFor(t);
    assert.deepEqual(ids(await api(sim, "/v1/users")), seeded(199, 198, 197, 196, 195, 194, 193, 192, 191, 190));
  });

  test("is paged by limit and offset, up to 500", async (t) => {
    const sim = await simFor(t, { users: 600 });
    assert.deepEqual(ids(await api(sim, "/v1/users?limit=2&offset=3")), seeded(596, 595));
    assert.equal((await api(sim, "/v1/users?limit=500")).body.length, 500);
    assert.deepEqual((await api(sim, "/v1/users?offset=600")).body, []);
  });

  test("ignores a limit above 500, as observed: ten rows", async (t) => {
    const sim = await simFor(t, { users: 600 });
    assert.equal((await api(sim, "/v1/users?limit=501")).body.length, 10);
  });

  test("refuses numbers out of range", async (t) => {
    const sim = await simFor(t);
    await rejected(sim, "/v1/users?limit=0", "limit");
    await rejected(sim, "/v1/users?limit=ten", "limit");
    await rejected(sim, "/v1/users?offset=-1", "offset");
  });

  test("can be walked by cursor, forwards and backwards, over changes", async (t) => {
    const sim = await simFor(t, { users: 25 });
    const walk = async (order) => {
      const seen = [];
      for (let after = ""; ;) {
        const page = ids(await api(sim, `/v1/users?limit=10&order_by=${order}${after}`));
        seen.push(...page);
        if (page.length < 10) return seen;
        after = `&starting_after=${page.at(-1)}`;
      }
    };
    await remove(sim, `/v1/users/${seededUserId(12)}`);
    const made = (await post(sim, "/v1/users", {})).body.id;
    const newest = [made, ...seeded(...Array.from({ length: 25 }, (_, at) => 24 - at).filter((at) => at !== 12))];
    assert.deepEqual(await walk("-created_at"), newest);
    assert.deepEqual(await walk("%2Bcreated_at"), [...newest].reverse());
    assert.deepEqual(await walk("created_at"), [...newest].reverse());
  });

  test("refuses a cursor with another order, with an offset, and behind nobody", async (t) => {
    const sim = await simFor(t);
    const cursor = `starting_after=${seededUserId(5)}`;
    await rejected(sim, `/v1/users?${cursor}&order_by=-updated_at`, "starting_after");
    await rejected(sim, `/v1/users?${cursor}&offset=1`, "starting_after");
    await rejected(sim, "/v1/users?starting_after=user_nobody", "starting_after");
    assert.equal((await api(sim, `/v1/users?${cursor}&offset=0`)).status, 200);
  });

  test("is ordered by the first order_by", async (t) => {
    const sim = await simFor(t, { users: 50 });
    const all = Array.from({ length: 50 }, (_, index) => user(index));
    const sorted = (key) => [...all].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)).map((one) => one.id);
    const got = async (order) => ids(await api(sim, `/v1/users?limit=50&order_by=${order}`));
    assert.deepEqual(await got("username&order_by=created_at"), sorted((one) => one.username));
    assert.deepEqual(await got("-phone_number"), sorted((one) => one.phone_numbers[0].phone_number).reverse());
    assert.deepEqual(await got("%2Blast_sign_in_at"), sorted((one) => one.last_sign_in_at));
    await rejected(sim, "/v1/users?order_by=shoe_size", "order_by");
  });
});

describe("filters", () => {
  const cases = {
    "user_id, repeated": [() => `user_id=${seededUserId(1)}&user_id=${seededUserId(4)}&user_id=user_nobody`, [4, 1]],
    "user_id, included": [() => `user_id=%2B${seededUserId(2)}`, [2]],
    "user_id, excluded": [() => `user_id=-${seededUserId(2)}&limit=3&order_by=created_at`, [0, 1, 3]],
    "email_address, in any case": [() => `email_address=${user(7).email_addresses[0].email_address.toUpperCase()}`, [7]],
    "email_address, not the primary one": [() => `email_address=${encodeURIComponent(user(8).email_addresses[1].email_address)}`, [8]],
    "phone_number": [() => `phone_number=${encodeURIComponent(user(9).phone_numbers[0].phone_number)}`, [9]],
    "username": [() => `username=${user(10).username}`, [10]],
    "external_id": [() => "external_id=crm-000011&external_id=crm-999999", [11]],
    "query, part of an address": [() => `query=${user(12).email_addresses[0].email_address.split("@")[0]}`, [12]],
    "query, an id": [() => `query=${seededUserId(13)}`, [13]],
    "email_address_query": [() => `email_address_query=${user(14).username.replace("_", ".").replace("_", ".")}`, [14]],
    "created_at": [() => `created_at_after=${user(14).created_at}&created_at_before=${user(17).created_at}`, [16, 15]],
    "provider": [() => `provider=oauth_google&provider_user_id=${user(18).external_accounts[0].provider_user_id}`, [18]],
    "two at once": [() => `username=${user(19).username}&user_id=${seededUserId(20)}`, []],
    "organization_id": [() => `organization_id=${seededOrganizationId(2)}&limit=2&order_by=created_at`, [2, 12]],
  };
  for (const [name, [query, expected]] of Object.entries(cases)) {
    test(`by ${name}`, async (t) => {
      const sim = await simFor(t);
      assert.deepEqual(ids(await api(sim, `/v1/users?${query()}`)), seeded(...expected));
    });
  }

  test("by being banned, also as a count", async (t) => {
    const sim = await simFor(t);
    await post(sim, "/v1/users/ban", { user_ids: seeded(3, 5) });
    assert.deepEqual(ids(await api(sim, "/v1/users?banned=true")), seeded(5, 3));
    assert.deepEqual((await api(sim, "/v1/users/count?banned=false")).body, { object: "total_count", total_count: 198 });
    await rejected(sim, "/v1/users?banned=maybe", "banned");
  });

  test("take at most 100 values", async (t) => {
    const sim = await simFor(t);
    const query = (count) => seeded(...Array(count).keys()).map((id) => `user_id=${id}`).join("&");
    assert.equal((await api(sim, `/v1/users?limit=200&${query(100)}`)).body.length, 100);
    await rejected(sim, `/v1/users?${query(101)}`, "user_id");
  });

  test("see changes and not what was before them", async (t) => {
    const sim = await simFor(t);
    await api(sim, `/v1/users/${seededUserId(1)}`);
    await sim.sim.instances.open(DEFAULT_SECRET_KEY).users.save({ ...user(1), username: "renamed" });
    assert.deepEqual(ids(await api(sim, "/v1/users?username=renamed")), seeded(1));
    assert.deepEqual(ids(await api(sim, `/v1/users?username=${user(1).username}`)), []);
  });
});

test("a count without a filter is the number of users", async (t) => {
  const sim = await simFor(t, { users: 100_000 });
  assert.equal((await api(sim, "/v1/users/count")).body.total_count, 100_000);
  assert.equal((await api(sim, "/v1/users/count?query=lovelace")).body.total_count > 100, true);
});

test("OAuth access tokens are an array, or an object when paginated", async (t) => {
  const sim = await simFor(t);
  const path = `/v1/users/${seededUserId(0)}/oauth_access_tokens`;
  const { body } = await api(sim, `${path}/oauth_google`);
  assert.deepEqual([body.length, body[0].object, body[0].provider], [1, "oauth_access_token", "oauth_google"]);
  assert.deepEqual((await api(sim, `${path}/oauth_google?paginated=true`)).body, { data: body, total_count: 1 });
  assert.deepEqual((await api(sim, `${path}/oauth_github`)).body, []);
  assert.equal((await api(sim, `${path}/oauth_nothing`)).body.errors[0].code, "oauth_token_provider_not_enabled");
});
