/** Requests: whose they are by header or cookie, what may be asked of them, and what never makes somebody of nobody. */
import { crowd, skippableClock } from '../support/bench.mjs';
import { equal, ok, rejects, sameJson } from '../support/expect.mjs';
import { instance, mint, withHeader } from '../support/tokens.mjs';

const URL_OF_APP = 'https://app.example/page';
const M2M = { header: { cat: 'cl_B7d4PD333AAA' }, claims: { sub: 'mch_1' } };
const TEMPLATE = { header: { cat: 'cl_B7d4PD222AAA' } };
const OAUTH = { header: { cat: null, typ: 'at+jwt' }, claims: { client_id: 'client_1', scope: 'profile' } };

const withBearer = (token, headers = {}) => new Request(URL_OF_APP, { headers: { authorization: `Bearer ${token}`, ...headers } });
const withCookies = (cookies, headers = {}) => new Request(URL_OF_APP, {
  headers: { cookie: typeof cookies === 'string' ? cookies : Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; '), ...headers },
});

/** The cookies of somebody who is signed in. */
const signedInCookies = (token) => ({ __client_uat: `${Math.floor(Date.now() / 1000) - 100}`, __session: token });

/** A client that knows its instance's publishable key, as applications with cookies do. */
async function app(bench, options = {}) {
  const { publishableKey } = await instance(bench);
  return bench.client({ publishableKey, ...options });
}

async function nobody(clerk, request, what, options) {
  const state = await clerk.authenticateRequest(request, options);
  equal(state.status, 'signed-out', `${what}: status`);
  equal(state.isAuthenticated, false, `${what}: isAuthenticated`);
  equal(state.token, null, `${what}: token`);
  const auth = state.toAuth();
  equal(auth.userId ?? null, null, `${what}: userId`);
  equal(auth.isAuthenticated, false, `${what}: toAuth`);
  equal(await auth.getToken(), null, `${what}: getToken`);
  for (const query of [{ role: 'org:admin' }, { permission: 'org:a:b' }, { feature: 'a' }, { plan: 'a' }, {}]) equal(auth.has(query), false, `${what}: has`);
  return state;
}

async function somebody(clerk, request, userId, what, options) {
  const state = await clerk.authenticateRequest(request, options);
  equal(state.reason, null, `${what}: reason`);
  equal(state.status, 'signed-in', `${what}: status`);
  equal(state.isAuthenticated, true, `${what}: isAuthenticated`);
  equal(state.toAuth().userId, userId, `${what}: userId`);
  return state;
}

/** `has` of a token with these claims. */
async function asker(bench, claims) {
  const state = await bench.client().authenticateRequest(withBearer(await mint(bench, { claims })));
  equal(state.reason, null, 'signed in');
  return state.toAuth();
}

const organization = (changes) => ({ v: 2, fea: 'o:posts,u:search', pla: 'u:pro,o:team', o: { id: 'org_1', slg: 'acme', rol: 'admin', per: 'read,write', fpm: '3', ...changes } });

export const authenticate = {
  'r08 session tokens are accepted in the header and in the cookie, and say who it is': async (bench) => {
    const clerk = await app(bench);
    const token = await mint(bench, { userId: 'user_auth', sessionId: 'sess_auth', claims: organization() });
    const requests = {
      'a Request': withBearer(token),
      'plain headers': { method: 'GET', url: URL_OF_APP, headers: { Authorization: `Bearer ${token}` } },
      'the bare token': new Request(URL_OF_APP, { headers: { authorization: token } }),
      cookies: withCookies(signedInCookies(token)),
    };
    for (const [what, request] of Object.entries(requests)) {
      const state = await somebody(clerk, request, 'user_auth', what);
      equal(state.token, token, `${what}: token`);
      equal(state.tokenType, 'session_token', `${what}: tokenType`);
      const { has, getToken, sessionClaims, ...auth } = state.toAuth();
      equal(typeof has, 'function', 'has');
      equal(await getToken(), token, 'getToken');
      equal(sessionClaims.sub, 'user_auth', 'sessionClaims');
      sameJson(auth, {
        tokenType: 'session_token', isAuthenticated: true, sessionId: 'sess_auth', sessionStatus: 'active', userId: 'user_auth', orgId: 'org_1', orgRole: 'org:admin',
        orgSlug: 'acme', orgPermissions: ['org:posts:read', 'org:posts:write'], factorVerificationAge: [0, -1],
      }, `${what}: toAuth()`);
    }
    for (const cat of [null, 'cl_I7d4PD111III']) {
      await somebody(clerk, withBearer(await mint(bench, { userId: 'user_auth', header: { cat } })), 'user_auth', `cat ${cat}`);
    }
  },

  'r08 tokens of other kinds are nobody, in the header and in the cookie': async (bench) => {
    const clerk = await app(bench);
    for (const [what, asked] of Object.entries({ M2M, template: TEMPLATE, OAuth: OAUTH, 'an unknown category': { header: { cat: 'cl_unknown' } } })) {
      const token = await mint(bench, asked);
      for (const which of ['first', 'second']) {
        equal((await nobody(clerk, withBearer(token), `${what}, header, ${which}`)).reason, 'token-type-mismatch', `${what}, header, ${which}`);
        await nobody(clerk, withCookies(signedInCookies(token)), `${what}, cookie, ${which}`);
      }
    }
    for (const opaque of ['mt_abc', 'oat_abc', 'ak_abc']) await nobody(clerk, withBearer(opaque), opaque);
    equal(await bench.calls(), 0, 'calls to Clerk, which none of them is worth');
    const sessionless = await mint(bench, { claims: { sid: null } });
    equal((await nobody(clerk, withBearer(sessionless), 'no session')).reason, 'token-type-mismatch', 'a token that names no session');
  },

  'r09 encoded delimiters make no cookie, and the first of a name counts': async (bench) => {
    const clerk = await app(bench);
    const token = await mint(bench, { userId: 'user_cookie' });
    const uat = signedInCookies(token).__client_uat;
    const forged = [
      `x=1%3B%20__session%3D${token}; __client_uat=${uat}`, `x=1%3b__session=${token}; __client_uat=${uat}`, `__session%3D${token}=; __client_uat=${uat}`,
      `__session=; __session=${token}; __client_uat=${uat}`, `__session=nonsense; __session=${token}; __client_uat=${uat}`, `__SESSION=${token}; __client_uat=${uat}`,
      `"__session=${token}"; __client_uat=${uat}`, `__session__=${token}; __client_uat=${uat}`,
    ];
    for (const cookies of forged) await nobody(clerk, withCookies(cookies), cookies.slice(0, 24));
    for (const cookies of [`a=b;__session=${token};__client_uat=${uat}`, `__session=${token}; __session=nonsense; __client_uat=${uat}; bad=%zz`, `__session=${token.replaceAll('.', '%2E')}; __client_uat=${uat}`]) {
      await somebody(clerk, withCookies(cookies), 'user_cookie', cookies.slice(0, 24));
    }
    for (const iss of [5, null, {}, [], true]) {
      const state = await clerk.authenticateRequest(withCookies(signedInCookies(await mint(bench, { claims: { iss } }))));
      ok(['signed-in', 'signed-out'].includes(state.status), `iss ${JSON.stringify(iss)}`, state.status);
    }
  },

  'r10 no header but a verified token says who somebody is': async (bench) => {
    const clerk = await app(bench);
    const claimed = { 'x-clerk-user-id': 'user_evil', 'x-clerk-auth-status': 'signed-in', 'x-clerk-auth-token': 'x.y.z', 'x-clerk-session-id': 'sess_evil', 'x-user-id': 'user_evil' };
    await nobody(clerk, new Request(URL_OF_APP, { headers: claimed }), 'headers alone');
    await nobody(clerk, withBearer(withHeader(await mint(bench), { x: 1 }), claimed), 'beside a forged token');
    await nobody(clerk, withCookies({ __client_uat: '1' }, claimed), 'beside half of the cookies');
    await somebody(clerk, withBearer(await mint(bench, { userId: 'user_true' }), claimed), 'user_true', 'beside a genuine token');
  },

  'reasons are those of @clerk/backend': async (bench) => {
    const clerk = await app(bench);
    const past = Math.floor(Date.now() / 1000) - 3_600;
    const over = await mint(bench, { claims: { exp: past, iat: past - 60, nbf: past - 65 } });
    const cases = [
      ['no cookies', withCookies({}), 'session-token-and-uat-missing'],
      ['no uat', withCookies({ __session: await mint(bench) }), 'session-token-but-no-client-uat'],
      ['no session', withCookies({ __client_uat: '1' }), 'client-uat-but-no-session-token'],
      ['a session from before the sign-in', withCookies({ __session: await mint(bench), __client_uat: `${Math.floor(Date.now() / 1000) + 600}` }), 'session-token-iat-before-client-uat'],
      ['too early', withBearer(await mint(bench, { claims: { nbf: past + 7_200 } })), /^session-token-nbf|^token-not-active-yet/],
      ['over, in the header', withBearer(over), /^session-token-expired|^token-expired/],
      ['over, in the cookie', withCookies({ __session: over, __client_uat: `${past - 100}` }), /^session-token-expired/],
      ['not ours', withBearer(withHeader(await mint(bench), { x: 1 })), 'token-invalid-signature'],
      ['no token', withBearer('x'), /^token-/],
    ];
    for (const [what, request, reason] of cases) {
      const seen = (await nobody(clerk, request, what)).reason;
      ok(reason instanceof RegExp ? reason.test(seen) : seen === reason, what, seen);
    }
  },

  'a session with tasks left counts as nobody unless asked for': async (bench) => {
    const clerk = bench.client();
    const token = await mint(bench, { userId: 'user_pending', claims: { sts: 'pending' } });
    const state = await clerk.authenticateRequest(withBearer(token));
    equal(state.toAuth().userId ?? null, null, 'signed out');
    equal((await clerk.authenticateRequest(withBearer(token), { treatPendingAsSignedOut: false })).toAuth().userId, 'user_pending', 'when asked for');
  },

  'r13 has denies if anything asked for is not granted or cannot be told': async (bench) => {
    const { has } = await asker(bench, organization());
    const granted = [{ role: 'org:admin' }, { permission: 'org:posts:write' }, { feature: 'org:posts' }, { feature: 'search' }, { plan: 'user:pro' }, { plan: 'team' }];
    const denied = [{ role: 'org:member' }, { permission: 'org:posts:delete' }, { permission: 'org:search:read' }, { feature: 'absent' }, { feature: 'user:posts' }, { plan: 'free' }];
    for (const one of granted) equal(has(one), true, JSON.stringify(one));
    for (const one of denied) equal(has(one), false, JSON.stringify(one));
    for (const good of granted) {
      for (const bad of [...denied, { role: 5 }, { permission: null }, { feature: {} }, { reverification: 'nonsense' }]) {
        if (Object.keys(bad)[0] in good) continue;
        equal(has({ ...good, ...bad }), false, JSON.stringify({ ...good, ...bad }));
        equal(has({ ...bad, ...good }), false, JSON.stringify({ ...bad, ...good }));
      }
    }
    const absent = { permission: 'org:posts:delete' };
    class Asking { role = 'org:admin'; get permission() { return absent.permission; } }
    const inherited = [Object.assign(Object.create(absent), { role: 'org:admin' }), new Asking(), new Proxy({ role: 'org:admin' }, { get: (own, name) => own[name] ?? absent[name] })];
    for (const query of [...inherited, { ...absent, toJSON: () => granted[0] }]) equal(has(query), false, 'what is inherited is asked for');
    for (const query of [undefined, null, 5, 'org:admin', [], {}, { other: 'x' }]) equal(has(query), false, `has(${JSON.stringify(query)})`);
    const without = await asker(bench, { v: 2 });
    for (const one of granted) equal(without.has(one), false, `without an organization: ${JSON.stringify(one)}`);
  },

  'r08 padding, which nobody signs, makes no session of a token of another kind': async (bench) => {
    const clerk = await app(bench);
    const machine = await mint(bench, { claims: { sub: 'mch_1' }, header: { cat: null } });
    for (const padding of ['', '=', '==', '===']) {
      for (const request of [withBearer(machine + padding), withCookies(signedInCookies(machine + padding))]) {
        for (const acceptsToken of ['session_token', ['session_token']]) await nobody(clerk, request, `${padding} ${acceptsToken}`, { acceptsToken });
      }
    }
  },

  'without a publishable key the cookies without suffix count': async (bench) => {
    const token = await mint(bench, { userId: 'user_plain' });
    await somebody(bench.client(), withCookies(signedInCookies(token)), 'user_plain', 'plain cookies');
  },

  'r14 permission masks of 60, 64 and 130 bits are exact': async (bench) => {
    for (const count of [1, 31, 32, 33, 52, 53, 54, 60, 63, 64, 65, 127, 128, 130]) {
      const names = Array.from({ length: count }, (_, at) => `p${at}`);
      const has = (at) => at === 0 || at === count - 1 || at % 3 === 1;
      const mask = names.reduce((bits, _, at) => (has(at) ? bits | (1n << BigInt(at)) : bits), 0n);
      const auth = await asker(bench, organization({ per: names.join(','), fpm: `${mask}` }));
      sameJson(auth.orgPermissions, names.filter((_, at) => has(at)).map((name) => `org:posts:${name}`), `${count} permissions`);
      names.forEach((name, at) => equal(auth.has({ permission: `org:posts:${name}` }), has(at), `${count} permissions, ${name}`));
    }
  },

  'r15 a thousand interleaved requests of two users each see their own': async (bench) => {
    const clerk = await app(bench);
    const [ada, bob] = await Promise.all(['user_ada', 'user_bob'].map((userId) => mint(bench, { userId })));
    await crowd(1000, 40, async (at) => {
      const [token, userId] = at % 2 === 0 ? [ada, 'user_ada'] : [bob, 'user_bob'];
      const request = at % 3 === 0 ? withCookies(signedInCookies(token)) : withBearer(token);
      if (at % 11 === 0) return nobody(clerk, withBearer(withHeader(token, { x: at })), `request ${at}`);
      return somebody(clerk, request, userId, `request ${at}`);
    });
  },

  'r16 r17 hostile names in claims change no prototype of what toAuth gives': async (bench) => {
    const claims = { ...organization(), public_metadata: JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'), act: JSON.parse('{"sub":"user_x","__proto__":{"polluted":1}}') };
    const auth = await asker(bench, claims);
    for (const value of [auth, auth.sessionClaims, auth.actor, {}, []]) equal(value.polluted, undefined, 'polluted');
    for (const name of ['__proto__', 'constructor', 'toString']) equal(auth.has({ role: name }) || auth.has({ feature: name }) || auth.has({ plan: name }), false, name);
    const known = ['tokenType', 'isAuthenticated', 'sessionId', 'sessionStatus', 'userId', 'actor', 'orgId', 'orgRole', 'orgSlug', 'orgPermissions', 'factorVerificationAge', 'sessionClaims', 'getToken', 'has'];
    for (const name of Object.keys(auth)) ok(known.includes(name), 'nothing of the claims but what is meant to be there', name);
  },

  'r12 a request with a token that was seen is judged by the clock of now': async (bench) => {
    const clock = skippableClock();
    const clerk = await app(bench, { now: clock.now });
    const token = await mint(bench, { userId: 'user_now' });
    for (const request of [withBearer(token), withCookies(signedInCookies(token))]) await somebody(clerk, request, 'user_now', 'in time');
    await nobody(clerk, withBearer(token), 'of other parties', { authorizedParties: ['https://elsewhere.example'] });
    clock.skip(66_000);
    for (const request of [withBearer(token), withCookies(signedInCookies(token))]) await nobody(clerk, request, 'over');
  },

  'r18 requests that make no sense are nobody or a typed error, and the next one is somebody': async (bench) => {
    const clerk = await app(bench);
    const token = await mint(bench, { userId: 'user_after' });
    for (const value of ['', 'Bearer', 'Bearer ', 'Basic eDp5', 'bearer x', 'Bearer x y', 'x'.repeat(100_000), 'a.b.c', '..', '%', 'null']) {
      await nobody(clerk, { method: 'GET', url: URL_OF_APP, headers: { authorization: value } }, `authorization ${value.slice(0, 20)}`);
      await nobody(clerk, { method: 'GET', url: URL_OF_APP, headers: { cookie: value } }, `cookie ${value.slice(0, 20)}`);
      await nobody(clerk, { method: 'GET', url: URL_OF_APP, headers: { cookie: `__session=${value}; __client_uat=1` } }, `__session ${value.slice(0, 20)}`);
      await nobody(clerk, { method: 'GET', url: URL_OF_APP, headers: { cookie: `__session=${token}; __client_uat=${value}x` } }, `__client_uat ${value.slice(0, 20)}`);
    }
    for (const request of [undefined, null, 5, 'x', {}, { headers: null }, { headers: 5 }]) {
      await rejects(clerk.authenticateRequest(request), { name: 'ClerkEdgeError', code: 'invalid_argument' }, `request ${JSON.stringify(request)}`);
    }
    for (const options of [5, 'x', { acceptsToken: 'nonsense' }, { acceptsToken: [5] }]) {
      await rejects(clerk.authenticateRequest(withBearer(token), options), { name: 'ClerkEdgeError', code: 'invalid_argument' }, `options ${JSON.stringify(options)}`);
    }
    await somebody(clerk, withBearer(token), 'user_after', 'afterwards');
  },
};
