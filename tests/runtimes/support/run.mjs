/** One test per case of the suite, whichever runtime the suite ran in. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startSim } from '../../clerk-sim/sim.mjs';
import { install } from './install.mjs';

/** The suite takes about 15 s; a runtime that hangs must not hold the tests for longer than this. */
export const SUITE_MS = 180_000;

/** Fewer cases than this mean that some were not run at all. */
const LEAST_CASES = 120;

/**
 * Declares the tests of one runtime. `run({ dir, simUrl })` runs the suite there and answers its results and what the
 * runtime says of itself, which must match `self`: a suite that ran somewhere else proves nothing.
 */
export function conforms(runtime, self, run) {
  describe(runtime, { concurrency: false }, () => {
    let installed;
    let sim;
    before(async () => {
      installed = install();
      sim = await startSim({ port: 0, flavour: 'none' });
    });
    after(async () => {
      await sim?.close();
      installed?.remove();
    });

    test('the suite', { timeout: SUITE_MS }, async (t) => {
      const outcome = await run({ dir: installed.dir, simUrl: sim.url });
      assert.match(outcome.self, self, 'it ran where it should');
      for (const { name, ok, error } of outcome.results) {
        await t.test(name, () => assert.ok(ok, error));
      }
      assert.ok(outcome.results.length >= LEAST_CASES, `only ${outcome.results.length} cases ran`);
    });
  });
}

/** The whole program for runtimes that run a file: the outcome is its last line. */
export function writeMain(dir, simUrl, self) {
  const file = path.join(dir, 'main.mjs');
  writeFileSync(
    file,
    `import * as clerkEdge from 'clerk-edge';
import { conformance } from './suite/conformance.mjs';
const results = await conformance({ clerkEdge, simUrl: ${JSON.stringify(simUrl)}, fetch: globalThis.fetch });
console.log(JSON.stringify({ self: ${self}, results }));
`,
  );
  return file;
}

/** Runs a program that ends by itself, and reads the outcome from its last line. */
export async function outcomeOf(command, args, dir) {
  const { stdout, stderr, error } = await new Promise((resolve) => {
    const options = { cwd: dir, timeout: SUITE_MS - 10_000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 };
    execFile(command, args, options, (error, stdout, stderr) => resolve({ error, stdout, stderr }));
  });
  const last = stdout.trimEnd().split('\n').at(-1);
  if (error || !last.startsWith('{')) {
    throw new Error(`${command} ${args.join(' ')}\n${error ?? 'no outcome'}\n${stdout}${stderr}`);
  }
  return JSON.parse(last);
}
