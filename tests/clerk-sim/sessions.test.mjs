import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyToken } from "@clerk/backend";
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify } from "jose";
import { api, post, simFor, stillClock } from "./client.mjs";
import {
  DEFAULT_LIVE_SECRET_KEY, DEFAULT_SECRET_KEY, seededOrganizationId, seededSessionId, seededUserId,
} from "./sim.mjs";

const SESSION = `/v1/sessions/${seededSessionId(0)}`;
const mint = async (sim, body, options) => (await post(sim, "/__sim/session-token", body, options)).body.jwt;
const keySet = async (sim, path = "/v1/jwks") => createLocalJWKSet((await api(sim, path)).body);

describe("sessions", () => {
  test("are read, listed by user and client, and filtered by status", async (t) => {
    const sim = await simFor(t);
    const { body } = await api(sim, SESSION);
    assert.deepEqual([body.user_id, body.status], [seededUserId(0), "active"]);
    const list = async (query) => (await api(sim, `/v1/sessions?${query}`)).body;
    const mine = await list(`user_id=${seededUserId(0)}`);
    assert.deepEqual(mine.map((one) => one.status), ["active", "ended"]);
    assert.deepEqual(await list(`client_id=${body.client_id}`), mine);
    assert.deepEqual(await list(`user_id=${seededUserId(0)}&status=active&paginated=true`), { data: [body], total_count: 1 });
    assert.deepEqual(await list(`user_id=${seededUserId(0)}&limit=1&offset=1`), [mine[1]]);
    assert.deepEqual(await list("user_id=user_nobody"), []);
  });

  test("are not listed for nobody in particular, nor by an unknown status", async (t) => {
    const sim = await simFor(t);
    const missing = await api(sim, "/v1/sessions");
    assert.deepEqual([missing.status, missing.body.errors[0].code], [400, "missing_query_parameter"]);
    assert.equal((await api(sim, `/v1/sessions?user_id=${seededUserId(0)}&status=odd`)).status, 422);
  });

  test("once revoked stay revoked and get no tokens", async (t) => {
    const sim = await simFor(t);
    assert.equal((await post(sim, `${SESSION}/revoke`)).body.status, "revoked");
    assert.equal((await api(sim, SESSION)).body.status, "revoked");
    assert.equal((await post(sim, `${SESSION}/revoke`)).status, 200);
    assert.equal((await post(sim, `${SESSION}/tokens`)).status, 404);
    assert.equal((await post(sim, "/v1/sessions/sess_nobody/revoke")).status, 404);
  });

  test("are created in development only", async (t) => {
    const sim = await simFor(t);
    const { body } = await post(sim, "/v1/sessions", { user_id: seededUserId(3) });
    assert.deepEqual((await api(sim, `/v1/sessions/${body.id}`)).body, body);
    const listed = (await api(sim, `/v1/sessions?user_id=${seededUserId(3)}`)).body;
    assert.deepEqual(listed.map((one) => one.id), [body.id, seededSessionId(3)]);
    const key = DEFAULT_LIVE_SECRET_KEY;
    const live = await post(sim, "/v1/sessions", { user_id: seededUserId(3, key) }, { key });
    assert.deepEqual([live.status, live.body.errors[0].code], [400, "request_invalid_for_environment"]);
    assert.equal((await post(sim, "/v1/sessions", {})).status, 422);
    assert.equal((await post(sim, "/v1/sessions", { user_id: "user_nobody" })).status, 404);
  });
});

describe("session tokens", () => {
  test("carry version 2 claims for a minute and no azp, and verify against the key set", async (t) => {
    const sim = await simFor(t);
    const { issuer, instanceId } = (await api(sim, "/__sim/instance")).body;
    const { body } = await post(sim, `${SESSION}/tokens`);
    assert.equal(body.object, "token");
    const { payload, protectedHeader } = await jwtVerify(body.jwt, await keySet(sim), { issuer, algorithms: ["RS256"] });
    assert.deepEqual(protectedHeader, { alg: "RS256", kid: instanceId, typ: "JWT", cat: "cl_B7d4PD111AAA" });
    assert.deepEqual([payload.sub, payload.sid, payload.v, payload.sts, payload.fva],
      [seededUserId(0), seededSessionId(0), 2, "active", [0, -1]]);
    assert.equal(payload.exp - payload.iat, 60);
    assert.equal("azp" in payload, false);
  });

  test("tell the active organization the compact way", async (t) => {
    const sim = await simFor(t);
    const claims = decodeJwt((await post(sim, `${SESSION}/tokens`)).body.jwt);
    assert.deepEqual(claims.o, { id: seededOrganizationId(0), slg: "northwind-labs-0", rol: "admin",
      per: "read,manage,create", fpm: "3,5" });
    assert.equal(claims.fea, "o:reports,o:projects");
    const without = decodeJwt((await post(sim, `/v1/sessions/${seededSessionId(1)}/tokens`)).body.jwt);
    assert.deepEqual([without.o, without.fea], [undefined, undefined]);
  });

  test("live as long as asked for, from 30 s to ten years", async (t) => {
    const sim = await simFor(t);
    for (const seconds of [30, 315_360_000]) {
      const claims = decodeJwt((await post(sim, `${SESSION}/tokens`, { expires_in_seconds: seconds })).body.jwt);
      assert.equal(claims.exp - claims.iat, seconds);
    }
    for (const seconds of [29, 315_360_001, 0, 1.5, "60"]) {
      assert.equal((await post(sim, `${SESSION}/tokens`, { expires_in_seconds: seconds })).status, 422);
    }
    assert.equal((await post(sim, "/v1/sessions/sess_nobody/tokens")).status, 404);
  });

  test("from a template are of another category", async (t) => {
    const sim = await simFor(t);
    const { jwt } = (await post(sim, `${SESSION}/tokens/hasura`)).body;
    assert.equal(decodeProtectedHeader(jwt).cat, "cl_B7d4PD222AAA");
    const claims = decodeJwt(jwt);
    assert.deepEqual([claims.sub, claims.template, claims.sid], [seededUserId(0), "hasura", undefined]);
    assert.equal((await post(sim, `${SESSION}/tokens/missing-template`)).status, 404);
  });

  test("pass Clerk's own verification, by key set and by PEM", async (t) => {
    const sim = await simFor(t);
    const { jwt } = (await post(sim, `${SESSION}/tokens`)).body;
    const remote = await verifyToken(jwt, { secretKey: DEFAULT_SECRET_KEY, apiUrl: sim.url });
    const { jwtKey } = (await api(sim, "/__sim/instance")).body;
    const local = await verifyToken(jwt, { jwtKey });
    assert.deepEqual([remote.sub, local.sid], [seededUserId(0), seededSessionId(0)]);
    await assert.rejects(verifyToken(jwt, { jwtKey, authorizedParties: ["https://app.example.com"] }),
      { reason: "token-invalid-authorized-parties" });
  });
});

