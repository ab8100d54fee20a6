// What `authenticateRequest` gives: a state, and who it is about in the form of @clerk/backend. Decided in wasm; made here.

/** What is asked of `has` as JSON. What JSON would drop is asked for all the same, and nobody has it. */
const asked = (query) =>
  JSON.stringify(query, (_, value) => (typeof value === 'function' || typeof value === 'symbol' ? null : value)) ?? 'null';

const nobody = { getToken: async () => null, has: () => false };

function functions(client, getToken, token, claims) {
  if (claims === null) return { getToken: async () => token, has: () => false };
  const facts = JSON.stringify(claims);
  return {
    getToken: async ({ template, expiresInSeconds } = {}) => {
      if (template === undefined && expiresInSeconds === undefined) return token;
      return (await getToken(claims.sid, template, { expiresInSeconds })).jwt;
    },
    has: (query) => client.constructor.has(facts, asked(query)),
  };
}

/** `parts` as src/esm/authenticate.rs has them. */
export function requestState(client, getToken, [reason, tokenType, auth, token = null, claims = null]) {
  const isAuthenticated = reason === null;
  const toAuth = () => {
    const about = JSON.parse(auth);
    if (claims !== null) about.sessionClaims = claims;
    return Object.freeze({ ...about, ...(isAuthenticated ? functions(client, getToken, token, claims) : nobody) });
  };
  const status = isAuthenticated ? 'signed-in' : 'signed-out';
  return Object.freeze({ status, isAuthenticated, isSignedIn: isAuthenticated, tokenType, reason, token, toAuth });
}
