// What the gateway lets in, lets through and lets out (R24 to R28). Its upstream records every byte of every header; a
// second server stands for the host an attacker would like the secret key to be sent to, and must never hear anything.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { after, before, beforeEach, describe, test } from 'node:test';
import { BEARER, SECRET, read, refused, requestText, startCapture, startGateway } from './support/gateway.mjs';

const TOKEN = 'gw_3f9c1d5e7a2b48c6';

let upstream;
let evil;
let gateway;
let answer;
before(async () => {
  upstream = await startCapture((request) => answer(request));
  evil = await startCapture();
  gateway = await startGateway(upstream.url, { GATEWAY_TOKEN: TOKEN, CACHE_USER_TTL_MS: 0 });
});
after(async () => {
  await gateway?.stop();
  await upstream?.close();
  await evil?.close();
});
beforeEach(() => {
  answer = () => ({});
  upstream.forget();
});

describe('r25 callers', { concurrency: false }, () => {
  const variants = {
    'no header': {},
    'an empty one': { authorization: '' },
    'no token': { authorization: 'Bearer' },
    'an empty token': { authorization: 'Bearer ' },
    'the word undefined': { authorization: 'Bearer undefined' },
    'another key': { authorization: 'Bearer sk_live_anotherInstance0000000000000000' },
    'the key with something behind it': { authorization: `Bearer ${SECRET}x` },
    'the key without its last letter': { authorization: `Bearer ${SECRET.slice(0, -1)}` },
    'the key in capitals': { authorization: `Bearer ${SECRET.toUpperCase()}` },
    'another scheme': { authorization: `Basic ${SECRET}` },
    'the bare key': { authorization: SECRET },
    'two keys': { authorization: `Bearer x, Bearer ${SECRET}` },
    'the key in another header': { 'x-authorization': `Bearer ${SECRET}`, 'clerk-secret-key': SECRET, cookie: `__session=${SECRET}` },
    'the gateway token with something behind it': { authorization: `Bearer ${TOKEN}1` },
  };
  for (const [what, headers] of Object.entries(variants)) {
    test(`${what} is 401`, async () => {
      for (const path of ['/v1/users/user_1', '/v1/nothing', '/metrics.json', '/metrics']) {
        const response = await gateway.ask(path, { headers });
        const { body } = await refused(response, 401, 'clerk_key_invalid');
        assert.ok(!JSON.stringify(body).includes(SECRET) && !JSON.stringify(body).includes(TOKEN));
      }
      assert.equal(upstream.seen.length, 0);
    });
  }

  test('the key in the query is 401', async () => {
    const response = await gateway.ask(`/v1/users?secret_key=${SECRET}&authorization=Bearer%20${SECRET}`, { headers: {} });
    assert.equal(response.status, 401);
    assert.equal(upstream.seen.length, 0);
  });

  test('the secret key and the gateway token are let in, and both are the secret key upstream', async () => {
    for (const token of [SECRET, TOKEN]) {
      const { status } = await read(await gateway.ask('/v1/users/user_1', { headers: { authorization: `Bearer ${token}` } }));
      assert.equal(status, 200);
    }
    assert.deepEqual(upstream.seen.map(({ headers }) => headers.authorization), [`Bearer ${SECRET}`, `Bearer ${SECRET}`]);
  });

  test('an empty gateway token lets nobody in', async () => {
    const open = await startGateway(upstream.url, { GATEWAY_TOKEN: '' });
    try {
      for (const authorization of ['Bearer ', 'Bearer', '']) {
        assert.equal((await open.ask('/v1/users/user_1', { headers: { authorization } })).status, 401);
      }
      assert.equal((await open.ask('/v1/users/user_1')).status, 200);
    } finally {
      await open.stop();
    }
  });

  test('what is in memory is for callers alone', async () => {
    const kept = await startGateway(upstream.url);
    try {
      assert.equal((await kept.ask('/v1/users/user_1')).status, 200);
      assert.equal((await read(await kept.ask('/v1/users/user_1'))).cache, 'hit');
      assert.equal((await kept.ask('/v1/users/user_1', { headers: {} })).status, 401);
    } finally {
      await kept.stop();
    }
  });
});

