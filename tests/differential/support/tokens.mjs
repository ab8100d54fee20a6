/** Tokens from text: headers and payloads are written out, because much of what is tested is no JSON that a library writes. */
import { createHmac, sign } from 'node:crypto';
import { KID, keys, pem } from './keys.mjs';

/** Now, for every verifier. Not a whole second, so that rounding shows. */
export const NOW = 1_763_800_000_400;
export const NOW_SECONDS = Math.floor(NOW / 1000);

export const CATEGORY = {
  session: 'cl_B7d4PD111AAA',
  template: 'cl_B7d4PD222AAA',
  machine: 'cl_B7d4PD333AAA',
  ignore: 'cl_I7d4PD111III',
};

export const ISSUER = 'https://clerk.differential.example';
export const PARTY = 'https://app.differential.example';

const text = (value) => JSON.stringify(value);

/** Members of the header in order, each value as JSON text. */
export const HEADER = { alg: '"RS256"', cat: text(CATEGORY.session), kid: text(KID), typ: '"JWT"' };

/** Members of a v2 session token, each value as JSON text. */
export const CLAIMS = {
  azp: text(PARTY),
  exp: `${NOW_SECONDS + 60}`,
  fea: '"o:exports,u:search"',
  fva: '[3,-1]',
  iat: `${NOW_SECONDS - 2}`,
  iss: text(ISSUER),
  jti: '"1f2e3d4c5b6a79880011"',
  nbf: `${NOW_SECONDS - 12}`,
  o: '{"id":"org_2differential","rol":"admin","slg":"differential","per":"read,manage","fpm":"3"}',
  sid: '"sess_2differential"',
  sts: '"active"',
  sub: '"user_2differential"',
  v: '2',
};

/** JSON text of members; a value that is undefined leaves its member out, and an array of texts repeats it. */
export function object(members) {
  const pairs = Object.entries(members).flatMap(([name, values]) =>
    [values].flat().filter((value) => value !== undefined).map((value) => `${text(name)}:${value}`));
  return `{${pairs.join(',')}}`;
}

export const header = (changes = {}) => object({ ...HEADER, ...changes });
export const payload = (changes = {}) => object({ ...CLAIMS, ...changes });

/** base64url of text or bytes. */
export const encode = (part) => Buffer.from(part).toString('base64url');

const HASHES = new Map([['RS256', 'sha256'], ['RS384', 'sha384'], ['RS512', 'sha512']]);

/** A signature over `input` as `alg` asks; for what is no RSA algorithm, what an attacker would put there. */
export function signature(input, alg = 'RS256', key = keys.own) {
  if (alg === 'none') return '';
  if (alg.startsWith('HS')) return createHmac(`sha${alg.slice(2)}`, pem(key)).update(input).digest('base64url');
  return sign(HASHES.get(alg) ?? 'sha256', Buffer.from(input), key.privateKey).toString('base64url');
}

/** A token of a header's and a payload's text (or bytes), signed. */
export function token({ head = header(), body = payload(), alg, key } = {}) {
  const input = `${encode(head)}.${encode(body)}`;
  return `${input}.${signature(input, alg, key)}`;
}
