/** The suite in Vercel's Edge Runtime, bundled with its condition. */
import edge from 'edge-runtime';
import { build } from 'esbuild';
import { conforms, SUITE_MS } from './support/run.mjs';
import { wasmForEdge } from './support/wasm.mjs';

conforms('edge-runtime', /^edge-runtime$/, async ({ dir, simUrl }) => {
  const { plugin, globals } = wasmForEdge();
  const contents = `import * as clerkEdge from 'clerk-edge';
import { conformance } from './suite/conformance.mjs';
const run = async () => {
  const results = await conformance({ clerkEdge, simUrl: ${JSON.stringify(simUrl)}, fetch: (...args) => fetch(...args) });
  return new Response(JSON.stringify({ self: EdgeRuntime, results }));
};
addEventListener('fetch', (event) => event.respondWith(run()));`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dir }, bundle: true, write: false, format: 'iife', target: 'es2022',
    conditions: ['edge-light'], plugins: [plugin],
  });
  const runtime = new edge.EdgeRuntime({
    initialCode: outputFiles[0].text,
    extend: (context) => Object.assign(context, globals()),
  });
  const response = await runtime.dispatchFetch('http://edge.test/', { signal: AbortSignal.timeout(SUITE_MS - 10_000) });
  return response.json();
});
