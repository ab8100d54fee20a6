/** The three verifiers, each asked in its own way; a verdict is a word: `accepted`, a reason, or what was thrown. */
import { readFileSync } from 'node:fs';
import { createLocalJWKSet, jwtVerify } from 'jose';

/** Before @clerk/backend is loaded, because it keeps the `fetch` that it finds. */
const hostFetch = globalThis.fetch;
let answer = hostFetch;
globalThis.fetch = (...args) => answer(...args);
const clerk = await import('@clerk/backend');
const ours = await import('../../../pkg/node.js');

const VERSION = '3.25.0';
const installed = JSON.parse(readFileSync(new URL('../../../node_modules/@clerk/backend/package.json', import.meta.url), 'utf8')).version;
if (installed !== VERSION) throw new Error(`@clerk/backend is ${installed}; the table of divergences is about ${VERSION}`);

const serving = (jwks) => async () => new Response(JSON.stringify(jwks), { headers: { 'content-type': 'application/json' } });
const verdict = (error) => error?.reason ?? error?.code ?? `threw ${error?.name ?? String(error)}`;
const realNow = Date.now;
let secrets = 0;
const freshSecret = () => `sk_test_differential${(secrets += 1)}`;

/** `{ verdict, claims? }` of the package under test. Clients are kept by their key, as applications keep them. */
export class Ours {
  #clients = new Map();
  #now = 0;

  async verify({ token, options, now, jwtKey, jwks }) {
    this.#now = now;
    try {
      const claims = await this.#client(jwtKey, jwks).verifyToken(token, options);
      return { verdict: 'accepted', claims };
    } catch (error) {
      return { verdict: verdict(error), error };
    }
  }

  #client(jwtKey, jwks) {
    const name = jwks === undefined ? `pem:${jwtKey}` : `jwks:${JSON.stringify(jwks)}`;
    if (!this.#clients.has(name)) {
      const key = jwks === undefined ? { jwtKey } : { secretKey: freshSecret(), fetch: serving(jwks) };
      this.#clients.set(name, ours.createClerkClient({ ...key, now: () => this.#now }));
    }
    return this.#clients.get(name);
  }
}

/** The same of @clerk/backend, which takes its time from `Date.now`. A key set is fetched anew, into a scope of its own. */
export async function clerkVerify({ token, options, now, jwtKey, jwks }) {
  const key = jwks === undefined ? { jwtKey } : { secretKey: freshSecret() };
  Date.now = () => now;
  answer = jwks === undefined ? hostFetch : serving(jwks);
  try {
    return { verdict: 'accepted', claims: await clerk.verifyToken(token, { ...options, ...key }) };
  } catch (error) {
    return { verdict: verdict(error), error };
  } finally {
    Date.now = realNow;
    answer = hostFetch;
  }
}

/** The same of jose; undefined where it has no opinion: it was given no key. */
export async function joseVerify({ token, options, now, key, jwks }) {
  if (key === null) return undefined;
  const { issuer, audience, clockSkewInMs } = options;
  const skew = typeof clockSkewInMs === 'number' && Number.isFinite(clockSkewInMs) ? clockSkewInMs : 5_000;
  const checks = { algorithms: ['RS256', 'RS384', 'RS512'], currentDate: new Date(now), clockTolerance: skew / 1000, issuer: some(issuer), audience: some(audience) };
  try {
    await jwtVerify(token, jwks === undefined ? key : createLocalJWKSet(jwks), checks);
    return { verdict: 'accepted' };
  } catch (error) {
    return { verdict: error.code ?? `threw ${error.name}`, error };
  }
}

/** An option that asks for nothing is left out: jose would ask for the empty text. */
function some(texts) {
  const list = [texts].flat().filter((text) => typeof text === 'string' && text !== '');
  return list.length > 0 ? list : undefined;
}