describe('r24 r27 targets', { concurrency: false }, () => {
  /** Targets as an attacker writes them; `EVIL` is the other server. */
  const targets = [
    '//EVIL/v1/users', '//EVIL', '/\\EVIL/v1/users', '/\\\\EVIL', '\\\\EVIL', '/@EVIL/v1/users', '/v1@EVIL/users', '@EVIL/v1/users', ':@EVIL', '/%2f%2fEVIL/v1/users',
    '/%2F%2FEVIL', '/%5c%5cEVIL', '/v1//EVIL/users', '/v1/%2f%2fEVIL', '/v1/\\EVIL', '/v1/users/..%2f..%2f..%2fEVIL', '/v1/..//EVIL', '/v1/../../EVIL', '/.EVIL', '/:PORT/v1/users',
    '/v1:PORT/users', '/v1/users;@EVIL', '/v1/users;x=1', '/v1/users/;/count', '/v1/users/%3b/count', '/v1/users/../jwks', '/v1/users/%2e%2e/jwks', '/v1/users/%2E%2E/jwks', '/v1/users/.%2e/jwks',
    '/v1/users/./count', '/v1/users/%2e/count', '/v1/users/user_1%2f..%2fjwks', '/v1/users/user_1%00', '/v1/users/%0d%0ahost:%20EVIL', '/v1/users/%250d%250a', '/v1/users/%', '/v1/users/%zz', '/v1/users/%75ser_1',
    '/v1/users/%c0%ae%c0%ae/jwks', '/v1/users/%EF%BC%8F', '/v1/users/user_1#@EVIL', '/v1/users/\x01', '/v1/users/\xe9', '/v1/users?redirect_url=%0d%0ax:y', '/v1%2fusers', '/V1/users', '/v1/users/', '/v1/users//', '//v1/users', 'v1/users', '*', '',
    'http://EVIL/v1/users', 'https://EVIL/v1/users', 'http://user:pass@EVIL/v1/users', 'HTTP://EVIL', 'ftp://EVIL/v1/users', 'javascript:alert(1)', 'http:EVIL/v1/users', 'http:///EVIL/v1/users', '/http://EVIL/v1/users', '/v1/http://EVIL/users',
    '/v1/users?apiUrl=http://EVIL', '/v1/users?url=//EVIL',
  ];

  /** The only targets that may reach the upstream at all: operations of the API, canonical. */
  const harmless = /^\/v1\/(users|users\/[\w.~:@!$'()*+,-]+)(\?[\w.~=&%-]*)?$/;

  for (const written of targets) {
    test(`GET ${JSON.stringify(written)} reaches nobody it should not`, async () => {
      const target = written.replaceAll('EVIL', `127.0.0.1:${evil.port}`).replaceAll('PORT', String(evil.port));
      const { status, text } = await gateway.raw(requestText(`GET ${target} HTTP/1.1`));
      assert.equal(evil.connections(), 0, 'the other server heard something');
      for (const { url, headers } of upstream.seen) {
        assert.equal(headers.host, `127.0.0.1:${upstream.port}`);
        assert.match(url, harmless);
        assert.ok(!url.includes('..') && !/\/jwks/.test(url), url);
      }
      if (upstream.seen.length === 0) assert.ok([0, 400, 404].includes(status), text);
    });
  }

  test('ambiguous paths are refused and not repaired', async () => {
    const paths = ['/v1/users/%2e%2e/jwks', '/v1/users/user_1%2f', '/v1/users/;/count', '/v1/users//count', '/v1/users/%75ser_1', '/v1/users/%00', '/v1/users/'];
    for (const path of paths) {
      const { status, text } = await gateway.raw(requestText(`GET ${path} HTTP/1.1`));
      // a runtime that resolves dot segments before the Worker sees them leaves a path that is plain: that one is /v1/jwks
      const expected = /%2e%2e/.test(path) ? [400, 404, 200] : [400];
      assert.ok(expected.includes(status), `${path}: ${text}`);
      if (status === 400) assert.match(text, /"code":"invalid_path"/, path);
    }
  });

  test('another Host header changes nothing', async () => {
    const text = `GET /v1/users/user_1 HTTP/1.1\r\nhost: 127.0.0.1:${evil.port}\r\nx-forwarded-host: 127.0.0.1:${evil.port}\r\nauthorization: Bearer ${SECRET}\r\nconnection: close\r\n\r\n`;
    assert.equal((await gateway.raw(text)).status, 200);
    assert.equal(evil.connections(), 0);
    assert.equal(upstream.seen[0].headers.host, `127.0.0.1:${upstream.port}`);
    assert.ok(!upstream.seen[0].rawHeaders.join(' ').includes(String(evil.port)));
  });

  test('a redirect is not followed', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      answer = () => ({ status, headers: { location: `${evil.url}/v1/users/user_1` }, body: '' });
      const response = await gateway.ask('/v1/users/user_1');
      assert.ok(response.status >= 300, String(response.status));
      assert.ok(response.status >= 500 || response.headers.get('location') === null || response.status === status);
    }
    assert.equal(evil.connections(), 0);
  });
});

