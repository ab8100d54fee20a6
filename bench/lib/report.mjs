// How a benchmark reports: a table on the screen, its targets beside what was seen, JSON and a plot in bench/results/.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bars } from './plot.mjs';
import { figure } from './stats.mjs';

const results = fileURLToPath(new URL('../results/', import.meta.url));

/** `--quick` asks for fewer and shorter rounds: enough to see that a benchmark runs, not to quote it. */
export const quick = process.argv.includes('--quick');

const wide = (text) => [...text].length;

/** Prints rows under their heads; the first column to the left, figures to the right. */
export function table(heads, rows) {
  const cells = [heads, ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? figure(cell) : String(cell ?? '–'))))];
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => wide(row[column]))));
  const line = (row) => row.map((cell, column) => {
    const gap = ' '.repeat(widths[column] - wide(cell));
    return column ? gap + cell : cell + gap;
  }).join('  ');
  console.log([line(cells[0]), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.slice(1).map(line)].join('\n'));
}

/** What was promised, what was seen, and whether that is enough. `limit` is a bound from above unless `atLeast`. */
export const target = (what, seen, limit, { atLeast = false, unit = '×' } = {}) =>
  ({ what, seen, limit, unit, atLeast, met: atLeast ? seen >= limit : seen <= limit });

const amount = ({ unit }, value) => (unit === '×' ? `×${figure(value)}` : `${figure(value)} ${unit}`.trim());

export function printTargets(targets) {
  console.log();
  table(['target', 'wanted', 'seen', ''], targets.map((one) => [
    one.what, `${one.atLeast ? '≥' : '≤'} ${amount(one, one.limit)}`, amount(one, one.seen), one.met ? 'pass' : 'MISS',
  ]));
}

export function machine() {
  const version = (name) => JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
  return { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.versions.node, workerd: version('workerd') };
}

/** Says how far repeated runs of one candidate lay apart; differences smaller than that mean nothing. */
export function printNoise(noise) {
  const worst = Math.max(...Object.values(noise));
  const listed = Object.entries(noise).map(([what, share]) => `${what} ${Math.round(share * 100)} %`).join(', ');
  console.log(`\nnoise (widest distance between repeated rounds of the baseline): ${listed}`);
  if (worst > 0.3) console.log('this machine was busy: read ratios with care');
}

/**
 * Writes bench/results/<name>.json and .svg.
 * @param {string} name
 * @param {object} report anything worth keeping; goes into the JSON as it is
 * @param {{ title: string, unit: string, groups: object[] }} plot see `bars`
 */
export function save(name, report, plot) {
  mkdirSync(results, { recursive: true });
  const whole = { name, at: new Date().toISOString(), quick, machine: machine(), ...report };
  writeFileSync(`${results}${name}.json`, `${JSON.stringify(whole, null, 2)}\n`);
  writeFileSync(`${results}${name}.svg`, bars(plot));
  console.log(`\nbench/results/${name}.json, bench/results/${name}.svg`);
}
