import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { api, configure, patch, simFor, stats, stillClock } from "./client.mjs";
import { Budgets, FixedWindow, Peak, SlidingWindow, TokenBucket, Unlimited } from "./limits.mjs";
import { DEFAULT_LIVE_SECRET_KEY, seededUserId } from "./sim.mjs";

const admitted = (limiter, times) => times.filter((now) => limiter.take(now) === 0).length;

describe("a fixed window", () => {
  test("admits the limit in each window of the clock and says when the next one starts", () => {
    const limiter = new FixedWindow(2, 1000);
    assert.deepEqual([5100, 5200, 5300, 5999, 6000].map((now) => limiter.take(now)), [0, 0, 700, 1, 0]);
  });

  test("lets twice the limit pass around a border", () => {
    assert.equal(admitted(new FixedWindow(10, 1000), [...Array(20).fill(999), ...Array(20).fill(1000)]), 20);
  });
});

describe("a sliding window", () => {
  test("never admits more than the limit in any stretch of the window", () => {
    const limiter = new SlidingWindow(2, 1000);
    assert.deepEqual([0, 400, 900, 999, 1000, 1001].map((now) => limiter.take(now)), [0, 0, 100, 1, 0, 399]);
  });

  test("does not count what it refused", () => {
    const limiter = new SlidingWindow(1, 1000);
    assert.deepEqual([0, 500, 900, 1000].map((now) => limiter.take(now)), [0, 500, 100, 0]);
  });

  test("agrees with a list of all admitted times over a long random run", () => {
    const limiter = new SlidingWindow(7, 100);
    const times = [];
    let now = 0;
    for (const step of randomSteps(5000, 40)) {
      now += step;
      const free = times.filter((time) => time > now - 100).length < 7;
      assert.equal(limiter.take(now) === 0, free, `at ${now}`);
      if (free) times.push(now);
    }
  });
});

describe("a token bucket", () => {
  test("starts full, refills evenly and says when the next token is there", () => {
    const limiter = new TokenBucket(2, 1000);
    assert.deepEqual([0, 0, 0, 250, 500, 500].map((now) => limiter.take(now)), [0, 0, 500, 250, 0, 500]);
  });

  test("never holds more than the limit", () => {
    assert.equal(admitted(new TokenBucket(3, 1000), [0, ...Array(10).fill(60_000)]), 4);
  });

  test("survives a clock that steps back", () => {
    const limiter = new TokenBucket(1, 1000);
    assert.deepEqual([1000, 0, 2000].map((now) => limiter.take(now)), [0, 1000, 0]);
  });
});

for (const Limiter of [FixedWindow, SlidingWindow, TokenBucket]) {
  test(`${Limiter.name}: after the wait it asked for it admits, one millisecond earlier it does not`, () => {
    for (const step of randomSteps(200, 900)) {
      const [early, late] = [new Limiter(3, 1000), new Limiter(3, 1000)];
      const start = 10_000 + step;
      const wait = [0, 1, 2, 3].map((offset) => [early, late].map((one) => one.take(start + offset))[0]).at(-1);
      assert.ok(wait > 0);
      assert.ok(early.take(start + 3 + Math.ceil(wait) - 1) > 0);
      assert.equal(late.take(start + 3 + Math.ceil(wait)), 0);
    }
  });

  test(`${Limiter.name}: a limit of 0 admits nothing`, () => {
    assert.ok(new Limiter(0, 1000).take(5000) > 0);
  });
}

test("no limit admits everything", () => {
  assert.equal(admitted(new Unlimited(), Array(5000).fill(0)), 5000);
});

test("budgets are one per resource, and the one used longest ago is forgotten first", () => {
  const budgets = new Budgets(() => new SlidingWindow(1, 1000), 2);
  assert.deepEqual(["a", "b", "a"].map((key) => budgets.take(key, 0)), [0, 0, 1000]);
  budgets.take("c", 0);
  assert.equal(budgets.take("a", 0), 1000);
  assert.equal(budgets.take("b", 0), 0);
});

test("the peak is the most arrivals in any window, however they fall on the clock", () => {
  const peak = new Peak(1000);
  for (const now of [0, 900, 950, 990, 1000, 1899, 1900]) peak.arrive(now);
  assert.equal(peak.most, 5);
});

