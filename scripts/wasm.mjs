// What both builds do to a wasm file: optimise it, weigh it, and know when there is nothing to do.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { paths, root, tools } from './env.mjs';
import { run, say } from './run.mjs';

// One by one: `--all-features` writes modules that V8 14.6 refuses ("unknown import kind").
const FEATURES = [
  'mutable-globals',
  'sign-ext',
  'nontrapping-float-to-int',
  'bulk-memory',
  'multivalue',
  'reference-types',
  'exception-handling',
  'simd',
];

// What counts is the size after gzip, 7 % of it here: code that LLVM has inlined once is alike in many places, code that
// wasm-opt inlines into its only caller is not; and functions of one module are best beside each other.
const PASSES = ['--reorder-functions-by-name', '-O3', '--skip-pass=reorder-functions', '--one-caller-inline-max-function-size=30'];

/** This file, an input of whatever is optimised. */
export const optimiser = fileURLToPath(import.meta.url);

export const optimise = (file) =>
  run(tools.wasmOpt, [file, '-o', file, ...PASSES, ...FEATURES.map((name) => `--enable-${name}`)]);

/** Runs `work` unless its inputs are what they were when it last succeeded and its outputs are still there. */
export async function whenChanged({ name, inputs, outputs }, work) {
  const stamp = join(paths.target, `${name}.stamp`);
  const hash = createHash('sha256');
  for (const file of inputs) hash.update(readFileSync(file));
  const key = hash.digest('hex');
  if (outputs.every(existsSync) && existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  await work();
  writeFileSync(stamp, key);
}

/** Bytes as they lie on disk and as a server would send them, per kind of file. */
export function weigh(name, files) {
  const sizes = { wasm: { raw: 0, gzip: 0 }, js: { raw: 0, gzip: 0 }, total: { raw: 0, gzip: 0 } };
  for (const file of files) {
    const bytes = readFileSync(file);
    const gzip = gzipSync(bytes, { level: 9 }).length;
    for (const kind of [file.endsWith('.wasm') ? 'wasm' : 'js', 'total']) {
      sizes[kind].raw += bytes.length;
      sizes[kind].gzip += gzip;
    }
  }
  const all = existsSync(paths.sizes) ? JSON.parse(readFileSync(paths.sizes, 'utf8')) : {};
  mkdirSync(dirname(paths.sizes), { recursive: true });
  writeFileSync(paths.sizes, `${JSON.stringify({ ...all, [name]: sizes }, null, 2)}\n`);
  const kB = ({ raw, gzip }) => `${(raw / 1000).toFixed(1)} kB (${(gzip / 1000).toFixed(1)} kB gzip)`;
  say(`  ${name}: wasm ${kB(sizes.wasm)}, JS ${kB(sizes.js)}, total ${kB(sizes.total)}`);
}
