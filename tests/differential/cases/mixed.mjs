/** Everything together, by chance: several headers, claims, options and keys at once, and letters changed after all. */
import { keys } from '../support/keys.mjs';
import { CLAIMS, NOW, PARTY, ISSUER, header, payload, token } from '../support/tokens.mjs';
import { NO_NUMBERS, NUMBERS, VALUES } from './claims.mjs';
import { HEADERS } from './headers.mjs';

const OPTIONS = [
  {}, {}, { clockSkewInMs: 0 }, { clockSkewInMs: 60_000 }, { authorizedParties: [PARTY] }, { authorizedParties: ['https://x.example'] }, { issuer: ISSUER },
  { issuer: ['https://x.example'] }, { audience: 'https://x.example' }, { audience: ['x', 'y'], authorizedParties: [PARTY], issuer: [ISSUER] },
];
const SHIFTS = [0, 0, 0, -3_600_000, -17_400, -17_399, 1, 4_999, 5_000, 64_599, 64_600, 65_000, 3_600_000];

export function* mixed(random, count) {
  for (let at = 0; at < count; at += 1) yield one(random, at);
}

function one(random, at) {
  const head = {};
  for (let changes = random.below(3); changes > 0; changes -= 1) {
    const name = random.of(Object.keys(HEADERS));
    head[name] = random.of(HEADERS[name]);
  }
  const claims = {};
  for (let changes = random.below(3); changes > 0; changes -= 1) {
    const name = random.of([...Object.keys(CLAIMS), 'aud']);
    claims[name] = random.of(random.chance(10) ? NO_NUMBERS : [...VALUES, ...NUMBERS]);
  }
  const key = random.chance(15) ? keys.other : keys.own;
  const alg = /^"RS(384|512)"$/.exec(head.alg)?.[0].slice(1, -1);
  const made = token({ head: header(head), body: payload(claims), key, alg });
  const what = `mixed ${at}: header ${JSON.stringify(head)}, claims ${JSON.stringify(claims)}${key === keys.other ? ", another's key" : ''}`;
  return { what, token: random.chance(15) ? spoiled(made, random) : made, options: random.of(OPTIONS), now: NOW + random.of(SHIFTS) };
}

function spoiled(text, random) {
  const at = random.below(text.length);
  const letter = random.of([...'.=+/ A_-\u0000é']);
  return text.slice(0, at) + (random.chance(50) ? letter : '') + text.slice(at + random.below(2));
}
