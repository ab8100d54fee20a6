// Writes bench/RESULTS.md, the committed form of what the last full runs left in bench/results/: `node bench/lib/results.mjs`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { figure } from './stats.mjs';

const BENCHMARKS = ['gateway', 'cache', 'verify'];
const file = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const row = (cells) => `| ${cells.map((cell) => (typeof cell === 'number' ? figure(cell) : cell)).join(' | ')} |`;
const table = (heads, rows) => [row(heads), row(heads.map((_, at) => (at ? '--:' : '---'))), ...rows.map(row)].join('\n');

/** Everything measured: a column for each metric, the median over the rounds. */
function measured(title, rows) {
  const metrics = Object.keys(rows[0]).filter((name) => rows[0][name]?.median !== undefined);
  const names = { perSecond: 'req/s', p50: 'p50 ms', p99: 'p99 ms', cpu: 'CPU µs/request', us: 'µs' };
  const medians = rows.map((one) => [one.label, ...metrics.map((name) => one[name].median)]);
  return table([title, ...metrics.map((name) => names[name] ?? name)], medians);
}

function promised(targets) {
  const amount = (unit, value) => (unit === '×' ? `×${figure(value)}` : `${figure(value)} ${unit}`.trim());
  return table(['target', 'wanted', 'seen', ''], targets.map(({ what, seen, limit, unit, atLeast, met }) =>
    [what, `${atLeast ? '≥' : '≤'} ${amount(unit, limit)}`, amount(unit, seen), met ? 'met' : '**missed**']));
}

function section(name) {
  const path = file(`results/${name}.json`);
  if (!existsSync(path)) throw new Error(`${path} is not there: npm run bench ${name}`);
  const { at, quick, machine, rows, noise, targets } = JSON.parse(readFileSync(path, 'utf8'));
  if (quick) throw new Error(`${name} was run with --quick, whose figures are not to be quoted`);
  const { cpu, cores, node, workerd } = machine;
  const strayed = Object.entries(noise).map(([what, share]) => `${what} ${Math.round(share * 100)} %`).join(', ');
  const tables = Array.isArray(rows) ? [measured('medians', rows)] : Object.entries(rows).map(([host, all]) => measured(host, all));
  return [
    `## ${name}`,
    `${at.slice(0, 10)}, ${cpu}, ${cores} cores, Node ${node}, workerd ${workerd}. How far the baseline strayed from itself: ${strayed}.`,
    promised(targets),
    ...tables,
  ].join('\n\n');
}

const head = `# Results

What the last full runs of \`npm run bench ${BENCHMARKS.join(' ')}\` printed; written by \`node bench/lib/results.mjs\`, never by hand.
[README.md](README.md) says what is compared with what. Every comparison is within one run; figures of different runs or
machines are not comparable, and a ratio closer to another than the noise says nothing.`;

writeFileSync(file('RESULTS.md'), `${[head, ...BENCHMARKS.map(section)].join('\n\n')}\n`);
