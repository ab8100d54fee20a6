// `npm start`: sets up, builds, and runs the Worker in workerd beside a local stand-in for Clerk, until Ctrl-C.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildWorker } from './build-worker.mjs';
import { env, root, tools } from './env.mjs';
import { ask, Failure, main, say, seconds, whenSignalled } from './run.mjs';
import { setup } from './setup.mjs';
import { startWorkerd } from './workerd.mjs';

const HELP = `npm start: the Worker in workerd, in front of a local stand-in for Clerk. Ctrl-C or SIGTERM stops both.

  PORT              where the Worker listens (default 8787; the next free port if that one is taken)
  SIM_PORT          where the stand-in listens (default 8788; the same)
  CLERK_SECRET_KEY  any well-formed key; each opens an instance of its own (default: a documented key of the stand-in)

  Other variables of the Worker, such as GATEWAY_TOKEN or CACHE_USER_TTL_MS, are passed on; wrangler.toml lists them.`;

const PASSED_ON = /^(CLERK_|CACHE_|RATE_LIMIT|RETRY_|MAX_|GATEWAY_TOKEN$)/;
const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 3_000;

const children = new Map();
let stopping = false;

async function start() {
  if (process.argv.includes('--help')) return say(HELP);
  const started = Date.now();
  await setup({ tests: false });
  await buildWorker();
  whenSignalled(() => stop(0));

  const simPort = await freePort('SIM_PORT', 8788);
  const [sim, key] = await Promise.all([startSim(simPort), secretKey()]);
  const port = await freePort('PORT', 8787);
  const worker = `http://127.0.0.1:${port}`;
  const passedOn = Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)));
  watch('the Worker', startWorkerd({ port, vars: { ...passedOn, CLERK_API_URL: sim, CLERK_SECRET_KEY: key } }));
  await healthy(worker);
  say(`✓ ready (${seconds(Date.now() - started)})`);
  say(await whatToTry({ worker, sim, key }));
}

/** Starts Clerk's stand-in and resolves to its URL once it says that it listens. */
async function startSim(port) {
  const child = spawn(tools.node, ['tests/clerk-sim/main.mjs', '--port', String(port)], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  watch("Clerk's stand-in", child);
  return new Promise((resolve) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const url = /clerk-sim listening on (http:\S+)\n/.exec(said)?.[1];
      if (url) resolve(url);
    });
  });
}

/** The caller's key, or the stand-in's default one. Asked in the pinned Node, which the stand-in needs. */
async function secretKey() {
  if (process.env.CLERK_SECRET_KEY) return process.env.CLERK_SECRET_KEY;
  const question = `import { DEFAULT_SECRET_KEY } from './tests/clerk-sim/sim.mjs'; console.log(DEFAULT_SECRET_KEY);`;
  return (await ask(tools.node, ['--input-type=module', '--eval', question])) ?? stop(1, "Clerk's stand-in has no default key");
}

async function healthy(worker) {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const response = await fetch(`${worker}/healthz`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(50);
  }
  await stop(1, `the Worker does not answer ${worker}/healthz after ${seconds(READY_WITHIN_MS)}`);
}

async function whatToTry({ worker, sim, key }) {
  const authorization = `Bearer ${key}`;
  const users = await fetch(`${sim}/v1/users?limit=1`, { headers: { authorization } }).then((response) => response.json());
  await fetch(`${sim}/__sim/reset`, { method: 'POST', headers: { authorization } });
  const user = `${worker}/v1/users/${users[0]?.id}`;
  const setKey = process.env.CLERK_SECRET_KEY ? '' : `    export CLERK_SECRET_KEY=${key}\n`;
  const curl = `curl -w '\\n' -H "Authorization: Bearer $CLERK_SECRET_KEY"`; // the answers end without a newline
  return `
  The Worker listens on ${worker}, in front of Clerk's stand-in on ${sim}. Try in another terminal:

${setKey}    ${curl} -i ${user}   # x-clerk-edge-cache: miss
    ${curl} -i ${user}   # hit
    ${curl} ${worker}/metrics.json   # what the Worker did, how fast
    ${curl} ${sim}/__sim/stats     # what Clerk saw of it

  Ctrl-C stops both.
`;
}

/** A free port: the one that the variable or the default names, or the next one that is not taken. */
async function freePort(variable, fallback) {
  const wanted = Number(process.env[variable] ?? fallback);
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) throw new Failure(`${variable}: not a port: ${process.env[variable]}`);
  for (let port = wanted; port < Math.min(wanted + 100, 65_536); port++) {
    const got = await tryPort(port);
    if (got === undefined) continue;
    if (wanted !== 0 && got !== wanted) say(`  port ${wanted} is in use, so ${got} it is (${variable} chooses another)`);
    return got;
  }
  throw new Failure(`no free port from ${wanted} on; choose one with ${variable}`);
}

function tryPort(port) {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => (error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error)));
    server.listen(port, '127.0.0.1', () => {
      const { port: got } = server.address();
      server.close(() => resolve(got));
    });
  });
}

/** One child that ends by itself ends everything. */
function watch(name, child) {
  children.set(name, child);
  child.once('error', (error) => stop(1, `${name} cannot be started: ${error.message}`));
  child.once('exit', (code, signal) => {
    children.delete(name);
    if (!stopping) stop(1, `${name} ended by itself with ${signal ?? `code ${code}`}`);
  });
}

/** Stops the process groups of all children and exits; never returns. */
async function stop(code, message) {
  if (stopping) return new Promise(() => {});
  stopping = true;
  if (message) console.error(`\n✗ ${message}`);
  else say('\n  stopping …');
  signalAll('SIGTERM');
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (children.size > 0 && Date.now() < deadline) await sleep(20);
  process.exit(code);
}

function signalAll(signal) {
  for (const child of children.values()) {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
process.once('exit', () => signalAll('SIGKILL'));

await main(start);
