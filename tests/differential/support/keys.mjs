/** The keys that sign, made once per run, and the ways in which people write the public one down. */
import { generateKeyPairSync } from 'node:crypto';

const rsa = (modulusLength, publicExponent = 0x10001) => generateKeyPairSync('rsa', { modulusLength, publicExponent });
const made = new Map();
const once = (name, make) => {
  if (!made.has(name)) made.set(name, make());
  return made.get(name);
};

/** Key pairs by name; each is made when first asked for. */
export const keys = {
  /** The instance's own. */
  get own() { return once('own', () => rsa(2048)); },
  /** Somebody else's. */
  get other() { return once('other', () => rsa(2048)); },
  get rsa1024() { return once('rsa1024', () => rsa(1024)); },
  get rsa3072() { return once('rsa3072', () => rsa(3072)); },
  get rsa4096() { return once('rsa4096', () => rsa(4096)); },
  /** 2048 bits with the exponent 3. */
  get exponent3() { return once('exponent3', () => rsa(2048, 3)); },
  get ec() { return once('ec', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })); },
};

export const KID = 'ins_2differentialOwnKey';

/** SubjectPublicKeyInfo as PEM. */
export const pem = ({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' });

/** The public key as a JWK, with `extra` on top. */
export const jwk = ({ publicKey }, extra = {}) => ({ use: 'sig', kid: KID, alg: 'RS256', ...publicKey.export({ format: 'jwk' }), ...extra });

/** The private key as a JWK: what nobody should publish. */
export const privateJwk = ({ privateKey }) => ({ use: 'sig', kid: KID, alg: 'RS256', ...privateKey.export({ format: 'jwk' }) });

const armour = /-----(BEGIN|END) PUBLIC KEY-----\n?/g;

/** Ways to write a PEM that all mean the same key, by name. */
export const spellings = {
  'as the dashboard shows it': (text) => text,
  'without the last line end': (text) => text.trimEnd(),
  'CRLF line ends': (text) => text.replaceAll('\n', '\r\n'),
  'CR line ends': (text) => text.replaceAll('\n', '\r'),
  'line ends written as \\n': (text) => text.replaceAll('\n', '\\n'),
  'without armour': (text) => text.replace(armour, ''),
  'without armour, one line': (text) => text.replace(armour, '').replaceAll('\n', ''),
  'armour and one line': (text) => text.replaceAll('\n', ''),
  'spaces around it': (text) => `  ${text}  `,
  'empty lines around it': (text) => `\n\n${text}\n\n`,
  'indented lines': (text) => text.replaceAll('\n', '\n  '),
  'tabs around it': (text) => `\t${text}\t`,
  'spaces for line ends': (text) => text.replaceAll('\n', ' '),
  'in quotes': (text) => `"${text.trimEnd()}"`,
  'in single quotes': (text) => `'${text.trimEnd()}'`,
  'in quotes, line ends written as \\n': (text) => `"${text.replaceAll('\n', '\\n')}"`,
};

/** Texts that are no public RSA key for signatures of Clerk's, by name. */
export const unusable = {
  'words': () => 'not a key',
  'a blank': () => ' ',
  'armour around nothing': () => '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n',
  'half of the key': () => pem(keys.own).slice(0, 200),
  'a byte of the structure changed': () => pem(keys.own).replace('MIIBIjAN', 'MIIBIjAM'),
  'a letter that is not base64': () => pem(keys.own).split('\n').map((line, at) => (at === 3 ? `*${line.slice(1)}` : line)).join('\n'),
  'an elliptic curve': () => pem(keys.ec),
  'the private key': () => keys.own.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  'PKCS#1': () => keys.own.publicKey.export({ type: 'pkcs1', format: 'pem' }),
  '1024 bits': () => pem(keys.rsa1024),
  'a JWK': () => JSON.stringify(jwk(keys.own)),
};
