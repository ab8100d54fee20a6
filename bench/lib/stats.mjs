// What a benchmark says about its samples: medians, ratios of medians, and how far the baseline strayed from itself.

export function median(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Widest distance between two samples as a share of their median: 0.1 means that rounds differed by up to 10 %. */
export const spread = (samples) => (Math.max(...samples) - Math.min(...samples)) / median(samples);

/**
 * Runs every candidate once a round, A B C A B C …, so that a busy spell of the machine hits all of them, and gathers
 * what `run` measured: `{ [candidate]: { [metric]: number[] } }`. Every other round goes backwards, so that no candidate
 * always follows the same neighbour.
 *
 * @param {string[]} names
 * @param {number} rounds
 * @param {(name: string, round: number) => Promise<Record<string, number>>} run
 */
export async function interleaved(names, rounds, run) {
  const seen = Object.fromEntries(names.map((name) => [name, {}]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 ? [...names].reverse() : names) {
      for (const [metric, value] of Object.entries(await run(name, round))) (seen[name][metric] ??= []).push(value);
    }
  }
  return seen;
}

/** Median and range of every metric: `{ [metric]: { median, min, max } }`. */
export const summary = (metrics) => Object.fromEntries(Object.entries(metrics).map(
  ([metric, samples]) => [metric, { median: median(samples), min: Math.min(...samples), max: Math.max(...samples) }]));

/** A figure with three digits that count. */
export function figure(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
