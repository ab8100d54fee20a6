// The Worker as a gateway against what one would put in its place: raw workerd on loopback, users of 4.5 kB, an upstream
// that takes 20 ms, 50 connections. Processor time of workerd per request is the steadier figure.
import { load } from '../tests/worker/support/load.mjs';
import { startUpstream } from '../tests/worker/support/upstream.mjs';
import { builtWorker, deployedCompatibility, startWorkerd } from '../tests/worker/support/workerd.mjs';
import { bundled, plain } from './lib/bundle.mjs';
import { printNoise, printTargets, quick, save, table, target } from './lib/report.mjs';
import { interleaved, median, spread, summary } from './lib/stats.mjs';

const SECRET = 'sk_test_YmVuY2htYXJrLm9mLnRoZS5nYXRld2F5';
const HEADERS = { authorization: `Bearer ${SECRET}` };
const CONNECTIONS = 50;
const USERS = 500;
const ROUNDS = quick ? 3 : 7;
const SECONDS = quick ? 1 : 2;

/** Limits that never bind: what is compared is the way through, not the waiting. */
const UNBOUND = {
  MAX_CONNECTIONS: 1000, RATE_LIMIT_LIMIT: 100_000, RATE_LIMIT_WINDOW_MS: 1000, RATE_LIMIT_MAX_QUEUE: 10_000,
  RATE_LIMIT_MAX_WAIT_MS: 60_000, CACHE_USER_TTL_MS: 3_600_000,
};

const id = (n) => `user_2bench${String(n).padStart(20, '0')}`;
const known = (query = '') => (random) => {
  const user = id(Math.floor(random() * USERS));
  return { path: `/v1/users/${user}${query}`, id: user };
};
let fresh = USERS;
const unseen = () => {
  const user = id(fresh += 1);
  return { path: `/v1/users/${user}`, id: user };
};
const constant = () => ({ path: '/v1/users/constant', id: 'constant' });

const CANDIDATES = [
  { name: 'constant', label: 'a constant answer (the floor)', modules: () => plain('constant'), ask: constant },
  { name: 'map', label: 'bare JS Worker, bodies in a Map', modules: () => plain('map'), ask: known() },
  { name: 'hit', label: 'clerk-edge, hit', modules: builtWorker, ask: known(), ours: true },
  { name: 'map again', label: 'bare JS Worker once more (noise)', modules: () => plain('map'), ask: known() },
  { name: 'fields map', label: 'Map of parsed users, pick, stringify', modules: () => plain('fields'), ask: known() },
  { name: 'fields', label: 'clerk-edge, hit with ?fields=minimal', modules: builtWorker, ask: known('?fields=minimal'), ours: true },
  { name: 'coalescing', label: 'JS Worker by hand: Map, TTL, single-flight', modules: () => plain('coalescing'), ask: known() },
  { name: 'clerk map', label: '@clerk/backend, Map of its users before it', modules: () => bundled('clerk-map'), ask: known() },
  { name: 'clerk', label: '@clerk/backend users.getUser, no cache', modules: () => bundled('clerk'), ask: known() },
  { name: 'passthrough', label: 'bare passthrough', modules: () => plain('passthrough'), ask: unseen },
  { name: 'miss', label: 'clerk-edge, miss', modules: builtWorker, ask: unseen, ours: true },
];

async function start(candidate, upstream) {
  const { date, flags } = deployedCompatibility();
  const worker = await startWorkerd(await candidate.modules(), {
    bindings: { CLERK_SECRET_KEY: SECRET, CLERK_API_URL: upstream.url, ...UNBOUND }, date, flags,
  });
  const run = (seconds, seed) => load({
    port: worker.port, connections: CONNECTIONS, seconds, headers: HEADERS, ask: candidate.ask, verify: 'look', seed,
  });
  return { ...candidate, worker, run };
}

/** One measured spell; a single wrong or failed answer ends the benchmark. */
async function spell(candidate, round) {
  const before = candidate.worker.cpuMs();
  const seen = await candidate.run(SECONDS, round + 1);
  const cpu = candidate.worker.cpuMs() - before;
  if (seen.ok !== seen.requests) throw new Error(`${candidate.label}: ${JSON.stringify(seen)}`);
  const missed = candidate.ours && candidate.name !== 'miss' ? (seen.caches.miss ?? 0) : 0;
  if (missed) throw new Error(`${candidate.label}: ${missed} misses among the hits`);
  return { perSecond: seen.perSecond, p50: seen.p50, p99: seen.p99, cpu: (cpu * 1000) / seen.ok };
}

