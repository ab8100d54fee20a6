/** Clerk's limits are kept, and what does not fit is refused with a time to come back. */
import { equal, ok, rejects } from '../support/expect.mjs';
import { crowd } from '../support/bench.mjs';

const LIMIT = 20;
const WINDOW_MS = 500;

/** Three windows' worth of calls at once; the stand-in counts as `flavour` does. */
const paced = (flavour) => async (bench) => {
  await bench.configure({ flavour, limit: LIMIT, windowMs: WINDOW_MS, latencyMs: 5, jitterMs: 10 });
  const clerk = bench.client({ rateLimit: { limit: LIMIT, windowMs: WINDOW_MS }, maxConnections: 50 });
  const began = Date.now();
  await crowd(LIMIT * 3, LIMIT * 3, (at) => clerk.request('GET', '/users/count', { ttlMs: 0, query: { query: `nobody-${at}` } }));
  const stats = await bench.stats();
  ok(stats.maxInWindow <= LIMIT, `at most ${LIMIT} in any window`, stats.maxInWindow);
  equal(stats.overLimit, 0, 'refused by Clerk');
  ok(Date.now() - began < 5_000, 'without needless waiting', Date.now() - began);
};

export const limits = {
  'never more than the limit in a window, counted as fixed': paced('fixed'),
  'never more than the limit in a window, counted as sliding': paced('sliding'),
  'never more than the limit in a window, counted as a bucket': paced('bucket'),

  'who would wait too long is told when to come back': async (bench) => {
    const [user, other] = await bench.users(2);
    const { users } = bench.client({ rateLimit: { limit: 1, windowMs: 10_000, maxWaitMs: 100 } });
    await users.getUser(user.id);
    const error = await rejects(users.getUser(other.id), { name: 'ClerkEdgeError', code: 'rate_limited' }, 'the second call');
    ok(error.retryAfterMs > 100 && error.retryAfterMs <= 11_000, 'retryAfterMs', error.retryAfterMs);
    equal((await users.getUser(user.id)).id, user.id, 'what is in memory is still served');
    equal(await bench.calls(), 1, 'calls to Clerk');
  },

  'a full queue refuses at once': async (bench) => {
    const [user, other] = await bench.users(2);
    const { users } = bench.client({ rateLimit: { limit: 1, windowMs: 10_000, maxWaitMs: 20_000, maxQueue: 0 } });
    await users.getUser(user.id);
    const error = await rejects(users.getUser(other.id), { name: 'ClerkEdgeError', code: 'queue_full' }, 'the second call');
    ok(error.retryAfterMs > 0, 'retryAfterMs', error.retryAfterMs);
  },

  'never more connections than allowed': async (bench) => {
    const users = await bench.users(30);
    await bench.configure({ latencyMs: 20 });
    const clerk = bench.client({ maxConnections: 3 });
    await Promise.all(users.map((user) => clerk.users.getUser(user.id)));
    const { maxConcurrent, total } = await bench.stats();
    equal(total, 30, 'calls to Clerk');
    ok(maxConcurrent <= 3, 'at most 3 at once', maxConcurrent);
  },
};
