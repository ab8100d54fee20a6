// Makes authenticate-request.json: what @clerk/backend says about requests, claims and questions, for the native tests
// of core::session. The keys are new each time, so every token changes; no verdict should.
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';

// Only then does @clerk/backend use the fetch below instead of the host's.
process.env.NODE_ENV = 'test';
const { createAuthenticateRequest, createClerkRequest, getAuthObjectFromJwt, verifyMachineAuthToken } = await import('@clerk/backend/internal');
const { verifyToken } = await import('@clerk/backend');

/** The time of all verdicts, in seconds since 1970. */
const NOW = 1_800_000_000;
Date.now = () => NOW * 1000;
console.warn = console.log = () => {};

const base64url = (value) => Buffer.from(value).toString('base64url');
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwtKey = publicKey.export({ format: 'pem', type: 'spki' });
const HOST = 'clerk.example.com';

function token(claims = {}, header = {}) {
  const head = { alg: 'RS256', cat: 'cl_B7d4PD111AAA', kid: 'ins_1', typ: 'JWT', ...header };
  const all = {
    exp: NOW + 50, iat: NOW - 10, nbf: NOW - 20, iss: `https://${HOST}`, sid: 'sess_1', sub: 'user_1', v: 2, ...claims,
  };
  const signed = `${base64url(JSON.stringify(head))}.${base64url(JSON.stringify(all))}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

const tokens = {
  fresh: token(),
  older: token({ iat: NOW - 30 }),
  newer: token({ iat: NOW - 1 }),
  expired: token({ iat: NOW - 90, exp: NOW - 30 }),
  notYet: token({ nbf: NOW + 20 }),
  future: token({ iat: NOW + 20 }),
  foreign: token({ iss: 'https://clerk.other.com' }),
  issuerless: token({ iss: undefined }),
  oddIssuer: token({ iss: { toString: 1 } }),
  emptyIssuer: token({ iss: '' }),
  iatless: token({ iat: undefined }),
  textIat: token({ iat: 'then' }),
  subless: token({ sub: undefined }),
  pending: token({ sts: 'pending' }),
  catless: token({}, { cat: undefined }),
  ignored: token({}, { cat: 'cl_I7d4PD111III' }),
  template: token({}, { cat: 'cl_B7d4PD222AAA' }),
  unknownCat: token({}, { cat: 'cl_X' }),
  numberCat: token({}, { cat: 5 }),
  nullCat: token({}, { cat: null }),
  m2mCat: token({}, { cat: 'cl_B7d4PD333AAA' }),
  m2m: token({ sub: 'mch_1' }, { cat: 'cl_B7d4PD333AAA' }),
  m2mCatless: token({ sub: 'mch_1' }, { cat: undefined }),
  m2mAsSession: token({ sub: 'mch_1' }),
  m2mExpired: token({ sub: 'mch_1', exp: NOW - 30 }, { cat: 'cl_B7d4PD333AAA' }),
  oauth: token({}, { cat: undefined, typ: 'at+jwt' }),
  oauthLong: token({}, { cat: undefined, typ: 'application/at+jwt' }),
  oauthAsSession: token({}, { typ: 'at+jwt' }),
  oauthExpired: token({ exp: NOW - 30 }, { cat: undefined, typ: 'at+jwt' }),
  padded: `${token({}, { typ: 'at+jwt' })}=`,
  tampered: `${token().slice(0, -8)}AAAAAAAA`,
  garbage: 'a.b.c', word: 'token', opaqueM2m: 'mt_0123456789', opaqueOauth: 'oat_0123456789', apiKey: 'ak_0123456789',
  opaqueJwt: 'mt_a.b.c', oauthForm: 'oat_a.b.c', keyForm: 'ak_a.b.c', opaqueDots: 'ak_a.b', revoked: 'ak_404',
};

const answers = {
  mt_0123456789: [200, { id: 'mt_1', subject: 'mch_1', scopes: [], claims: null, revoked: false, expired: false }],
  oat_0123456789: [200, { id: 'oat_1', subject: 'user_1', client_id: 'c', scopes: [], revoked: false, expired: false }],
  ak_0123456789: [200, { id: 'ak_1', subject: 'org_1', name: 'n', scopes: [], claims: null, revoked: false }],
  ak_404: [404, { errors: [] }],
};
globalThis.fetch = async (input, init) => {
  const body = init?.body ?? (await input.text());
  const [status, answer] = answers[Object.values(JSON.parse(body))[0]] ?? [404, { errors: [] }];
  return new Response(JSON.stringify(answer), { status, headers: { 'content-type': 'application/json' } });
};

const keys = {
  live: `pk_live_${Buffer.from(`${HOST}$`).toString('base64')}`,
  test: `pk_test_${Buffer.from(`${HOST}$`).toString('base64')}`,
};
const authenticate = Object.fromEntries(Object.entries(keys).map(([name, publishableKey]) => [
  name,
  createAuthenticateRequest({ options: { publishableKey, secretKey: `sk_${name}_1`, jwtKey }, apiClient: undefined })
    .authenticateRequest,
]));
const suffixes = Object.fromEntries(await Promise.all(Object.entries(keys).map(async ([name, key]) => {
  const hash = await crypto.subtle.digest('sha-1', new TextEncoder().encode(key));
  return [name, Buffer.from(hash).toString('base64url').slice(0, 8)];
})));

const name = (value) => Object.keys(tokens).find((key) => tokens[key] === value);
/** `{name}` becomes that token, `$` the suffix of the instance's cookies. */
const filled = (text, key) =>
  text?.replace(/\{(\w+)\}/g, (_, found) => tokens[found]).replaceAll('$', suffixes[key]);

async function verdict([key, method, accepts, authorization, cookie]) {
  const headers = new Headers();
  if (authorization !== null) headers.set('authorization', filled(authorization, key));
  if (cookie !== null) headers.set('cookie', filled(cookie, key));
  const request = new Request('https://app.example.com/', { method, headers });
  const state = await authenticate[key](request, { acceptsToken: accepts }).catch((error) => ({ thrown: String(error) }));
  if (state.thrown) throw new Error(`${key} ${method} ${accepts} ${authorization} ${cookie}: ${state.thrown}`);
  return [state.status, state.reason ?? name(state.token) ?? '?', state.tokenType];
}

const requests = [];
for (const accepts of ['session_token', 'm2m_token', 'oauth_token', 'api_key', 'any', ['session_token'], ['m2m_token', 'api_key'],
  ['session_token', 'oauth_token'], []]) {
  for (const token of Object.keys(tokens)) requests.push(['live', 'GET', accepts, `Bearer {${token}}`, null]);
  for (const cookie of [null, '__session={fresh}; __client_uat=5']) requests.push(['live', 'GET', accepts, null, cookie]);
}
for (const token of Object.keys(tokens)) {
  for (const method of ['GET', 'POST']) {
    for (const refresh of ['', '; __refresh_$=r', '; __refresh=r']) {
      requests.push(['live', method, 'session_token', null, `__session={${token}}; __client_uat=1800${refresh}`]);
    }
    requests.push(['live', method, 'session_token', `Bearer {${token}}`, '__session={fresh}; __client_uat=1; __refresh_$=r']);
  }
}
for (const form of ['Bearer', 'Bearer ', 'bearer {fresh}', 'Bearer  {fresh}', 'Bearer {fresh} x', '{fresh}', 'Basic {fresh}', ' ',
  'Bearer\t{fresh}', '{fresh} ', 'Token', 'Basic', 'x y z']) {
  requests.push(['live', 'GET', 'session_token', form, null], ['live', 'GET', 'any', form, '__session={older}; __client_uat=1']);
}
for (const uat of ['', '0', '00', '-1', '+5', '5x', ' 7', 'x', '1799999990', '1799999991', '9'.repeat(30), '1e3', '%30', '%35']) {
  requests.push(['live', 'GET', 'session_token', null, `__session={fresh}; __client_uat=${uat}`]);
  requests.push(['live', 'GET', 'session_token', null, `__client_uat=${uat}`]);
}
const [sessions, suffixed] = [['', 'fresh', 'older', 'newer', 'expired', 'foreign', 'issuerless', 'oddIssuer', 'garbage'],
  ['', 'fresh', 'older', 'expired', 'garbage']];
const [times, yes] = [['', '0', '1799999975'], ' __clerk_db_jwt=b; __clerk_db_jwt_$=b'];
for (const key of ['live', 'test']) {
  for (const plain of sessions) {
    for (const own of suffixed) {
      for (const uat of times) {
        for (const ownUat of times) {
          const cookies = [
            plain && `__session={${plain}}`, own && `__session_$={${own}}`, uat && `__client_uat=${uat}`,
            ownUat && `__client_uat_$=${ownUat}`, key === 'test' ? yes.trim() : '',
          ];
          requests.push([key, 'GET', 'session_token', null, cookies.filter(Boolean).join('; ')]);
        }
      }
    }
  }
}
for (const browser of ['', '; __clerk_db_jwt=b', '; __clerk_db_jwt_$=b', '; __clerk_db_jwt=']) {
  requests.push(['test', 'GET', 'session_token', null, `__session={fresh}; __client_uat=1${browser}`]);
  requests.push(['test', 'GET', 'session_token', null, `__session_$={fresh}; __client_uat_$=1${browser}`]);
  requests.push(['test', 'GET', 'session_token', 'Bearer {fresh}', browser.slice(2) || null]);
  requests.push(['test', 'GET', 'session_token', null, browser.slice(2) || null]);
}

const cookies = ['a=1; a=2', 'a=; a=2', 'a=1%3B%20b=2', 'a%3Db=1', 'a=%', 'a=%zz', 'a=%ff', 'a=%C3%A9', 'a=%ED%A0%80', ' a = 1 ;\tb\t=\t2\t',
  'a=b=c', 'a="q"', 'a;b=1', ';;a=1;', '=1; a=2', 'A=1; a=2', '__proto__=1; a=2', 'constructor=1', 'a=1,b=2', 'a=é%C3%A9', 'a=+', 'a', '', '='];

const claims = {
  bare: {}, user: { sub: 'user_1', sid: 'sess_1' }, pending: { sts: 'pending' }, active: { sts: 'active' }, acted: { act: { sub: 'user_2' } },
  v1: { org_id: 'org_1', org_slug: 's', org_role: 'org:admin', org_permissions: ['org:a:read', 'org:a:write', 'b'] },
  v1role: { org_id: 'org_1', org_role: 'admin', org_permissions: null }, v1nothing: { org_id: null, org_permissions: [] },
  v1orgless: { org_role: 'org:admin', org_permissions: ['org:a:read'] }, v1with2: { v: 1, o: { id: 'org_2', rol: 'x' }, org_id: 'org_1' },
  v2text: { v: '2', o: { id: 'org_2' } }, v2orgless: { v: 2, fea: 'u:x', pla: 'u:free' }, v2null: { v: 2, o: null, org_id: 'org_1' },
  v2: { v: 2, fea: 'o:a,u:x,ou:b,uo:c', pla: 'o:pro,u:plus', o: { id: 'org_1', slg: 's', rol: 'admin', per: 'read,write', fpm: '1,2,3' } },
  v2short: { v: 2, fea: 'o:a,o:b', o: { id: 'org_1', rol: 'org:x', per: 'r, w', fpm: ' 3' } }, v2empty: { v: 2, o: {} },
  v2bits: { v: 2, fea: 'o:a', o: { id: 'org_1', per: 'r,w', fpm: '9223372036854775807' } }, v2colon: { v: 2, fea: 'o:a:b', o: { id: 'o', per: 'c:d', fpm: '1' } },
  v2bad: { v: 2, fea: 'o:a,o:b,o:c', o: { id: 'org_1', per: 'r', fpm: 'x,,1' } }, v2noper: { v: 2, fea: 'o:a', o: { id: 'org_1', fpm: '1' } },
  v2scope: { v: 2, fea: 'org:a,o:b,user:x, u:y ', pla: 'x:y', o: { id: 'org_1', per: 'r', fpm: '1' } },
  v2word: { v: 2, o: 'org', fea: 'o:a' }, v2dots: { v: 2, fea: 'o:o,o:org,u:u,u:user', pla: 'o:,u:a' },
  malformed: { fea: 'o:a,b', pla: 'free,o:x' }, oddTypes: { fea: ['o:a'], pla: 5, fva: 'x' },
  wide: {
    v: 2, fea: 'o:f,o:g', o: {
      id: 'org_1', rol: 'r', per: Array.from({ length: 130 }, (_, n) => `p${n}`).join(','),
      fpm: `${(1n << 129n) + (1n << 64n) + (1n << 53n) + 1n},${(1n << 130n) - 1n - (1n << 60n)}`,
    },
  },
  sixty: { v: 2, fea: 'o:f', o: { id: 'org_1', per: Array.from({ length: 60 }, (_, n) => `p${n}`).join(','), fpm: `${(1n << 60n) - 2n}` } },
  sixtyfour: { v: 2, fea: 'o:f', o: { id: 'org_1', per: Array.from({ length: 64 }, (_, n) => `p${n}`).join(','), fpm: `${(1n << 63n) + 5n}` } },
  ...Object.fromEntries([[0, 0], [9, 9], [10, 10], [11, 9], [9, 11], [61, 59], [-1, 5], [5, -1], [-1, -1], [-2, 5], [5], [5, 5, 5], [1440, 1439.5],
    ['5', 5], [5, null]].map((fva) => [`fva ${JSON.stringify(fva)}`, { fva }])),
  fvaNull: { fva: null }, escaped: { sub: 'user_"\u0001é', org_id: 'org_\\', org_role: 'org:"' },
};
const texts = { role: ['admin', 'org:admin', 'org:org:admin', 'x', 'org:x', '', 'r'],
  permission: ['org:a:read', 'a:read', 'org:org:a:read', 'a:write', 'b:write', 'c:read', 'b', 'org:b', '', 'a:r', 'a:w', 'b:r', 'a:b:c:d', 'f:p0', 'f:p129', 'f:p64',
    'f:p53', 'f:p52', 'g:p60', 'g:p61', 'g:p130', 'f:p63', 'f:p2', 'a:'],
  feature: ['a', 'o:a', 'org:a', 'organization:a', 'u:a', 'user:a', 'x', 'u:x', 'o:x', 'c', 'z:a', '', ':', 'o:', 'org:', 'u:', 'user:', 'o', 'a:b', 'o:a:z', 'b', 'y', 'u:y'],
  plan: ['pro', 'o:pro', 'u:pro', 'plus', 'user:plus', 'free', 'u:free', 'x', 'org:', ''],
  reverification: ['strict_mfa', 'strict', 'moderate', 'lax', 'none', ''] };
const odd = [null, 5, true, {}, [], ['admin']];
const questions = [
  {}, { other: 1 },
  ...Object.entries(texts).flatMap(([key, all]) => [...all, ...odd].map((value) => ({ [key]: value }))),
  ...['first_factor', 'second_factor', 'multi_factor', 'third_factor'].flatMap((level) =>
    [10, 10.5, 1, 0, -1, 1440, '10', null].map((afterMinutes) => ({ reverification: { level, afterMinutes } }))),
  { reverification: { level: 'first_factor' } }, { reverification: { afterMinutes: 5 } },
  { role: 'admin', permission: 'a:read' }, { role: 'admin', permission: 'a:write' }, { role: 'admin', feature: 'a' }, { role: 'admin', feature: 'q' },
  { role: 'x', permission: 'a:r' }, { feature: 'a', plan: 'pro' }, { feature: 'a', plan: 'nope' }, { feature: 'x', plan: 'u:free' },
  { permission: 'a:read', reverification: 'strict' }, { role: 'admin', permission: null }, { role: 'admin', feature: 5 }, { role: 'admin', reverification: 'none' },
  { role: 'admin', permission: 'a:read', feature: 'a', plan: 'pro' }, { role: 'admin', permission: 'a:read', feature: 'a', plan: 'pro', reverification: 'lax' },
];

/** Every set of claims with a user, what it makes of it, and which questions it says yes to. */
const auths = Object.entries(claims).map(([label, own]) => {
  const all = { sub: 'user_1', sid: 'sess_1', ...own };
  const payload = JSON.stringify(all);
  const made = (treatPendingAsSignedOut) => {
    try {
      return getAuthObjectFromJwt({ raw: { text: 't' }, payload: JSON.parse(payload) }, { treatPendingAsSignedOut });
    } catch {
      return null;
    }
  };
  const [strict, lenient] = [made(true), made(false)];
  const shown = (auth) => auth && Object.fromEntries(Object.entries(auth).filter(([, value]) => typeof value !== 'function'
    && typeof value !== 'undefined').map(([key, value]) => [key, key === 'sessionClaims' && value ? '(claims)' : value]));
  const yes = questions.flatMap((question, at) => (lenient?.has(question) ? [at] : []));
  const isPending = own.sts === 'pending';
  return { label, payload, auth: shown(lenient), ...(isPending && { strict: shown(strict) }), yes };
});

const verdicts = [];
for (const request of requests) verdicts.push([...request, ...(await verdict(request))]);
const [outcomes, machineOutcomes] = [{}, {}];
for (const [key, token] of Object.entries(tokens)) {
  outcomes[key] = await verifyToken(token, { jwtKey }).then(() => 'ok', (error) => error.reason);
  const machine = await verifyMachineAuthToken(token, { jwtKey, secretKey: 'sk_live_1' }).catch(() => null);
  if (machine) machineOutcomes[key] = machine.errors ? machine.errors[0].code : 'ok';
}
const vectors = {
  now: NOW, host: HOST, keys, suffixes, tokens, outcomes, machineOutcomes, answers, questions, auths,
  cookies: cookies.map((header) => {
    const found = createClerkRequest(new Request('https://a.b', { headers: { cookie: Buffer.from(header).toString('latin1') } })).cookies;
    return [Buffer.from(header).toString('latin1'), Object.fromEntries(found)];
  }),
};
const lines = verdicts.map((line) => `\n  ${JSON.stringify(line)}`).join(',');
const rest = Object.entries(vectors).map(([key, value]) => {
  const list = Array.isArray(value) ? `[${value.map((one) => `\n  ${JSON.stringify(one)}`).join(',')}\n ]` : JSON.stringify(value);
  return ` ${JSON.stringify(key)}: ${list}`;
});
writeFileSync(new URL('authenticate-request.json', import.meta.url), `{\n${rest.join(',\n')},\n "requests": [${lines}\n ]\n}\n`);
process.stdout.write(`${requests.length} requests, ${auths.length} sets of claims, ${questions.length} questions\n`);
