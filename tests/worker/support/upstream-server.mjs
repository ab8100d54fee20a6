// The process behind `upstream.mjs`: answers GET /v1/users/{id} slowly and counts what a cache in front let through.
import http from 'node:http';
import { userJson } from './user.mjs';

const config = { headersMs: 20, bodyMs: 30, bytes: 1500, secretKey: null, ...JSON.parse(process.argv[2] ?? '{}') };
const template = userJson('\u0001', config.bytes).split('\\u0001');

let counts;
let running;
function reset() {
  counts = { calls: 0, overlap: 0, aborted: 0, done: 0, active: 0, maxActive: 0, unauthorized: 0, starts: [] };
  running = new Map();
}
reset();

function answer(request, response) {
  const mine = counts;
  const now = running;
  const key = request.url;
  const twins = now.get(key) ?? 0;
  mine.calls += 1;
  mine.active += 1;
  mine.maxActive = Math.max(mine.maxActive, mine.active);
  mine.starts.push(performance.now());
  if (twins > 0) mine.overlap += 1;
  now.set(key, twins + 1);
  let over = false;
  const end = (how) => {
    if (over) return;
    over = true;
    mine.active -= 1;
    mine[how] += 1;
    if (now.get(key) === 1) now.delete(key);
    else now.set(key, now.get(key) - 1);
  };
  response.on('close', () => end('aborted'));
  const id = decodeURIComponent(/^\/v1\/users\/([^/?]+)/.exec(request.url)?.[1] ?? 'none');
  const body = Buffer.from(template.join(id));
  const half = body.length >> 1;
  const head = { 'content-type': 'application/json', 'content-length': body.length };
  if (config.bodyMs <= config.headersMs) { // one timer and one write, for benchmarks
    setTimeout(() => { if (!over) { end('done'); response.writeHead(200, head).end(body); } }, config.headersMs);
    return;
  }
  setTimeout(() => { // one after the other: when late, Node may run the longer of two timers first
    if (over) return;
    response.writeHead(200, head);
    response.write(body.subarray(0, half));
    setTimeout(() => { if (!over) { end('done'); response.end(body.subarray(half)); } }, config.bodyMs - config.headersMs);
  }, config.headersMs);
}

const server = http.createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
  if (request.url === '/stats') {
    response.end(JSON.stringify(counts));
    reset();
  } else if (config.secretKey && request.headers.authorization !== `Bearer ${config.secretKey}`) {
    counts.unauthorized += 1;
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"errors":[{"code":"authentication_invalid"}]}');
  } else answer(request, response);
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => process.send(server.address().port));
process.on('disconnect', () => process.exit(0));
