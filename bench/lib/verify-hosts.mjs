// Where `bench/verify.mjs` runs a candidate: a process of its own each, asked for so many verifications at a time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startWorkerd } from '../../tests/worker/support/workerd.mjs';
import { bundled } from './bundle.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const READY_MS = 60_000;

/** A process that reads what to do from lines. `time(mode, n)` is how long that took in it, in ms. */
async function inProcess(command, args, name) {
  const child = spawn(command, [...args, path('verify-child.mjs'), ...name], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${name[0]} ended with ${(await exited)[0]}`);
    return value;
  };
  const late = setTimeout(() => child.kill('SIGKILL'), READY_MS);
  await line();
  clearTimeout(late);
  const time = async (mode, n) => {
    child.stdin.write(`${mode} ${n}\n`);
    return Number(await line());
  };
  return { time, stop: async () => { child.kill('SIGKILL'); await exited; } };
}

/** The same in workerd, in ms of processor time: its clock stands still while it computes. */
async function inWorkerd(name, fixture) {
  const worker = await startWorkerd(await bundled(name.endsWith(':ours') ? 'verify' : 'verify-peer'), { bindings: { CANDIDATE: name } });
  const ask = async (mode, n, init) => {
    const before = worker.cpuUs();
    const answer = await fetch(`${worker.url}/?mode=${mode}&n=${n}`, init);
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${name} in workerd: ${answer.status} ${said}\n${worker.log()}`);
    return (worker.cpuUs() - before) / 1000;
  };
  await ask('one', 0, { method: 'POST', body: JSON.stringify(fixture) });
  const time = async (mode, n) => {
    const thereAndBack = Math.min(await ask(mode, 0), await ask(mode, 0), await ask(mode, 0));
    return (await ask(mode, n)) - thereAndBack;
  };
  return { time, stop: worker.stop };
}

/** Each starts a candidate on what lies in `file`, which is `fixture`. */
export const HOSTS = {
  Node: (name, file) => inProcess(process.execPath, [], [name, file]),
  workerd: (name, file, fixture) => inWorkerd(name, fixture),
  Deno: (name, file) => inProcess(path('../../node_modules/.bin/deno'), ['run', '--quiet', '--no-prompt', '--allow-all', '--node-modules-dir=manual'], [name, file]),
};
