/** The examples run where they say they run, against the Clerk stand-in. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import edge from 'edge-runtime';
import { build } from 'esbuild';
import { DEFAULT_LIVE_SECRET_KEY as secretKey, startSim } from '../clerk-sim/sim.mjs';
import { steer } from '../worker/support/gateway.mjs';
import { startWorkerd } from '../worker/support/workerd.mjs';
import { install, root, tool } from './support/install.mjs';
import { wasmForEdge, wasmForWorkerd } from './support/wasm.mjs';

let installed;
let sim;
let clerk;
let user;
before(async () => {
  installed = install();
  cpSync(path.join(root, 'examples'), path.join(installed.dir, 'examples'), { recursive: true });
  for (const name of ['hono', '@clerk']) {
    symlinkSync(path.join(root, 'node_modules', name), path.join(installed.dir, 'node_modules', name));
  }
  sim = await startSim({ port: 0, flavour: 'none' });
  clerk = steer(sim.url);
});
after(async () => {
  await sim?.close();
  installed?.remove();
});
beforeEach(async () => {
  await clerk.reset();
  [user] = await clerk.direct('/users?limit=1', { headers: { authorization: `Bearer ${secretKey}` } });
});

/** A session token of a user, as Clerk's frontend would send it. */
async function token({ id: userId } = user) {
  const init = {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ userId }),
  };
  const response = await fetch(`${sim.url}/__sim/session-token`, init);
  assert.ok(response.ok, await response.clone().text());
  return (await response.json()).jwt;
}

const usersAsked = async () => (await clerk.stats()).byPath[`/v1/users/${user.id}`] ?? 0;

describe('Hono on Workers', { concurrency: false }, () => {
  let workerd;
  before(async () => {
    const { plugin, modules } = wasmForWorkerd();
    const { outputFiles } = await build({
      entryPoints: [path.join(installed.dir, 'examples/hono-workers/index.ts')],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2024',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['cloudflare:*', 'node:*'],
      plugins: [plugin],
      preserveSymlinks: false,
      logLevel: 'warning',
    });
    workerd = await startWorkerd([{ name: 'index.js', body: outputFiles[0].text }, ...modules()], {
      bindings: { CLERK_SECRET_KEY: secretKey, CLERK_API_URL: sim.url },
    });
  });
  after(() => workerd?.stop());

  const ask = async (pathname, init = {}) => {
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json', ...init.headers };
    return fetch(`${workerd.url}${pathname}`, { ...init, headers, signal: AbortSignal.timeout(10_000) });
  };

  test('shows who is signed in, with one call however often it is asked', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('/api/me')));
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      const { id, email_addresses, first_name, last_name } = user;
      assert.deepEqual(await answer.json(), { id, email_addresses, first_name, last_name });
    }
    assert.equal(await usersAsked(), 1);
  });

  test('shows a change at once', async () => {
    assert.equal((await ask('/api/me')).status, 200);
    assert.equal((await ask('/api/me', { method: 'PATCH', body: '{"first_name":"Grace"}' })).status, 200);
    assert.equal((await (await ask('/api/me')).json()).first_name, 'Grace');
  });

  test('turns away who is not signed in', async () => {
    for (const authorization of ['', 'Bearer x', 'Bearer a.b.c']) {
      assert.equal((await ask('/api/me', { headers: { authorization } })).status, 401);
    }
    assert.equal(await usersAsked(), 0);
  });
});