/** How much later than its leader a follower has its answer: 100 clients ask for one key at a time, again and again. */
async function coalescing(candidate, upstream) {
  const bursts = new Map();
  const clients = 100;
  await upstream.stats();
  const seen = await load({
    port: candidate.worker.port, connections: clients, requests: clients * (quick ? 20 : 60), headers: HEADERS, verify: 'look',
    ask: (_random, sequence) => {
      const user = id(`${candidate.name}-${Math.floor(sequence / clients)}`.replaceAll(' ', ''));
      return { path: `/v1/users/${user}`, id: user };
    },
    answered: (user, at) => (bursts.get(user) ?? bursts.set(user, []).get(user)).push(at),
  });
  if (seen.ok !== seen.requests) throw new Error(`${candidate.label}: ${JSON.stringify(seen)}`);
  const added = [...bursts.values()].slice(3).flatMap((times) => times.slice(1).map((at) => at - times[0]));
  return { calls: (await upstream.stats()).calls / bursts.size, addedP50: median(added) };
}

function judge(seen, joint) {
  const of = (name, metric) => median(seen[name][metric]);
  const ratio = (metric, ours, theirs) => of(ours, metric) / of(theirs, metric);
  return [
    target('CPU of a hit / bare Map Worker (first step)', ratio('cpu', 'hit', 'map'), 1.3),
    target('CPU of a hit / bare Map Worker', ratio('cpu', 'hit', 'map'), 1.15),
    target('requests per second of hits / bare Map Worker', ratio('perSecond', 'hit', 'map'), 0.85, { atLeast: true }),
    target('p99 of a hit / bare Map Worker', ratio('p99', 'hit', 'map'), 1.5),
    target('CPU of users.getUser / a hit', ratio('cpu', 'clerk', 'hit'), 6, { atLeast: true }),
    target('CPU of pick-and-stringify / hit with fields', ratio('cpu', 'fields map', 'fields'), 1.25, { atLeast: true }),
    target('CPU of a miss / bare passthrough', ratio('cpu', 'miss', 'passthrough'), 1.2),
    target('upstream calls for 100 concurrent misses of one key', joint.miss.calls, 1, { unit: 'calls' }),
    target('a follower after its leader, p50 of 99 followers', joint.miss.addedP50, 4, { unit: 'ms' }),
  ];
}

const upstream = await startUpstream({ headersMs: 20, bodyMs: 20, bytes: 4500 });
const running = {};
try {
  for (const candidate of CANDIDATES) running[candidate.name] = await start(candidate, upstream);
  for (const one of Object.values(running)) { // fill the caches, let the JIT see the code
    const sweep = { port: one.worker.port, connections: 10, headers: HEADERS, verify: 'look' };
    if (one.ask !== unseen) {
      const query = one.name === 'fields' ? '?fields=minimal' : '';
      await load({ ...sweep, requests: USERS, ask: (_r, n) => (one.ask === constant ? constant() : { path: `/v1/users/${id(n)}${query}`, id: id(n) }) });
    }
    await one.run(1, 99);
  }
  const seen = await interleaved(Object.keys(running), ROUNDS, (name, round) => spell(running[name], round));
  const joint = {};
  for (const name of ['miss', 'coalescing']) joint[name] = await coalescing(running[name], upstream);

  const rows = Object.values(running).map((one) => ({ name: one.name, label: one.label, ours: Boolean(one.ours), ...summary(seen[one.name]) }));
  table(['50 connections', 'req/s', 'p50 ms', 'p99 ms', 'CPU µs/request', '× Map Worker', 'range'], rows.map((row) => [
    row.label, row.perSecond.median, row.p50.median, row.p99.median, row.cpu.median, row.cpu.median / median(seen.map.cpu),
    `${Math.round(row.cpu.min)}–${Math.round(row.cpu.max)}`,
  ]));
  console.log();
  table(['100 clients on one key', 'upstream calls per burst', 'follower after leader, p50 ms'], ['miss', 'coalescing'].map(
    (name) => [running[name].label, joint[name].calls, joint[name].addedP50]));
  const noise = {
    'CPU': spread([...seen.map.cpu, ...seen['map again'].cpu]), 'req/s': spread([...seen.map.perSecond, ...seen['map again'].perSecond]),
    'p99': spread([...seen.map.p99, ...seen['map again'].p99]),
    'medians of the same Worker twice': Math.abs(median(seen['map again'].cpu) / median(seen.map.cpu) - 1),
  };
  printNoise(noise);
  const targets = judge(seen, joint);
  printTargets(targets);
  const bar = (metric) => rows.map(({ label, ours, ...metrics }) => ({ label, ours, ...metrics[metric] }));
  save('gateway', { rows, joint, noise, targets }, {
    title: 'clerk-edge as a gateway, raw workerd, 4.5 kB users, 50 connections',
    groups: [{ title: 'workerd CPU per request, µs (less is better)', rows: bar('cpu') },
      { title: 'requests per second (more is better)', rows: bar('perSecond') }],
  });
} finally {
  for (const one of Object.values(running)) await one.worker.stop();
  await upstream.stop();
}
