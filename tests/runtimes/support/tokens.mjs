/** Tokens for the cases: the stand-in signs them, so the suite needs no cryptography of its own. */

/** What the stand-in says of the instance of this key: `{ instanceId, publishableKey, issuer, jwtKey, … }`. */
export const instance = (bench, secretKey = bench.secretKey) => ask(bench, 'GET', '/__sim/instance', secretKey);

/** A token of that instance. `claims` and `header` win over what a session token has, null leaves a field out. */
export async function mint(bench, { secretKey = bench.secretKey, userId = 'user_conformance', ...asked } = {}) {
  const { jwt } = await ask(bench, 'POST', '/__sim/session-token', secretKey, { userId, ...asked });
  return jwt;
}

/** A new signing key for the instance; the old one stays in the key set until the next call. */
export const rotate = (bench, secretKey = bench.secretKey) => ask(bench, 'POST', '/__sim/rotate-keys', secretKey);

async function ask(bench, method, path, secretKey, body) {
  const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' };
  const response = await bench.fetch(`${bench.simUrl}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`the stand-in refused ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** A part of a token from text or bytes. */
export function base64url(part) {
  const bytes = typeof part === 'string' ? new TextEncoder().encode(part) : part;
  const letters = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return letters.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The bytes of a part. */
export function bytesOf(part) {
  const letters = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

/** What a part says. */
export const read = (part) => JSON.parse(new TextDecoder().decode(bytesOf(part)));

/** `token` with another header, so that its signature no longer fits. */
export function withHeader(token, changes) {
  const [head, body, signature] = token.split('.');
  return [base64url(JSON.stringify({ ...read(head), ...changes })), body, signature].join('.');
}
