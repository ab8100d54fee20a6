#!/usr/bin/env node
// Stands in for esbuild while worker-build bundles the Worker: puts our entry in the place of the one it wrote, then
// bundles as it was told to. Relies on worker-build calling its entry `shim.js`, as the pinned version does.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { npmBin, root } from './env.mjs';

const args = process.argv.slice(2);
if (args.includes('./shim.js')) {
  if (!existsSync('shim.js')) throw new Error('worker-build has not written shim.js; its pinned version has changed');
  copyFileSync(join(root, 'src/worker/shim.js'), 'shim.js');
  // wasm-bindgen lists a snippet once for each function imported from it, and wrangler warns of every repetition
  const seen = new Set();
  const once = (line, file) => (seen.has(file) ? '' : (seen.add(file), line));
  writeFileSync('index.js', readFileSync('index.js', 'utf8').replace(/^\s*"(\.\/snippets\/[^"]+)": \w+,\n/gm, once));
}
const { status, error } = spawnSync(npmBin('esbuild'), args, { stdio: 'inherit' });
if (error) throw error;
process.exit(status ?? 1);
