// Starts raw `workerd serve` on modules from disk or memory: no wrangler or miniflare in front, whose proxies halve the
// throughput and hide clients that vanish. One worker, one isolate, one process, stopped by its own process id.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = createRequire(import.meta.url).resolve('workerd/bin/workerd');
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What the hot path needs from the runtime; `wrangler.toml` is the authority for our own Worker, this for peers. */
export const COMPATIBILITY = { date: '2026-10-01', flags: ['enable_request_signal'] };

/**
 * The compatibility date and flags of `wrangler.toml`, so that tests run what is deployed.
 * @returns {{ date: string, flags: string[] }}
 */
export function deployedCompatibility() {
  const toml = readFileSync(join(root, 'wrangler.toml'), 'utf8');
  const date = /^compatibility_date\s*=\s*"([\d-]+)"/m.exec(toml)?.[1];
  if (!date) throw new Error('wrangler.toml names no compatibility_date');
  const list = /^compatibility_flags\s*=\s*\[([^\]]*)\]/m.exec(toml)?.[1] ?? '';
  return { date, flags: [...list.matchAll(/"([^"]+)"/g)].map(([, flag]) => flag) };
}

/**
 * The modules of the Worker as built, entry first: every `.js`, `.mjs` and `.wasm` beside `main` of `wrangler.toml`.
 * @returns {{ name: string, body: string | Uint8Array }[]}
 */
export function builtWorker() {
  const main = /^main\s*=\s*"([^"]+)"/m.exec(readFileSync(join(root, 'wrangler.toml'), 'utf8'))?.[1];
  if (!main) throw new Error('wrangler.toml names no main');
  return modulesIn(join(root, dirname(main)), basename(main));
}

/** The modules of a directory, `main` first. */
export function modulesIn(directory, main) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(m?js|wasm)$/.test(entry.name))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort((a, b) => Number(b === main) - Number(a === main));
  if (files[0] !== main) throw new Error(`${join(directory, main)} is not there: build the Worker first`);
  return files.map((name) => {
    const body = readFileSync(join(directory, name));
    return { name, body: name.endsWith('.wasm') ? body : body.toString('utf8') };
  });
}

const text = (value) => JSON.stringify(String(value));

function capnp(modules, { bindings, date, flags, v8Flags }) {
  const kind = ({ name }) => (name.endsWith('.wasm') ? 'wasm' : 'esModule');
  const listed = modules.map((module) => `(name=${text(module.name)}, ${kind(module)}=embed ${text(`modules/${module.name}`)})`);
  const bound = Object.entries(bindings).map(([name, value]) => `(name=${text(name)}, text=${text(value)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = [${v8Flags.map(text).join(', ')}],
  services = [
    (name="main", worker=(
      modules=[${listed.join(', ')}],
      bindings=[${bound.join(', ')}],
      compatibilityDate=${text(date)}, compatibilityFlags=[${flags.map(text).join(', ')}],
      globalOutbound="net")),
    (name="net", network=(allow=["local", "private", "public"])),
  ],
  sockets = [(name="http", address="127.0.0.1:0", http=(), service="main")],
);
`;
}

/** workerd says on its control descriptor which port it was given, once it serves. */
function listening(control, exited, log) {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`workerd is not ready after 20 s\n${log()}`)), 20_000);
    exited.then((code) => { clearTimeout(timer); reject(new Error(`workerd ended with ${code}\n${log()}`)); });
    control.on('data', (bytes) => {
      said += bytes;
      const line = said.split('\n').slice(0, -1).map((row) => JSON.parse(row)).find((row) => row.event === 'listen');
      if (line) { clearTimeout(timer); resolve(line.port); }
    });
  });
}

/**
 * Starts workerd and waits until it listens.
 *
 * @param {{ name: string, body: string | Uint8Array }[]} modules entry first
 * @param {{ bindings?: Record<string, unknown>, date?: string, flags?: string[], v8Flags?: string[] }} [options]
 *   every binding becomes a text binding, as vars and secrets are
 */
export async function startWorkerd(modules, options = {}) {
  const { bindings = {}, date = COMPATIBILITY.date, flags = COMPATIBILITY.flags, v8Flags = [] } = options;
  const directory = mkdtempSync(join(tmpdir(), 'clerk-edge-workerd-'));
  for (const { name, body } of modules) {
    const file = join(directory, 'modules', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
  }
  writeFileSync(join(directory, 'config.capnp'), capnp(modules, { bindings, date, flags, v8Flags }));
  const child = spawn(binary, ['serve', '--control-fd=3', 'config.capnp'], {
    cwd: directory, stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => { if (written.length < 4e6) written += bytes; });
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const port = await listening(child.stdio[3], exited, () => written);
    return {
      port, pid: child.pid, url: `http://127.0.0.1:${port}`, stop,
      /** Everything workerd and the worker's console wrote so far. */
      log: () => written,
      /** Processor time so far in ms, all threads, user and kernel; Linux counts it in steps of 10 ms. */
      cpuMs: () => cpuMs(child.pid),
      /** The same to the nanosecond, in µs, of the threads that are alive. */
      cpuUs: () => cpuUs(child.pid),
      /** Resident memory in bytes. */
      rssBytes: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) * 1024,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold spaces
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function cpuUs(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((total, thread) => total + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]), 0) / 1000;
}
