// The examples of the README, as they stand there: compiled strictly, and run where they say they run.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import edge from 'edge-runtime';
import { build } from 'esbuild';
import { Webhook } from 'svix';
import { DEFAULT_SECRET_KEY as secretKey, startSim } from '../clerk-sim/sim.mjs';
import { install, root, tool } from '../runtimes/support/install.mjs';
import { wasmForEdge, wasmForWorkerd } from '../runtimes/support/wasm.mjs';
import { builtWorker, deployedCompatibility, startWorkerd } from '../worker/support/workerd.mjs';
import { blocks, read } from './support/markdown.mjs';

const run = promisify(execFile);
const TOKEN = 'a-gateway-token-of-the-docs';
const examples = blocks(read('README.md')).filter((block) => block.run);

let dir;
let remove;
let sim;
let user;
before(async () => {
  ({ dir, remove } = install());
  symlinkSync(join(root, 'node_modules/@clerk'), join(dir, 'node_modules/@clerk'));
  for (const { run: name, language, code } of examples) writeFileSync(join(dir, `${name}.${language}`), code);
  writeFileSync(join(dir, 'package-readme.js'), blocks(read('pkg/README.md'))[0].code);
  sim = await startSim({ port: 0, users: 1000, flavour: 'none' });
  [user] = await ofClerk('/v1/users?limit=1');
});
after(async () => {
  await sim?.close();
  remove?.();
});

const ofClerk = async (path, options = {}) =>
  (await fetch(`${sim.url}${path}`, { ...options, headers: { authorization: `Bearer ${secretKey}` } })).json();

/** A session token for the parties that the examples name, as Clerk's frontend would get it. */
async function sessionToken(asked = {}) {
  const claims = { azp: 'https://app.example.com', ...asked.claims };
  const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ userId: user.id, sessionId: 'sess_docs', ...asked, claims });
  const answer = await fetch(`${sim.url}/__sim/session-token`, { method: 'POST', headers, body });
  assert.equal(answer.status, 200);
  return (await answer.json()).jwt;
}

const withEnvironment = (variables = {}) => ({
  cwd: dir,
  timeout: 60_000,
  env: { ...process.env, NO_COLOR: '1', CLERK_SECRET_KEY: secretKey, CLERK_API_URL: sim.url, ...variables },
});

/** What esbuild makes of an example for a host. */
async function bundle(contents, options) {
  const entry = { stdin: { contents, resolveDir: dir, loader: 'ts' } };
  const { outputFiles } = await build({ ...entry, bundle: true, write: false, logLevel: 'warning', ...options });
  return outputFiles[0].text;
}

const source = (name) => examples.find((block) => block.run === name).code;
const card = ({ first_name, image_url }) => ({ first_name, image_url });

test('all of them compile strictly', async () => {
  writeFileSync(join(dir, 'process.d.ts'), 'declare const process: { readonly env: { readonly [name: string]: string | undefined } };\n');
  cpSync(join(root, 'tests/types/stubs/deno.d.ts'), join(dir, 'deno.d.ts'));
  const strict = ['--noEmit', '--strict', '--allowJs', '--checkJs', '--skipLibCheck', '--types', ''];
  const host = ['--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom,dom.iterable'];
  const files = [...examples.map((block) => `${block.run}.${block.language}`), 'package-readme.js', 'process.d.ts', 'deno.d.ts'];
  await run(tool('tsc'), [...strict, ...host, ...files], withEnvironment()).catch((error) => assert.fail(error.stdout || String(error)));
});

test('Node', async () => {
  const { stdout } = await run(tool('node'), ['node.js'], withEnvironment());
  assert.equal(stdout, 'Ada 1\n');
});

test('tokens and sessions', async () => {
  const { stdout } = await run(tool('node'), ['tokens.ts'], withEnvironment());
  assert.equal(stdout, 'token-1 1 true\n');
});

