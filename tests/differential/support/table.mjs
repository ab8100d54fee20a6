/** The documented divergences, read from the tables of `docs/token-divergences.md`. */
import { readFileSync } from 'node:fs';

const FILE = new URL('../../../docs/token-divergences.md', import.meta.url);

/** `{ id, theirs, ours }` per row of the table under `heading`, the last two as lists of verdicts; `*` is any verdict. */
export function documented(heading) {
  const text = readFileSync(FILE, 'utf8').split(/^## /m).find((section) => section.startsWith(`${heading}\n`));
  if (!text) throw new Error(`docs/token-divergences.md has no section ${heading}`);
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const [id, , theirs, ours] = row.split('|').slice(1, -1).map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word));
    if (!id || id.length !== 1 || theirs.length === 0 || ours.length === 0) throw new Error(`not a divergence: ${row}`);
    return { id: id[0], theirs, ours };
  });
}

const fits = (words, verdict) => words.includes(verdict) || words.includes('*');

/** Sorts disagreements into rows. Answers what no row explains, and rows and words that nothing was seen of. */
export function compare(rows, disagreements) {
  const unexplained = new Map();
  const seen = new Map(rows.map((row) => [row, { theirs: new Set(), ours: new Set(), count: 0 }]));
  for (const one of disagreements) {
    const row = rows.find(({ id, theirs, ours }) => one.classes.includes(id) && fits(theirs, one.theirs) && fits(ours, one.ours));
    if (row) note(seen.get(row), one);
    else group(unexplained, one);
  }
  return { unexplained: [...unexplained.values()], unseen: rows.flatMap((row) => unseen(row, seen.get(row))), counts: counts(seen) };
}

function note(tally, { theirs, ours }) {
  tally.theirs.add(theirs);
  tally.ours.add(ours);
  tally.count += 1;
}

function group(groups, one) {
  const name = `${one.classes.join(' ') || 'nothing unusual'}: they say ${one.theirs}, we say ${one.ours}`;
  const known = groups.get(name) ?? { name, count: 0, examples: [] };
  known.count += 1;
  if (known.examples.length < 3) known.examples.push(one.what);
  groups.set(name, known);
}

/** A row must have been seen, with each of its words. */
function unseen({ id, theirs, ours }, tally) {
  if (tally.count === 0) return [`${id}: never`];
  const missing = (words, met) => words.filter((word) => word !== '*' && !met.has(word));
  return [...missing(theirs, tally.theirs).map((word) => `${id}: theirs ${word}`), ...missing(ours, tally.ours).map((word) => `${id}: ours ${word}`)];
}

const counts = (seen) => [...seen].map(([{ id, theirs, ours }, { count }]) => `${String(count).padStart(5)}  ${id}: ${theirs.join(', ')} → ${ours.join(', ')}`);
