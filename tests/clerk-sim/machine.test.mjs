import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { api, post, simFor, stillClock } from "./client.mjs";
import { DEFAULT_LIVE_SECRET_KEY, machineSecretKey, seededUserId } from "./sim.mjs";

const machine = { key: machineSecretKey(0) };

for (const prefix of ["/v1", ""]) {
  describe(`machine credentials under "${prefix}"`, () => {
    test("an M2M token is created by its machine, verified, listed and revoked", async (t) => {
      const clock = stillClock();
      const sim = await simFor(t, { now: clock });
      const made = await post(sim, `${prefix}/m2m_tokens`, { seconds_until_expiration: 60, claims: { a: 1 } }, machine);
      const { token, ...record } = made.body;
      assert.deepEqual([made.status, record.expiration, record.claims], [201, clock.at + 60_000, { a: 1 }]);
      const verify = async () => (await post(sim, `${prefix}/m2m_tokens/verify`, { token })).body;
      assert.deepEqual(await verify(), record);
      const listed = (await api(sim, `${prefix}/m2m_tokens?subject=${record.subject}`)).body;
      assert.deepEqual(listed, { m2m_tokens: [record], total_count: 1 });
      await post(sim, `${prefix}/m2m_tokens/${record.id}/revoke`, { revocation_reason: "lost" }, machine);
      assert.deepEqual([(await verify()).revoked, (await verify()).revocation_reason], [true, "lost"]);
      clock.at += 60_000;
      assert.equal((await verify()).expired, true);
    });

    test("an API key is created, verified and revoked", async (t) => {
      const sim = await simFor(t);
      const made = await post(sim, `${prefix}/api_keys`, { name: "Reports", subject: seededUserId(0) });
      const { secret, ...record } = made.body;
      assert.deepEqual((await post(sim, `${prefix}/api_keys/verify`, { secret })).body, record);
      assert.deepEqual((await api(sim, `${prefix}/api_keys/${record.id}`)).body, record);
      assert.deepEqual((await api(sim, `${prefix}/api_keys?subject=${seededUserId(0)}`)).body, { data: [record], total_count: 1 });
      await post(sim, `${prefix}/api_keys/${record.id}/revoke`, {});
      const revoked = await post(sim, `${prefix}/api_keys/verify`, { secret });
      assert.deepEqual([revoked.status, revoked.body.revoked], [200, true]);
    });

    test("documented secrets verify as active, revoked or expired: all of it is a 200", async (t) => {
      const sim = await simFor(t);
      const verifiers = [["mt", "m2m_tokens", "token"], ["ak", "api_keys", "secret"],
        ["oat", "oauth_applications/access_tokens", "access_token"]];
      for (const [kind, path, field] of verifiers) {
        const verify = (secret) => post(sim, `${prefix}/${path}/verify`, { [field]: secret });
        const state = async (name) => {
          const { status, body } = await verify(`${kind}_sim_${name}_0`);
          return [status, body.revoked, body.expired];
        };
        assert.deepEqual(await state("active"), [200, false, false]);
        assert.deepEqual(await state("revoked"), [200, true, false]);
        assert.deepEqual(await state("expired"), [200, false, true]);
        assert.equal((await verify(`${kind}_unknown`)).status, 404);
        assert.equal((await verify("mt_sim_active_0")).status, kind === "mt" ? 200 : 404);
        assert.equal((await post(sim, `${prefix}/${path}/verify`, {})).status, 422);
      }
    });
  });
}

test("creating an M2M token takes a machine's key", async (t) => {
  const sim = await simFor(t);
  assert.equal((await post(sim, "/v1/m2m_tokens", {})).status, 403);
  assert.equal((await post(sim, "/v1/m2m_tokens", {}, { key: "ak_nobodys_key_at_all" })).status, 401);
  assert.equal((await api(sim, "/v1/users", machine)).status, 401);
  assert.equal((await api(sim, "/v1/m2m_tokens")).status, 400);
});

test("a live token with enough time left is handed out again when asked for", async (t) => {
  const clock = stillClock();
  const sim = await simFor(t, { now: clock });
  const make = async (least) =>
    (await post(sim, "/v1/m2m_tokens", { seconds_until_expiration: 100, min_remaining_ttl_seconds: least }, machine)).body.token;
  const first = await make(50);
  clock.at += 40_000;
  assert.equal(await make(50), first);
  clock.at += 20_000;
  assert.notEqual(await make(50), first);
});

test("an M2M token may be a JWT of the machine category, which is not listed", async (t) => {
  const sim = await simFor(t);
  const { token, subject } = (await post(sim, "/v1/m2m_tokens", { token_format: "jwt" }, machine)).body;
  assert.deepEqual([decodeProtectedHeader(token).cat, decodeJwt(token).sub], ["cl_B7d4PD333AAA", subject]);
  assert.equal((await api(sim, `/v1/m2m_tokens?subject=${subject}`)).body.total_count, 0);
});

test("an OAuth token that is a JWT verifies, is inactive once expired, and is unknown elsewhere", async (t) => {
  const sim = await simFor(t);
  const mint = async (expiresInSeconds) => (await post(sim, "/__sim/session-token",
    { userId: seededUserId(0), expiresInSeconds, header: { typ: "at+jwt" }, claims: { scope: "openid email" } })).body.jwt;
  const verify = async (access_token, options) =>
    post(sim, "/v1/oauth_applications/access_tokens/verify", { access_token }, options);
  const { body } = await verify(await mint(60));
  assert.deepEqual([body.subject, body.scopes, body.expired], [seededUserId(0), ["openid", "email"], false]);
  assert.deepEqual((await verify(await mint(-60))).body, { active: false });
  assert.equal((await verify(await mint(60), { key: DEFAULT_LIVE_SECRET_KEY })).status, 404);
});