test('a session token verified', async () => {
  const verified = async (SESSION_TOKEN) => (await run(tool('node'), ['verify.js'], withEnvironment({ SESSION_TOKEN }))).stdout;
  assert.equal(await verified(await sessionToken()), `${user.id} sess_docs\n`);
  assert.equal(await verified(await sessionToken({ expiresInSeconds: -60 })), 'token-expired\n');
  const elsewhere = await sessionToken({ claims: { azp: 'https://evil.example.com' } });
  assert.equal(await verified(elsewhere), 'token-invalid-authorized-parties\n');
  assert.equal(await verified(''), 'token-invalid\n');
});

test('a session token verified without secret and network', async () => {
  const { jwtKey } = await ofClerk('/__sim/instance');
  const SESSION_TOKEN = await sessionToken();
  const before = (await ofClerk('/__sim/stats')).total;
  const environment = { CLERK_JWT_KEY: jwtKey.replaceAll('\n', '\\n'), SESSION_TOKEN, CLERK_SECRET_KEY: '', CLERK_API_URL: '' };
  const { stdout } = await run(tool('node'), ['offline.js'], withEnvironment(environment));
  assert.equal(stdout, `${user.id}\n`);
  assert.equal((await ofClerk('/__sim/stats')).total, before);
});

test('a request authenticated, by header and by cookie', async () => {
  const { publishableKey: CLERK_PUBLISHABLE_KEY } = await ofClerk('/__sim/instance');
  Object.assign(process.env, { CLERK_SECRET_KEY: secretKey, CLERK_API_URL: sim.url, CLERK_PUBLISHABLE_KEY });
  const { default: handler } = await import(pathToFileURL(join(dir, 'authenticate.ts')));
  const ask = async (headers) => {
    const answer = await handler(new Request('https://app.example.com/invoices', { headers }));
    return [answer.status, answer.status === 403 ? undefined : await answer.json()];
  };
  const member = await sessionToken({ claims: { v: 2, fea: 'o:invoices', o: { id: 'org_1', rol: 'member', per: 'read', fpm: '1' } } });
  const seen = [200, { userId: user.id, orgId: 'org_1' }];
  assert.deepEqual(await ask({ authorization: `Bearer ${member}` }), seen);
  const cookies = { __session: member, __client_uat: '1', __clerk_db_jwt: 'dvb_docs' };
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ');
  assert.deepEqual(await ask({ cookie }), seen);
  assert.deepEqual(await ask({ authorization: `Bearer ${await sessionToken()}` }), [403, undefined]);
  assert.deepEqual(await ask({ 'x-clerk-user-id': user.id, cookie: '__clerk_db_jwt=dvb_docs' }), [401, { reason: 'session-token-and-uat-missing' }]);
  const pending = await sessionToken({ claims: { sts: 'pending' } });
  assert.deepEqual(await ask({ authorization: `Bearer ${pending}` }), [401, { reason: 'session-pending' }]);
});

test('Node, as the package has it', async () => {
  const { stdout } = await run(tool('node'), ['package-readme.js'], withEnvironment());
  const [{ first_name }] = await ofClerk('/v1/users?limit=1');
  assert.equal(stdout, `${first_name} 2\n`);
});

test('Cloudflare Workers', async () => {
  const { plugin, modules } = wasmForWorkerd();
  const options = { format: 'esm', target: 'es2024', conditions: ['workerd', 'worker', 'browser'], external: ['cloudflare:*'] };
  const body = await bundle(source('workers'), { ...options, plugins: [plugin] });
  const bindings = { CLERK_SECRET_KEY: secretKey, CLERK_API_URL: sim.url };
  const workerd = await startWorkerd([{ name: 'index.js', body }, ...modules()], { bindings });
  try {
    const answer = await fetch(`${workerd.url}/?author=${user.id}`);
    assert.deepEqual(await answer.json(), card(await ofClerk(`/v1/users/${user.id}`)));
  } finally {
    await workerd.stop();
  }
});

test('Vercel Edge', async () => {
  const { plugin, globals } = wasmForEdge();
  const contents = `${source('vercel')}\naddEventListener('fetch', (event: any) => event.respondWith(handler(event.request)));`;
  const define = { 'process.env': JSON.stringify({ CLERK_SECRET_KEY: secretKey, CLERK_API_URL: sim.url }) };
  const options = { format: 'iife', target: 'es2022', conditions: ['edge-light', 'worker'], define, plugins: [plugin] };
  const initialCode = await bundle(contents, options);
  const runtime = new edge.EdgeRuntime({ initialCode, extend: (context) => Object.assign(context, globals()) });
  const answer = await runtime.dispatchFetch(`https://site.example/api/author?author=${user.id}`);
  assert.deepEqual(await answer.json(), card(await ofClerk(`/v1/users/${user.id}`)));
});