describe('r26 what reaches Clerk', { concurrency: false }, () => {
  test('no header of the caller that is not meant for it', async () => {
    const kept = [
      `cookie: __session=x; a=b`, 'clerk-secret-key: sk_live_other', 'x-clerk-user-id: user_9', 'X-Clerk-Auth-Status: signed-in', 'x-clerk-edge-cache: hit', 'proxy-authorization: Basic eDp5',
      'te: trailers', 'trailer: x-late', 'keep-alive: timeout=5', 'upgrade: h2c', 'x-dropped-by-name: 1', 'x-also-dropped: 1', 'x-forwarded-for: 203.0.113.9', 'forwarded: for=203.0.113.9', 'cf-connecting-ip: 203.0.113.9',
      'accept-encoding: br;q=1', 'if-none-match: "x"', 'range: bytes=0-1', 'expect-ct: x',
    ];
    const head = ['GET /v1/users/user_1 HTTP/1.1', 'host: gateway.test', `authorization: Bearer ${TOKEN}`, 'connection: close, x-dropped-by-name, X-Also-Dropped', ...kept];
    const { status, text } = await gateway.raw([...head, '', ''].join('\r\n'));
    assert.equal(status, 200, text);
    const [{ headers, rawHeaders }] = upstream.seen;
    assert.equal(headers.authorization, `Bearer ${SECRET}`);
    const names = new Set(rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()));
    const forbidden = ['cookie', 'clerk-secret-key', 'x-clerk-user-id', 'x-clerk-auth-status', 'x-clerk-edge-cache', 'proxy-authorization', 'te', 'trailer', 'keep-alive', 'upgrade',
      'x-dropped-by-name', 'x-also-dropped', 'x-forwarded-for', 'forwarded', 'cf-connecting-ip', 'if-none-match', 'range'];
    for (const name of forbidden) assert.ok(!names.has(name), `${name} reached Clerk`);
    assert.ok(!rawHeaders.join(' ').includes(TOKEN));
    assert.equal(rawHeaders.filter((name) => name.toLowerCase() === 'authorization').length, 1);
  });

  test('one API version, whichever way it was named', async () => {
    const asked = {
      none: ['/v1/users/user_1', {}],
      header: ['/v1/users/user_1', { 'clerk-api-version': '2025-11-10' }],
      query: ['/v1/users/user_1?__clerk_api_version=2025-11-10', {}],
    };
    const named = {};
    for (const [how, [path, headers]] of Object.entries(asked)) {
      upstream.forget();
      assert.equal((await gateway.ask(path, { headers: { ...BEARER, ...headers } })).status, 200);
      const [{ url, headers: sent }] = upstream.seen;
      const inQuery = new URL(url, upstream.url).searchParams.getAll('__clerk_api_version');
      const all = [...inQuery, ...(sent['clerk-api-version'] ?? '').split(',').filter(Boolean)];
      assert.equal(all.length, 1, `${how}: ${all}`);
      [named[how]] = all;
    }
    assert.deepEqual([named.header, named.query], ['2025-11-10', '2025-11-10']);
    assert.match(named.none, /^\d{4}-\d\d-\d\d$/);
  });

  test('both ways at once never both go on', async () => {
    const headers = { ...BEARER, 'clerk-api-version': '2025-11-10' };
    const response = await gateway.ask('/v1/users/user_1?__clerk_api_version=2026-05-12', { headers });
    if (upstream.seen.length === 0) assert.equal(response.status, 400);
    for (const { url, headers: sent } of upstream.seen) {
      assert.ok(!(url.includes('__clerk_api_version') && sent['clerk-api-version']), url);
    }
  });

  test('another version is another entry of the cache', async () => {
    const kept = await startGateway(upstream.url);
    try {
      const ask = async (version) => read(await kept.ask('/v1/users/user_1', { headers: { ...BEARER, 'clerk-api-version': version } }));
      const caches = [await ask('2025-11-10'), await ask('2026-05-12'), await ask('2025-11-10')].map(({ cache }) => cache);
      assert.deepEqual(caches, ['miss', 'miss', 'hit']);
    } finally {
      await kept.stop();
    }
  });

  test('a body goes on byte for byte, with its type', async () => {
    const body = Buffer.from('{ "first_name" : "Zo\u00eb", "x":1.0 }');
    const headers = { ...BEARER, 'content-type': 'application/json' };
    await gateway.ask('/v1/users/user_1', { method: 'PATCH', headers, body });
    const [seen] = upstream.seen;
    assert.deepEqual([seen.method, seen.url, seen.headers['content-type']], ['PATCH', '/v1/users/user_1', 'application/json']);
    assert.ok(seen.body.equals(body), seen.body.toString());
  });

  test('fields and page are not for Clerk', async () => {
    answer = () => ({ body: '[]' });
    await gateway.ask('/v1/users?fields=minimal&page=2&limit=5&email_address=a%40b.c&email_address=d');
    const query = new URL(upstream.seen[0].url, upstream.url).searchParams;
    assert.deepEqual([...query].sort(), [['email_address', 'a@b.c'], ['email_address', 'd'], ['limit', '5'], ['offset', '5']]);
  });
});

