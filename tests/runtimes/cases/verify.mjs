/** Session tokens: who is believed, by which key, for how long, and what a stranger learns who is not. */
import { crowd, newKey, skippableClock } from '../support/bench.mjs';
import { equal, frozen, ok, rejects, sameJson, throws } from '../support/expect.mjs';
import { base64url, bytesOf, instance, mint, read, rotate, withHeader } from '../support/tokens.mjs';

const refused = (reason) => ({ name: 'TokenVerificationError', reason });
const PARTY = 'https://app.example';

/** A client that verifies with the PEM alone. */
const withPem = (bench, jwtKey, options = {}) => bench.client({ secretKey: undefined, jwtKey, ...options });

/** `token` with the lowest bit of byte `at` of its signature flipped. */
function flipped(token, at) {
  const [head, body, signature] = token.split('.');
  const bytes = bytesOf(signature);
  bytes[at] ^= 1;
  return `${head}.${body}.${base64url(bytes)}`;
}

export const verify = {
  'claims are those of the token, frozen, and one object for one token': async (bench) => {
    const clerk = bench.client();
    const token = await mint(bench, { claims: { note: 'é😀', list: [1, { deep: null }] } });
    const claims = await clerk.verifyToken(token);
    sameJson(claims, read(token.split('.')[1]), 'the claims');
    frozen(claims);
    sameJson(await clerk.verifyToken(`${token}`), claims, 'the second time');
    equal(await bench.calls(), 1, 'key sets fetched');
  },

  'r01 a token of one instance never verifies under another': async (bench) => {
    const other = newKey();
    const { jwtKey: mine } = await instance(bench);
    const { jwtKey: theirs, instanceId } = await instance(bench, other);
    const token = await mint(bench, { secretKey: other });
    const named = await mint(bench, { secretKey: other, header: { kid: (await instance(bench)).instanceId } });
    const clients = {
      secret: () => bench.client(),
      PEM: () => withPem(bench, mine),
      both: () => bench.client({ jwtKey: mine }),
    };
    const owners = [() => bench.client({ secretKey: other }), () => withPem(bench, theirs)];
    for (const [how, make] of Object.entries(clients)) {
      for (const owner of owners) {
        const [a, b] = [make(), owner()];
        for (const one of [token, named]) {
          const reason = ['token-invalid-signature', 'jwk-kid-mismatch'];
          const error = await rejects(a.verifyToken(one), { name: 'TokenVerificationError' }, `${how}, cold`);
          ok(reason.includes(error.reason), `${how}, cold`, error.reason);
          if (one === token || owner !== owners[0]) equal((await b.verifyToken(one)).sub, 'user_conformance', 'its own instance');
          await rejects(a.verifyToken(one), { name: 'TokenVerificationError' }, `${how}, warm`);
          await rejects(a.verifyToken(one, { jwtKey: mine }), refused('token-invalid-signature'), `${how}, key by call`);
          await rejects(a.verifyToken(one), { name: 'TokenVerificationError' }, `${how}, again`);
        }
        ok(instanceId.length > 0, 'the other instance has an id');
      }
    }
  },

  'r01 a key that comes with a call counts for that call': async (bench) => {
    const other = newKey();
    const clerk = withPem(bench, (await instance(bench)).jwtKey);
    const { jwtKey } = await instance(bench, other);
    const token = await mint(bench, { secretKey: other });
    equal((await clerk.verifyToken(token, { jwtKey })).sub, 'user_conformance', 'with its key');
    await rejects(clerk.verifyToken(token), refused('token-invalid-signature'), 'without');
    equal((await clerk.verifyToken(token, { jwtKey })).sub, 'user_conformance', 'with its key again');
  },

  'r02 r03 errors hold no key, kid, configuration or token': async (bench) => {
    const other = newKey();
    const mine = await instance(bench);
    const clerk = bench.client({ authorizedParties: [PARTY], issuer: 'https://secret-issuer.example', audience: 'secret-audience' });
    await rejects(clerk.verifyToken(await mint(bench)), refused('token-invalid-authorized-parties'), 'warms the keys');
    const tokens = {
      'another kid': await mint(bench, { secretKey: other }),
      'bad signature': flipped(await mint(bench), 3),
      'alg none': withHeader(await mint(bench), { alg: 'none' }),
      malformed: 'a.b.c',
    };
    for (const [what, token] of Object.entries(tokens)) {
      const error = await rejects(clerk.verifyToken(token), { name: 'TokenVerificationError' }, what);
      const text = `${error} ${error.stack} ${JSON.stringify(error)} ${JSON.stringify({ ...error })} ${error.cause}`;
      const secrets = [bench.secretKey.slice(8), mine.instanceId, mine.publishableKey, PARTY, 'secret-issuer', 'secret-audience', token];
      for (const secret of secrets) ok(!text.includes(secret), `${what}: the error says too much`, text);
    }
  },

  'r04 unknown kids cause one fetch per cooldown': async (bench) => {
    const clock = skippableClock();
    const clerk = bench.client({ now: clock.now, cache: { jwksCooldownMs: 30_000 } });
    await clerk.verifyToken(await mint(bench));
    clock.skip(30_000);
    await bench.resetStats();
    const genuine = await mint(bench);
    const strangers = Array.from({ length: 1_000 }, (_, at) => withHeader(genuine, { kid: `ins_unknown${at}` }));
    await crowd(strangers.length, 50, (at) => rejects(clerk.verifyToken(strangers[at]), refused('jwk-kid-mismatch'), `kid ${at}`));
    equal(await bench.calls(), 1, 'key sets fetched for 1,000 unknown kids');
    equal((await clerk.verifyToken(genuine)).sub, 'user_conformance', 'a known kid in between');
    clock.skip(29_000);
    await rejects(clerk.verifyToken(strangers[0]), refused('jwk-kid-mismatch'), 'within the cooldown');
    equal(await bench.calls(), 1, 'still');
    clock.skip(2_000);
    await rejects(clerk.verifyToken(strangers[1]), refused('jwk-kid-mismatch'), 'after the cooldown');
    equal(await bench.calls(), 2, 'one more after the cooldown');
  },

  'r04 a rotated key is fetched when it is first seen': async (bench) => {
    const clock = skippableClock();
    const clerk = bench.client({ now: clock.now });
    const before = await mint(bench);
    await clerk.verifyToken(before);
    await rotate(bench);
    clock.skip(30_000);
    const after = await mint(bench);
    equal((await clerk.verifyToken(after)).sub, 'user_conformance', 'the new key');
    equal((await clerk.verifyToken(await mint(bench))).sub, 'user_conformance', 'and again');
    equal(await bench.calls(), 2, 'key sets fetched');
  },

  'r05 a bad signature is all that is told of a token that is bad in every way': async (bench) => {
    const clerk = bench.client({ authorizedParties: [PARTY], issuer: 'https://issuer.example', audience: 'aud' });
    const claims = { exp: 1, nbf: 1e12, iat: 'x', azp: 'https://evil.example', aud: 'other', iss: 'evil', sub: 5 };
    const token = flipped(await mint(bench, { claims }), 0);
    const error = await rejects(clerk.verifyToken(token), refused('token-invalid-signature'), 'all bad');
    for (const word of [PARTY, 'issuer.example', 'exp', 'azp', 'aud', 'iss']) {
      ok(!error.message.replace('is', '').includes(word), 'the message', error.message);
    }
  },

  'r06 authorizedParties refuse an azp that is missing, empty, no text or another': async (bench) => {
    const clerk = bench.client({ authorizedParties: [PARTY, 'https://second.example'] });
    for (const azp of [null, '', 5, true, {}, [PARTY], [], 'https://evil.example', `${PARTY}/`, PARTY.toUpperCase(), PARTY.slice(0, -1)]) {
      const token = await mint(bench, { claims: { azp } });
      for (const which of ['first', 'second']) {
        await rejects(clerk.verifyToken(token), refused('token-invalid-authorized-parties'), `${which}, azp ${JSON.stringify(azp)}`);
      }
    }
    equal((await clerk.verifyToken(await mint(bench, { claims: { azp: PARTY } }))).azp, PARTY, 'the party itself');
    const one = bench.client({ authorizedParties: PARTY });
    await rejects(one.verifyToken(await mint(bench, { claims: { azp: PARTY.slice(0, -1) } })), refused('token-invalid-authorized-parties'), 'a part of a single party');
  },

  'r07 algorithms that are not RSA signatures are refused before a key is used': async (bench) => {
    const { jwtKey } = await instance(bench);
    const token = await mint(bench);
    for (const clerk of [bench.client(), withPem(bench, jwtKey)]) {
      for (const alg of ['none', 'None', 'HS256', 'HS512', 'PS256', 'ES256', 'EdDSA', 'RS1', 'rs256', '', undefined, null, 5, ['RS256'], {}]) {
        const forged = withHeader(token, { alg });
        await rejects(clerk.verifyToken(forged), refused('token-invalid-algorithm'), `alg ${JSON.stringify(alg)}`);
        const unsigned = `${forged.split('.').slice(0, 2).join('.')}.`;
        await rejects(clerk.verifyToken(unsigned), refused('token-invalid-algorithm'), `alg ${JSON.stringify(alg)}, no signature`);
      }
    }
  },

  'r07 a key is used for the algorithm it declares, and only if it may verify': async (bench) => {
    const set = await bench.direct('/jwks');
    const [good] = set.keys;
    const { kid } = good;
    const unusable = {
      encryption: { ...good, use: 'enc' },
      'another algorithm': { ...good, alg: 'RS512' },
      'another type': { ...good, kty: 'EC' },
      'private parts': { ...good, d: good.n, p: 'AQAB', q: 'AQAB' },
      oct: { kty: 'oct', kid, alg: 'HS256', k: 'c2VjcmV0' },
      'a short modulus': { ...good, n: good.n.slice(0, 170) },
    };
    const token = await mint(bench);
    for (const [what, key] of Object.entries(unusable)) {
      await bench.faults({ path: '/v1/jwks', body: { keys: [key] } });
      const clerk = bench.client({ now: () => Date.now() });
      const error = await rejects(clerk.verifyToken(token), { name: 'TokenVerificationError' }, what);
      ok(['token-verification-failed', 'jwk-kid-mismatch', 'jwk-remote-failed-to-load'].includes(error.reason), what, error.reason);
      await bench.faults({ path: '/v1/jwks', body: { keys: [key, { ...good, kid: 'other' }, good] } });
      equal((await bench.client({ now: () => Date.now() }).verifyToken(token)).sub, 'user_conformance', `${what}, beside a good key`);
    }
  },

  'r08 a machine token is no session token': async (bench) => {
    const clerk = bench.client();
    const machine = await mint(bench, { header: { cat: 'cl_B7d4PD333AAA' }, claims: { sub: 'mch_1' } });
    await rejects(clerk.verifyToken(machine), refused('token-invalid'), 'M2M by category');
    for (const typ of ['at+jwt', 'application/at+jwt', 'jwt', '', 5]) {
      await rejects(clerk.verifyToken(await mint(bench, { header: { typ } })), refused('token-invalid'), `typ ${typ}`);
    }
    for (const cat of [null, 'cl_I7d4PD111III', 'cl_B7d4PD111AAA']) {
      equal((await clerk.verifyToken(await mint(bench, { header: { cat } }))).sub, 'user_conformance', `cat ${cat}`);
    }
  },

  'r11 times that are no times are refused': async (bench) => {
    const clerk = bench.client();
    const soon = Math.floor(Date.now() / 1000) + 60;
    for (const name of ['exp', 'nbf', 'iat']) {
      for (const value of ['x', `${soon}`, true, [soon], {}, -1, -soon, 2 ** 53 + 2, 1e20, 1e300]) {
        const token = await mint(bench, { claims: { [name]: value } });
        for (const which of ['first', 'second']) {
          await rejects(clerk.verifyToken(token), refused('token-verification-failed'), `${which}, ${name} ${JSON.stringify(value)}`);
        }
      }
    }
    await rejects(clerk.verifyToken(await mint(bench, { claims: { exp: null } })), refused('token-verification-failed'), 'no exp');
    equal((await clerk.verifyToken(await mint(bench, { claims: { nbf: null, iat: null } }))).sub, 'user_conformance', 'no nbf, no iat');
  },

  'r11 the boundaries of time are exact to the millisecond, with and without skew': async (bench) => {
    let now = 1_800_000_000_000;
    const clerk = bench.client({ now: () => now });
    const verdict = async (token, options) => {
      try {
        await clerk.verifyToken(token, options);
        return 'accepted';
      } catch (error) {
        return error.reason;
      }
    };
    const at = 1_800_000_100;
    const claims = { exp: at + 10_000, nbf: null, iat: null };
    const turns = [['exp', 1, 'token-expired'], ['nbf', -1, 'token-not-active-yet'], ['iat', -1, 'token-iat-in-the-future']];
    for (const [name, side, reason] of turns) {
      const token = await mint(bench, { claims: { ...claims, [name]: at } });
      for (const skew of [undefined, 0, 1, 999, 60_000]) {
        const turn = at * 1000 + side * (skew ?? 5_000);
        const options = skew === undefined ? undefined : { clockSkewInMs: skew };
        for (const off of [-1, 0, 1, 0, -1]) {
          now = turn + off;
          const good = side > 0 ? off < 0 : off >= 0;
          equal(await verdict(token, options), good ? 'accepted' : reason, `${name}, skew ${skew}, ${off} ms from its turn`);
        }
      }
    }
  },

  'r12 a token that was verified is judged anew by time and by the options of each call': async (bench) => {
    const clock = skippableClock();
    const clerk = bench.client({ now: clock.now });
    const { issuer } = await instance(bench);
    const token = await mint(bench, { claims: { azp: PARTY, aud: ['a', 'b'] }, expiresInSeconds: 60 });
    const good = [undefined, {}, { authorizedParties: [PARTY] }, { audience: 'b' }, { issuer }, { authorizedParties: [PARTY], audience: ['x', 'a'], issuer: [issuer] }];
    const bad = [
      [{ authorizedParties: ['https://evil.example'] }, 'token-invalid-authorized-parties'],
      [{ audience: 'c' }, 'token-verification-failed'],
      [{ issuer: 'https://evil.example' }, 'token-invalid-issuer'],
    ];
    for (let round = 0; round < 3; round += 1) {
      for (const options of good) equal((await clerk.verifyToken(token, options)).azp, PARTY, JSON.stringify(options));
      for (const [options, reason] of bad) await rejects(clerk.verifyToken(token, options), refused(reason), JSON.stringify(options));
    }
    clock.skip(62_000);
    await rejects(clerk.verifyToken(token, { clockSkewInMs: 0 }), refused('token-expired'), 'over without skew');
    equal((await clerk.verifyToken(token)).azp, PARTY, 'not over with the usual skew');
    clock.skip(-70_000);
    await rejects(clerk.verifyToken(token), refused('token-iat-in-the-future'), 'a clock that went back');
    clock.skip(70_000 + 4_000);
    await rejects(clerk.verifyToken(token), refused('token-expired'), 'over');
    await rejects(clerk.verifyToken(token), refused('token-expired'), 'and again');
  },

  'r12 every byte of a signature counts, before and after the token was verified': async (bench) => {
    const clerk = bench.client();
    const token = await mint(bench);
    await clerk.verifyToken(token);
    for (let at = 0; at < 256; at += 1) {
      await rejects(clerk.verifyToken(flipped(token, at)), refused('token-invalid-signature'), `byte ${at}`);
      if (at % 16 === 0) equal((await clerk.verifyToken(token)).sub, 'user_conformance', `the token itself, after byte ${at}`);
    }
    for (const text of [token.slice(0, -1), `${token}A`, `${token} `, ` ${token}`, token.slice(1)]) {
      await rejects(clerk.verifyToken(text), { name: 'TokenVerificationError' }, 'another text');
    }
  },

  'r12 a clock or a context of the caller that verifies other tokens meanwhile mixes up nothing': async (bench) => {
    const good = await mint(bench, { userId: 'user_first', expiresInSeconds: 3_600 });
    const [head, body, signature] = good.split('.');
    const forged = [head, base64url(JSON.stringify(read(body)).replace('user_first', 'user_forge')), signature].join('.');
    equal(forged.length, good.length, 'as long as the other');
    let skipped = 0;
    let meddling = () => {};
    const meddle = () => {
      const now = meddling;
      meddling = () => {};
      now();
    };
    const context = { waitUntil: (promise) => { meddle(); bench.waitUntil?.(promise); } };
    const clerk = bench.client({ now: () => { meddle(); return Date.now() + skipped; } }).with(context);
    const long = await mint(bench, { userId: 'user_first', expiresInSeconds: 3_600 });
    await clerk.verifyToken(long);
    const others = [];
    for (const skip of [0, 0, 250_000]) { // at the last, a key set is renewed ahead of its end in the middle of it
      skipped = skip;
      meddling = () => void others.push(clerk.verifyToken(good).catch(() => {}));
      await rejects(clerk.verifyToken(forged), { name: 'TokenVerificationError' }, `meanwhile, ${skip}`);
      meddling = () => {};
      await rejects(clerk.verifyToken(forged), { name: 'TokenVerificationError' }, `afterwards, ${skip}`);
    }
    await Promise.all(others);
  },

  'r12 only what was accepted is kept': async (bench) => {
    const clock = skippableClock();
    const clerk = bench.client({ now: clock.now });
    const later = Math.floor(clock.now() / 1000) + 100;
    const token = await mint(bench, { claims: { nbf: later, iat: later, exp: later + 60 } });
    await rejects(clerk.verifyToken(token), refused('token-not-active-yet'), 'too early');
    await rejects(clerk.verifyToken(token), refused('token-not-active-yet'), 'too early, again');
    clock.skip(100_000);
    equal((await clerk.verifyToken(token)).sub, 'user_conformance', 'in its time');
  },

  'r12 a session that ended is over, whatever was verified before': async (bench) => {
    for (const [type, data] of [
      ['session.revoked', { object: 'session', id: 'sess_r12', user_id: 'user_r12', status: 'revoked' }],
      ['session.ended', { object: 'session', id: 'sess_r12', user_id: 'user_r12', status: 'ended' }],
      ['session.removed', { object: 'session', id: 'sess_r12', user_id: 'user_r12', status: 'removed' }],
      ['user.deleted', { object: 'user', id: 'user_r12', deleted: true }],
    ]) {
      const clerk = bench.client({ now: () => Date.now() });
      const token = await mint(bench, { userId: 'user_r12', sessionId: 'sess_r12' });
      const unseen = await mint(bench, { userId: 'user_r12', sessionId: 'sess_r12', expiresInSeconds: 59 });
      const other = await mint(bench, { userId: 'user_other', sessionId: 'sess_other' });
      for (const one of [token, other]) await clerk.verifyToken(one);
      await clerk.webhooks.apply({ type, object: 'event', data, timestamp: Date.now(), instance_id: 'ins_1' });
      await rejects(clerk.verifyToken(token), { name: 'TokenVerificationError' }, `${type}: a token that was verified`);
      await rejects(clerk.verifyToken(unseen), { name: 'TokenVerificationError' }, `${type}: one that was not`);
      equal((await clerk.verifyToken(other)).sub, 'user_other', `${type}: somebody else's`);
    }
  },

  'r15 a thousand interleaved verifications of two users each see their own': async (bench) => {
    const clerk = bench.client();
    const claims = { azp: PARTY };
    const [ada, bob] = await Promise.all(['user_ada', 'user_bob'].map((userId) => mint(bench, { userId, claims })));
    const bad = flipped(bob, 7);
    await crowd(1000, 40, async (at) => {
      const scoped = at % 3 === 0 ? clerk.with({ waitUntil: () => {} }) : clerk;
      if (at % 7 === 0) return rejects(scoped.verifyToken(bad), refused('token-invalid-signature'), `verification ${at}`);
      const [token, sub] = at % 2 === 0 ? [ada, 'user_ada'] : [bob, 'user_bob'];
      const options = at % 5 === 0 ? { authorizedParties: [PARTY] } : undefined;
      return equal((await scoped.verifyToken(token, options)).sub, sub, `verification ${at}`);
    });
  },

  'r15 a thousand different tokens at once': async (bench) => {
    const clerk = bench.client();
    const tokens = await crowd(40, 8, (at) => mint(bench, { userId: `user_${at}` }));
    const found = await crowd(1000, 100, async (at) => (await clerk.verifyToken(tokens[at % 40])).sub);
    found.forEach((sub, at) => equal(sub, `user_${at % 40}`, `verification ${at}`));
    equal(await bench.calls(), 1, 'key sets fetched');
  },

  'r16 hostile names in claims change no prototype': async (bench) => {
    const clerk = bench.client();
    const hostile = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}');
    const token = await mint(bench, { claims: { public_metadata: hostile, constructor: 'x', toString: 'y' } });
    for (const which of ['first', 'second']) {
      const claims = await clerk.verifyToken(token);
      equal(claims.polluted, undefined, `${which}: the claims`);
      equal(claims.public_metadata.polluted, undefined, `${which}: what is in them`);
      ok([Object.prototype, null].includes(Object.getPrototypeOf(claims)), `${which}: their prototype`);
    }
    for (const kid of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
      await rejects(clerk.verifyToken(withHeader(token, { kid })), refused('jwk-kid-mismatch'), `kid ${kid}`);
    }
    equal({}.polluted, undefined, 'Object.prototype');
  },

  'r18 what is no token is refused, and the next one is verified': async (bench) => {
    const clerk = bench.client();
    const token = await mint(bench);
    const [head, body, signature] = token.split('.');
    const deep = (open, close) => base64url(`{"alg":"RS256","x":${open.repeat(5_000)}1${close.repeat(5_000)}}`);
    const texts = [
      '', '.', '..', '...', 'x', `${head}.${body}`, `${token}.`, `${head}.${body}.${signature}.x`, `${head}..${signature}`, `.${body}.${signature}`,
      ...['null', 'true', '5', '"x"', '[]', '{', '', 'NaN'].flatMap((json) => [`${base64url(json)}.${body}.${signature}`, `${head}.${base64url(json)}.${signature}`]),
      `${deep('[', ']')}.${body}.${signature}`, `${head}.${deep('[', ']')}.${signature}`, `${head}.${deep('{"a":', '}')}.${signature}`,
      `${base64url(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]))}.${body}.${signature}`, `${head}.${base64url(new Uint8Array(300).fill(0x80))}.${signature}`,
      'x'.repeat(16_385), 'x'.repeat(1 << 20), '.'.repeat(1 << 20), `${token}${'é'.repeat(9_000)}`, '\ud800.\udc00.\ud800', '\0.\0.\0', 'é.é.é', `${head}=.${body}*.${signature}`,
      withHeader(token, { crit: ['exp'] }), withHeader(token, { crit: [] }),
    ];
    for (const text of texts) await rejects(clerk.verifyToken(text), refused('token-invalid'), `${text.slice(0, 30)}… of ${text.length}`);
    for (const value of [undefined, null, 5, true, {}, [], [token], new String(token), Symbol('t'), 10n, () => token]) {
      const error = await rejects(clerk.verifyToken(value), {}, `no text: ${typeof value}`);
      ok(['TokenVerificationError', 'ClerkEdgeError'].includes(error.name), 'a typed error', error.name);
    }
    equal((await clerk.verifyToken(token)).sub, 'user_conformance', 'a token afterwards');
  },

  'r18 options that are wrong are refused, whatever was asked before': async (bench) => {
    const clerk = bench.client();
    const token = await mint(bench);
    const wrong = [
      { clockSkewInMs: Number.NaN }, { clockSkewInMs: -1 }, { clockSkewInMs: 0.5 }, { clockSkewInMs: '5' }, { authorizedParties: [] }, { authorizedParties: [5] },
      { authorizedParties: [null] }, { audience: '' }, { audience: {} }, { issuer: [] }, { jwtKey: 'not a key' }, { jwtKey: 5 }, 5, 'x', true,
    ];
    for (const round of ['before', 'after']) {
      for (const options of wrong) {
        const what = `${round} a call that asks for nothing: ${typeof options === 'object' ? Object.entries(options).flat().map(String) : options}`;
        await rejects(clerk.verifyToken(token, options), { name: 'ClerkEdgeError', code: ['invalid_argument', 'invalid_config'] }, what);
      }
      for (const options of [null, {}, { clockSkewInMs: undefined }, { clockSkewInMs: null }]) {
        await clerk.verifyToken(token, options).catch((error) => equal(error.name, 'ClerkEdgeError', 'a null that is refused'));
      }
    }
    throws(() => withPem(bench, 'not a key'), { name: 'ClerkEdgeError', code: 'invalid_config' }, 'a jwtKey that is no key');
  },

  'r18 a jwtKey works as people paste it': async (bench) => {
    const { jwtKey } = await instance(bench);
    const token = await mint(bench);
    const bare = jwtKey.replace(/-----[A-Z ]+-----\n?/g, '');
    const pasted = [jwtKey, jwtKey.trim(), jwtKey.replaceAll('\n', '\\n'), jwtKey.replaceAll('\n', '\r\n'), bare, bare.replaceAll('\n', ''), ` ${jwtKey} `, `"${jwtKey.replaceAll('\n', '\\n')}"`];
    for (const key of pasted) equal((await withPem(bench, key).verifyToken(token)).sub, 'user_conformance', JSON.stringify(key.slice(0, 40)));
    equal(await bench.calls(), 0, 'calls to Clerk');
    for (const alg of ['RS384', 'RS512']) {
      equal((await withPem(bench, jwtKey).verifyToken(await mint(bench, { header: { alg } }))).sub, 'user_conformance', alg);
    }
  },
};
