// Clerk's limit under full load through the Worker, counted by the stand-in in each of the three ways a server may count.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSim } from '../clerk-sim/sim.mjs';
import { load } from './support/load.mjs';
import { SECRET, startGateway, steer } from './support/gateway.mjs';

const LIMIT = 50;
const WINDOW_MS = 1_000;
const WINDOWS = 3;
const REQUESTS = LIMIT * WINDOWS;

describe('the limit', { concurrency: false }, () => {
  let sim;
  let clerk;
  before(async () => {
    sim = await startSim({ port: 0 });
    clerk = steer(sim.url);
  });
  after(() => sim?.close());

  for (const flavour of ['fixed', 'sliding', 'bucket']) {
    for (const jitterMs of [0, 25]) {
      test(`is kept when Clerk counts as ${flavour}, with ${jitterMs} ms of jitter`, { timeout: 60_000 }, async () => {
        await clerk.configure({ flavour: 'none', jitterMs });
        const users = await clerk.direct(`/users?limit=${REQUESTS}`);
        await clerk.configure({ flavour, limit: LIMIT, windowMs: WINDOW_MS });
        await clerk.reset();
        const vars = { RATE_LIMIT_LIMIT: LIMIT, RATE_LIMIT_WINDOW_MS: WINDOW_MS, RATE_LIMIT_MAX_WAIT_MS: 20_000, MAX_CONNECTIONS: 100 };
        const gateway = await startGateway(sim.url, vars);
        try {
          const began = Date.now();
          const answers = await Promise.all(users.map(({ id }) => gateway.ask(`/v1/users/${id}`)));
          const took = Date.now() - began;
          const stats = await clerk.stats();
          assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
          assert.deepEqual(stats.byStatus, { 200: REQUESTS });
          assert.equal(stats.overLimit, 0);
          assert.ok(stats.maxInWindow <= LIMIT, `${stats.maxInWindow} in one window`);
          assert.ok(took < (WINDOWS + 1) * WINDOW_MS, `${took} ms for ${WINDOWS} windows`);
        } finally {
          await gateway.stop();
        }
      });
    }
  }

  test('is kept by a closed loop of clients that never pause', { timeout: 60_000 }, async () => {
    await clerk.configure({ flavour: 'sliding', limit: LIMIT, windowMs: WINDOW_MS, jitterMs: 5 });
    await clerk.reset();
    const vars = { RATE_LIMIT_LIMIT: LIMIT, RATE_LIMIT_WINDOW_MS: WINDOW_MS, RATE_LIMIT_MAX_WAIT_MS: 20_000, CACHE_USER_TTL_MS: 0, MAX_CONNECTIONS: 100 };
    const gateway = await startGateway(sim.url, vars);
    try {
      const users = await clerk.direct('/users?limit=20');
      await clerk.reset();
      const ask = (random) => {
        const { id } = users[Math.floor(random() * users.length)];
        return { path: `/v1/users/${id}`, id };
      };
      await load({ port: gateway.port, connections: 40, seconds: WINDOWS, ask, headers: { authorization: `Bearer ${SECRET}` } });
      const stats = await clerk.stats();
      assert.equal(stats.overLimit, 0);
      assert.ok(stats.maxInWindow <= LIMIT, `${stats.maxInWindow} in one window`);
      assert.ok(stats.total >= LIMIT, `only ${stats.total} calls`);
    } finally {
      await gateway.stop();
    }
  });
});
