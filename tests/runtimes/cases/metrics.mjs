/** What the client counts, and what it never tells. */
import { equal, ok } from '../support/expect.mjs';

const numbers = (value) => Object.values(value).flatMap((one) => (typeof one === 'number' ? [one] : one && typeof one === 'object' ? numbers(one) : []));

export const metrics = {
  'the report is plain numbers and starts at nothing': async (bench) => {
    const report = bench.client().metrics.report();
    ok(numbers(report).every((one) => Number.isFinite(one) && one >= 0), 'numbers', report);
    ok(JSON.stringify(report).length > 20, 'JSON', report);
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
    for (const secret of [user.id, user.username, bench.secretKey, 'user_none', user.email_addresses[0].email_address]) {
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
    ok(numbers(metrics.report()).every((one) => Number.isFinite(one) && one >= 0), 'the report stays numbers', metrics.report());
  },
};
