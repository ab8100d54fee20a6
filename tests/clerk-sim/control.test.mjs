import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { api, configure, patch, post, remove, simFor, stats, statsWhen } from "./client.mjs";
import { DEFAULT_LIVE_SECRET_KEY, DEFAULT_SECRET_KEY, seededUserId, startSim } from "./sim.mjs";

const USER = `/v1/users/${seededUserId(0)}`;

describe("statistics", () => {
  test("count by path without the query, by route without ids, and by status", async (t) => {
    const sim = await simFor(t);
    await api(sim, `${USER}?fields=id`);
    await api(sim, `/v1/users/${seededUserId(1)}`);
    await api(sim, "/v1/users/nobody");
    const seen = await stats(sim);
    assert.equal(seen.total, 3);
    assert.deepEqual(seen.byPath, { [USER]: 1, [`/v1/users/${seededUserId(1)}`]: 1, "/v1/users/nobody": 1 });
    assert.deepEqual(seen.byRoute, { "GET /v1/users/:id": 2, "GET /v1/users/nobody": 1 });
    assert.deepEqual(seen.byStatus, { 200: 2, 404: 1 });
  });

  test("know how many requests were there at once", async (t) => {
    const sim = await simFor(t, { faults: [{ path: USER, hang: true }] });
    const leave = new AbortController();
    const all = Promise.allSettled(Array.from({ length: 5 }, () => fetch(sim.url + USER, { signal: leave.signal })));
    await statsWhen(sim, ({ total }) => total === 5);
    leave.abort();
    await all;
    await statsWhen(sim, ({ aborted }) => aborted === 5);
    await api(sim, "/v1/users/count");
    assert.equal((await stats(sim)).maxConcurrent, 5);
    await post(sim, "/__sim/reset");
    assert.equal((await stats(sim)).maxConcurrent, 0);
  });

  test("keep a bounded number of names", async (t) => {
    const sim = await simFor(t);
    for (let at = 0; at < 10_050; at += 1) sim.sim.stats.leave(sim.sim.stats.arrive("GET", `/v1/x/${at}`), "answered");
    const { byPath, total } = await stats(sim);
    assert.deepEqual([Object.keys(byPath).length, byPath["(other)"], total], [10_001, 50, 10_050]);
  });
});

describe("configuration", () => {
  test("shows what it was set to, and null takes back an optional setting", async (t) => {
    const sim = await simFor(t);
    await configure(sim, { latencyMs: 1, jitterMs: 2, limit: 5, windowMs: 100, flavour: "bucket", users: 10 });
    const { body } = await api(sim, "/__sim/config");
    assert.deepEqual([body.latencyMs, body.jitterMs, body.limit, body.windowMs, body.flavour, body.users],
      [1, 2, 5, 100, "bucket", 10]);
    await configure(sim, { limit: null });
    assert.equal((await api(sim, "/__sim/config")).body.limit, undefined);
  });

  test("refuses what it does not know", async (t) => {
    const sim = await simFor(t);
    const wrong = [{ latency: 1 }, { latencyMs: -1 }, { flavour: "odd" }, { users: 100_001 }, { webhookUrl: "ftp://x" },
      { webhookSecret: "abc" }, [], "text"];
    for (const settings of wrong) assert.equal((await post(sim, "/__sim/config", settings)).status, 400);
    assert.equal((await post(sim, "/__sim/config", "{")).status, 400);
    await assert.rejects(startSim({ port: 0, users: -1 }), /users/);
  });

  test("another number of users seeds every instance anew", async (t) => {
    const sim = await simFor(t);
    await remove(sim, USER);
    await configure(sim, { users: 7 });
    assert.equal((await api(sim, "/v1/users/count")).body.total_count, 7);
    assert.equal((await api(sim, "/v1/users/count", { key: DEFAULT_LIVE_SECRET_KEY })).body.total_count, 7);
    assert.equal((await api(sim, USER)).status, 200);
  });

  test("latency and jitter delay API answers and nothing else", async (t) => {
    const sim = await simFor(t, { random: () => 0.5 });
    await configure(sim, { latencyMs: 40, jitterMs: 20 });
    assert.equal(sim.sim.latency(), 50);
    const start = performance.now();
    await api(sim, USER);
    assert.ok(performance.now() - start >= 49);
    await configure(sim, { latencyMs: 60_000 });
    await stats(sim);
  });
});

test("a reset brings back the seed, zero counters, unused limits and no faults, and keeps settings and key", async (t) => {
  const sim = await simFor(t, { flavour: "fixed", limit: 4 });
  const kid = (await api(sim, "/v1/jwks")).body.keys[0].kid;
  await patch(sim, USER, { first_name: "Changed" });
  await remove(sim, `/v1/users/${seededUserId(1)}`);
  await post(sim, "/v1/users", { email_address: ["new@example.com"] });
  await configure(sim, { faults: [{ path: "/v1/users", status: 500 }] });
  await post(sim, "/__sim/reset");
  const counters = await stats(sim);
  assert.deepEqual([counters.total, counters.byPath, counters.byStatus], [0, {}, {}]);
  assert.equal((await api(sim, "/v1/users/count")).body.total_count, 200);
  assert.notEqual((await api(sim, USER)).body.first_name, "Changed");
  assert.equal((await api(sim, `/v1/users/${seededUserId(1)}`)).status, 200);
  assert.equal((await api(sim, "/v1/users")).status, 200);
  assert.equal((await api(sim, "/v1/users")).status, 429);
  assert.equal((await api(sim, "/v1/jwks")).body.keys[0].kid, kid);
});

