// Workers of bench/workers as modules for workerd: packages of npm bundled in, wasm files as modules of their own.
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const pkg = fileURLToPath(new URL('../../pkg/workerd.js', import.meta.url));

/** Leaves imports of wasm alone, as wrangler does, and gathers the files in `modules`. */
const wasmModules = (modules) => ({
  name: 'wasm-modules',
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
      modules.set(basename(path), readFileSync(resolve(resolveDir, path)));
      return { path: `./${basename(path)}`, external: true };
    });
  },
});

/** @param {string} name of a file in bench/workers, without its ending */
export async function bundled(name) {
  const wasm = new Map();
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../workers/${name}.mjs`, import.meta.url))],
    bundle: true, write: false, format: 'esm', target: 'es2024', platform: 'neutral', alias: { 'clerk-edge': pkg },
    mainFields: ['module', 'main'], conditions: ['workerd', 'worker', 'browser'], external: ['node:*', 'cloudflare:*'],
    plugins: [wasmModules(wasm)], logLevel: 'warning',
  });
  return [{ name: 'index.js', body: outputFiles[0].text }, ...[...wasm].map(([file, body]) => ({ name: file, body }))];
}

/** A worker that needs no bundling. */
export const plain = (name) => [{ name: 'index.js', body: readFileSync(new URL(`../workers/${name}.mjs`, import.meta.url), 'utf8') }];
