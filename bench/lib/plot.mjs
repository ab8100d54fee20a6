// Horizontal bars as SVG by hand: one group per metric, one bar per candidate, a whisker from the least to the most seen.
import { figure } from './stats.mjs';

const ROW = 22;
const LABEL = 330;
const BAR = 430;
const WIDTH = LABEL + BAR + 120;
const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

function row({ label, median, min, max, ours }, most, y) {
  const x = (value) => LABEL + (BAR * value) / most;
  const middle = y + ROW / 2 - 2;
  const whisker = min === undefined ? '' : `<path d="M${x(min).toFixed(1)} ${middle}H${x(max).toFixed(1)}" class="w"/>`;
  return `<text x="${LABEL - 8}" y="${middle + 4}" class="l">${escape(label)}</text>`
    + `<rect x="${LABEL}" y="${y}" width="${Math.max(1, x(median) - LABEL).toFixed(1)}" height="${ROW - 5}" class="${ours ? 'o' : 'p'}"/>`
    + whisker + `<text x="${(x(Math.max(median, max ?? 0)) + 6).toFixed(1)}" y="${middle + 4}">${escape(figure(median))}</text>`;
}

/**
 * @param {{ title: string, groups: { title: string, rows: { label: string, median: number, min?: number, max?: number,
 *           ours?: boolean }[] }[] }} plot
 * @returns {string} the SVG document
 */
export function bars({ title, groups }) {
  let y = 40;
  const parts = [];
  for (const { title: heading, rows } of groups) {
    parts.push(`<text x="${LABEL}" y="${y + 14}" class="h">${escape(heading)}</text>`);
    y += 24;
    const most = Math.max(...rows.map((one) => one.max ?? one.median)) || 1;
    for (const one of rows) {
      parts.push(row(one, most, y));
      y += ROW;
    }
    y += 18;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}">
<style>text{font:12px system-ui,sans-serif;fill:#222}.l{text-anchor:end}.h{font-weight:600}.t{font-size:15px;font-weight:600}
.p{fill:#9db4c8}.o{fill:#6c47ff}.w{stroke:#222;stroke-width:1.5;fill:none}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="24" class="t">${escape(title)}</text>
${parts.join('\n')}
</svg>
`;
}
