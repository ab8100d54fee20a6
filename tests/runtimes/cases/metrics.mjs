/** What the client counts, and what it never tells. */
import { equal, ok, sameJson } from '../support/expect.mjs';

const numbers = (value) =>
  Object.values(value).flatMap((
    one,
  ) => (typeof one === 'number' ? [one] : one && typeof one === 'object' ? numbers(one) : []));

export const metrics = {
  'the report is plain numbers and starts at nothing': async (bench) => {
    const report = bench.client().metrics.report();
    const { apiCalls, cacheHits, cacheMisses, cacheHitRate, averageResponseTimeMs } = report;
    sameJson([apiCalls, cacheHits, cacheMisses, cacheHitRate, averageResponseTimeMs], [0, 0, 0, 0, 0], 'the five');
    ok(report.live.wasmBytes > 0, 'the memory', report.live);
    const rest = numbers({ ...report, live: { ...report.live, wasmBytes: 0 } });
    ok(rest.length > 20 && rest.every((one) => one === 0), 'all of it', report);
  },

  'the report counts calls, hits, misses, coalesced reads and failures': async (bench) => {
    const [user, other] = await bench.users(2);
    const clerk = bench.client();
    await bench.configure({ latencyMs: 20 });
    await clerk.users.getUser(user.id);
    await clerk.users.getUser(user.id);
    await Promise.all([clerk.users.getUser(other.id), clerk.users.getUser(other.id)]);
    await clerk.users.getUser('user_none').catch(() => {});
    const report = clerk.metrics.report();
    equal(report.apiCalls, 3, 'apiCalls');
    sameJson([report.lookups.hit, report.lookups.miss, report.lookups.coalesced], [1, 3, 1], 'lookups');
    sameJson([report.cacheHits, report.cacheMisses, report.cacheHitRate], [2, 3, 0.4], 'hits and misses');
    sameJson([report.outcomes['2xx'], report.outcomes['4xx']], [2, 1], 'outcomes');
    ok(report.averageResponseTimeMs >= 15 && report.averageResponseTimeMs < 1_000, 'averageResponseTimeMs', report);
    equal(report.responseTimes.count, 3, 'responseTimes.count');
    const { entries, bytes, wasmBytes, ...underWay } = report.live;
    ok(entries >= 2 && bytes > 2_000, 'entries and bytes', report.live);
    ok(Object.values(underWay).every((one) => one === 0), 'nothing is under way', underWay);
  },

  'what happens elsewhere can be recorded': async (bench) => {
    const { metrics } = bench.client();
    metrics.recordApiCall(120);
    metrics.recordApiCall(80);
    metrics.recordCacheHit();
    metrics.recordCacheHit();
    metrics.recordCacheHit();
    metrics.recordCacheMiss();
    const { apiCalls, cacheHits, cacheMisses, cacheHitRate, averageResponseTimeMs } = metrics.report();
    sameJson([apiCalls, cacheHits, cacheMisses, cacheHitRate, averageResponseTimeMs], [2, 3, 1, 0.75, 100], 'the five');
  },

  'clients with equal options count together, with shares too': async (bench) => {
    const [one, two] = [bench.client(), bench.client()];
    one.metrics.recordCacheHit();
    two.with({ signal: new AbortController().signal }).metrics.recordCacheHit();
    equal(one.metrics.report().cacheHits, 2, 'cacheHits');
  },

  'prometheus text has a type for every metric': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    await clerk.users.getUser(user.id);
    const text = clerk.metrics.prometheus();
    ok(text.endsWith('\n'), 'ends with a line feed', text.slice(-20));
    const typed = new Set([...text.matchAll(/^# TYPE (\S+) (counter|gauge|histogram)$/gm)].map(([, name]) => name));
    ok(typed.size >= 3, 'types', text);
    for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
      const sample = /^([a-z_:][a-z0-9_:]*)(\{[^}]*\})? (\S+)$/i.exec(line);
      ok(sample !== null, 'a sample', line);
      ok(typed.has(sample[1]) || typed.has(sample[1].replace(/_(bucket|sum|count)$/, '')), 'of a known type', line);
      ok(!Number.isNaN(Number(sample[3].replace('+Inf', 'Infinity'))), 'with a number', line);
    }
  },

  'metrics hold no id, key or address': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    await clerk.users.getUser(user.id);
    await clerk.users.getUserList({ query: user.username });
    await clerk.users.getUser('user_none').catch(() => {});
    const text = clerk.metrics.prometheus() + JSON.stringify(clerk.metrics.report());
    for (
      const secret of [user.id, user.username, bench.secretKey, 'user_none', user.email_addresses[0].email_address]
    ) {
      ok(!text.includes(secret), `${secret} is not in the metrics`, text);
    }
  },

  'bad readings are refused or ignored': async (bench) => {
    const { metrics } = bench.client();
    for (const reading of [Number.NaN, -1, Infinity, '5', undefined]) {
      try {
        metrics.recordApiCall(reading);
      } catch (error) {
        equal(error.code, 'invalid_argument', `recordApiCall(${reading})`);
      }
    }
    ok(
      numbers(metrics.report()).every((one) => Number.isFinite(one) && one >= 0),
      'the report stays numbers',
      metrics.report(),
    );
  },
};
