/** The engines that check signatures, each where it is used. What wasm checks itself is in tests/runtime_software.rs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import nodeCrypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import edge from 'edge-runtime';
import { build } from 'esbuild';
import { startWorkerd } from '../worker/support/workerd.mjs';
import { root, tool } from './support/install.mjs';
import { signatures } from './support/signatures.mjs';

const vectors = JSON.parse(readFileSync(`${root}tests/vectors/rsa.json`, 'utf8'));
const SUITE = './tests/runtimes/support/signatures.mjs';

/** A `host.js` with a table and a choice of engine of its own. */
const freshHost = () => import(`../../src/js/host.js?${Math.random()}`);

async function bundle(contents, format) {
  const stdin = { contents: `import * as host from './src/js/host.js';\nimport { signatures } from '${SUITE}';\n${contents}`, resolveDir: root };
  return (await build({ stdin, bundle: true, write: false, format, target: 'es2024' })).outputFiles[0].text;
}

test('WebCrypto on Node, when no loader says better', async () => {
  assert.deepEqual(await signatures(await freshHost(), vectors), { failures: [], atOnce: 0 });
});

test('node:crypto: a few at once, the rest on its threads', async () => {
  const host = await freshHost();
  host.setHost({ nodeCrypto });
  assert.deepEqual(await signatures(host, vectors), { failures: [], atOnce: 4 });
});

test('node:crypto one at a time answers without a promise, also after others were under way', async () => {
  const host = await freshHost();
  host.setHost({ nodeCrypto });
  const { modulus, exponent, signatures: { sha256 } } = vectors.keys[0];
  const slot = host.keepKey(await host.importKey(Buffer.from(modulus, 'hex'), Buffer.from(exponent, 'hex'), 256));
  const verdict = () => host.verifySignature(slot, Buffer.from(sha256, 'hex'), Buffer.from(vectors.message));
  for (let round = 0; round < 3; round += 1) {
    for (let i = 0; i < 20; i += 1) {
      const said = verdict();
      assert.equal(said, true);
      await said;
    }
    await Promise.all(Array.from({ length: 20 }, verdict));
  }
});

test('a host without engines, and one whose own takes longer, leave it to wasm', async () => {
  const host = await freshHost();
  host.setHost({ ownSignatures: true });
  const { modulus, exponent } = vectors.keys[0];
  assert.equal(await host.importKey(Buffer.from(modulus, 'hex'), Buffer.from(exponent, 'hex'), 256), undefined);
});

test('WebCrypto in Deno, which takes no more than 4096 bits', async () => {
  const taken = { ...vectors, keys: vectors.keys.filter(({ bits }) => bits <= 4096) };
  const source = await bundle(`console.log(JSON.stringify(await signatures(host, ${JSON.stringify(taken)})));`, 'esm');
  const said = execFileSync(tool('deno'), ['run', '--quiet', '--no-prompt', '-'], { input: source, encoding: 'utf8', timeout: 60_000 });
  assert.deepEqual(JSON.parse(said), { failures: [], atOnce: 0 });
});

test('WebCrypto in workerd, and keys that one request imports and another uses', async () => {
  const body = await bundle(`const { modulus, exponent, signatures: { sha256 } } = ${JSON.stringify(vectors.keys[0])};
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const message = new TextEncoder().encode(${JSON.stringify(vectors.message)});
let slot;
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/suite') return Response.json(await signatures(host, ${JSON.stringify(vectors)}));
    slot ??= host.keepKey(await host.importKey(bytes(modulus), bytes(exponent), 256));
    return Response.json(await host.verifySignature(slot, bytes(sha256), message));
  },
};`, 'esm');
  const workerd = await startWorkerd([{ name: 'index.js', body }]);
  try {
    const ask = async (path) => (await fetch(workerd.url + path)).json();
    assert.deepEqual(await ask('/suite'), { failures: [], atOnce: 0 });
    assert.equal(await ask('/'), true);
    assert.deepEqual(await Promise.all(Array.from({ length: 50 }, () => ask('/'))), Array(50).fill(true), workerd.log());
  } finally {
    await workerd.stop();
  }
});

test("WebCrypto in Vercel's Edge Runtime", async () => {
  const source = await bundle(`addEventListener('fetch', (event) => event.respondWith(
    signatures(host, ${JSON.stringify(vectors)}).then((said) => new Response(JSON.stringify(said)))));`, 'iife');
  const answer = await new edge.EdgeRuntime({ initialCode: source }).dispatchFetch('http://edge.test/');
  assert.deepEqual(await answer.json(), { failures: [], atOnce: 0 });
});
