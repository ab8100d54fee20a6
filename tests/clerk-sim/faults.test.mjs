import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { api, configure, post, simFor, stats, statsWhen } from "./client.mjs";
import { DEFAULT_SECRET_KEY, seededUserId } from "./sim.mjs";

const USER = `/v1/users/${seededUserId(0)}`;

/** Everything the server sends to one request on a connection of its own. */
async function raw(sim, path) {
  const socket = connect(sim.port, "127.0.0.1");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: sim\r\nAuthorization: Bearer ${DEFAULT_SECRET_KEY}\r\n\r\n`);
  const chunks = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => {});
  await once(socket, "close");
  const [head, ...rest] = Buffer.concat(chunks).toString("latin1").split("\r\n\r\n");
  return { head: head.toLowerCase(), body: rest.join("\r\n\r\n") };
}

describe("a fault that is an answer", () => {
  test("replaces the API's, as often as it says, for the requests it names", async (t) => {
    const sim = await simFor(t);
    await configure(sim, { faults: [{ method: "get", path: USER, status: 503, body: { down: true }, times: 2 }] });
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await api(sim, USER)).status);
    assert.deepEqual(statuses, [503, 503, 200]);
    assert.equal((await stats(sim)).byStatus["503"], 2);
  });

  test("may be HTML with a 200, or a redirect", async (t) => {
    const sim = await simFor(t);
    await configure(sim, { faults: [
      { path: "/v1/users", body: "<html>Bad gateway</html>", headers: { "Content-Type": "text/html" } },
      { path: "/v1/users/count", status: 302, headers: { location: "https://example.com/" } },
    ] });
    const page = await api(sim, "/v1/users");
    assert.deepEqual([page.status, page.headers.get("content-type"), page.text],
      [200, "text/html", "<html>Bad gateway</html>"]);
    const moved = await api(sim, "/v1/users/count");
    assert.deepEqual([moved.status, moved.headers.get("location")], [302, "https://example.com/"]);
  });

  test("needs no key, and counts against no limit", async (t) => {
    const sim = await simFor(t, { flavour: "fixed", limit: 1 });
    await configure(sim, { faults: [{ path: "/v1/users/*", status: 500 }] });
    assert.equal((await api(sim, "/v1/users/a", { key: null })).status, 500);
    assert.equal((await api(sim, "/v1/users/b")).status, 500);
    assert.equal((await api(sim, "/v1/sessions/c")).status, 404);
  });

  test("may have a body of many megabytes", async (t) => {
    const sim = await simFor(t);
    await configure(sim, { faults: [{ path: USER, body: "x".repeat(20_000_000) }] });
    assert.equal((await api(sim, USER)).text.length, 20_000_000);
  });
});

describe("a fault that spoils the API's answer", () => {
  test("adds headers and leaves the rest alone", async (t) => {
    const sim = await simFor(t);
    await configure(sim, { faults: [{ path: USER, headers: { "X-Odd": ["a", "b"] } }] });
    const answer = await api(sim, USER);
    assert.deepEqual([answer.status, answer.headers.get("x-odd"), answer.body.object], [200, "a, b", "user"]);
  });

  test("cuts the connection inside the body", async (t) => {
    const sim = await simFor(t);
    await configure(sim, { faults: [{ path: USER, cutAfterBytes: 100, times: 1 }] });
    const cut = await raw(sim, USER);
    assert.match(cut.head, /^http\/1\.1 200 ok/);
    assert.ok(Number(/content-length: (\d+)/.exec(cut.head)[1]) > 3000);
    assert.equal(cut.body.length, 100);
    assert.equal((await api(sim, USER)).body.object, "user");
    assert.equal((await stats(sim)).aborted, 0);
  });

  test("cuts before the first byte of the body", async (t) => {
    const sim = await simFor(t);
    await configure(sim, { faults: [{ path: USER, cutAfterBytes: 0 }] });
    assert.equal((await raw(sim, USER)).body, "");
    await assert.rejects(api(sim, USER));
  });

  test("truncates a chunked body", async (t) => {
    const sim = await simFor(t);
    const headers = { "transfer-encoding": "chunked" };
    await configure(sim, { faults: [{ path: USER, headers, body: "a".repeat(500), cutAfterBytes: 200 }] });
    const cut = await raw(sim, USER);
    assert.match(cut.head, /transfer-encoding: chunked/);
    assert.doesNotMatch(cut.head, /content-length/);
    assert.equal(cut.body, `c8\r\n${"a".repeat(200)}\r\n`);
  });

  test("delays it", async (t) => {
    const sim = await simFor(t);
    await configure(sim, { faults: [{ path: USER, delayMs: 60 }] });
    const start = performance.now();
    assert.equal((await api(sim, USER)).status, 200);
    assert.ok(performance.now() - start >= 59);
  });
});

test("a hanging request is never answered, and counts as aborted when its client leaves", async (t) => {
  const sim = await simFor(t);
  await configure(sim, { faults: [{ path: USER, hang: true }] });
  const leave = new AbortController();
  const hanging = fetch(sim.url + USER, { method: "POST", body: "{}", signal: leave.signal });
  const refused = assert.rejects(hanging, { name: "AbortError" });
  assert.equal((await statsWhen(sim, (seen) => seen.total === 1)).aborted, 0);
  assert.equal((await api(sim, "/v1/users/count")).status, 200);
  leave.abort();
  await refused;
  const seen = await statsWhen(sim, ({ aborted }) => aborted === 1);
  assert.deepEqual(seen.byStatus, { 200: 1 });
  assert.equal(seen.maxConcurrent, 2);
});

test("the first fault that matches applies, alone", async (t) => {
  const sim = await simFor(t);
  await configure(sim, { faults: [
    { method: "POST", status: 500 }, { path: "/v1/*/count", status: 502, times: 1 }, { path: "/v1/users*", status: 504 },
  ] });
  const statuses = [];
  for (const path of ["/v1/users/count", "/v1/users/count", "/v1/users", "/v1/sessions/x"]) {
    statuses.push((await api(sim, path)).status);
  }
  assert.deepEqual(statuses, [502, 504, 504, 404]);
  assert.equal((await post(sim, "/v1/sessions/x", {})).status, 500);
});

test("a wildcard path takes other signs literally", async (t) => {
  const sim = await simFor(t);
  await configure(sim, { faults: [{ path: "/v1/us.rs*", status: 500 }] });
  assert.equal((await api(sim, "/v1/users")).status, 200);
});

test("a wrong fault is refused by name and nothing changes", async (t) => {
  const sim = await simFor(t);
  const wrong = [{ statuss: 1 }, { status: 99 }, { times: -1 }, { path: 5 }, { headers: { a: 1 } }, { hang: "yes" }, null];
  for (const fault of wrong) {
    const answer = await post(sim, "/__sim/config", { latencyMs: 500, faults: [{ status: 500 }, fault] });
    assert.equal(answer.status, 400);
    assert.match(answer.body.error, /^faults\[1\]/);
  }
  const { body } = await api(sim, "/__sim/config");
  assert.deepEqual([body.faults, body.latencyMs], [[], 0]);
});
