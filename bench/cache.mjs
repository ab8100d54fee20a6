// A hit of `users.getUser(id)` as the caller sees it, awaited, against what one would write by hand: 1,000 users of 4 kB,
// ids drawn by Zipf's law and passed as strings that no table has seen yet. On Node and in workerd.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startWorkerd } from '../tests/worker/support/workerd.mjs';
import { bundled } from './lib/bundle.mjs';
import { printNoise, printTargets, quick, save, table, target } from './lib/report.mjs';
import { interleaved, median, spread, summary } from './lib/stats.mjs';

const ROUNDS = quick ? 7 : 31;
const SPELL_MS = quick ? 15 : 40;

const CANDIDATES = {
  constant: { label: 'an async function that returns a constant (the floor)', like: 'constant' },
  map: { label: 'async, a bare Map with expiry', like: 'map' },
  lru: { label: 'async, lru-cache with ttl', like: 'lru' },
  'lru again': { label: 'async, lru-cache once more (noise)', like: 'lru' },
  ours: { label: 'clerk-edge users.getUser(id), hit', like: 'ours', ours: true },
  fields: { label: "clerk-edge users.getUser(id, { fields: 'minimal' }), hit", like: 'fields', ours: true },
};

/** A process per candidate; `time(n)` is how long `n` hits took in it, in ms. */
async function onNode({ like }) {
  const child = fork(fileURLToPath(new URL('./lib/hits-child.mjs', import.meta.url)), [like]);
  const exited = once(child, 'exit');
  const answer = () => Promise.race([once(child, 'message').then(([said]) => said),
    exited.then(([code]) => { throw new Error(`${like} on Node ended with ${code}`); })]);
  await answer();
  const time = (n) => {
    child.send(n);
    return answer();
  };
  return { time, stop: async () => { child.kill('SIGKILL'); await exited; } };
}

async function inWorkerd({ like, ours }) {
  const worker = await startWorkerd(await bundled(ours ? 'hits' : 'hits-peer'), { bindings: { CANDIDATE: like } });
  const time = async (n) => {
    const begun = performance.now();
    const answer = await fetch(`${worker.url}/?n=${n}`);
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${like} in workerd: ${answer.status} ${said}\n${worker.log()}`);
    return performance.now() - begun;
  };
  return { time, stop: worker.stop };
}

/** How many hits fill a spell, once the JIT has seen them. */
async function enough(time) {
  for (let hits = 20_000; ; hits *= 2) {
    await time(hits);
    if (await time(hits) >= SPELL_MS) return hits;
  }
}

/** Microseconds per hit of every candidate on one host. */
async function measured(start) {
  const running = {};
  try {
    for (const [name, candidate] of Object.entries(CANDIDATES)) {
      running[name] = await start(candidate);
      running[name].hits = await enough(running[name].time);
    }
    return await interleaved(Object.keys(running), ROUNDS, async (name) => {
      const { time, hits } = running[name];
      const idle = Math.min(await time(0), await time(0), await time(0)); // the way there and back
      return { us: ((await time(hits) - idle) * 1000) / hits };
    });
  } finally {
    for (const one of Object.values(running)) await one.stop();
  }
}

const hosts = { Node: onNode, workerd: inWorkerd };
const seen = {};
for (const [host, start] of Object.entries(hosts)) seen[host] = await measured(start);

const rows = {};
const noise = {};
const targets = [];
for (const [host, results] of Object.entries(seen)) {
  rows[host] = Object.entries(CANDIDATES).map(([name, { label, ours }]) => ({ name, label, ours, ...summary(results[name]) }));
  const lru = median(results.lru.us);
  table([host, 'µs per hit', '× lru-cache', 'range'], rows[host].map(({ label, us }) => [
    label, us.median, us.median / lru, `${us.min.toFixed(2)}–${us.max.toFixed(2)}`]));
  console.log();
  noise[`rounds, ${host}`] = spread([...results.lru.us, ...results['lru again'].us]);
  noise[`medians of the same twice, ${host}`] = Math.abs(median(results['lru again'].us) / lru - 1);
  targets.push(target(`getUser hit / async lru-cache with ttl, ${host}`, median(results.ours.us) / lru, 1.5));
}
printNoise(noise);
printTargets(targets);
save('cache', { rows, noise, targets }, {
  title: 'A cached user as the caller sees it: 1,000 users of 4 kB, µs per awaited hit (less is better)',
  groups: Object.entries(rows).map(([host, all]) => ({ title: host, rows: all.map(({ label, ours, us }) => ({ label, ours, ...us })) })),
});
