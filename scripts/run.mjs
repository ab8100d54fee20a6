// Child processes and progress lines: what runs, how long it took, and what it said if it failed.
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { env, root } from './env.mjs';

const HEARTBEAT_MS = 15_000;
const TAIL_LINES = 200;

export const say = (line) => console.log(line);
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Thrown for what the user can act on; printed without a stack. */
export class Failure extends Error {}

const live = new Set();

let onSignal = (signal) => {
  for (const child of live) child.kill(signal);
  process.exit(signal === 'SIGINT' ? 130 : 143);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => onSignal(signal));

/** What a signal does from now on; until then it stops the command that runs, and the script. */
export const whenSignalled = (handler) => (onSignal = handler);

/**
 * Runs a command to its end and resolves to its output, stdout and stderr in the order they came.
 *
 * `show`: pass the output on as it comes; otherwise it is kept, and the end of it is part of the error.
 */
export async function run(command, args, { show = false, stdin = 'ignore', ...options } = {}) {
  const child = spawn(command, args, { cwd: root, env, stdio: [stdin, 'pipe', 'pipe'], ...options });
  live.add(child);
  const output = { all: '', stdout: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output.all += text;
      if (name === 'stdout') output.stdout += text;
      if (show) process[name].write(text);
    });
  }
  const { code, signal, error } = await new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  live.delete(child);
  if (error) throw new Failure(`cannot run ${command}: ${error.message}`);
  if (code === 0) return output;
  const tail = show ? '' : `\n${output.all.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')}`;
  throw new Failure(`${[command, ...args].join(' ')}\nended with ${signal ?? `code ${code}`}${tail}`);
}

/** Like `run`, but undefined instead of an error: for questions such as "is it there?". */
export const ask = (command, args) => run(command, args).then((output) => output.stdout.trim(), () => undefined);

/** Announces a step, beats while it is silent, and says how long it took. */
export async function step(name, work) {
  const started = Date.now();
  say(`· ${name} …`);
  const result = await beating(name, work);
  say(`✓ ${name} (${seconds(Date.now() - started)})`);
  return result;
}

/** Says every 15 seconds that `work` still goes on. */
export async function beating(name, work) {
  const started = Date.now();
  const beat = setInterval(() => say(`  ${name}: ${Math.round((Date.now() - started) / 1000)} s so far`), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}

/** Runs a script's main function: a Failure ends it with its message, anything else with its stack. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Failure ? `\n✗ ${error.message}` : error);
    process.exit(1);
  }
}

/** True for the module that Node was started with. */
export const isMain = (meta) => process.argv[1] !== undefined && fileURLToPath(meta.url) === realpathSync(process.argv[1]);
