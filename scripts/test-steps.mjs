// The steps of `npm test`, in order: cheap and telling ones first. A step resolves to its counts if it ran tests.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cargoCounts, declaredWebTests, nodeCounts, none } from './count.mjs';
import { cargo as fuzzCargo, crate, fuzz as fuzzTargets, targets } from './fuzz.mjs';
import { chromedriver, env, npmBin, root, tools, wasmTarget, which } from './env.mjs';
import { Failure, run } from './run.mjs';

const WEB = 'tests/web';
const DENY = ['-D', 'warnings'];
const FUZZ_SECONDS = 20;
const FEATURES = {
  esm: ['--target', wasmTarget, '--features', 'esm'],
  worker: ['--target', wasmTarget, '--no-default-features', '--features', 'worker'],
};

const cargo = (...args) => run('cargo', args).then(() => none);
const there = (path) => existsSync(join(root, path));
const files = (folder, ending) =>
  there(folder) ? readdirSync(join(root, folder)).filter((name) => name.endsWith(ending)).map((name) => join(folder, name)) : [];

/** `applies: false`: what the step tests, or tests with, is not there. `builds`: needs pkg/ and build/. */
const all = [
  { name: 'fmt', about: 'cargo fmt --check', run: () => cargo('fmt', '--all', '--check', '--', '--color', 'never') },
  { name: 'clippy', about: 'lints, native', run: () => cargo('clippy', '--workspace', '--all-targets', '--', ...DENY) },
  { name: 'clippy-esm', about: 'lints, the ES module', run: () => cargo('clippy', '--lib', ...webTarget(), ...FEATURES.esm, '--', ...DENY) },
  { name: 'clippy-worker', about: 'lints, the Worker', run: () => cargo('clippy', '--lib', ...FEATURES.worker, '--', ...DENY) },
  { name: 'doc', about: 'documentation without warnings', run: documentation },
  { name: 'deny', about: 'licences and sources of dependencies (with cargo-deny only)', applies: which('cargo-deny') !== undefined, run: deny },
  { name: 'native', about: 'cargo test', run: native },
  { name: 'web-node', about: 'wasm-bindgen tests in Node', applies: there(WEB), run: () => web(['--node']) },
  {
    name: 'web-chrome',
    about: 'wasm-bindgen tests in headless Chrome',
    applies: there(WEB),
    // without the variable Chrome skips every test and succeeds
    run: () => web(['--headless', '--chrome', '--chromedriver', chromedriver()], { WASM_BINDGEN_USE_BROWSER: '1' }),
  },
  ...[
    ['scripts', 'the scripts behind these commands'],
    ['clerk-sim', "Clerk's stand-in"],
    ['package', 'the packed npm package in every runtime'],
    ['types', "the package's types, and the examples, against strict TypeScript"],
    ['differential', 'ten thousand tokens beside @clerk/backend and jose'],
    ['runtimes', 'one suite in workerd, Deno, edge-runtime and Node'],
    ['worker', 'the Worker in workerd'],
    ['docs', 'the examples of the documentation'],
  ].map(([name, about]) => {
    const tests = files(join('tests', name), '.test.mjs');
    return { name, about, builds: true, applies: tests.length > 0, run: () => nodeTests(tests) };
  }),
  {
    name: 'examples',
    about: 'examples against strict TypeScript',
    builds: true,
    applies: there('examples/tsconfig.json'),
    run: () => run(npmBin('tsc'), ['--noEmit', '--strict', '--project', 'examples/tsconfig.json']).then(() => none),
  },
  { name: 'fuzz', about: `${targets.length} parsers, made-up input, ${FUZZ_SECONDS} s each`, run: fuzz },
];

const applies = (step) => step.applies ?? true;
export const steps = all.filter(applies);
export const leftOut = all.filter((step) => !applies(step));

async function documentation() {
  const strict = { env: { ...env, RUSTDOCFLAGS: DENY.join(' ') } };
  await run('cargo', ['doc', '--no-deps'], strict);
  for (const features of Object.values(FEATURES)) await run('cargo', ['doc', '--no-deps', ...features], strict);
  return none;
}

/** Not the advisories: their database is fetched from GitHub, and they change without the code changing. */
function deny() {
  return cargo('deny', '--all-features', 'check', 'bans', 'licenses', 'sources');
}

async function native() {
  return cargoCounts((await run('cargo', ['test'])).stdout);
}

/** A target counts as a test. Its code is held to the same lints: it is a workspace of its own, so no other step sees it. */
async function fuzz() {
  await run('cargo', ['fmt', '--check', '--', '--color', 'never'], { cwd: crate });
  await fuzzCargo('clippy', '--', ...DENY);
  await fuzzTargets(targets, FUZZ_SECONDS);
  return { ...none, passed: targets.length };
}

function webTarget() {
  return there(WEB) ? ['--test', 'web'] : [];
}

async function web(host, variables = {}) {
  const args = ['test', ...host, '--mode', 'no-install', '.', '--features', 'esm', ...webTarget()];
  const once = () => run(tools.wasmPack, args, { env: { ...env, ...variables } });
  // Chrome now and then loads the page and does nothing: then no test has run, and none can have failed.
  const again = (error) => (/Failed to detect test as having been run/.test(error.message) ? once() : Promise.reject(error));
  const counts = cargoCounts((await once().catch(again)).all);
  const sources = readdirSync(join(root, WEB), { recursive: true }).filter((name) => name.endsWith('.rs'));
  const declared = sources.reduce((total, name) => total + declaredWebTests(readFileSync(join(root, WEB, name), 'utf8')), 0);
  if (counts.passed !== declared) throw new Failure(`${counts.passed} tests passed of ${declared} in ${WEB}: the others did not run`);
  return counts;
}

/** One file after the other: they start servers and measure time, on machines with few cores. */
async function nodeTests(tests) {
  const args = ['--test', '--test-concurrency=1', '--test-reporter=spec', ...tests];
  const { FORCE_COLOR: _, ...plain } = env; // colours would be in the way of counting
  const counts = nodeCounts((await run(tools.node, args, { env: { ...plain, NO_COLOR: '1' } })).stdout);
  if (counts.passed === 0) throw new Failure(`no test ran in ${tests.join(', ')}`);
  return counts;
}