test("there is no other control route", async (t) => {
  const sim = await simFor(t);
  assert.equal((await post(sim, "/__sim/nothing")).status, 404);
});

describe("keys and instances", () => {
  test("a missing, foreign or malformed key is Clerk's 401", async (t) => {
    const sim = await simFor(t);
    const code = async (authorization) => {
      const answer = await api(sim, "/v1/users", { key: null, headers: authorization ? { authorization } : {} });
      assert.match(answer.body.clerk_trace_id, /^[0-9a-f]{32}$/);
      return [answer.status, answer.body.errors[0].code];
    };
    assert.deepEqual(await code(undefined), [401, "authorization_header_format_invalid"]);
    assert.deepEqual(await code(`Basic ${DEFAULT_SECRET_KEY}`), [401, "authorization_header_format_invalid"]);
    assert.deepEqual(await code("Bearer sk_prod_0123456789"), [401, "clerk_key_invalid"]);
    assert.deepEqual(await code("Bearer sk_test_short"), [401, "clerk_key_invalid"]);
    assert.deepEqual(await code("Bearer sk_test_with spaces in it"), [401, "clerk_key_invalid"]);
  });

  test("instances share nothing", async (t) => {
    const sim = await simFor(t);
    const other = { key: "sk_test_anotherInstance01" };
    assert.equal((await api(sim, USER, other)).status, 404);
    const [mine, theirs] = await Promise.all([api(sim, "/v1/jwks"), api(sim, "/v1/jwks", other)]);
    assert.notEqual(mine.body.keys[0].kid, theirs.body.keys[0].kid);
    assert.notEqual(mine.body.keys[0].n, theirs.body.keys[0].n);
    await post(sim, "/v1/users", { email_address: ["same@example.com"] });
    assert.equal((await post(sim, "/v1/users", { email_address: ["same@example.com"] }, other)).status, 200);
  });

  test("the version may come in the header or in the query, once, and must be known", async (t) => {
    const sim = await simFor(t);
    const header = { headers: { "clerk-api-version": "2026-05-12" } };
    assert.equal((await api(sim, USER, header)).status, 200);
    assert.equal((await api(sim, `${USER}?__clerk_api_version=2025-11-10`)).status, 200);
    assert.equal((await api(sim, `${USER}?__clerk_api_version=2026-05-12`, header)).status, 400);
    const unknown = await api(sim, USER, { headers: { "clerk-api-version": "2030-01-01" } });
    assert.deepEqual([unknown.status, unknown.body.errors[0].code], [400, "api_version_invalid"]);
  });

  test("what an instance is called can be asked for", async (t) => {
    const sim = await simFor(t);
    const { body } = await api(sim, "/__sim/instance");
    assert.match(body.instanceId, /^ins_[0-9A-Za-z]{27}$/);
    assert.equal(Buffer.from(body.publishableKey.slice("pk_test_".length), "base64").toString(), `${body.frontendApi}$`);
    assert.match(body.jwtKey, /^-----BEGIN PUBLIC KEY-----\n/);
    const live = await api(sim, "/__sim/instance", { key: DEFAULT_LIVE_SECRET_KEY });
    assert.match(live.body.publishableKey, /^pk_live_/);
    assert.equal((await api(sim, "/__sim/instance", { key: "nonsense" })).status, 400);
  });
});

describe("as a program", () => {
  const MAIN = fileURLToPath(new URL("main.mjs", import.meta.url));

  async function run(t, args, env = {}) {
    const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
    t.after(() => child.kill("SIGKILL"));
    const output = { out: "", err: "" };
    child.stdout.on("data", (data) => (output.out += data));
    child.stderr.on("data", (data) => (output.err += data));
    return { child, output, ended: once(child, "close") };
  }

  test("explains itself", async (t) => {
    const { output, ended } = await run(t, ["--help"]);
    assert.deepEqual((await ended)[0], 0);
    assert.match(output.out, /--port/);
    assert.ok(output.out.includes(DEFAULT_SECRET_KEY));
  });

  test("refuses arguments it does not know", async (t) => {
    for (const args of [["--prot", "1"], ["--port", "x"], ["--users", "100001"]]) {
      const { output, ended } = await run(t, args);
      assert.equal((await ended)[0], 1);
      assert.match(output.err, /^clerk-sim: .*--(prot|port|users)/);
    }
  });

  test("says so when the port is in use", async (t) => {
    const sim = await simFor(t);
    const { output, ended } = await run(t, [], { SIM_PORT: String(sim.port) });
    assert.equal((await ended)[0], 1);
    assert.match(output.err, new RegExp(`port ${sim.port} is in use`));
  });

  for (const signal of ["SIGTERM", "SIGINT"]) {
    test(`stops at once on ${signal}, with a connection open and a request hanging`, async (t) => {
      const { child, output, ended } = await run(t, ["--port", "0", "--users", "5"]);
      await once(child.stdout, "data");
      const url = /^clerk-sim listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(output.out)[1];
      await configure({ url }, { faults: [{ path: "/v1/users", hang: true }] });
      const socket = connect(new URL(url).port, "127.0.0.1").on("error", () => {});
      socket.write("GET /v1/users HTTP/1.1\r\nHost: sim\r\n\r\n");
      assert.equal((await api({ url }, "/v1/users/count")).body.total_count, 5);
      const start = performance.now();
      child.kill(signal);
      assert.equal((await ended)[0], 0);
      assert.ok(performance.now() - start < 2000);
    });
  }
});