describe('r28 what comes back', { concurrency: false }, () => {
  const user = '{"id":"user_1","object":"user"}';

  test('no cookie, no foreign caching, the exact type', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8', 'set-cookie': ['a=b', 'c=d'], 'cache-control': 'public, max-age=600', 'x-clerk-internal': '1', 'access-control-allow-origin': '*' };
    answer = () => ({ headers, body: user });
    const { headers: sent, body } = await read(await gateway.ask('/v1/users/user_1'));
    assert.deepEqual(body, JSON.parse(user));
    assert.deepEqual(sent.getSetCookie(), []);
    assert.equal(sent.get('cache-control'), 'no-store');
    assert.equal(sent.get('access-control-allow-origin'), null);
  });

  test('a compressed answer comes out as it was before', async () => {
    answer = () => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(user) });
    const { status, text } = await gateway.raw(requestText('GET /v1/users/user_1 HTTP/1.1'));
    assert.equal(status, 200, text);
    assert.ok(!/^content-encoding:/im.test(text), text);
    assert.ok(text.includes(user), text);
  });

  test('an error keeps its Retry-After and its trace id', async () => {
    const body = { errors: [{ code: 'too_many_requests', message: 'm', long_message: 'l' }], clerk_trace_id: 'trace_9' };
    answer = () => ({ status: 429, headers: { 'retry-after': '1', 'set-cookie': 'a=b' }, body: JSON.stringify(body) });
    const answered = await read(await gateway.ask('/v1/users/user_1'));
    assert.deepEqual([answered.status, answered.body, answered.headers.get('retry-after')], [429, body, '1']);
    assert.deepEqual(answered.headers.getSetCookie(), []);
  });

  test('an answer without a body stays without one', async () => {
    const paused = await startGateway(upstream.url);
    try {
      answer = () => ({ status: 204, body: '' });
      const response = await paused.ask('/v1/users/user_1', { method: 'DELETE' });
      assert.deepEqual([response.status, await response.text()], [204, '']);
    } finally {
      await paused.stop();
    }
  });
});
