/** The suite in Vercel's Edge Runtime, bundled with its condition; a plugin stands in for its `?module` imports. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import edge from 'edge-runtime';
import { build } from 'esbuild';
import { conforms, SUITE_MS } from './support/run.mjs';

/** `import module from 'x.wasm?module'` becomes a global that the runtime is started with, as Vercel's build does it. */
function wasmModules(found) {
  return {
    name: 'wasm?module',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path: name, resolveDir }) => ({
        path: path.resolve(resolveDir, name.replace(/\?module$/, '')), namespace: 'wasm',
      }));
      onLoad({ filter: /./, namespace: 'wasm' }, ({ path: file }) => {
        const name = `wasm_${found.size}`;
        found.set(name, new WebAssembly.Module(readFileSync(file)));
        return { contents: `export default ${name};` };
      });
    },
  };
}

conforms('edge-runtime', /^edge-runtime$/, async ({ dir, simUrl }) => {
  const wasm = new Map();
  const contents = `import * as clerkEdge from 'clerk-edge';
import { conformance } from './suite/conformance.mjs';
const run = async () => {
  const results = await conformance({ clerkEdge, simUrl: ${JSON.stringify(simUrl)}, fetch: (...args) => fetch(...args) });
  return new Response(JSON.stringify({ self: EdgeRuntime, results }));
};
addEventListener('fetch', (event) => event.respondWith(run()));`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dir }, bundle: true, write: false, format: 'iife', target: 'es2022',
    conditions: ['edge-light'], plugins: [wasmModules(wasm)],
  });
  const runtime = new edge.EdgeRuntime({
    initialCode: outputFiles[0].text,
    extend: (context) => Object.assign(context, Object.fromEntries(wasm)),
  });
  const response = await runtime.dispatchFetch('http://edge.test/', { signal: AbortSignal.timeout(SUITE_MS - 10_000) });
  return response.json();
});
