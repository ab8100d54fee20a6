/** Headers: algorithms, types, key ids, categories, and what else people put there. */
import { keys } from '../support/keys.mjs';
import { CATEGORY, HEADER, NOW_SECONDS, header, payload, token } from '../support/tokens.mjs';

const q = (value) => JSON.stringify(value);
const ODD = [undefined, 'true', 'null', '0', '5', '1e400', '[]', '{}', '""', '" "'];

/** Header texts by member; the algorithm decides how the token is signed. */
export const HEADERS = {
  alg: [
    ...ODD, '"none"', '"None"', '"HS256"', '"HS384"', '"HS512"', '"PS256"', '"PS512"', '"ES256"', '"EdDSA"', '"RSA-OAEP"', '"RS1"',
    '"RS384"', '"RS512"', '"rs256"', '"RS256 "', '"RS256\\u0000"', '"\\u0052S256"', '["RS256"]', '{"0":"RS256"}', '"__proto__"', '"toString"',
  ],
  typ: [...ODD, '"JWT"', '"jwt"', '"Jwt"', '"at+jwt"', '"application/at+jwt"', '"application/jwt"', '"JWT "', '"\\u004aWT"', '["JWT"]', '"JWS"'],
  kid: [
    ...ODD, '"ins_unknown"', '"__proto__"', '"constructor"', '"toString"', '"hasOwnProperty"', '"prototype"', '"valueOf"', '["x"]', '{"a":1}',
    q('k'.repeat(300)), q('../../jwks'), q('ключ'), '"\\ud800"',
  ],
  cat: [
    ...ODD, ...Object.values(CATEGORY).map(q), '"cl_unknown"', q(CATEGORY.machine.toLowerCase()), q(`${CATEGORY.machine} `), `[${q(CATEGORY.machine)}]`,
    q(CATEGORY.machine).replace('cl_', '\\u0063l_'),
  ],
  crit: ['[]', '["exp"]', '["b64"]', '["kid","x"]', '"exp"', 'null', '{}', 'false', '0'],
  b64: ['true', 'false', 'null'],
  zip: ['"DEF"', 'null'],
  enc: ['"A256GCM"'],
  oiat: ['1763799000', '"x"', 'null', '1e400'],
  jku: ['"https://evil.example/jwks"'],
  jwk: ['{"kty":"RSA","n":"AQAB","e":"AQAB"}', 'null'],
  x5u: ['"https://evil.example/x5u"'],
  x5c: ['["MIIB"]'],
  __proto__x: ['{}'],
};

/** Whole header texts that are no usual object. */
const WHOLE = [
  'null', 'true', '5', '"RS256"', '[]', '[{}]', '{}', '', ' ', '{', '}', '{"alg":"RS256"', '{"alg":"RS256",}', "{'alg':'RS256'}", '{alg:"RS256"}',
  `${header()}x`, `${header()}\u0000`, `${header()} `, ` ${header()}`, `\t\r\n${header()}\n`, `\u00a0${header()}`, `\u000b${header()}`, `\ufeff${header()}`, `${header()}${header()}`,
  `${header()}//`, `/**/${header()}`, header().replace(':', '='), header().replaceAll('"', "'"), header().replace('RS256', 'RS256\n'), header().replace('"JWT"', '"JWT\t"'),
  '{"__proto__":{"alg":"RS256","typ":"JWT"}}', '{"__proto__":null,"alg":"RS256","typ":"JWT"}', '{"alg":"RS256","toString":1,"hasOwnProperty":1}',
  '{"alg":"RS256","":1}', '{"ALG":"RS256"}', '{"alg":"RS256","typ":"JWT","Typ":"x","CRIT":["x"]}', '{"alg" : "RS256" , "typ" : "JWT"}', '{"\\u0061lg":"RS256"}',
];

const algorithmOf = (value) => {
  const name = /^"(\w+)"$/.exec(value ?? '')?.[1];
  return name ?? 'RS256';
};

export function* headers() {
  for (const [name, values] of Object.entries(HEADERS)) {
    for (const value of values) {
      const head = header({ [name]: value });
      const alg = name === 'alg' ? algorithmOf(value) : 'RS256';
      yield { what: `header ${name}: ${value}`, token: token({ head, alg }) };
      yield { what: `header ${name}: ${value}, not ours`, token: token({ head, alg, key: keys.other }) };
      yield { what: `header ${name}: ${value}, expired`, token: token({ head, alg, body: payload({ exp: `${NOW_SECONDS - 60}` }) }) };
      if (name === 'alg') yield { what: `alg ${value}, signed with RS256`, token: token({ head }) };
    }
  }
  for (const head of WHOLE) {
    yield { what: `the header ${head.slice(0, 60)}`, token: token({ head }) };
    yield { what: `the header ${head.slice(0, 60)}, not ours`, token: token({ head, key: keys.other }) };
  }
  for (const body of WHOLE) yield { what: `the payload ${body.slice(0, 60)}`, token: token({ body }) };
  yield* duplicates();
  yield* pairs();
}

/** Of two members of one name, the last counts. */
function* duplicates() {
  const twice = { alg: ['"none"', '"RS256"'], kid: ['"ins_unknown"', HEADER.kid], typ: ['"jwt"', '"JWT"'], cat: [q(CATEGORY.machine), q(CATEGORY.session)] };
  for (const [name, values] of Object.entries(twice)) {
    yield { what: `${name} twice, the good one last`, token: token({ head: header({ [name]: values }) }) };
    yield { what: `${name} twice, the good one first`, token: token({ head: header({ [name]: values.toReversed() }) }) };
    const escaped = header().replace(`"${name}"`, `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}":${values[0]},"${name}"`);
    yield { what: `${name} twice, once with an escape`, token: token({ head: escaped }) };
  }
  const past = `${NOW_SECONDS - 60}`;
  const claims = { exp: [past, `${NOW_SECONDS + 60}`], sub: ['5', '"user_2"'], azp: ['"x"', '"y"'], nbf: [`${NOW_SECONDS + 600}`, past], iat: ['"x"', past] };
  for (const [name, values] of Object.entries(claims)) {
    yield { what: `${name} twice, the good one last`, token: token({ body: payload({ [name]: values }) }) };
    yield { what: `${name} twice, the good one first`, token: token({ body: payload({ [name]: values.toReversed() }) }) };
    yield { what: `${name} three times`, token: token({ body: payload({ [name]: [...values, values[0]] }) }) };
  }
  yield { what: 'an object twice', token: token({ body: payload({ o: ['{"id":"a","x":1}', '{"id":"b"}'] }) }) };
}

/** Which of two wrong things is told of. */
function* pairs() {
  const wrong = { alg: '"none"', typ: '"at+jwt"', cat: q(CATEGORY.machine), kid: '"ins_unknown"' };
  for (const first of Object.keys(wrong)) {
    for (const second of Object.keys(wrong)) {
      const head = header({ [first]: wrong[first], [second]: wrong[second] });
      yield { what: `wrong ${first} and ${second}`, token: token({ head }) };
      yield { what: `wrong ${first} and ${second} and key`, token: token({ head, key: keys.other, body: payload({ exp: '1' }) }) };
    }
  }
}