describe("minting for tests", () => {
  test("takes any user, claims and header fields; null leaves one out", async (t) => {
    const clock = stillClock();
    const sim = await simFor(t, { now: clock });
    const jwt = await mint(sim, { userId: "user_x", claims: { azp: "https://app.example.com", nbf: null, v: 1 },
      header: { typ: null, kid: "other" }, expiresInSeconds: -10 });
    const claims = decodeJwt(jwt);
    assert.deepEqual([claims.sub, claims.azp, claims.nbf, claims.v], ["user_x", "https://app.example.com", undefined, 1]);
    assert.equal(claims.exp, clock.at / 1000 - 10);
    assert.deepEqual(decodeProtectedHeader(jwt), { alg: "RS256", kid: "other", cat: "cl_B7d4PD111AAA" });
  });

  test("names the user's active session unless another one is given", async (t) => {
    const sim = await simFor(t);
    assert.equal(decodeJwt(await mint(sim, { userId: seededUserId(5) })).sid, seededSessionId(5));
    assert.equal(decodeJwt(await mint(sim, { userId: seededUserId(5), sessionId: "sess_x" })).sid, "sess_x");
  });

  test("signs with the other hashes, with critical header fields, and for other instances", async (t) => {
    const sim = await simFor(t);
    const key = "sk_test_anotherInstance01";
    const { jwtKey } = (await api(sim, "/__sim/instance", { key })).body;
    for (const alg of ["RS384", "RS512"]) {
      const jwt = await mint(sim, { userId: "user_x", header: { alg } }, { key });
      await jwtVerify(jwt, await importSPKI(jwtKey, alg));
    }
    const critical = await mint(sim, { userId: "user_x", header: { crit: ["odd"], odd: 1 } });
    assert.deepEqual(decodeProtectedHeader(critical).crit, ["odd"]);
  });

  test("refuses what it cannot sign", async (t) => {
    const sim = await simFor(t);
    for (const body of [{}, { userId: 5 }, { userId: "a", header: { alg: "none" } }, { userId: "a", odd: 1 },
      { userId: "a", claims: null }]) {
      assert.equal((await post(sim, "/__sim/session-token", body)).status, 400);
    }
  });
});

describe("keys", () => {
  test("after a rotation the old one stays until the next", async (t) => {
    const sim = await simFor(t);
    const first = await mint(sim, { userId: "user_x" });
    const kids = async () => (await api(sim, "/v1/jwks")).body.keys.map((key) => key.kid);
    const [one] = await kids();
    const { kid: two } = (await post(sim, "/__sim/rotate-keys")).body;
    assert.deepEqual(await kids(), [two, one]);
    await jwtVerify(first, await keySet(sim));
    assert.equal(decodeProtectedHeader(await mint(sim, { userId: "user_x" })).kid, two);
    const { kid: three } = (await post(sim, "/__sim/rotate-keys")).body;
    assert.deepEqual(await kids(), [three, two]);
    await assert.rejects(jwtVerify(first, await keySet(sim)), { code: "ERR_JWKS_NO_MATCHING_KEY" });
  });

  test("are published without a secret for whoever names the instance", async (t) => {
    const sim = await simFor(t);
    const key = "sk_test_anotherInstance01";
    const { instanceId, publishableKey, frontendApi } = (await api(sim, "/__sim/instance", { key })).body;
    const publicKid = async (query, headers) =>
      (await api(sim, `/.well-known/jwks.json${query}`, { key: null, headers })).body.keys[0].kid;
    assert.equal(await publicKid(`?instance=${instanceId}`), instanceId);
    assert.equal(await publicKid(`?publishable_key=${publishableKey}`), instanceId);
    assert.equal(await publicKid(""), (await api(sim, "/v1/jwks")).body.keys[0].kid);
    assert.match(frontendApi, /\.clerk\.accounts\.dev$/);
    const remote = createRemoteJWKSet(new URL(`${sim.url}/.well-known/jwks.json?instance=${instanceId}`));
    await jwtVerify(await mint(sim, { userId: "user_x" }, { key }), remote);
  });
});
