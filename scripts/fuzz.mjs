// `npm run fuzz [target…]`: feeds the parsers what libFuzzer makes up, guided by which code it reaches.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { env, paths, root } from './env.mjs';
import { Failure, ask, isMain, main, run, say, step } from './run.mjs';
import { setup } from './setup.mjs';

const HELP = `npm run fuzz [target…]: feeds the named parsers, or all of them, what libFuzzer makes up.

  npm run fuzz -- --list                    the targets
  npm run fuzz -- token --seconds 600       one target for ten minutes (default: 60 s each)
  npm run fuzz -- token --input <file>      one input once more, such as one that was saved because it failed
  npm run fuzz -- --help                    this text

  What is found interesting is kept in target/fuzz/corpus/, what fails in target/fuzz/failures/; the seeds, which are
  committed, are in tests/fuzz/seeds/. Turn a failure into a test of its own before you mend it.`;

const OPTIONS = {
  seconds: { type: 'string', default: '60' },
  input: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

export const crate = join(root, 'tests/fuzz');
const work = join(paths.target, 'fuzz');

export const targets = readdirSync(join(crate, 'src/bin')).filter((name) => name.endsWith('.rs')).map((name) => name.slice(0, -3)).sort();

/**
 * Counters at every edge and comparison, which is what libFuzzer is guided by: flags of stable rustc. Without a sanitizer,
 * because the code under test has no `unsafe`; `--cfg fuzzing` is what libfuzzer-sys asks for.
 */
const FLAGS = [
  '-Cpasses=sancov-module',
  ...['level=4', 'inline-8bit-counters', 'pc-table', 'trace-compares'].map((flag) => `-Cllvm-args=-sanitizer-coverage-${flag}`),
  '--cfg', 'fuzzing',
];

/** An input may be longer than any bound of the parsers, and take this long; memory is bounded too. */
const LIMITS = ['-max_len=70000', '-timeout=10', '-rss_limit_mb=2048', '-use_value_profile=1'];

/** Runs `names` one after the other for so many seconds each. The first failure ends it. */
export async function fuzz(names, seconds) {
  const folder = await built();
  for (const name of names) {
    const dirs = [join(work, 'corpus', name), join(crate, 'seeds', name)].filter((dir, at) => at === 0 || existsSync(dir));
    const failures = join(work, 'failures', name);
    for (const dir of [dirs[0], failures]) mkdirSync(dir, { recursive: true });
    const args = [...LIMITS, `-max_total_time=${seconds}`, `-artifact_prefix=${failures}/`, '-print_final_stats=1', ...dirs];
    const { all } = await run(join(folder, name), args).catch((error) => explain(name, error));
    say(`  ${name}: ${number(all, /^stat::number_of_executed_units:\s*(\d+)/m)} inputs, ${number(all, /cov: (\d+)(?![^]*cov: )/)} edges reached`);
  }
}

const number = (text, pattern) => Number(pattern.exec(text)?.[1] ?? 0).toLocaleString('en');

function explain(name, error) {
  const saved = /Test unit written to (\S+)/.exec(error.message)?.[1];
  const again = saved ? `npm run fuzz -- ${name} --input ${relative(root, saved)}` : `npm run fuzz -- ${name}`;
  throw new Failure(`${error.message}\n\n${name} found an input that fails. To see it fail again:\n  ${again}`);
}

/** Builds all targets; answers the folder that they are in. */
async function built() {
  await cargo('build');
  return join(work, await machine(), 'release');
}

/**
 * A cargo command that compiles the targets, with their flags; after `--` what it is given on top. For a named machine,
 * because then cargo leaves the flags off what runs while building.
 */
export async function cargo(name, ...rest) {
  const args = [name, '--release', '--target', await machine(), ...rest];
  return run('cargo', args, { cwd: crate, env: { ...env, CARGO_TARGET_DIR: work, RUSTFLAGS: FLAGS.join(' ') } });
}

async function machine() {
  const host = /^host: (.*)$/m.exec(await ask('rustc', ['-vV']))?.[1];
  if (!host) throw new Failure('rustc is not on the path');
  return host;
}

async function command() {
  const { positionals, values } = readArguments();
  if (values.help) return say(HELP);
  if (values.list) return targets.forEach((name) => say(name));
  const unknown = positionals.find((name) => !targets.includes(name));
  if (unknown) throw new Failure(`there is no target ${unknown}; there are ${targets.join(', ')}`);
  await setup();
  if (values.input === undefined) return step('fuzzing', () => fuzz(positionals.length > 0 ? positionals : targets, seconds(values.seconds)));
  if (positionals.length !== 1) throw new Failure('--input goes with one target');
  const input = resolve(process.env.INIT_CWD ?? root, values.input);
  await run(join(await built(), positionals[0]), [input], { show: true });
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Failure(`${error.message}\n\n${HELP}`);
  }
}

function seconds(text) {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Failure(`--seconds ${text}: a whole number of seconds is expected`);
  return Number(text);
}

if (isMain(import.meta)) await main(command);
