/** Keys: a PEM as people paste it, of every size, and key sets with keys that must not be used. */
import { KID, jwk, keys, pem, privateJwk, spellings, unusable } from '../support/keys.mjs';
import { header, token } from '../support/tokens.mjs';

const ALGORITHMS = ['RS256', 'RS384', 'RS512'];
const signed = (alg, key) => token({ head: header({ alg: `"${alg}"` }), alg, key });

export function* keyForms() {
  for (const size of ['own', 'rsa3072', 'rsa4096']) {
    const text = pem(keys[size]);
    for (const [how, spell] of Object.entries(spellings)) {
      yield* withPem(`${size} ${how}`, spell(text), keys[size], { size, how });
    }
  }
  yield* withPem('exponent 3', pem(keys.exponent3), keys.exponent3, { size: 'exponent3', how: 'as the dashboard shows it' });
  for (const [what, text] of Object.entries(unusable)) {
    yield { what: `jwtKey: ${what}`, token: signed('RS256', keys.own), jwtKey: text(), key: null, keyForm: { unusable: what } };
  }
  yield { what: 'no key at all', token: token(), jwtKey: undefined, key: null };
  yield { what: 'an empty key', token: token(), jwtKey: '', key: null };
  yield { what: 'no key at all, and no token', token: 'x.y', jwtKey: undefined, key: null };
}

function* withPem(what, jwtKey, pair, keyForm) {
  const key = pair.publicKey;
  for (const alg of ALGORITHMS) yield { what: `jwtKey ${what}, ${alg}`, token: signed(alg, pair), jwtKey, key, keyForm };
  yield { what: `jwtKey ${what}, another's token`, token: signed('RS256', keys.other), jwtKey, key, keyForm };
  yield { what: `jwtKey ${what}, RS256 that says RS512`, token: token({ head: header({ alg: '"RS512"' }), alg: 'RS256', key: pair }), jwtKey, key, keyForm };
}

const OTHER_KID = 'ins_2differentialOther';

/** Key sets by name, as the API might answer them. */
const SETS = {
  'one key': () => [jwk(keys.own)],
  'two keys': () => [jwk(keys.other, { kid: OTHER_KID }), jwk(keys.own)],
  'only another key': () => [jwk(keys.other, { kid: OTHER_KID })],
  "another's key under our kid": () => [jwk(keys.other)],
  'one kid twice, ours last': () => [jwk(keys.other), jwk(keys.own)],
  'one kid twice, ours first': () => [jwk(keys.own), jwk(keys.other)],
  'no alg': () => [jwk(keys.own, { alg: undefined })],
  'alg RS384': () => [jwk(keys.own, { alg: 'RS384' })],
  'alg RS512': () => [jwk(keys.own, { alg: 'RS512' })],
  'alg PS256': () => [jwk(keys.own, { alg: 'PS256' })],
  'alg RSA-OAEP': () => [jwk(keys.own, { alg: 'RSA-OAEP' })],
  'alg 5': () => [jwk(keys.own, { alg: 5 })],
  'no use': () => [jwk(keys.own, { use: undefined })],
  'use enc': () => [jwk(keys.own, { use: 'enc' })],
  'use null': () => [jwk(keys.own, { use: null })],
  'key_ops verify': () => [jwk(keys.own, { key_ops: ['verify'] })],
  'key_ops sign': () => [jwk(keys.own, { key_ops: ['sign'] })],
  'key_ops encrypt': () => [jwk(keys.own, { key_ops: ['encrypt'] })],
  'no kty': () => [jwk(keys.own, { kty: undefined })],
  'kty EC': () => [jwk(keys.ec, { alg: 'ES256' })],
  'kty oct': () => [{ kty: 'oct', kid: KID, alg: 'HS256', use: 'sig', k: 'c2VjcmV0' }],
  'kty rsa': () => [jwk(keys.own, { kty: 'rsa' })],
  'private parts': () => [privateJwk(keys.own)],
  'private parts beside ours': () => [privateJwk(keys.own), jwk(keys.own)],
  'no kid': () => [jwk(keys.own, { kid: undefined })],
  'kid null': () => [jwk(keys.own, { kid: null })],
  'kid 5': () => [jwk(keys.own, { kid: 5 })],
  'kid __proto__': () => [jwk(keys.own, { kid: '__proto__' })],
  'no modulus': () => [jwk(keys.own, { n: undefined })],
  'an empty modulus': () => [jwk(keys.own, { n: '' })],
  'a modulus that is no base64url': () => [jwk(keys.own, { n: `${jwk(keys.own).n}*` })],
  'a modulus with padding': () => [jwk(keys.own, { n: `${jwk(keys.own).n}==` })],
  'a modulus with a zero before': () => [jwk(keys.own, { n: Buffer.concat([Buffer.from([0]), Buffer.from(jwk(keys.own).n, 'base64url')]).toString('base64url') })],
  'a modulus of 1024 bits': () => [jwk(keys.rsa1024)],
  'a modulus of 3072 bits': () => [jwk(keys.rsa3072)],
  'a modulus of 4096 bits': () => [jwk(keys.rsa4096)],
  'the exponent 3': () => [jwk(keys.exponent3)],
  'no exponent': () => [jwk(keys.own, { e: undefined })],
  'another exponent': () => [jwk(keys.own, { e: 'AQ' })],
  'no key': () => [],
  'extra members': () => [jwk(keys.own, { x5c: ['MIIB'], x5t: 'x', created_at: 5, nested: { a: [1] } })],
  'what is no key beside ours': () => [jwk(keys.own), null, 5, 'x', [], {}],
};

const PAIRS = { 'a modulus of 1024 bits': 'rsa1024', 'a modulus of 3072 bits': 'rsa3072', 'a modulus of 4096 bits': 'rsa4096', 'the exponent 3': 'exponent3' };

const KIDS = [JSON.stringify(KID), undefined, '"ins_unknown"', JSON.stringify(OTHER_KID), '"__proto__"', '"constructor"', '"toString"', '5', 'null', '""'];

export function* keySets() {
  for (const [name, make] of Object.entries(SETS)) {
    const jwks = { keys: make() };
    const pair = keys[PAIRS[name] ?? 'own'];
    const base = { jwks, keySet: name };
    for (const alg of ALGORITHMS) yield { what: `set: ${name}, ${alg}`, token: signed(alg, pair), ...base };
    yield { what: `set: ${name}, another's token`, token: token({ key: keys.other }), ...base };
    yield { what: `set: ${name}, alg none`, token: token({ head: header({ alg: '"none"' }), alg: 'none' }), ...base };
    yield { what: `set: ${name}, typ jwt`, token: token({ head: header({ typ: '"jwt"' }), key: pair }), ...base };
  }
  for (const name of ['one key', 'two keys', 'no kid', 'kid null', 'kid 5', 'kid __proto__']) {
    for (const kid of KIDS) {
      for (const extra of [{}, { alg: '"none"' }, { typ: '"at+jwt"' }, { alg: '"HS256"', typ: '"jwt"' }]) {
        const head = header({ kid, ...extra });
        yield { what: `set: ${name}, kid ${kid} ${JSON.stringify(extra)}`, token: token({ head }), jwks: { keys: SETS[name]() }, keySet: name };
      }
    }
  }
}
