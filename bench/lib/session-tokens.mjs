// Session tokens as Clerk makes them, version 2, 900 bytes, signed with one key of 2048 bits; and that key in every form.
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { promisify } from 'node:util';

export const KID = 'ins_2benchmark';
export const ISSUER = 'https://clerk.benchmark.example';
export const PARTY = 'https://app.benchmark.example';
const HOUR = 3600;

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = (kid) => base64url({ alg: 'RS256', cat: 'cl_B7d4PD111AAA', kid, typ: 'JWT' });

function claims(n, now) {
  const id = String(n).padStart(27, '0');
  return {
    azp: PARTY, exp: now + HOUR, fea: 'o:articles', fva: [0, -1], iat: now, iss: ISSUER, jti: id.slice(7), nbf: now - 5,
    o: { fpm: '3', id: 'org_2bench', per: 'read', rol: 'admin', slg: 'bench' },
    sid: `sess_${id}`, sts: 'active', sub: `user_${id}`, v: 2,
  };
}

/** A key pair, and `count` distinct tokens signed with it, valid for an hour. */
export async function sessionTokens(count) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signed = promisify(sign);
  const now = Math.floor(Date.now() / 1000);
  const token = async (n, kid = KID) => {
    const text = `${header(kid)}.${base64url(claims(n, now))}`;
    return `${text}.${(await signed('sha256', Buffer.from(text), privateKey)).toString('base64url')}`;
  };
  const jwk = { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'RS256' };
  const tokens = await Promise.all(Array.from({ length: count }, (_, n) => token(n)));
  const strangers = await Promise.all(Array.from({ length: 100 }, (_, n) => token(n, `ins_2unknown${String(n).padStart(18, '0')}`)));
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }), jwk, party: PARTY, tokens, strangers };
}
