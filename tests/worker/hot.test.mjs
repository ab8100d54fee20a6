// The Worker under load in one isolate of raw workerd: coalescing must stay right when clients vanish, and after V8's
// optimising compiler has had tens of thousands of requests to work on. Short tests see neither failure.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { load } from './support/load.mjs';
import { startUpstream } from './support/upstream.mjs';
import { builtWorker, deployedCompatibility, startWorkerd } from './support/workerd.mjs';

const SECRET = 'sk_test_aG90LXRlc3Qtb2YtdGhlLXdvcmtlcg';
const HEADERS = { authorization: `Bearer ${SECRET}` };
const MODES = [{ keys: 1, resetShare: 0 }, { keys: 20, resetShare: 0 }, { keys: 1, resetShare: 0.2 }, { keys: 20, resetShare: 0.2 }];
const REQUESTS = 10_000; // per mode; two rounds of four modes pass 60,000 well before the second ends
const PAGE = 65_536;
/** Has V8 optimise what ran 50 times; at its own pace the moment comes anywhere between 1,000 and 40,000 requests. */
const EAGER = ['--invocation-count-for-turbofan=50'];
const MIXED_UP = /different request context|will never complete|code had hung|on behalf of a different request/;

/** Limits that never bind and entries that are gone at once, so that every request meets a flight. */
const UNBOUND = {
  CACHE_USER_TTL_MS: 1, MAX_CONNECTIONS: 1000,
  RATE_LIMIT_LIMIT: 100_000, RATE_LIMIT_WINDOW_MS: 1000, RATE_LIMIT_MAX_QUEUE: 10_000, RATE_LIMIT_MAX_WAIT_MS: 60_000,
};

const oneOf = (keys) => (random) => {
  const id = `user_${Math.floor(random() * keys)}`;
  return { path: `/v1/users/${id}`, id };
};
/** An id of its own for every request: nothing to coalesce, nothing to hit. */
const unique = (prefix) => (_random, sequence) => {
  const id = `user_${prefix}_${sequence}`;
  return { path: `/v1/users/${id}`, id };
};

let upstream;
before(async () => { upstream = await startUpstream({ secretKey: SECRET, bytes: 0 }); });
after(() => upstream?.stop());

/** The Worker with `bindings` over the unbound ones, running for as long as `use` does. */
async function withWorker({ bindings = {}, flags = [], v8Flags = [], rewrite = (modules) => modules }, use) {
  const deployed = deployedCompatibility();
  const worker = await startWorkerd(rewrite(builtWorker()), {
    bindings: { CLERK_SECRET_KEY: SECRET, CLERK_API_URL: upstream.url, ...UNBOUND, ...bindings },
    date: deployed.date, flags: [...deployed.flags, ...flags], v8Flags,
  });
  try {
    await upstream.stats(); // from zero
    return await use(worker);
  } finally {
    await worker.stop();
  }
}

async function live(worker) {
  const answer = await fetch(`${worker.url}/metrics.json`, { headers: HEADERS });
  assert.equal(answer.status, 200);
  return (await answer.json()).live;
}