describe('middleware on Vercel', { concurrency: false }, () => {
  let runtime;
  before(async () => {
    const { plugin, globals } = wasmForEdge();
    const instance = await fetch(`${sim.url}/__sim/instance`, { headers: { authorization: `Bearer ${secretKey}` } });
    const { publishableKey } = await instance.json();
    const contents = `import { middleware } from './examples/vercel-middleware/middleware.ts';
addEventListener('fetch', (event) => {
  const request = event.request;
  event.respondWith(middleware({ url: request.url, headers: request.headers, signal: request.signal }, event));
});`;
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: installed.dir },
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2022',
      conditions: ['edge-light', 'worker'],
      define: {
        'process.env': JSON.stringify({
          CLERK_SECRET_KEY: secretKey,
          CLERK_API_URL: sim.url,
          NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: publishableKey,
        }),
      },
      plugins: [plugin, nextServer],
      logLevel: 'warning',
    });
    runtime = new edge.EdgeRuntime({
      initialCode: outputFiles[0].text,
      extend: (context) => Object.assign(context, globals()),
    });
  });

  /** `NextResponse` as far as middleware can see it, for a repository without Next.js. */
  const nextServer = {
    name: 'next/server',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^next\/server$/ }, () => ({ path: 'next/server', namespace: 'next' }));
      onLoad({ filter: /./, namespace: 'next' }, () => ({
        contents: `export const NextResponse = {
          next: () => new Response(null, { headers: { 'x-middleware-next': '1' } }),
          redirect: (url) => new Response(null, { status: 307, headers: { location: String(url) } }),
        };`,
      }));
    },
  };

  const visit = async (cookie) => {
    const response = await runtime.dispatchFetch('https://site.example/beta/new', {
      headers: cookie === undefined ? {} : { cookie },
    });
    const location = response.headers.get('location');
    assert.ok(response.ok || location !== null, `${response.status} ${await response.text()}`);
    return location === null ? 'in' : new URL(location).pathname;
  };

  test('turns away who is not signed in, and who is not in the beta, asking once', async () => {
    const cookie = `__client_uat=1; __session=${await token()}`;
    assert.equal(await visit(), '/sign-in');
    assert.equal(await visit('__client_uat=1; __session=a.b.c'), '/sign-in');
    assert.equal(await visit(cookie), '/');
    assert.equal(await visit(cookie), '/');
    assert.equal(await usersAsked(), 1);
  });

  test('lets in whose metadata says so', async () => {
    const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' };
    const [, tester] = await clerk.direct('/users?limit=2', { headers });
    await clerk.direct(`/users/${tester.id}/metadata`, {
      method: 'PATCH',
      headers,
      body: '{"public_metadata":{"beta":true}}',
    });
    assert.equal(await visit(`__client_uat=1; __session=${await token(tester)}`), 'in');
  });
});

describe('Deno.serve', { concurrency: false }, () => {
  let child;
  let url;
  let written = '';
  before(async () => {
    const env = {
      ...process.env,
      CLERK_SECRET_KEY: secretKey,
      CLERK_API_URL: sim.url,
      DASHBOARD_TOKEN: 'dash',
      PORT: '0',
      NO_COLOR: '1',
    };
    const rights = [
      '--no-prompt',
      '--allow-net=127.0.0.1',
      '--allow-env=CLERK_SECRET_KEY,CLERK_API_URL,DASHBOARD_TOKEN,PORT',
    ];
    // --no-config: the example's own import map names the published package, this run has the one under test
    child = spawn(tool('deno'), [
      'run',
      '--check',
      '--no-config',
      '--node-modules-dir=manual',
      ...rights,
      'examples/deno-serve/main.ts',
    ], { cwd: installed.dir, env });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        written += bytes;
      });
    }
    url = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not listening after 60 s\n${written}`)), 60_000);
      const look = () => {
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(written)?.[0];
        if (found) {
          clearTimeout(timer);
          resolve(found);
        }
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`deno ended with ${code}\n${written}`));
      });
    });
  });
  after(async () => {
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  const ask = (pathname, authorization = 'Bearer dash') => fetch(`${url}${pathname}`, { headers: { authorization } });

  test('serves pages of users, trimmed', async () => {
    const [first] = await (await ask('/users?page=1')).json();
    assert.deepEqual([first.id, first.private_metadata], [user.id, undefined]);
    assert.deepEqual(Object.keys(first.email_addresses[0]), ['email_address']);
    assert.notEqual((await (await ask('/users?page=2')).json())[0].id, user.id);
    assert.equal((await ask('/users?page=0')).status, 400);
    assert.match(await (await ask('/metrics')).text(), /^# TYPE /m);
    assert.equal((await ask('/users', 'Bearer x')).status, 401);
  });
});
