// Everything the project needs that is not Rust and Node themselves. Safe to run again: what is there is left alone.
//
//   node scripts/setup.mjs            all of it
//   node scripts/setup.mjs --build    what building and `npm start` need: no wasm-pack, no browser
import { existsSync } from 'node:fs';
import { chrome, chromedriver, paths, tools, versions, wasmTarget, which } from './env.mjs';
import { npmPackages } from './setup-npm.mjs';
import { ask, Failure, isMain, main, run, say, seconds, step } from './run.mjs';

/** Sets up for building, and for the tests unless `tests` is false. */
export async function setup({ tests = true } = {}) {
  const started = Date.now();
  await npmPackages();
  await systemPackages([
    { what: 'a C linker for cargo', debian: ['gcc', 'libc6-dev'], present: async () => which('cc', 'gcc', 'clang') },
    { what: 'OpenSSL headers for worker-build', debian: ['libssl-dev', 'pkg-config'], present: opensslOrNotNeeded },
    ...(tests ? [
      { what: 'Chromium and its driver', debian: ['chromium', 'chromium-driver'], present: async () => chrome() && chromedriver() },
      { what: 'a C++ compiler for libFuzzer', debian: ['g++'], present: async () => which('c++', 'g++', 'clang++') },
    ] : []),
  ]);
  await rust();
  await bindgen();
  await cargoTool('worker-build', versions.workerBuild, tools.workerBuild, ['--bin', 'worker-build']);
  if (tests) await cargoTool('wasm-pack', versions.wasmPack, tools.wasmPack, []);
  say(`✓ set up (${seconds(Date.now() - started)})`);
}

async function rust() {
  if (!(await ask('cargo', ['--version']))) {
    throw new Failure('cargo is not on the path; install Rust with rustup: https://rustup.rs');
  }
  const libs = await ask('rustc', ['--print', 'target-libdir', '--target', wasmTarget]);
  if (!libs || !existsSync(libs)) await step(`Rust target ${wasmTarget}`, () => run('rustup', ['target', 'add', wasmTarget]));
  for (const [component, probe] of [['clippy', 'clippy'], ['rustfmt', 'fmt']]) {
    if (!(await ask('cargo', [probe, '--version']))) await step(component, () => run('rustup', ['component', 'add', component]));
  }
}

/** wasm-bindgen and its test runner: a crate of the workspace, so that `Cargo.lock` keeps it equal to the library. */
async function bindgen() {
  const args = ['build', '--quiet', '-p', 'wbg'];
  if (existsSync(tools.wasmBindgen)) await run('cargo', args);
  else await step('wasm-bindgen, once, about 80 s', () => run('cargo', args));
}

/** A cargo-installed tool in `.tools/`, in the dev profile: compiling it is what takes long, not running it. */
async function cargoTool(name, version, path, args) {
  if ((await ask(path, ['--version']))?.split(' ').at(-1) === version) return;
  const install = ['install', name, '--version', version, '--locked', '--debug', '--quiet', '--force', '--root', paths.tools];
  await step(`${name} ${version}, once, about 90 s`, () => run('cargo', [...install, ...args]));
}

async function opensslOrNotNeeded() {
  return existsSync(tools.workerBuild) || (await ask('pkg-config', ['--exists', 'openssl'])) !== undefined;
}

/** Installs what is missing where that needs no password, and otherwise names the one command to run. */
async function systemPackages(wanted) {
  const missing = [];
  for (const entry of wanted) if (!(await entry.present())) missing.push(entry);
  if (missing.length === 0) return;
  const packages = missing.flatMap((entry) => entry.debian);
  const install = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...packages];
  const debian = which('apt-get');
  if (!debian || process.getuid?.() !== 0) {
    const command = `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
    const elsewhere = 'install their equivalents (CHROME and CHROMEDRIVER may name browser and driver)';
    throw new Failure(`missing: ${missing.map((entry) => entry.what).join(', ')}\n  ${debian ? `run: ${command}` : elsewhere}`);
  }
  await step(`system packages: ${packages.join(' ')}`, async () => {
    const quiet = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    // the lists of a fresh image are empty or old, so update when the first try fails
    await run(debian, install, quiet).catch(async () => {
      await run(debian, ['update'], quiet);
      await run(debian, install, quiet);
    });
  });
}

if (isMain(import.meta)) await main(() => setup({ tests: !process.argv.includes('--build') }));
