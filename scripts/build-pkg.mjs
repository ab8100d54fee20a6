// The ES module: cargo → wasm-bindgen → wasm-opt → pkg/wasm/. Everything else in pkg/ is written by hand.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crate, paths, tools, wasmTarget } from './env.mjs';
import { Failure, isMain, main, run, step } from './run.mjs';
import { setup } from './setup.mjs';
import { optimise, optimiser, weigh, whenChanged } from './wasm.mjs';

const generated = ['clerk_edge_bg.js', 'clerk_edge_bg.wasm', 'imports.js', 'inline.js', 'host.js'].map((name) => join(paths.pkgWasm, name));

export async function buildPkg() {
  await step('ES module', async () => {
    await run('cargo', ['build', '--lib', '--release', '--target', wasmTarget, '--features', 'esm']);
    const inputs = [paths.wasm, tools.wasmBindgen, optimiser, fileURLToPath(import.meta.url)];
    await whenChanged({ name: 'pkg', inputs, outputs: generated }, generate);
  });
  const loaded = ['clerk_edge_bg.js', 'clerk_edge_bg.wasm', 'imports.js', ...snippets(paths.pkgWasm)];
  weigh('esm', [...loaded.map((name) => join(paths.pkgWasm, name)), join(paths.pkg, 'bind.js'), join(paths.pkg, 'api.js')]);
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
  writeFileSync(join(out, 'imports.js'), importObject([`${crate.lib}_bg.js`, ...snippets(out)]));
  mkdirSync(paths.pkgWasm, { recursive: true });
  for (const name of readdirSync(paths.pkgWasm)) {
    if (name !== '.gitkeep') rmSync(join(paths.pkgWasm, name), { recursive: true });
  }
  cpSync(out, paths.pkgWasm, { recursive: true });
}

/** The JavaScript files that the wasm module imports besides its glue; their folder carries a hash. */
const snippets = (out) =>
  readdirSync(out, { recursive: true })
    .filter((name) => name.startsWith('snippets') && name.endsWith('.js'))
    .map((name) => name.replaceAll('\\', '/'));

function hostSnippet(out) {
  const found = snippets(out).filter((name) => name.endsWith('/src/js/host.js'));
  if (found.length !== 1) throw new Failure(`wasm-bindgen wrote ${found.length} files src/js/host.js, not 1`);
  return found[0];
}

/** The second argument of `new WebAssembly.Instance`, which the `bundler` target leaves to the bundler. */
function importObject(files) {
  const imports = files.map((file, i) => `import * as m${i} from './${file}';\n`);
  const entries = files.map((file, i) => `  './${file}': m${i},\n`);
  return `${imports.join('')}\nexport default {\n${entries.join('')}};\n`;
}

if (isMain(import.meta)) {
  await main(async () => {
    await setup({ tests: false });
    await buildPkg();
  });
}
