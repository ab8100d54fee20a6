// How keys, options and answers best cross between JavaScript and wasm, in ns per crossing, on Node and in workerd.
// bench/README.md says what follows from it.
import { readFileSync } from 'node:fs';
import { startWorkerd } from '../tests/worker/support/workerd.mjs';
import { buildBoundary } from './boundary/build.mjs';
import { bundled } from './lib/bundle.mjs';
import { crossings } from './lib/crossings.mjs';
import { printNoise, quick, save, table } from './lib/report.mjs';
import { interleaved, median, spread } from './lib/stats.mjs';

const ROUNDS = quick ? 3 : 9;
const SPELL_MS = quick ? 5 : 20;

async function onNode({ glue: file, wasm }) {
  const glue = await import(file);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasm)), { './boundary_bg.js': glue });
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  const cases = crossings(glue, exports.memory);
  const time = async (index, n) => {
    const begun = performance.now();
    await cases[index].run(n);
    return performance.now() - begun;
  };
  return { cases, time, stop: () => {} };
}

async function inWorkerd({ glue, wasm }) {
  const worker = await startWorkerd(await bundled('crossings', { './boundary_bg.js': glue, './boundary_bg.wasm': wasm }));
  const ask = async (index, n) => {
    const begun = performance.now();
    const answer = await fetch(`${worker.url}/?case=${index}&n=${n}`);
    const said = await answer.text();
    if (!answer.ok) throw new Error(`case ${index} in workerd: ${said}\n${worker.log()}`);
    return performance.now() - begun;
  };
  const time = async (index, n) => {
    const thereAndBack = Math.min(await ask(index, 0), await ask(index, 0));
    return (await ask(index, n)) - thereAndBack;
  };
  return { time, stop: worker.stop };
}

/** How many crossings fill a spell. */
async function enough(time, index) {
  for (let n = 256; ; n *= 2) {
    const ms = await time(index, n);
    if (ms >= SPELL_MS || n >= 1 << 24) return n;
  }
}

const files = await buildBoundary();
const node = await onNode(files);
const hosts = { Node: node, workerd: await inWorkerd(files) };
const seen = {};
try {
  for (const [host, { time }] of Object.entries(hosts)) {
    const counts = [];
    for (const index of node.cases.keys()) counts.push(await enough(time, index));
    seen[host] = await interleaved([...node.cases.keys()].map(String), ROUNDS, async (index) =>
      ({ ns: ((await time(Number(index), counts[index])) * 1e6) / counts[index] }));
  }
} finally {
  for (const { stop } of Object.values(hosts)) await stop();
}

const rows = node.cases.map(({ group, name }, index) => ({
  group, name, ...Object.fromEntries(Object.keys(hosts).map((host) => [host, median(seen[host][index].ns)])),
}));
for (const group of new Set(rows.map((row) => row.group))) {
  table([group, ...Object.keys(hosts).map((host) => `${host}, ns`)],
    rows.filter((row) => row.group === group).map((row) => [row.name, ...Object.keys(hosts).map((host) => row[host])]));
  console.log();
}
const noise = Object.fromEntries(Object.keys(hosts).map((host) => [`a number in and out, ${host}`, spread(seen[host][1].ns)]));
printNoise(noise);
const plotted = ['30 B of text in', 'a whole hit', 'a whole hit, awaited'];
save('boundary', { rows, noise }, {
  title: 'Crossing between JavaScript and wasm, ns (less is better)',
  groups: plotted.flatMap((group) => Object.keys(hosts).map((host) => ({
    title: `${group}, ${host}`, rows: rows.filter((row) => row.group === group).map((row) => ({ label: row.name, median: row[host] })),
  }))),
});
