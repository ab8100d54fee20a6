// `npm run bench [name…]`: builds, and runs the benchmarks of bench/ one after the other in the pinned Node.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { env, root, tools } from './env.mjs';
import { Failure, main, say, whenSignalled } from './run.mjs';
import { setup } from './setup.mjs';

const HELP = `npm run bench [name…]: builds and runs the named benchmarks, or all of them, one after the other.

  npm run bench -- --list   their names
  npm run bench -- --help   this text

  What follows a second -- reaches the benchmark: npm run bench -- verify -- --quick`;

const OPTIONS = { list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
const folder = join(root, 'bench');

async function bench() {
  const { names, values, rest } = readArguments();
  if (values.help) return say(HELP);
  const all = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.mjs')).map((name) => name.slice(0, -4)) : [];
  if (values.list) return all.forEach((name) => say(`${name.padEnd(12)}${about(name)}`));
  const unknown = names.find((name) => !all.includes(name));
  if (unknown) throw new Failure(`there is no benchmark ${unknown}; there are ${all.join(', ') || 'none'}`);
  await setup({ tests: false });
  await build();
  for (const name of names.length > 0 ? names : all) await runBenchmark(name, rest);
}

function readArguments() {
  const args = process.argv.slice(2);
  const end = args.indexOf('--');
  const [ours, rest] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  try {
    const { positionals: names, values } = parseArgs({ args: ours, options: OPTIONS, allowPositionals: true });
    return { names, values, rest };
  } catch (error) {
    throw new Failure(`${error.message}\n\n${HELP}`);
  }
}

/** The first sentence of the comment that the file begins with. */
function about(name) {
  const text = readFileSync(join(folder, `${name}.mjs`), 'utf8');
  const comment = /^(?:\/\/.*\n)+|^\/\*\*[^]*?\*\//.exec(text)?.[0] ?? '';
  const words = comment.replace(/^\s*(?:\/\/|\/\*\*|\*\/|\*)/gm, '').split(/\s+/).join(' ').trim();
  return /^.*?[.:](?= |$)/.exec(words)?.[0] ?? words;
}

/** Straight to the terminal, without a pipe in between that would cost what is being measured. */
async function runBenchmark(name, rest) {
  say(`\n── ${name} ──`);
  const child = spawn(tools.node, [join('bench', `${name}.mjs`), ...rest], { cwd: root, env, stdio: 'inherit' });
  whenSignalled((signal) => {
    child.kill(signal);
    child.once('exit', () => process.exit(130));
  });
  const code = await new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  if (code !== 0) throw new Failure(`${name} ended with ${code}`);
}

await main(bench);
