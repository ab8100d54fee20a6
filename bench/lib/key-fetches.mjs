// How often keys are fetched: 100 tokens verified at once by somebody who has none yet, then 100 tokens at once whose keys
// nobody has ever heard of. The network is a stub that counts.
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import { createClerkClient } from '../../pkg/node.js';

const AT_ONCE = 100;
const SECRET = 'sk_test_YmVuY2htYXJrLm9mLnZlcmlmaWNhdGlvbg';
const API = 'https://api.stub.invalid';

const VERIFIERS = {
  jose(fetch) {
    const keys = createRemoteJWKSet(new URL(`${API}/v1/jwks`), { [customFetch]: fetch });
    return (token) => jwtVerify(token, keys);
  },
  async clerk(fetch) {
    globalThis.fetch = fetch; // which it takes hold of when it is imported
    const { verifyToken } = await import('@clerk/backend');
    return (token) => verifyToken(token, { secretKey: SECRET, apiUrl: API });
  },
  ours(fetch) {
    const clerk = createClerkClient({ secretKey: SECRET, apiUrl: API, fetch });
    return (token) => clerk.verifyToken(token);
  },
};

/** `{ [who]: { cold, unknown } }`: requests for keys. */
export async function keyFetches({ jwk, tokens, strangers }) {
  const seen = {};
  const { fetch } = globalThis;
  for (const [who, make] of Object.entries(VERIFIERS)) {
    let fetched = 0;
    const verify = await make(async () => {
      fetched += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return Response.json({ keys: [jwk] });
    });
    const good = await Promise.all(tokens.slice(0, AT_ONCE).map((token) => verify(token).then(() => true, () => false)));
    if (!good.every(Boolean)) throw new Error(`${who} refuses what is valid`);
    const cold = fetched;
    const bad = await Promise.all(strangers.slice(0, AT_ONCE).map((token) => verify(token).then(() => true, () => false)));
    if (bad.some(Boolean)) throw new Error(`${who} accepts a token of a key it cannot have`);
    seen[who] = { cold, unknown: fetched - cold };
  }
  globalThis.fetch = fetch;
  return seen;
}
