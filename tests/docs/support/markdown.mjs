// Markdown as far as the documentation uses it: blocks of code, tables, headings, links.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const read = (path) => readFileSync(join(root, path), 'utf8');

/** Every fenced block with its language, and what the comment `<!-- run: … -->` above it says. */
export const blocks = (text) =>
  [...text.matchAll(/^(?:<!-- run: (\w+) -->\n)?```(\w*)\n(.*?)^```$/gms)].map(([, run, language, code]) => ({ run, language, code }));

/** The text without its blocks of code. */
export const prose = (text) => text.replace(/^```.*?^```$/gms, '');

/** The part under this heading, up to the next one of the same rank. */
export function section(text, heading) {
  const rank = /^#+/.exec(heading)[0];
  const rest = text.split(`\n${heading}\n`)[1];
  if (rest === undefined) throw new Error(`no heading ${heading}`);
  return rest.split(new RegExp(`^${rank} `, 'm'))[0];
}

/** The cells of the tables in the text, heads and rules left out. */
export function rows(text) {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const cells = lines.map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()));
  const isRule = (row) => row?.every((cell) => /^:?-+:?$/.test(cell)) ?? false;
  return cells.filter((row, at) => !isRule(row) && !isRule(cells[at + 1]));
}

/** The names in `code` type. */
export const names = (text) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name);

/** Where links that are not to other sites lead: `{ path, anchor }`. */
export const links = (text) =>
  [...prose(text).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, path, anchor]) => ({ path, anchor }));

/** The anchors that headings get. */
export const anchors = (text) =>
  [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-'));
