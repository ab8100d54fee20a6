// Workers of bench/workers as modules for workerd, packages of npm bundled in.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param {string} name of a file in bench/workers, without its ending */
export async function bundled(name) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../workers/${name}.mjs`, import.meta.url))],
    bundle: true, write: false, format: 'esm', target: 'es2024', platform: 'neutral', minify: false,
    mainFields: ['module', 'main'], conditions: ['workerd', 'worker', 'browser'], external: ['node:*', 'cloudflare:*'],
    logLevel: 'warning',
  });
  return [{ name: 'index.js', body: outputFiles[0].text }];
}

/** A worker that needs no bundling. */
export const plain = (name) => [{ name: 'index.js', body: readFileSync(new URL(`../workers/${name}.mjs`, import.meta.url), 'utf8') }];
