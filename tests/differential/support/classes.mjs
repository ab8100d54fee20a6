/**
 * What is unusual about a case: the ids of `docs/token-divergences.md` that could explain a disagreement about it.
 *
 * Read off the case itself, never off a verdict, so that a divergence which is not about these things stays unexplained.
 */
const MAX_TOKEN_BYTES = 16_384;
const MAX_DEPTH = 128;
const LAST_DATE_SECONDS = 8.64e12;
const TIMES = ['exp', 'nbf', 'iat'];
const PROTOTYPE = Object.getOwnPropertyNames(Object.prototype);

/** All ids that may explain what verifiers say of `one`, the more telling first. */
export function classesOf(one) {
  return [...ofInput(one.token), ...ofToken(one), ...ofOptions(one.options), ...ofKey(one)];
}

function* ofInput(token) {
  if (typeof token !== 'string') yield 'not-a-string';
  else if (Buffer.byteLength(token) > MAX_TOKEN_BYTES) yield 'too-long';
}

function* ofToken({ token, options, jwks }) {
  const parts = `${token}`.split('.').slice(0, 2).map((part) => Buffer.from(part, 'base64url'));
  if (parts.some((bytes) => !isUtf8(bytes))) yield 'invalid-utf8';
  if (parts.some((bytes) => bytes.subarray(0, 3).equals(Buffer.from('\ufeff')))) yield 'byte-order-mark';
  if (parts.some((bytes) => depth(bytes.toString()) > MAX_DEPTH)) yield 'too-deep';
  if (parts.some((bytes) => loneSurrogate(bytes.toString()))) yield 'lone-surrogate';
  const values = parts.map((bytes) => parsed(bytes.toString().replace(/^\ufeff/, '')));
  if (values.some((value) => value !== undefined && !isObject(value))) yield 'no-object';
  const [head, claims] = values.map((value) => (isObject(value) ? value : {}));
  yield* ofHeader(head, jwks);
  yield* ofTimes(claims, parts[1]?.toString());
  yield* ofClaims(claims, options);
}

function* ofHeader(head, jwks) {
  if (Object.hasOwn(head, 'crit')) yield 'crit';
  if (Object.hasOwn(head, '__proto__')) yield 'proto-member';
  if (typeof head.alg === 'string' && /^RS(384|512)$/.test(head.alg) && jwks === undefined) yield 'longer-hash';
  if (jwks !== undefined && PROTOTYPE.includes(head.kid)) yield 'prototype-kid';
}

function* ofTimes(claims, text) {
  for (const name of TIMES) {
    const time = claims[name];
    if (typeof time !== 'number') continue;
    if (!Number.isFinite(time) || Math.abs(time) >= 2 ** 53) yield 'time-out-of-range';
    if (time < 0 || Object.is(time, -0)) yield 'time-negative';
    if (time > LAST_DATE_SECONDS) yield 'time-beyond-date';
    const whole = new RegExp(`"${name}":(\\d+)\\.9`).exec(text)?.[1];
    if (whole !== undefined && time === Number(whole) + 1) yield 'time-rounded-up';
  }
}

function* ofClaims(claims, options) {
  const { aud } = claims;
  const texts = typeof aud === 'string' || (Array.isArray(aud) && aud.every((one) => typeof one === 'string'));
  if (options.audience !== undefined && aud !== undefined && !texts) yield 'aud-of-another-type';
  if (typeof options.authorizedParties === 'string') yield 'authorized-parties-as-text';
}

/** What a call's options may be called. */
const OPTIONS = new Set(['authorizedParties', 'audience', 'issuer', 'clockSkewInMs', 'jwtKey']);

function* ofOptions(options) {
  const { clockSkewInMs: skew } = options;
  if (skew !== undefined && !(Number.isInteger(skew) && skew >= 0 && skew <= 3_600_000)) yield 'skew-out-of-bounds';
  const empty = (value) => value !== undefined && [value].flat().every((text) => typeof text === 'string' && text === '');
  for (const name of ['authorizedParties', 'audience', 'issuer']) {
    if (empty(options[name])) yield 'check-of-nothing';
    if (options[name] === null) yield 'check-that-is-null';
  }
  if (Object.keys(options).some((name) => !OPTIONS.has(name))) yield 'unknown-option';
}

function* ofKey({ keyForm, keySet }) {
  if (keyForm?.unusable) yield keyForm.unusable === 'PKCS#1' ? 'pkcs1-key' : 'unusable-key';
  if (keyForm?.size && keyForm.size !== 'own') yield 'key-of-another-size';
  if (keyForm?.how && !CLERK_READS.has(keyForm.how)) yield 'key-spelt-otherwise';
  if (keySet) yield* ofSet(keySet);
}

/** How Clerk's own SDK can read a PEM. */
const CLERK_READS = new Set([
  'as the dashboard shows it', 'without the last line end', 'CRLF line ends', 'CR line ends', 'without armour', 'without armour, one line', 'armour and one line',
  'empty lines around it',
]);

/** Sets whose keys must not be used, by why. */
const SETS = {
  'key-for-something-else': ['use enc', 'key_ops sign', 'key_ops encrypt', 'alg PS256', 'alg RSA-OAEP', 'alg 5', 'use null'],
  'key-without-algorithm': ['no alg'],
  'key-of-another-type': ['no kty', 'kty EC', 'kty oct', 'kty rsa'],
  'private-key': ['private parts', 'private parts beside ours'],
  'key-without-kid': ['no kid', 'kid null', 'kid 5', 'kid __proto__'],
  'key-that-is-none': ['no modulus', 'an empty modulus', 'a modulus that is no base64url', 'no exponent', 'another exponent', 'a modulus with padding'],
  'no-key-beside-keys': ['what is no key beside ours'],
  'short-key': ['a modulus of 1024 bits'],
  'kid-twice': ['one kid twice, ours last', 'one kid twice, ours first'],
};

function* ofSet(name) {
  for (const [id, names] of Object.entries(SETS)) if (names.includes(name)) yield id;
}

function isUtf8(bytes) {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** How deep brackets are nested, strings aside. */
function depth(text) {
  let [open, most] = [0, 0];
  for (const [bracket] of text.replace(/"(?:\\.|[^"\\])*"/g, '').matchAll(/[[\]{}]/g)) {
    open += bracket === '[' || bracket === '{' ? 1 : -1;
    most = Math.max(most, open);
  }
  return most;
}

const loneSurrogate = (text) => {
  const value = parsed(text);
  return value !== undefined && /\\u[dD][89a-fA-F]/.test(text) && !wellFormed(value);
};

function wellFormed(value) {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, one]) => name.isWellFormed() && wellFormed(one));
}
