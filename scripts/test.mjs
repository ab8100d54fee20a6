// `npm test`: sets up, builds, and runs every test there is. The first failure ends it.
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { none, sum } from './count.mjs';
import { beating, Failure, main, say, seconds } from './run.mjs';
import { setup } from './setup.mjs';

const HELP = `npm test: sets up, builds, and runs every test there is; the last line says how many passed.

  npm test -- --list          the names of the steps
  npm test -- --only <name>   only this step (may be repeated), with what it needs built
  npm test -- --help          this text`;

const OPTIONS = {
  only: { type: 'string', multiple: true, default: [] },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

async function test() {
  const options = readArguments();
  if (options.help) return say(HELP);
  const started = Date.now();
  if (!options.list) await setup();
  const { steps, leftOut } = await import('./test-steps.mjs'); // what applies depends on what is set up
  if (options.list) return steps.forEach(({ name, about }) => say(`${name.padEnd(14)}${about}`));

  const chosen = choose(steps, options.only);
  if (options.only.length === 0) for (const { name, about } of leftOut) say(`  left out, not there: ${name}, ${about}`);
  if (chosen.some((step) => step.builds)) await build();
  const counts = [];
  for (const step of chosen) counts.push(await runStep(step, sum(counts)));
  const { passed, failed } = sum(counts);
  say(`\nall ${chosen.length} steps passed in ${seconds(Date.now() - started)}`);
  say(`${passed} passed, ${failed} failed`);
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new Failure(`${error.message}\n\n${HELP}`);
  }
}

function choose(steps, only) {
  const unknown = only.find((name) => !steps.some((step) => step.name === name));
  if (unknown) throw new Failure(`there is no step ${unknown}; there are ${steps.map((step) => step.name).join(', ')}`);
  return only.length > 0 ? steps.filter((step) => only.includes(step.name)) : steps;
}

async function runStep({ name, about, run }, before) {
  const started = Date.now();
  say(`· ${name}: ${about} …`);
  try {
    const counts = await beating(name, run);
    if (counts.failed + counts.skipped > 0) throw new Failure(`${counts.failed} failed, ${counts.skipped} skipped; none may be`);
    say(`✓ ${name}${counts === none ? '' : `: ${counts.passed} passed`} (${seconds(Date.now() - started)})`);
    return counts;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`\n${error.message}\n\n✗ ${name} failed after ${seconds(Date.now() - started)}. Only this step: npm test -- --only ${name}`);
    console.error(`${before.passed} passed, 1 step failed`);
    return process.exit(1);
  }
}

await main(test);
