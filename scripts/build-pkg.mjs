// The ES module: cargo → wasm-bindgen → wasm-opt → pkg/wasm/. Everything else in pkg/ is written by hand.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crate, paths, tools, wasmTarget } from './env.mjs';
import { Failure, isMain, main, run, step } from './run.mjs';
import { setup } from './setup.mjs';
import { optimise, weigh, whenChanged } from './wasm.mjs';

const generated = ['clerk_edge_bg.js', 'clerk_edge_bg.wasm', 'inline.js', 'host.js'].map((name) => join(paths.pkgWasm, name));

export async function buildPkg() {
  await step('ES module', async () => {
    await run('cargo', ['build', '--lib', '--release', '--target', wasmTarget, '--features', 'esm']);
    const inputs = [paths.wasm, tools.wasmBindgen, fileURLToPath(import.meta.url)];
    await whenChanged({ name: 'pkg', inputs, outputs: generated }, generate);
  });
  const glue = readdirSync(paths.pkgWasm, { recursive: true }).filter((name) => /_bg\.(js|wasm)$|snippets.*\.js$/.test(name));
  weigh('esm', [...glue.map((name) => join(paths.pkgWasm, name)), join(paths.pkg, 'bind.js'), join(paths.pkg, 'api.js')]);
}

async function generate() {
  const out = join(paths.target, 'bindgen');
  rmSync(out, { recursive: true, force: true });
  // `bundler` splits the glue from the loading of the module, which is what differs between runtimes
  const bindgen = ['--target', 'bundler', '--out-name', crate.lib, '--remove-producers-section', '--no-typescript'];
  await run(tools.wasmBindgen, [paths.wasm, '--out-dir', out, ...bindgen]);
  const wasm = join(out, `${crate.lib}_bg.wasm`);
  await optimise(wasm);
  rmSync(join(out, `${crate.lib}.js`)); // the loader of the `bundler` target; pkg/ has its own, one per runtime
  writeFileSync(join(out, 'inline.js'), `export default '${readFileSync(wasm).toString('base64')}';\n`);
  writeFileSync(join(out, 'host.js'), `export * from './${hostSnippet(out)}';\n`);
  mkdirSync(paths.pkgWasm, { recursive: true });
  for (const name of readdirSync(paths.pkgWasm)) {
    if (name !== '.gitkeep') rmSync(join(paths.pkgWasm, name), { recursive: true });
  }
  cpSync(out, paths.pkgWasm, { recursive: true });
}

/** The path of `src/js/host.js` among the snippets, whose folder carries a hash. */
function hostSnippet(out) {
  const found = readdirSync(out, { recursive: true }).filter((name) => name.endsWith(join('src', 'js', 'host.js')));
  if (found.length !== 1) throw new Failure(`wasm-bindgen wrote ${found.length} files src/js/host.js, not 1`);
  return found[0].replaceAll('\\', '/');
}

if (isMain(import.meta)) {
  await main(async () => {
    await setup({ tests: false });
    await buildPkg();
  });
}