describe("over HTTP", () => {
  test("the request after the limit is a 429 with Clerk's body and whole seconds to wait", async (t) => {
    const clock = stillClock();
    const sim = await simFor(t, { flavour: "sliding", limit: 2, windowMs: 2500, now: clock });
    await api(sim, "/v1/users/count");
    await api(sim, "/v1/users/count");
    const refused = await api(sim, "/v1/users/count");
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "3");
    assert.equal(refused.headers.get("content-type"), "application/json");
    assert.deepEqual(refused.body, { errors: [{
      message: "Too many requests", long_message: "Too many requests, retry later", code: "too_many_requests" }] });
    clock.at += 2500;
    assert.equal((await api(sim, "/v1/users/count")).status, 200);
    assert.equal((await stats(sim)).overLimit, 1);
  });

  test("the limit follows the kind of key and belongs to one instance", async (t) => {
    const sim = await simFor(t, { flavour: "sliding", now: stillClock() });
    const statuses = async (key, count) => {
      const answers = await Promise.all(Array.from({ length: count }, () => api(sim, "/v1/users/count", { key })));
      return answers.filter((answer) => answer.status === 200).length;
    };
    assert.equal(await statuses("sk_test_first00000000", 105), 100);
    assert.equal(await statuses("sk_test_second0000000", 105), 100);
    assert.equal(await statuses(DEFAULT_LIVE_SECRET_KEY, 1005), 1000);
  });

  test("key sets, refused keys and the control routes cost nothing", async (t) => {
    const sim = await simFor(t, { flavour: "fixed", limit: 1, now: stillClock() });
    for (let count = 0; count < 5; count += 1) {
      assert.equal((await api(sim, "/v1/jwks")).status, 200);
      assert.equal((await api(sim, "/v1/users", { key: "nonsense" })).status, 401);
      await stats(sim);
    }
    assert.equal((await api(sim, "/v1/users/count")).status, 200);
    assert.equal((await api(sim, "/v1/users/count")).status, 429);
  });

  test("answers that are errors cost as much as others", async (t) => {
    const sim = await simFor(t, { flavour: "bucket", limit: 2, now: stillClock() });
    assert.equal((await api(sim, "/v1/users/nobody")).status, 404);
    assert.equal((await api(sim, "/v1/no/such/route")).status, 404);
    assert.equal((await api(sim, "/v1/users/nobody")).status, 429);
  });

  test("one user takes ten changes in ten seconds, whatever the instance's limit", async (t) => {
    const clock = stillClock();
    const sim = await simFor(t, { flavour: "sliding", limit: 1000, now: clock });
    const change = (index) => patch(sim, `/v1/users/${seededUserId(index)}/metadata`, { public_metadata: { n: 1 } });
    for (let count = 0; count < 10; count += 1) assert.equal((await change(1)).status, 200);
    assert.equal((await change(1)).status, 429);
    assert.equal((await patch(sim, `/v1/users/${seededUserId(1)}`, { first_name: "Ada" })).status, 429);
    assert.equal((await change(2)).status, 200);
    clock.at += 10_000;
    assert.equal((await change(1)).status, 200);
  });

  test("the peak counts refused arrivals too and does not depend on the flavour", async (t) => {
    const clock = stillClock();
    const sim = await simFor(t, { flavour: "none", windowMs: 1000, now: clock });
    for (let count = 0; count < 7; count += 1) await api(sim, "/v1/users/count");
    clock.at += 1000;
    await api(sim, "/v1/users/count");
    assert.equal((await stats(sim)).maxInWindow, 7);
    await configure(sim, { flavour: "fixed", limit: 1 });
    for (let count = 0; count < 3; count += 1) await api(sim, "/v1/users/count");
    assert.deepEqual([(await stats(sim)).maxInWindow, (await stats(sim)).overLimit], [3, 2]);
  });
});

/** Deterministic steps from 0 to `most - 1`. */
function* randomSteps(count, most) {
  let state = 12_345;
  for (let at = 0; at < count; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield Math.floor((state / 2 ** 32) * most);
  }
}
