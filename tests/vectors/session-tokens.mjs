// Makes session-tokens.json: signed tokens for the native tests, which cannot sign. Run it again only to add cases; the
// keys are new each time, so everything changes.
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';

/** All times in the tokens, in seconds since 1970. */
const IAT = 1_800_000_000;

const base64url = (value) => Buffer.from(value).toString('base64url');

function instance(kid) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { use: 'sig', kid, alg: 'RS256', ...publicKey.export({ format: 'jwk' }) };
  const token = (claims = {}, header = {}) => {
    const head = { alg: 'RS256', cat: 'cl_B7d4PD111AAA', kid, typ: 'JWT', ...header };
    const all = {
      azp: 'https://app.example.com', exp: IAT + 60, iat: IAT, nbf: IAT - 10, iss: 'https://clerk.example.com',
      sid: 'sess_1', sts: 'active', sub: 'user_1', v: 2, ...claims,
    };
    const signed = `${base64url(JSON.stringify(head))}.${base64url(JSON.stringify(all))}`;
    return `${signed}.${sign(`RSA-SHA${head.alg.slice(2)}`, Buffer.from(signed), privateKey).toString('base64url')}`;
  };
  return { jwk, pem: publicKey.export({ format: 'pem', type: 'spki' }), token };
}

// Two instances with one kid, and one with another.
const [a, b, c] = [instance('ins_same'), instance('ins_same'), instance('ins_other')];
const keys = (...of) => JSON.stringify({ keys: of.map(({ jwk }) => jwk) });

const vectors = {
  iat: IAT,
  a: {
    jwks: keys(a), pem: a.pem,
    tokens: {
      plain: a.token(), second: a.token({ sub: 'user_2', sid: 'sess_2' }), later: a.token({ iat: IAT + 30, exp: IAT + 90 }),
      audience: a.token({ aud: 'api' }), partyless: a.token({ azp: undefined }), rs512: a.token({}, { alg: 'RS512' }),
    },
  },
  b: { jwks: keys(b), pem: b.pem, tokens: { plain: b.token() } },
  c: { jwks: keys(c), pem: c.pem, tokens: { plain: c.token() } },
  both: keys(a, c),
};
writeFileSync(new URL('session-tokens.json', import.meta.url), `${JSON.stringify(vectors, null, 1)}\n`);
