// Workers of bench/workers as modules for workerd: packages of npm bundled in, wasm files as modules of their own.
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const pkg = fileURLToPath(new URL('../../pkg/workerd.js', import.meta.url));

/** Leaves imports of wasm alone, as wrangler does, and gathers the files in `modules`. */
const wasmModules = (modules, files) => ({
  name: 'wasm-modules',
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
      modules.set(basename(path), readFileSync(files[path] ?? resolve(resolveDir, path)));
      return { path: `./${basename(path)}`, external: true };
    });
  },
});

const elsewhere = (files) => ({
  name: 'elsewhere',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/.*\.js$/ }, ({ path }) => (files[path] ? { path: files[path] } : undefined));
  },
});

/**
 * @param {string} name of a file in bench/workers, without its ending
 * @param {Record<string, string>} [files] where imports that are built elsewhere are to be found
 */
export async function bundled(name, files = {}) {
  const wasm = new Map();
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../workers/${name}.mjs`, import.meta.url))],
    bundle: true, write: false, format: 'esm', target: 'es2024', platform: 'neutral', alias: { 'clerk-edge': pkg },
   
    mainFields: ['module', 'main'], conditions: ['workerd', 'worker', 'browser'], external: ['node:*', 'cloudflare:*'],
    plugins: [wasmModules(wasm, files), elsewhere(files)], logLevel: 'warning',
  });
  return [{ name: 'index.js', body: outputFiles[0].text }, ...[...wasm].map(([file, body]) => ({ name: file, body }))];
}

/** A worker that needs no bundling. */
export const plain = (name) => [{ name: 'index.js', body: readFileSync(new URL(`../workers/${name}.mjs`, import.meta.url), 'utf8') }];