/** The gauges once nothing is in flight; what a vanished client left behind may take up to its lease to go. */
async function settled(worker) {
  const deadline = performance.now() + 3000;
  for (;;) {
    const now = await live(worker);
    if (performance.now() > deadline || now.flights + now.seats + now.waiting + now.permits + now.queued === 0) return now;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

async function assertAtRest(worker) {
  const { flights, seats, waiting, permits, queued, wasmBytes } = await settled(worker);
  assert.deepEqual({ flights, seats, waiting, permits, queued }, { flights: 0, seats: 0, waiting: 0, permits: 0, queued: 0 });
  return wasmBytes;
}

const failures = (seen) => seen.wrong + seen.hang + seen.status500 + seen.other + seen.connection;
const told = (seen) => JSON.stringify({ ...seen, caches: undefined });

/** Runs the four modes; every answer must be the right one and no two upstream calls for one key may overlap. */
async function fourModes(worker, requests) {
  for (const { keys, resetShare } of MODES) {
    const seen = await load({ port: worker.port, connections: 100, requests, resetShare, headers: HEADERS, ask: oneOf(keys), seed: keys });
    const mode = `${keys} keys, ${resetShare * 100} % leave`;
    assert.equal(failures(seen), 0, `${mode}: ${told(seen)}`);
    assert.equal(seen.ok + seen.cancelled, requests, mode);
    if (resetShare) assert.ok(seen.cancelled > requests * resetShare * 0.5, `${mode}: clients did leave`);
    await assertAtRest(worker);
    const { overlap, aborted, calls, unauthorized } = await upstream.stats();
    assert.deepEqual({ overlap, aborted, unauthorized }, { overlap: 0, aborted: 0, unauthorized: 0 }, mode);
    assert.ok(calls > 0 && calls < requests / 2, `${mode}: ${calls} calls for ${requests} requests are not coalesced`);
  }
}

describe('one isolate, hot', () => {
  test('80,000 requests with vanishing clients: all right, nothing left over, memory flat', async () => {
    await withWorker({}, async (worker) => {
      await fourModes(worker, REQUESTS);
      const afterFirst = await assertAtRest(worker);
      await fourModes(worker, REQUESTS);
      const afterSecond = await assertAtRest(worker);
      assert.ok(afterSecond - afterFirst <= PAGE, `wasm memory went from ${afterFirst} to ${afterSecond} bytes`);
      assert.doesNotMatch(worker.log(), MIXED_UP);
    });
  });

  test('10,000 requests through eagerly optimised code are all right', async () => {
    await withWorker({ v8Flags: EAGER }, async (worker) => {
      await fourModes(worker, REQUESTS / 4);
      assert.doesNotMatch(worker.log(), MIXED_UP);
    });
  });

  test('200 identical requests at once make one upstream call', async () => {
    await withWorker({ bindings: { CACHE_USER_TTL_MS: 60_000 } }, async (worker) => {
      const seen = await load({ port: worker.port, connections: 200, requests: 200, headers: HEADERS, ask: oneOf(1) });
      assert.equal(seen.ok, 200, told(seen));
      assert.equal((await upstream.stats()).calls, 1);
    });
  });
});

describe('canaries: the load must be able to see what it guards against', () => {
  test('without cross-request promise resolution the same load fails loudly', async () => {
    await withWorker({ flags: ['no_handle_cross_request_promise_resolution'] }, async (worker) => {
      const seen = await load({ port: worker.port, connections: 100, requests: 600, headers: HEADERS, ask: oneOf(1) });
      assert.ok(failures(seen) > 60, told(seen));
    });
  });

  test('with promises from `new Promise` the optimised isolate breaks', async () => {
    await withWorker({ v8Flags: EAGER, rewrite: byNewPromise }, async (worker) => {
      let failed = 0;
      for (let sent = 0; sent < 60_000 && failed === 0; sent += 2000) {
        const seen = await load({ port: worker.port, connections: 100, requests: 2000, headers: HEADERS, ask: oneOf(1) });
        failed = seen.status500 + seen.hang;
      }
      assert.ok(failed > 0, 'the load cannot tell the two kinds of promise apart');
    });
  });
});

/** The build with its bells made by the constructor, which is what the optimising compiler mistreats. */
function byNewPromise(modules) {
  const helper = 'function bellByConstructor() { let resolve, reject;'
    + ' const promise = new Promise((a, b) => { resolve = a; reject = b; }); return { promise, resolve, reject }; }\n';
  let replaced = 0;
  const changed = modules.map(({ name, body }) => {
    if (typeof body !== 'string') return { name, body };
    const rewritten = body.replaceAll(/\bPromise\.withResolvers\(\)/g, () => { replaced += 1; return 'bellByConstructor()'; });
    return { name, body: rewritten === body ? body : rewritten + helper };
  });
  assert.ok(replaced > 0, 'the build makes its bells with Promise.withResolvers');
  return changed;
}

describe('the pool and the pace', () => {
  test('four connections stay four, and vanished clients do not use them up', async () => {
    await withWorker({ bindings: { MAX_CONNECTIONS: 4 } }, async (worker) => {
      const rates = [];
      for (const [round, resetShare] of [[0, 0], [1, 0.2], [2, 0]]) {
        const seen = await load({
          port: worker.port, connections: 40, requests: 500, resetShare, headers: HEADERS, ask: unique(round), seed: round + 1,
        });
        assert.equal(failures(seen), 0, told(seen));
        await assertAtRest(worker);
        const { maxActive } = await upstream.stats();
        assert.ok(maxActive <= (resetShare ? 5 : 4), `${maxActive} upstream calls at once with ${resetShare * 100} % leaving`);
        rates.push(seen.perSecond);
      }
      assert.ok(rates[2] > rates[0] * 0.8, `${rates[0].toFixed(0)} per second before, ${rates[2].toFixed(0)} after`);
      assert.doesNotMatch(worker.log(), MIXED_UP);
    });
  });

  test('no second holds more upstream calls than the limit', async () => {
    const limit = 100;
    await withWorker({ bindings: { RATE_LIMIT_LIMIT: limit, RATE_LIMIT_WINDOW_MS: 1000 } }, async (worker) => {
      const seen = await load({ port: worker.port, connections: 50, requests: 350, headers: HEADERS, ask: unique('paced') });
      assert.equal(failures(seen), 0, told(seen));
      const { starts } = await upstream.stats();
      assert.equal(starts.length, 350);
      for (let first = 0; first + limit < starts.length; first += 1) {
        const span = starts[first + limit] - starts[first];
        assert.ok(span > 1000 - 50, `${limit + 1} calls within ${span.toFixed(0)} ms`); // 50 ms: when a busy machine let them arrive
      }
    });
  });
});
