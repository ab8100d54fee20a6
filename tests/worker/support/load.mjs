// A closed-loop HTTP/1.1 load client on raw sockets: keep-alive, one request at a time on each connection, and clients
// that vanish. They leave with a TCP reset: workerd does not take a plain FIN (`socket.destroy()`) for a departure.
import net from 'node:net';

const HANG_MS = 2000;
const RESET_MS = [1, 35];

/** A small seeded generator of numbers in [0, 1), so that a run can be repeated. */
export function seeded(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

/** The value at share `p` of a sorted list, or null when it is empty. */
export const percentile = (sorted, p) =>
  sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] : null;

/** A body of HTTP chunks put together, or null while its end is missing. */
function unchunk(bytes) {
  const parts = [];
  for (let at = 0; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = parseInt(bytes.latin1Slice(at, line), 16);
    if (bytes.length < line + 4 + size) return null;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 4 + size;
  }
}

/** The first answer in `bytes`, or null while some of it is missing. */
function parse(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.latin1Slice(0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  let body;
  if (length) body = bytes.length < end + 4 + Number(length[1]) ? null : bytes.subarray(end + 4, end + 4 + Number(length[1]));
  else if (/\r\ntransfer-encoding: *chunked/i.test(head)) body = unchunk(bytes.subarray(end + 4));
  else body = bytes.subarray(end + 4);
  return body && { status: Number(head.slice(9, 12)), head, body };
}

/** One connection's loop: ask, wait for the answer or vanish, ask again. */
class Client {
  constructor(run) {
    this.run = run;
    this.finished = new Promise((resolve) => { this.finish = resolve; });
    this.socket = null;
    this.kept = null; // bytes of an answer that came in pieces
    this.asked = null;
  }

  connect() {
    const socket = net.connect({ port: this.run.port, host: '127.0.0.1', noDelay: true });
    this.socket = socket;
    socket.on('data', (bytes) => { if (this.socket === socket) this.read(bytes); });
    const lost = (why) => { if (this.socket === socket) { this.socket = null; this.end('connection', why); } };
    socket.on('error', (error) => lost(error.code));
    socket.on('close', () => lost('closed'));
    return socket;
  }

  next() {
    if (!this.run.more()) {
      this.drop('destroy');
      this.finish();
      return;
    }
    const { path, id, headers = '' } = this.run.ask();
    this.asked = { id, at: performance.now(), leaving: null };
    if (this.run.random() < this.run.resetShare) {
      const after = RESET_MS[0] + this.run.random() * (RESET_MS[1] - RESET_MS[0]);
      this.asked.leaving = setTimeout(() => { this.drop('resetAndDestroy'); this.end('cancelled'); }, after);
    }
    (this.socket ?? this.connect()).write(`GET ${path} HTTP/1.1\r\nHost: edge\r\n${this.run.headers}${headers}\r\n`);
  }

  drop(how) {
    const socket = this.socket;
    this.socket = null;
    socket?.[how]();
  }

  end(kind, message) {
    const asked = this.asked;
    if (!asked) return;
    this.asked = null;
    this.kept = null;
    clearTimeout(asked.leaving);
    const now = performance.now();
    this.run.count(kind, message, now - asked.at);
    if (kind === 'ok') this.run.answered?.(asked.id, now);
    if (kind === 'connection') setTimeout(() => this.next(), 5);
    else setImmediate(() => this.next());
  }

  read(bytes) {
    this.kept = this.kept ? Buffer.concat([this.kept, bytes]) : bytes;
    const answer = parse(this.kept);
    if (!answer || !this.asked) return;
    if (/\r\nconnection: *close/i.test(answer.head)) this.drop('destroy');
    const [kind, message] = this.run.judge(answer, this.asked.id);
    this.end(kind, message);
  }

  sweep(now) {
    if (!this.asked || now - this.asked.at < HANG_MS) return;
    this.drop('resetAndDestroy');
    this.end('hang');
  }
}

/** Reads the whole answer: it must be JSON and carry the id that was asked for. */
function byParsing({ body }, id, field) {
  try {
    return JSON.parse(body.utf8Slice())[field] === id;
  } catch {
    return false;
  }
}

/** Cheap enough for benchmarks: every answer holds the id in its text, and one in 64 is parsed. */
function byLooking(answer, id, field, sequence) {
  return sequence % 64 ? answer.body.includes(`"${id}"`) : byParsing(answer, id, field);
}

/**
 * Sends `requests` requests, or as many as fit in `seconds`, over `connections` connections.
 *
 * Every answer ends as one of: `ok`; `wrong` (a 200 with another user's id, or no JSON); `cancelled` (we left); `hang`
 * (no answer in 2 s); `status500`; `other` (any other status); `connection` (the server closed it). `messages` holds the
 * most frequent texts of the bad ones, `caches` counts the `x-clerk-edge-cache` of the good ones. Latencies are of `ok`
 * alone, in ms.
 *
 * @param {{ port: number, connections: number, requests?: number, seconds?: number,
 *           ask: (random: () => number, sequence: number) => { path: string, id: string, headers?: string }, field?: string,
 *           answered?: (id: string, at: number) => void,
 *           headers?: Record<string, string>, resetShare?: number, verify?: 'parse' | 'look', seed?: number }} options
 *   `answered` hears of every good answer when it is there; `field` of an answer is the id that was asked for; `headers` of
 *   one request are lines with their ends
 */
export async function load(options) {
  const { port, connections, requests = Infinity, seconds = Infinity, headers = {}, resetShare = 0, verify = 'parse', field = 'id' } = options;
  const random = seeded(options.seed ?? 42);
  const check = verify === 'parse' ? byParsing : byLooking;
  const counts = { ok: 0, wrong: 0, cancelled: 0, hang: 0, status500: 0, other: 0, connection: 0 };
  const messages = new Map();
  const caches = {};
  const latencies = [];
  const begun = performance.now();
  let asked = 0;
  const run = {
    port, random, resetShare, answered: options.answered,
    headers: Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join(''),
    more: () => asked < requests && performance.now() - begun < seconds * 1000,
    ask: () => options.ask(random, asked++),
    judge(answer, id) {
      if (answer.status !== 200) {
        return [answer.status === 500 ? 'status500' : 'other', `${answer.status} ${answer.body.toString('utf8', 0, 300)}`];
      }
      if (!check(answer, id, field, asked)) return ['wrong', `asked ${id}, got ${answer.body.toString('utf8', 0, 200)}`];
      const cache = /\r\nx-clerk-edge-cache: *(\w+)/i.exec(answer.head)?.[1] ?? 'none';
      caches[cache] = (caches[cache] ?? 0) + 1;
      return ['ok'];
    },
    count(kind, message, ms) {
      counts[kind] += 1;
      if (kind === 'ok') latencies.push(ms);
      if (message) messages.set(`${kind}: ${message}`, (messages.get(`${kind}: ${message}`) ?? 0) + 1);
    },
  };
  const clients = Array.from({ length: connections }, () => new Client(run));
  const sweeper = setInterval(() => { for (const client of clients) client.sweep(performance.now()); }, 100);
  for (const client of clients) client.next();
  await Promise.all(clients.map((client) => client.finished));
  clearInterval(sweeper);
  const elapsed = (performance.now() - begun) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    ...counts, requests: asked, seconds: elapsed, perSecond: counts.ok / elapsed, caches,
    p50: percentile(latencies, 0.5), p90: percentile(latencies, 0.9), p99: percentile(latencies, 0.99), max: latencies.at(-1) ?? null,
    messages: [...messages].sort((a, b) => b[1] - a[1]).slice(0, 6),
  };
}
