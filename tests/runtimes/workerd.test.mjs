/** The suite in workerd itself, bundled as a Worker's own build would: one request runs all of it. */
import { build } from 'esbuild';
import { startWorkerd } from '../worker/support/workerd.mjs';
import { conforms, SUITE_MS } from './support/run.mjs';
import { wasmForWorkerd } from './support/wasm.mjs';

/** The oldest compatibility date the package promises to work with. */
const OLDEST_DATE = '2024-10-14';

async function modules(dir, simUrl) {
  const { plugin, modules: wasm } = wasmForWorkerd();
  const contents = `import * as clerkEdge from 'clerk-edge';
import { conformance } from './suite/conformance.mjs';
export default {
  async fetch() {
    const results = await conformance({ clerkEdge, simUrl: ${JSON.stringify(simUrl)}, fetch: (...args) => fetch(...args) });
    return Response.json({ self: navigator.userAgent, results });
  },
};`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dir }, bundle: true, write: false, format: 'esm', target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'], external: ['cloudflare:*'], plugins: [plugin],
  });
  return [{ name: 'index.js', body: outputFiles[0].text }, ...wasm()];
}

const on = (options) => async ({ dir, simUrl }) => {
  const workerd = await startWorkerd(await modules(dir, simUrl), options);
  try {
    const response = await fetch(workerd.url, { signal: AbortSignal.timeout(SUITE_MS - 10_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`workerd answered ${response.status}: ${text}\n${workerd.log()}`);
    return JSON.parse(text);
  } finally {
    await workerd.stop();
  }
};

conforms('workerd', /^Cloudflare-Workers$/, on({}));
conforms('workerd, oldest compatibility date', /^Cloudflare-Workers$/, on({ date: OLDEST_DATE, flags: ['global_navigator'] }));
