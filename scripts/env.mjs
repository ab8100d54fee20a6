// Where everything is: paths, pinned tools and the environment every child process gets. Needs nothing but Node.
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The tools that cargo builds for us; `package-lock.json` and `Cargo.lock` pin the rest. */
export const versions = { workerBuild: '0.8.7', wasmPack: '0.15.1' };

export const wasmTarget = 'wasm32-unknown-unknown';
export const crate = { lib: 'clerk_edge', wasm: 'clerk_edge.wasm' };

const exe = process.platform === 'win32' ? '.exe' : '';
export const npmBin = (name) => join(root, 'node_modules/.bin', name);

export const paths = {
  nodeModules: join(root, 'node_modules'),
  target: resolve(root, process.env.CARGO_TARGET_DIR ?? 'target'),
  tools: join(root, '.tools'),
  pkg: join(root, 'pkg'),
  pkgWasm: join(root, 'pkg/wasm'),
  worker: join(root, 'build'),
};
// A folder each: the two builds write files of the same name, and cargo would build each anew after the other.
paths.workerTarget = join(paths.target, 'worker');
paths.wasm = join(paths.target, wasmTarget, 'release', crate.wasm);
paths.workerWasm = join(paths.workerTarget, wasmTarget, 'release', crate.wasm);
paths.sizes = join(paths.target, 'sizes.json');

export const tools = {
  /** The pinned Node of the npm package `node`: wrangler needs ≥ 22, the machine may have 20. */
  node: npmBin('node'),
  esbuild: npmBin('esbuild'),
  wasmOpt: npmBin('wasm-opt'),
  wrangler: npmBin('wrangler'),
  wasmBindgen: join(paths.target, 'debug', `wasm-bindgen${exe}`),
  wasmBindgenTestRunner: join(paths.target, 'debug', `wasm-bindgen-test-runner${exe}`),
  workerBuild: join(paths.tools, 'bin', `worker-build${exe}`),
  wasmPack: join(paths.tools, 'bin', `wasm-pack${exe}`),
};

const find = (path, name) => path.split(delimiter).filter(Boolean).map((dir) => join(dir, name + exe)).find(existsSync);

/** The first of `names` that is on the path, or undefined. */
export const which = (...names) => names.map((name) => find(process.env.PATH ?? '', name)).find(Boolean);

/** The machine's own Node rather than the pinned one, which npm puts first on the path of its scripts. */
export const machinePath = (process.env.PATH ?? '').split(delimiter).filter((dir) => !dir.includes('node_modules')).join(delimiter);
export const machineNode = () => find(machinePath, 'node');

export const chrome = () => process.env.CHROME ?? which('chromium', 'chromium-browser', 'google-chrome', 'chrome');
export const chromedriver = () => process.env.CHROMEDRIVER ?? which('chromedriver');

/** Nothing here may phone home or fetch a tool of its own: both make builds slow, and fail without a network. */
export const env = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), join(paths.target, 'debug'), join(paths.tools, 'bin'), process.env.PATH].join(delimiter),
  WASM_BINDGEN_BIN: tools.wasmBindgen,
  WASM_OPT_BIN: tools.wasmOpt,
  ESBUILD_BIN: tools.esbuild,
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  DENO_NO_UPDATE_CHECK: '1',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
};
