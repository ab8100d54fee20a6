// The Worker as built, in raw workerd, in front of whatever the test wants as its upstream; and ways to talk to it that
// normalise nothing.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { builtWorker, deployedCompatibility, startWorkerd } from './workerd.mjs';

/** A live key of the Clerk stand-in, so that its limits are those of production. */
export const SECRET = 'sk_live_gatewayTests00000000000000000001';
export const BEARER = { authorization: `Bearer ${SECRET}` };

/** Starts the Worker with its secret and `upstreamUrl`; `bindings` are more vars, `undefined` takes one away. */
export async function startGateway(upstreamUrl, bindings = {}) {
  const all = { CLERK_SECRET_KEY: SECRET, CLERK_API_URL: upstreamUrl, RETRY_MAX_ATTEMPTS: 1, ...bindings };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const workerd = await startWorkerd(builtWorker(), { bindings: given, ...deployedCompatibility() });
  const ask = (path, { headers = BEARER, ...init } = {}) =>
    fetch(`${workerd.url}${path}`, { redirect: 'manual', headers, signal: AbortSignal.timeout(20_000), ...init });
  return { ...workerd, ask, raw: (text) => raw(workerd.port, text) };
}

/** Status, headers in lower case, and the body as JSON; fails unless the body is JSON and is said to be. */
export async function read(response) {
  const text = await response.text();
  assert.equal(response.headers.get('content-type'), 'application/json', text);
  return { status: response.status, headers: response.headers, body: JSON.parse(text), cache: response.headers.get('x-clerk-edge-cache') };
}

/** Fails unless `answer` is Clerk's error JSON with this status and code. */
export async function refused(response, status, code) {
  const answer = await read(response);
  assert.deepEqual([answer.status, answer.body.errors?.[0]?.code], [status, code]);
  for (const error of answer.body.errors) {
    assert.equal(typeof error.message, 'string');
    assert.equal(typeof error.long_message, 'string');
  }
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return answer;
}

/** Sends `text` as it is over a connection of its own; everything that comes back until it is closed, at most 3 s. */
export function raw(port, text) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    const chunks = [];
    const timer = setTimeout(() => socket.destroy(), 3_000);
    socket.on('error', (error) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
    socket.on('data', (bytes) => chunks.push(bytes));
    socket.on('close', () => {
      clearTimeout(timer);
      const all = Buffer.concat(chunks).toString('latin1');
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(all)?.[1] ?? 0), text: all });
    });
    socket.write(text, 'latin1');
  });
}

/** A request line and headers as they are written, asking for the connection to be closed. */
export const requestText = (line, headers = []) =>
  [line, 'host: gateway.test', `authorization: Bearer ${SECRET}`, 'connection: close', ...headers, '', ''].join('\r\n');

/**
 * An upstream that records every request with its raw headers and answers what `answer(request)` says: `{ status?,
 * headers?, body? }`, by default a user.
 */
export async function startCapture(answer = () => ({})) {
  const seen = [];
  const server = http.createServer(async (incoming, outgoing) => {
    const chunks = await Array.fromAsync(incoming);
    const request = { method: incoming.method, url: incoming.url, headers: incoming.headers, rawHeaders: incoming.rawHeaders, body: Buffer.concat(chunks) };
    seen.push(request);
    const { status = 200, headers = {}, body = '{"id":"user_1","object":"user"}' } = answer(request);
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
    outgoing.end(body);
  });
  let connections = 0;
  server.on('connection', () => { connections += 1; });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    port, url: `http://127.0.0.1:${port}`, seen,
    connections: () => connections,
    forget: () => { seen.length = 0; },
    close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }),
  };
}

/** A hand on the Clerk stand-in at `url`. */
export function steer(url) {
  const post = async (path, body) => {
    const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response.json();
  };
  return {
    configure: (options) => post('/__sim/config', options),
    reset: () => post('/__sim/reset', {}),
    stats: async () => (await fetch(`${url}/__sim/stats`)).json(),
    direct: async (path, init = {}) => (await fetch(`${url}/v1${path}`, { headers: BEARER, ...init })).json(),
  };
}
