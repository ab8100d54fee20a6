// Builds this crate as the ES module is built: cargo, wasm-bindgen for bundlers, wasm-opt. Nothing is shipped from here.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { paths, tools, wasmTarget } from '../../scripts/env.mjs';
import { run, step } from '../../scripts/run.mjs';
import { optimise } from '../../scripts/wasm.mjs';

const crate = fileURLToPath(new URL('.', import.meta.url));

/** @returns {Promise<{ glue: string, wasm: string }>} where the two files are */
export async function buildBoundary() {
  const target = join(paths.target, 'boundary');
  const out = join(target, 'bindgen');
  const wasm = join(out, 'boundary_bg.wasm');
  await step('bench/boundary', async () => {
    await run('cargo', ['build', '--release', '--target', wasmTarget, '--target-dir', target], { cwd: crate });
    await run('cargo', ['build', '--quiet', '-p', 'wbg', '--bin', 'wasm-bindgen']);
    rmSync(out, { recursive: true, force: true });
    const compiled = join(target, wasmTarget, 'release/boundary.wasm');
    await run(tools.wasmBindgen, [compiled, '--out-dir', out, '--target', 'bundler', '--out-name', 'boundary', '--no-typescript']);
    await optimise(wasm);
  });
  return { glue: join(out, 'boundary_bg.js'), wasm };
}
