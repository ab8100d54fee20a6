// The built Worker in bare workerd, as wrangler.toml describes it. It serves 40 ms after it was started, where
// `wrangler dev` takes 1.6 s, and there is no proxy in front, so clients that vanish are seen as in production.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { npmBin, paths, root } from './env.mjs';

/**
 * Starts workerd as a process group of its own and returns the child process.
 *
 * `vars` reach the Worker through workerd's environment, so that no secret is in a file or on a command line.
 */
export function startWorkerd({ port, vars }) {
  const dir = join(paths.target, 'start');
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'worker.capnp');
  writeFileSync(file, config({ port, vars: Object.keys(vars), modules: relative(dir, paths.worker) }));
  return spawn(npmBin('workerd'), ['serve', file], {
    cwd: root,
    env: { ...process.env, ...vars },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
}

function config({ port, vars, modules }) {
  const { date, flags, objects } = readWrangler();
  const text = JSON.stringify;
  const list = (items, format) => `[${items.map(format).join(', ')}]`;
  const bindings = [
    ...vars.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
    ...objects.map(({ name, type }) => `(name = ${text(name)}, durableObjectNamespace = ${text(type)})`),
  ];
  const classes = list(objects, ({ type }) => `(className = ${text(type)}, uniqueKey = ${text(type)}, enableSql = true)`);
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "worker", worker = .worker), (name = "network", network = (allow = ["public", "private"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "worker")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed ${text(join(modules, 'index.js'))}),
    (name = "index_bg.wasm", wasm = embed ${text(join(modules, 'index_bg.wasm'))}),
  ],
  compatibilityDate = ${text(date)},
  compatibilityFlags = ${list(flags, text)},
  globalOutbound = "network",
  bindings = [${bindings.join(', ')}],
  durableObjectNamespaces = ${classes},
  durableObjectStorage = (inMemory = void),
);
`;
}

/** The few keys of wrangler.toml that matter here; it is ours, so that no TOML parser is needed to find them. */
function readWrangler() {
  const toml = readFileSync(join(root, 'wrangler.toml'), 'utf8').replace(/^\s*#.*$/gm, '');
  const objects = toml.split('[[durable_objects.bindings]]').slice(1);
  return {
    date: /^compatibility_date = "(.*)"$/m.exec(toml)[1],
    flags: JSON.parse(/^compatibility_flags = (\[.*\])$/m.exec(toml)?.[1] ?? '[]'),
    objects: objects.map((table) => ({
      name: /^name = "(.*)"$/m.exec(table)[1],
      type: /^class_name = "(.*)"$/m.exec(table)[1],
    })),
  };
}
