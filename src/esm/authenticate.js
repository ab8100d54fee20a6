// What `authenticateRequest` gives: a state, and who it is about in the form of @clerk/backend. Decided in wasm; made here.

/**
 * What is asked of `has` as JSON. Each thing is read by its name, so that one that is inherited is asked for as well; what
 * JSON would drop is asked for all the same, and nobody has it.
 */
function asked(query) {
  const { role, permission, feature, plan, reverification } = query ?? {};
  const unsaid = (_, value) => (['function', 'symbol', 'bigint'].includes(typeof value) ? null : value);
  return JSON.stringify({ role, permission, feature, plan, reverification }, unsaid);
}

const nobody = { getToken: async () => null, has: () => false };

function functions(client, getToken, token, claims) {
  if (claims === null) return { getToken: async () => token, has: () => false };
  const facts = JSON.stringify(claims);
  return {
    getToken: async ({ template, expiresInSeconds } = {}) => {
      if (template === undefined && expiresInSeconds === undefined) return token;
      return (await getToken(claims.sid, template, { expiresInSeconds })).jwt;
    },
    has: (query) => client.has(facts, asked(query)),
  };
}

/** A state in parts: `reason` is undefined if somebody is signed in, `auth` the JSON of what `toAuth()` holds. */
export const parts = (reason = null, tokenType = null, auth, token = null, claims) => [reason, tokenType, auth, token, claims];

/** The state that callers see. */
export function requestState(client, getToken, [reason, tokenType, auth, token, claims]) {
  const isAuthenticated = reason === null;
  const toAuth = () => {
    const about = JSON.parse(auth);
    if (claims !== null) about.sessionClaims = claims;
    return Object.freeze({ ...about, ...(isAuthenticated ? functions(client, getToken, token, claims) : nobody) });
  };
  const status = isAuthenticated ? 'signed-in' : 'signed-out';
  return Object.freeze({ status, isAuthenticated, isSignedIn: isAuthenticated, tokenType, reason, token, toAuth });
}
