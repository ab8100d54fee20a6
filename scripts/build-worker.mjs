// The Worker: worker-build → wasm-opt → build/, where wrangler.toml looks for it. wrangler runs this as its build command.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { env, paths, root, tools, wasmTarget } from './env.mjs';
import { isMain, main, run, step } from './run.mjs';
import { setup } from './setup.mjs';
import { optimise, optimiser, weigh, whenChanged } from './wasm.mjs';

// Never with `esm`: worker-build turns every exported function into a method that other Workers can call.
const FEATURES = ['--no-default-features', '--features', 'worker'];

const js = join(paths.worker, 'index.js');
const bundler = join(root, 'scripts/bundle-worker.mjs');
const shim = join(root, 'src/worker/shim.js');
const wasm = join(paths.worker, 'index_bg.wasm');

export async function buildWorker() {
  // worker-build bundles through our script, which puts our entry in
  const options = { env: { ...env, CARGO_TARGET_DIR: paths.workerTarget, ESBUILD_BIN: bundler } };
  await step('Worker', async () => {
    await run('cargo', ['build', '--lib', '--release', '--target', wasmTarget, ...FEATURES], options);
    const inputs = [paths.workerWasm, tools.workerBuild, optimiser, bundler, shim, fileURLToPath(import.meta.url)];
    await whenChanged({ name: 'worker', inputs, outputs: [js, wasm] }, async () => {
      // its own wasm-opt run would keep the names section, 75 kB
      await run(tools.workerBuild, ['--release', '--no-opt', ...FEATURES], options);
      await optimise(wasm);
    });
  });
  weigh('worker', [js, wasm]);
}

if (isMain(import.meta)) {
  await main(async () => {
    await setup({ tests: false });
    await buildWorker();
  });
}
