/**
 * What the ES module promises, as one suite that runs wherever the module does.
 *
 * Plain JS, no import of any runtime: the module under test, the address of the Clerk stand-in and a `fetch` to steer it
 * with are handed in. Cases run one after the other, each with a secret key (so an instance of the stand-in) of its own,
 * and never wait for the clock where they can set it.
 */
import { badInput } from './cases/bad-input.mjs';
import { cache } from './cases/cache.mjs';
import { errors } from './cases/errors.mjs';
import { fields } from './cases/fields.mjs';
import { isolation } from './cases/isolation.mjs';
import { limits } from './cases/limits.mjs';
import { metrics } from './cases/metrics.mjs';
import { reads } from './cases/reads.mjs';
import { waits } from './cases/waits.mjs';
import { webhooks } from './cases/webhooks.mjs';
import { Bench } from './support/bench.mjs';

const CASE_MS = 30_000;

const groups = { reads, fields, cache, isolation, errors, 'bad input': badInput, waits, limits, metrics, webhooks };

/** Runs every case. Answers `{ name, ok, error?, ms }` for each, in order; never rejects because a case failed. */
export async function conformance({ clerkEdge, simUrl, fetch, only }) {
  const results = [];
  for (const [group, cases] of Object.entries(groups)) {
    for (const [title, run] of Object.entries(cases)) {
      const name = `${group}: ${title}`;
      if (only !== undefined && !name.includes(only)) continue;
      results.push(await runCase(name, run, { clerkEdge, simUrl, fetch }));
    }
  }
  return results;
}

async function runCase(name, run, host) {
  const began = Date.now();
  try {
    const bench = new Bench(host);
    await bench.calm();
    await within(CASE_MS, run(bench));
    return { name, ok: true, ms: Date.now() - began };
  } catch (error) {
    return { name, ok: false, error: describe(error), ms: Date.now() - began };
  }
}

function describe(error) {
  const text = error?.stack ?? String(error);
  return error?.code === undefined ? text : `[${error.code}] ${text}`;
}

async function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
