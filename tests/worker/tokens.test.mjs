// The module inside somebody's Worker, in one isolate of raw workerd: requests share what one of them fetches, while
// clients vanish and after V8's optimising compiler has had its turn. What is shared is the caller's own function here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { install } from '../runtimes/support/install.mjs';
import { wasmForWorkerd } from '../runtimes/support/wasm.mjs';
import { load } from './support/load.mjs';
import { startUpstream } from './support/upstream.mjs';
import { startWorkerd } from './support/workerd.mjs';

const SECRET = 'sk_test_aG90LXRlc3Qtb2YtdG9rZW5z';
const MODES = [{ keys: 1, resetShare: 0 }, { keys: 20, resetShare: 0 }, { keys: 1, resetShare: 0.2 }, { keys: 20, resetShare: 0.2 }];
const MIXED_UP = /different request context|will never complete|code had hung|on behalf of a different request/;

/** A Worker whose every request asks for a token by its path; each is gone after a millisecond. */
const WORKER = `import { createClerkClient } from 'clerk-edge';
export default {
  async fetch(request, env) {
    const clerk = createClerkClient({ secretKey: env.CLERK_SECRET_KEY });
    const { pathname } = new URL(request.url);
    if (pathname === '/live') return Response.json(clerk.metrics.report().live);
    const fetchToken = async () => {
      const answer = await fetch(env.UPSTREAM + pathname, { headers: { authorization: 'Bearer ' + env.CLERK_SECRET_KEY } });
      if (!answer.ok) throw new Error('upstream says ' + answer.status);
      return answer.json();
    };
    const { tokens } = clerk.with({ signal: request.signal });
    return Response.json(await tokens.getOrFetch(pathname, fetchToken, { ttlMs: 1 }));
  },
};`;

let upstream;
let installed;
let modules;
before(async () => {
  installed = install();
  upstream = await startUpstream({ secretKey: SECRET, bytes: 0 });
  const { plugin, modules: wasm } = wasmForWorkerd();
  const { outputFiles } = await build({
    stdin: { contents: WORKER, resolveDir: installed.dir }, bundle: true, write: false, format: 'esm', target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'], external: ['cloudflare:*'], plugins: [plugin],
  });
  modules = [{ name: 'index.js', body: outputFiles[0].text }, ...wasm()];
});
after(async () => {
  await upstream?.stop();
  installed?.remove();
});

const oneOf = (keys) => (random) => {
  const id = `user_${Math.floor(random() * keys)}`;
  return { path: `/v1/users/${id}`, id };
};

/** Runs the four modes; every answer must be the right one and no two fetches for one key may overlap. */
async function fourModes(worker, requests) {
  for (const { keys, resetShare } of MODES) {
    const seen = await load({ port: worker.port, connections: 100, requests, resetShare, ask: oneOf(keys), seed: keys });
    const mode = `${keys} keys, ${resetShare * 100} % leave: ${JSON.stringify(seen)}`;
    assert.equal(seen.wrong + seen.hang + seen.status500 + seen.other + seen.connection, 0, mode);
    assert.equal(seen.ok + seen.cancelled, requests, mode);
    if (resetShare) assert.ok(seen.cancelled > requests * resetShare * 0.5, mode);
    await atRest(worker);
    const { overlap, aborted, calls } = await upstream.stats();
    assert.deepEqual({ overlap, aborted }, { overlap: 0, aborted: 0 }, mode);
    assert.ok(calls > 0 && calls < requests / 2, `${calls} fetches; ${mode}`);
  }
}

/** Waits until nothing is under way, which takes up to a lease after clients vanished. */
async function atRest(worker) {
  const deadline = performance.now() + 3000;
  for (;;) {
    const { flights, seats } = await (await fetch(`${worker.url}/live`)).json();
    if (flights + seats === 0) return;
    assert.ok(performance.now() < deadline, `${flights} flights and ${seats} seats are left`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

for (const { name, v8Flags, requests } of [
  { name: '40,000 requests', v8Flags: [], requests: 10_000 },
  // Optimised after 50 runs; at its own pace V8 takes anywhere between 1,000 and 40,000 requests.
  { name: '10,000 requests through eagerly optimised code', v8Flags: ['--invocation-count-for-turbofan=50'], requests: 2_500 },
]) {
  test(`r30 ${name} share the tokens that others fetch, whoever leaves`, async () => {
    const bindings = { CLERK_SECRET_KEY: SECRET, UPSTREAM: upstream.url };
    const worker = await startWorkerd(modules, { bindings, v8Flags });
    try {
      await upstream.stats(); // from zero
      await fourModes(worker, requests);
      assert.doesNotMatch(worker.log(), MIXED_UP);
    } finally {
      await worker.stop();
    }
  });
}
