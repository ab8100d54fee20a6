// The packed package, installed, imported by its bare name in every runtime it promises to run in.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { EdgeRuntime } from 'edge-runtime';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { createTestHarness } from 'wrangler';
import { chrome, env, machineNode, npmBin, tools } from '../../scripts/env.mjs';
import { expected, install, serve } from './consumer.mjs';

const TIMEOUT_MS = 30_000;

let consumer;
before(() => {
  consumer = install();
  consumer.write('main.mjs', `import * as m from 'clerk-edge'; import { check } from './check.mjs'; console.log(check(m));`);
});
after(() => consumer.remove());

async function output(command, ...args) {
  const { stdout } = await promisify(execFile)(command, args, { cwd: consumer.dir, env, timeout: TIMEOUT_MS });
  return JSON.parse(stdout);
}

test("the machine's own Node", async () => {
  assert.deepEqual(await output(machineNode(), 'main.mjs'), expected());
});

test('the pinned Node', async () => {
  assert.deepEqual(await output(tools.node, 'main.mjs'), expected());
});

test('the inlined entry', async () => {
  consumer.write('inline.mjs', `import * as m from 'clerk-edge/inline'; import { check } from './check.mjs'; console.log(check(m));`);
  assert.deepEqual(await output(tools.node, 'inline.mjs'), expected());
});

for (const [how, load] of [
  ['bytes', `await m.init(bytes)`],
  ['a promise of a response', `await m.init(Promise.resolve(new Response(bytes)))`],
  ['a compiled module', `await m.init(new WebAssembly.Module(bytes))`],
  ['bytes, at once', `m.initSync(bytes)`],
  ['a compiled module, at once', `m.initSync(new WebAssembly.Module(bytes))`],
]) {
  test(`the slim entry, started with ${how}`, async () => {
    consumer.write(
      'slim.mjs',
      `import * as m from 'clerk-edge/slim';
      import { check } from './check.mjs';
      import { readFileSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      const bytes = readFileSync(fileURLToPath(import.meta.resolve('clerk-edge/clerk_edge.wasm')));
      ${load};
      console.log(check(m));`,
    );
    assert.deepEqual(await output(tools.node, 'slim.mjs'), expected('init', 'initSync'));
  });
}

test('Deno, from node_modules, with no permission at all', async () => {
  assert.deepEqual(await output(npmBin('deno'), 'run', '--no-prompt', '--no-lock', 'main.mjs'), expected());
});

test('Deno, as a vendored file, type-checked', async () => {
  cpSync(join(consumer.dir, 'node_modules/clerk-edge'), join(consumer.dir, 'vendor'), { recursive: true });
  consumer.write(
    'plain.ts',
    `import * as m from './vendor/deno.js';
    import { check } from './check.mjs';
    // @ts-expect-error: the types are there, and a client is not a number
    const wrong: number = m.createClerkClient({ secretKey: 'sk_test_${'x'.repeat(42)}' });
    if (wrong) console.log(check(m));`,
  );
  assert.deepEqual(await output(npmBin('deno'), 'run', '--check', '--no-prompt', '--no-lock', 'plain.ts'), expected());
});

test('workerd', async () => {
  consumer.write(
    'worker.mjs',
    `import * as m from 'clerk-edge';
    import { check } from './check.mjs';
    export default { fetch: () => new Response(navigator.userAgent + ' ' + check(m)) };`,
  );
  const config = { name: 'consumer', main: join(consumer.dir, 'worker.mjs'), compatibility_date: '2026-10-01' };
  const server = createTestHarness({ root: consumer.dir, workers: [{ config }] });
  try {
    await server.listen();
    const text = await (await server.fetch('/')).text();
    assert.equal(text, `Cloudflare-Workers ${JSON.stringify(expected())}`);
  } finally {
    await server.close();
  }
});

test('edge-runtime, the VM of Vercel Edge', async () => {
  let wasm;
  const moduleImports = {
    name: 'what Next.js does with ?module',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ resolveDir, path }) => {
        wasm = join(resolveDir, path.replace('?module', ''));
        return { path: wasm, namespace: 'module' };
      });
      onLoad({ filter: /./, namespace: 'module' }, () => ({ contents: 'export default globalThis.wasm_0' }));
    },
  };
  const contents = `
    import * as m from 'clerk-edge';
    import { check } from './check.mjs';
    addEventListener('fetch', (event) => event.respondWith(new Response(typeof EdgeRuntime + ' ' + check(m))));`;
  const bundle = await build({
    stdin: { contents, resolveDir: consumer.dir },
    bundle: true,
    format: 'iife',
    write: false,
    target: 'es2022',
    conditions: ['edge-light'],
    plugins: [moduleImports],
  });
  const runtime = new EdgeRuntime({
    initialCode: bundle.outputFiles[0].text,
    extend: (context) => Object.assign(context, { wasm_0: new WebAssembly.Module(readFileSync(wasm)) }),
  });
  const text = await (await runtime.dispatchFetch('http://edge.test/')).text();
  assert.equal(text, `string ${JSON.stringify(expected())}`);
});

test('Chromium, unbundled', async () => {
  const map = { imports: { 'clerk-edge': '/node_modules/clerk-edge/browser.js' } };
  consumer.write(
    'page.html',
    `<script type="importmap">${JSON.stringify(map)}</script>
    <script type="module">import * as m from 'clerk-edge'; import { check } from '/check.mjs'; window.result = check(m);</script>`,
  );
  const files = await serve(consumer.dir);
  const browser = await chromium.launch({ executablePath: chrome(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(`${files.origin}/page.html`);
    await page.waitForFunction('window.result', null, { timeout: TIMEOUT_MS });
    assert.deepEqual(JSON.parse(await page.evaluate('window.result')), expected());
  } finally {
    await browser.close();
    files.close();
  }
});
