// What is in the package, and what type checkers and linters of packages make of it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { env, npmBin, paths, root } from '../../scripts/env.mjs';
import { install } from './consumer.mjs';

let consumer;
before(() => (consumer = install()));
after(() => consumer.remove());

const run = (name, args, cwd) => promisify(execFile)(npmBin(name), args, { cwd, env, timeout: 60_000 });

test('nothing is packed but what is meant to be', () => {
  const snippets = consumer.files.filter((file) => /^wasm\/snippets\/[^/]+\/src\/.*\.js$/.test(file));
  const other = consumer.files.filter((file) => !snippets.includes(file) && !/^[a-z-]+(\.d\.ts|\.js)$/.test(file));
  assert.ok(snippets.some((file) => file.endsWith('/src/js/host.js')));
  assert.deepEqual(other, [
    'LICENSE-APACHE',
    'LICENSE-MIT',
    'README.md',
    'package.json',
    ...['clerk_edge_bg.js', 'clerk_edge_bg.wasm', 'host.js', 'imports.js', 'inline.js'].map((name) => `wasm/${name}`),
  ]);
});

test('the package and the crate have one version and one licence', () => {
  const { version, license } = JSON.parse(readFileSync(join(paths.pkg, 'package.json'), 'utf8'));
  const manifest = readFileSync(join(root, 'Cargo.toml'), 'utf8');
  assert.equal(version, /^version = "(.*)"$/m.exec(manifest)[1]);
  assert.equal(license, /^license = "(.*)"$/m.exec(manifest)[1]);
  for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) {
    assert.equal(readFileSync(join(paths.pkg, name), 'utf8'), readFileSync(join(root, name), 'utf8'));
  }
});

test('strict TypeScript finds every entry, without skipLibCheck', async () => {
  consumer.write(
    'consumer.ts',
    `import { createClerkClient, ClerkAPIResponseError, ClerkEdgeError, TokenVerificationError } from 'clerk-edge';
    import { createClerkClient as inlined } from 'clerk-edge/inline';
    import { createClerkClient as slim, init, initSync } from 'clerk-edge/slim';
    import module from 'clerk-edge/clerk_edge.wasm';
    export const isOurs = (error: unknown): error is Error =>
      [ClerkAPIResponseError, ClerkEdgeError, TokenVerificationError].some((type) => error instanceof type);
    export const loading: Promise<void> = init(module);
    initSync(module);
    for (const make of [createClerkClient, inlined, slim]) make({ secretKey: 'sk_test_' });`,
  );
  await run('tsc', ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom', 'consumer.ts'], consumer.dir);
});

test('publint finds nothing', async () => {
  const { stdout } = await run('publint', ['--strict', paths.pkg], root);
  assert.match(stdout, /All good/);
});

test('every entry has the types that it says it has (attw)', async () => {
  await run('attw', ['--pack', paths.pkg, '--profile', 'esm-only'], root);
});
