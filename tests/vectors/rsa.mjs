// Writes rsa.json: signatures by Node's crypto (OpenSSL), and what a lax verifier takes for one. The keys are new each time
// and their private halves are kept nowhere: `node tests/vectors/rsa.mjs`, then read what changed.
import { constants, createHash, generateKeyPairSync, privateEncrypt, sign, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const KEYS = [[2048, 65537], [2048, 3], [2056, 65537], [3072, 65537], [4096, 65537], [8192, 65537]];
const HASHES = { sha256: '0609608648016503040201', sha384: '0609608648016503040202', sha512: '0609608648016503040203' };
const MESSAGE = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ';

const bytes = (hex) => Buffer.from(hex, 'hex');
const der = (tag, ...parts) => Buffer.concat([Buffer.from([tag, Buffer.concat(parts).length]), ...parts]);
const digest = (hash) => createHash(hash).update(MESSAGE).digest();
const info = (hash) => der(0x30, der(0x30, bytes(HASHES[hash]), bytes('0500')), der(0x04, digest(hash)));
const padded = (length, end, type = 1, fill = 0xff) =>
  Buffer.concat([Buffer.from([0, type]), Buffer.alloc(length - 3 - end.length, fill), Buffer.from([0]), end]);

/** Encoded messages that are almost right, by the mistake that lets them pass. */
function almost(length) {
  const right = info('sha256');
  const algorithm = bytes(HASHES.sha256);
  const early = padded(length - 40, right); // the hash too far left, garbage behind it
  return {
    'rubbish after the hash': Buffer.concat([early, Buffer.alloc(40, 0x41)]),
    'zeros after the hash': Buffer.concat([early, Buffer.alloc(40)]),
    'eight bytes of padding': Buffer.concat([padded(right.length + 11, right), Buffer.alloc(length - right.length - 11)]),
    'no NULL in the algorithm': padded(length, der(0x30, der(0x30, algorithm), der(0x04, digest('sha256')))),
    'rubbish in place of NULL': padded(length, der(0x30, der(0x30, algorithm, bytes('0404deadbeef')), der(0x04, digest('sha256')))),
    'a length in long form': padded(length, Buffer.concat([bytes('308131'), right.subarray(2)])),
    'another hash named': padded(length, der(0x30, der(0x30, bytes(HASHES.sha512), bytes('0500')), der(0x04, digest('sha256')))),
    'no DigestInfo': padded(length, digest('sha256')),
    'block type 0': padded(length, right, 0, 0),
    'block type 2': padded(length, right, 2, 0x55),
    'a zero inside the padding': padded(length, right).fill(0, 20, 21),
    'a padding byte that is not ff': padded(length, right).fill(0xfe, 20, 21),
    'another hash value': padded(length, right).fill(0, length - 1, length),
  };
}

const hex = (number, length) => number.toString(16).padStart(2 * length, '0');

/** The least number whose cube is not below `cube`. */
function cubeRoot(cube) {
  let [low, high] = [0n, 1n << 1024n];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (middle ** 3n < cube) low = middle + 1n;
    else high = middle;
  }
  return low;
}

/** Bleichenbacher's forgery of 2006, made without the private key: with exponent 3 the rubbish makes room for a cube. */
function forged(length) {
  const start = padded(info('sha256').length + 11, info('sha256'));
  const signature = cubeRoot(BigInt(`0x${start.toString('hex')}`) << BigInt(8 * (length - start.length)));
  if (!hex(signature ** 3n, length).startsWith(start.toString('hex'))) throw new Error('not a forgery');
  return hex(signature, length);
}

const keys = KEYS.map(([bits, publicExponent]) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent });
  const jwk = publicKey.export({ format: 'jwk' });
  const modulus = Buffer.from(jwk.n, 'base64url');
  const signatures = Object.fromEntries(Object.keys(HASHES).map((hash) => {
    const signature = sign(hash, MESSAGE, privateKey);
    if (!verify(hash, MESSAGE, publicKey, signature)) throw new Error('not a signature');
    return [hash, signature.toString('hex')];
  }));
  const raw = (message) => privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, message).toString('hex');
  const mistakes = Object.entries(bits === 2048 ? almost(modulus.length) : {});
  const wrong = Object.fromEntries(mistakes.map(([mistake, message]) => [mistake, raw(message)]));
  if (raw(padded(modulus.length, info('sha256'))) !== signatures.sha256) throw new Error('these mistakes are not the only ones');
  if (publicExponent === 3) wrong["Bleichenbacher's of 2006"] = forged(modulus.length);
  return { bits, modulus: modulus.toString('hex'), exponent: Buffer.from(jwk.e, 'base64url').toString('hex'), signatures, wrong };
});

writeFileSync(new URL('rsa.json', import.meta.url), `${JSON.stringify({ message: MESSAGE, keys }, null, 1)}\n`);
