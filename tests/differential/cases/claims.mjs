/** Claims: each one missing and of every type, numbers of every size, and the boundaries of time to the millisecond. */
import { CLAIMS, NOW, NOW_SECONDS, PARTY, ISSUER, payload, token } from '../support/tokens.mjs';

/** JSON texts of every type. */
export const VALUES = [
  undefined, 'true', 'false', 'null', '""', '"x"', '"1763800060"', '"NaN"', '[]', '["x"]', '[1763800060]', '[null]', '{}', '{"a":1}',
];

/** JSON texts of numbers that parsers disagree about. */
export const NUMBERS = [
  '0', '-0', '-0.0', '0.1', '-0.1', '1', '-1', '1.5', '-1.5', '1e-400', '-1e-400', '5e-324', '1E3', '1e+3', '-1763800060', '1763800060.0',
  '1.76380006e9', '17638000600e-1', '2147483647', '2147483648', '4294967296', '8640000000000', '8640000000001', '-8640000000001',
  '9007199254740991', '9007199254740992', '9007199254740993', '9007199254740991.4', '-9007199254740992', '9223372036854775807', '18446744073709551616', '1e20',
  '-1e20', '1e308', '1e309', '1e400', '-1e400', '123456789012345678901234567890', `1${'0'.repeat(400)}`, `0.${'0'.repeat(400)}1`,
];

/** What looks like a number and is no JSON. */
export const NO_NUMBERS = ['NaN', 'Infinity', '-Infinity', '01', '+1', '1.', '.5', '0x10', '1e', '1_000', '--1', '-', '1n', 'undefined'];

const TIMES = ['exp', 'nbf', 'iat'];
const CHECKED = { authorizedParties: [PARTY], issuer: ISSUER, audience: 'https://api.differential.example' };

export function* claims() {
  yield { what: 'a session token as Clerk makes it', token: token() };
  yield { what: 'the same with every check on', token: token(), options: CHECKED };
  for (const name of [...Object.keys(CLAIMS), 'aud', 'org_id', 'act']) {
    for (const value of [...VALUES, ...NUMBERS, ...NO_NUMBERS]) {
      const minted = token({ body: payload({ [name]: value }) });
      yield { what: `${name}: ${value}`, token: minted };
      if (['azp', 'iss', 'aud', 'sub'].includes(name)) yield { what: `${name}: ${value}, checked`, token: minted, options: CHECKED };
    }
  }
  yield* twoAtOnce();
  yield* boundaries();
  yield* fractions();
}

/** Which of two wrong claims is told of. */
function* twoAtOnce() {
  const wrong = {
    sub: '5', aud: '"elsewhere"', azp: '"https://evil.example"', iss: '"https://evil.example"',
    exp: `${NOW_SECONDS - 600}`, nbf: `${NOW_SECONDS + 600}`, iat: `${NOW_SECONDS + 600}`,
  };
  const names = Object.keys(wrong);
  for (const first of names) {
    for (const second of names) {
      const body = payload({ [first]: wrong[first], [second]: wrong[second] });
      yield { what: `wrong ${first} and ${second}`, token: token({ body }), options: CHECKED };
    }
  }
}

function* boundaries() {
  for (const clockSkewInMs of [undefined, 0, 1, 250, 999, 1_000, 4_600, 60_000, 3_600_000]) {
    const skew = clockSkewInMs ?? 5_000;
    const options = clockSkewInMs === undefined ? {} : { clockSkewInMs };
    for (const claim of TIMES) {
      const seconds = NOW_SECONDS + 1_000;
      // the instant at which the claim's verdict changes
      const turn = seconds * 1000 + (claim === 'exp' ? skew : -skew);
      const others = claim === 'exp' ? {} : { exp: `${seconds + 10_000}` };
      const quiet = { nbf: undefined, iat: undefined, exp: `${seconds + 10_000}` };
      const minted = token({ body: payload({ ...quiet, ...others, [claim]: `${seconds}` }) });
      for (const off of [-1_001, -1_000, -999, -2, -1, 0, 1, 2, 999, 1_000, 1_001]) {
        yield { what: `${claim} ${off} ms from its turn, skew ${clockSkewInMs}`, token: minted, options, now: turn + off };
      }
    }
  }
}

/** Fractions of a second count for nothing: Clerk cuts them off. */
function* fractions() {
  const base = Math.floor(NOW / 1000);
  for (const claim of TIMES) {
    for (const part of ['001', '4', '5', '999', '9999999']) {
      for (const shift of [-6, -5, 4, 5, 6]) {
        const body = payload({ nbf: undefined, iat: undefined, [claim]: `${base + shift}.${part}` });
        for (const now of [base * 1000, base * 1000 + 1, base * 1000 + 999]) yield { what: `${claim} ${shift}.${part}`, token: token({ body }), now };
      }
    }
  }
}