test('Deno, with no rights but those it says', async () => {
  const rights = ['--no-prompt', '--allow-net=127.0.0.1', '--allow-env=CLERK_SECRET_KEY,CLERK_API_URL'];
  const { stdout } = await run(tool('deno'), ['run', '--quiet', '--node-modules-dir=manual', ...rights, 'deno.ts'], withEnvironment());
  for (const { username } of await ofClerk('/v1/users?limit=3')) assert.ok(stdout.includes(username), stdout);
});

test('errors', async () => {
  const { createClerkClient } = await import(pathToFileURL(join(dir, 'node_modules/clerk-edge/node.js')));
  const { findUser } = await import(pathToFileURL(join(dir, 'errors.ts')));
  const clerk = createClerkClient({ secretKey, apiUrl: sim.url });
  assert.equal((await findUser(clerk, user.id)).id, user.id);
  assert.equal(await findUser(clerk, 'user_nobody'), undefined);
  assert.equal(await findUser(clerk, '../jwks'), undefined);
  await assert.rejects(findUser(createClerkClient({ secretKey, apiUrl: 'http://127.0.0.1:1' }), user.id), { code: 'network' });
});

test('webhooks', async () => {
  const signingSecret = 'whsec_dGhlIHdlYmhvb2tzIG9mIHRoZSBkb2NzLCBzaWduZWQ=';
  Object.assign(process.env, { CLERK_SECRET_KEY: secretKey, CLERK_API_URL: sim.url, CLERK_WEBHOOK_SIGNING_SECRET: signingSecret });
  const { POST } = await import(pathToFileURL(join(dir, 'webhooks.ts')));
  const { createClerkClient } = await import(pathToFileURL(join(dir, 'node_modules/clerk-edge/node.js')));
  const { users, metrics } = createClerkClient({ secretKey, apiUrl: sim.url, webhookSigningSecret: signingSecret });
  const deliver = async (secret) => {
    const body = JSON.stringify({ type: 'user.updated', data: user });
    const signature = new Webhook(secret).sign('msg_docs', new Date(), body);
    const headers = { 'svix-id': 'msg_docs', 'svix-timestamp': String(Math.floor(Date.now() / 1000)), 'svix-signature': signature };
    return (await POST(new Request('https://site.example/hook', { method: 'POST', headers, body }))).status;
  };
  await users.getUser(user.id);
  assert.equal(await deliver('whsec_b3RoZXI='), 400);
  await users.getUser(user.id);
  assert.equal(metrics.report().cacheHits, 1);
  assert.equal(await deliver(signingSecret), 200);
  await users.getUser(user.id);
  assert.equal(metrics.report().cacheMisses, 2);
});

test("Clerk's own SDK through the Worker, with the key and with the gateway token", async () => {
  const bindings = { CLERK_SECRET_KEY: secretKey, CLERK_API_URL: sim.url, GATEWAY_TOKEN: TOKEN };
  const gateway = await startWorkerd(builtWorker(), { bindings, ...deployedCompatibility() });
  try {
    await ofClerk('/__sim/reset', { method: 'POST' });
    const users = await ofClerk('/v1/users?limit=3');
    for (const key of [secretKey, TOKEN]) {
      const environment = withEnvironment({ CLERK_API_URL: gateway.url, CLERK_SECRET_KEY: key });
      const { stdout } = await run(tool('node'), ['sdk.js'], environment);
      assert.match(stdout, /^1000 \[/);
      for (const { id } of users) assert.ok(stdout.includes(id), stdout);
    }
    const { total } = await ofClerk('/__sim/stats');
    assert.equal(total, 3, 'the list asked for here, and through the gateway a list and a count, once each');
  } finally {
    await gateway.stop();
  }
});
