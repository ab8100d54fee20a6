// What verifying a session token costs beside the platform's own signature check, jose and @clerk/backend: seen for the
// first time, and again. 900 bytes, RS256 with 2048 bits, warm keys; in Node, workerd and Deno. And who fetches keys how often.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyFetches } from './lib/key-fetches.mjs';
import { printNoise, printTargets, quick, save, table, target } from './lib/report.mjs';
import { sessionTokens } from './lib/session-tokens.mjs';
import { interleaved, median, spread, summary } from './lib/stats.mjs';
import { HOSTS } from './lib/verify-hosts.mjs';

const ROUNDS = quick ? 5 : 21;
const TOKENS = quick ? 128 : 384; // a round, each of them for the first time
const SPELL_MS = quick ? 15 : 40;

const FIRST = {
  raw: { label: 'raw crypto.subtle.verify, imported key', like: 'raw' },
  'raw again': { label: 'raw crypto.subtle.verify once more (noise)', like: 'raw' },
  nodeSync: { label: 'node:crypto verify, synchronous', like: 'nodeSync', only: 'Node' },
  lean: { label: 'lean JS by hand', like: 'lean' },
  joseKey: { label: 'jose, imported key', like: 'joseKey' },
  joseSet: { label: 'jose, local JWKS', like: 'joseSet' },
  clerk: { label: '@clerk/backend verifyToken, PEM', like: 'clerk' },
  ours: { label: 'clerk-edge verifyToken', like: 'ours', ours: true },
};

const REPEAT = {
  string: { label: 'making the string alone', like: 'string' },
  promise: { label: 'and awaiting an async function', like: 'promise' },
  map: { label: 'Map by hand, claims checked', like: 'map' },
  'map again': { label: 'Map by hand once more (noise)', like: 'map' },
  lru: { label: 'lru-cache with ttl, claims checked', like: 'lru' },
  asyncMap: { label: 'Map by hand, awaited', like: 'asyncMap' },
  ours: { label: 'clerk-edge verifyToken, awaited', like: 'ours', ours: true },
};

const directory = mkdtempSync(join(tmpdir(), 'clerk-edge-verify-'));
const file = join(directory, 'tokens.json');

/** Starts all candidates on one host, and measures with them while they run. */
async function running(host, kind, candidates, fixture, measure) {
  const children = {};
  try {
    for (const [name, { like, only = host }] of Object.entries(candidates)) {
      if (only === host) children[name] = await HOSTS[host](`${kind}:${like}`, file, fixture);
    }
    return await measure(children);
  } finally {
    for (const child of Object.values(children)) await child.stop();
  }
}

/** Microseconds per token of every candidate, by mode. */
const firstSights = (host, modes, fixture) => running(host, 'first', FIRST, fixture, async (children) => {
  const seen = {};
  for (const mode of modes) {
    seen[mode] = await interleaved(Object.keys(children), ROUNDS, async (name) => ({ us: ((await children[name].time(mode, TOKENS)) * 1000) / TOKENS }));
  }
  return seen;
});

const repeats = (host, fixture) => running(host, 'repeat', REPEAT, fixture, async (children) => {
  const counts = {};
  for (const [name, { time }] of Object.entries(children)) {
    for (counts[name] = 10_000; await time('again', counts[name]) < SPELL_MS;) counts[name] *= 2;
  }
  return interleaved(Object.keys(children), ROUNDS, async (name) => ({ us: ((await children[name].time('again', counts[name])) * 1000) / counts[name] }));
});

const rows = {};
const noise = {};

/** The median of a candidate; of a baseline, over both of its processes. */
const us = (results, name) => median([...results[name].us, ...(results[`${name} again`]?.us ?? [])]);

function show(title, candidates, results, baseline) {
  const base = us(results, baseline);
  rows[title] = Object.entries(candidates).filter(([name]) => results[name]).map(([name, { label, ours }]) => ({ name, label, ours, ...summary(results[name]) }));
  table([title, 'µs', `× ${baseline}`, 'range'], rows[title].map(({ label, us }) => [label, us.median, us.median / base, `${us.min.toFixed(2)}–${us.max.toFixed(2)}`]));
  console.log();
  noise[title] = spread([...results[baseline].us, ...results[`${baseline} again`].us]);
  const [one, other] = [baseline, `${baseline} again`].map((name) => median(results[name].us));
  noise[`${title}, medians of the same twice`] = Math.abs(one - other) / base;
}

const fixture = await sessionTokens((ROUNDS + 1) * TOKENS);
writeFileSync(file, JSON.stringify(fixture));
console.log(`${fixture.tokens.length} distinct tokens of ${fixture.tokens[0].length} bytes\n`);

const targets = [];
try {
  const first = { Node: await firstSights('Node', ['one', 'flight'], fixture) };
  for (const host of ['workerd', 'Deno']) first[host] = await firstSights(host, ['one'], fixture);
  for (const [title, results, limit] of [
    ['Node, one at a time', first.Node.one, 0.6], ['Node, 32 in flight', first.Node.flight, 1.5],
    ['workerd, processor time', first.workerd.one, 1.2], ['Deno, one at a time', first.Deno.one, 0.7],
  ]) {
    show(title, FIRST, results, 'raw');
    targets.push(target(`first sight / raw subtle.verify, ${title}`, us(results, 'ours') / us(results, 'raw'), limit));
  }
  for (const [host, title, times] of [['Node', 'Node', 200], ['workerd', 'workerd, processor time', 80], ['Deno', 'Deno', undefined]]) {
    const again = await repeats(host, fixture);
    show(`${title}, seen before`, REPEAT, again, 'map');
    const ours = us(again, 'ours') - (us(again, 'promise') - us(again, 'string')); // what awaiting costs taken off
    if (times === undefined) continue;
    targets.push(target(`repeat / Map by hand, ${host}, awaiting excluded`, ours / us(again, 'map'), 1.15));
    targets.push(target(`repeat / lru-cache, ${host}, awaiting excluded`, ours / us(again, 'lru'), 0.9));
    targets.push(target(`@clerk/backend / repeat, ${host}, awaiting excluded`, us(first[host].one, 'clerk') / ours, times, { atLeast: true }));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

const fetches = await keyFetches(fixture);
table(['requests for keys', '100 cold at once', '100 unknown kids at once'],
  Object.entries({ jose: 'jose, remote JWKS', clerk: '@clerk/backend, secret key', ours: 'clerk-edge, secret key' }).map(([who, label]) => [label, fetches[who].cold, fetches[who].unknown]));
targets.push(target('requests for keys, 100 cold verifications at once', fetches.ours.cold, 1, { unit: '' }));
targets.push(target('requests for keys, 100 unknown kids at once', fetches.ours.unknown, 1, { unit: '' }));

printNoise(noise);
printTargets(targets);
save('verify', { rows, fetches, noise, targets }, {
  title: 'Verifying a session token of 900 bytes, RS256 with 2048 bits, µs (less is better)',
  groups: Object.entries(rows).map(([title, all]) => ({ title, rows: all.map(({ label, ours, us }) => ({ label, ours, ...us })) })),
});
