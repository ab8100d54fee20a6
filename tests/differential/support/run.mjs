/** Runs every case past every verifier, one after the other. */
import { isDeepStrictEqual } from 'node:util';
import { claims } from '../cases/claims.mjs';
import { encodings } from '../cases/encodings.mjs';
import { headers } from '../cases/headers.mjs';
import { keyForms, keySets } from '../cases/keys.mjs';
import { mixed } from '../cases/mixed.mjs';
import { options } from '../cases/options.mjs';
import { classesOf } from './classes.mjs';
import { keys, pem } from './keys.mjs';
import { Random } from './random.mjs';
import { NOW } from './tokens.mjs';
import { Ours, clerkVerify, joseVerify } from './verifiers.mjs';

const MIXED = 2_500;

/** Every case, complete: `{ what, token, options, now, jwtKey | jwks, key, … }`. */
export function* cases() {
  const random = new Random();
  const usual = { options: {}, now: NOW, jwtKey: pem(keys.own), key: keys.own.publicKey };
  for (const group of [claims(), headers(), encodings(random), options(), keyForms(), keySets(), mixed(random, MIXED)]) {
    for (const one of group) yield { ...usual, ...one };
  }
}

/** `{ total, accepted, clerk, jose }`: how many cases there were, and where we and they disagree. */
export async function run() {
  const ours = new Ours();
  const tally = { total: 0, accepted: 0, clerk: [], jose: [], unstable: [] };
  for (const one of cases()) {
    const mine = await ours.verify(one);
    const again = await ours.verify(one);
    const theirs = await clerkVerify(one);
    const jose = await joseVerify(one);
    tally.total += 1;
    if (mine.verdict === 'accepted') tally.accepted += 1;
    if (mine.verdict !== again.verdict || !same(mine.claims, again.claims)) tally.unstable.push(`${one.what}: ${mine.verdict}, then ${again.verdict}`);
    const verdict = mine.verdict === 'accepted' && theirs.verdict === 'accepted' && !same(mine.claims, theirs.claims) ? 'other claims' : mine.verdict;
    const common = { what: one.what, ours: verdict };
    if (verdict !== theirs.verdict) tally.clerk.push({ ...common, theirs: theirs.verdict, classes: classesOf(one) });
    if (mine.verdict === 'accepted' && jose && jose.verdict !== 'accepted') {
      tally.jose.push({ ...common, theirs: jose.verdict, classes: [...classesOf(one), ...joseClassesOf(one)] });
    }
  }
  return tally;
}

/** Ours are frozen and may have another prototype; what they hold must be the same. */
const same = (a, b) => isDeepStrictEqual(a, b);

/** What only jose makes something of. */
function* joseClassesOf({ token, options, now }) {
  const payload = Buffer.from(token.split('.')[1], 'base64url').toString();
  if (options.audience !== undefined && isEmpty(JSON.parse(payload).aud)) yield 'audience-without-aud';
  const whole = now % 1000 === 0 || (options.clockSkewInMs ?? 5_000) % 1000 === 0;
  if (!whole || /"nbf":\d+\./.test(payload)) yield 'whole-seconds';
  if (token.includes('=')) yield 'padding';
}

/** No text, or only empty ones. */
const isEmpty = (aud) => [aud].flat().every((text) => text === undefined || text === '');
