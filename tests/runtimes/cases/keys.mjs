/** The key set: fetched once for everybody, used on when Clerk is down, and never a reason for a guess. */
import { crowd, skippableClock } from '../support/bench.mjs';
import { equal, ok, rejects } from '../support/expect.mjs';
import { instance, mint } from '../support/tokens.mjs';

const refused = (reason) => ({ name: 'TokenVerificationError', reason });
const JWKS = '/v1/jwks';

export const keys = {
  'twenty cold verifications at once fetch one key set': async (bench) => {
    const tokens = await crowd(20, 20, (at) => mint(bench, { userId: `user_${at}` }));
    await bench.configure({ latencyMs: 50 });
    const clerk = bench.client();
    const claims = await Promise.all(tokens.map((token) => clerk.verifyToken(token)));
    claims.forEach((one, at) => equal(one.sub, `user_${at}`, `verification ${at}`));
    equal(await bench.calls(), 1, 'key sets fetched');
  },

  'the secret key goes to the API alone, and the public key set is fetched without it': async (bench) => {
    const { publishableKey } = await instance(bench);
    const set = await bench.direct('/jwks');
    const token = await mint(bench);
    const seen = [];
    const fetch = async (input, init) => {
      const request = new Request(input, init);
      seen.push([request.url, request.headers.get('authorization')]);
      return Response.json(set);
    };
    equal((await bench.client({ fetch }).verifyToken(token)).sub, 'user_conformance', 'by secret key');
    equal((await bench.client({ fetch, secretKey: undefined, publishableKey }).verifyToken(token)).sub, 'user_conformance', 'by publishable key');
    equal(seen.length, 2, 'key sets fetched');
    ok(seen[0][0].startsWith(`${bench.simUrl}/v1/jwks`), 'from the API', seen[0][0]);
    equal(seen[0][1], `Bearer ${bench.secretKey}`, 'with the secret key');
    ok(seen[1][0].endsWith('/.well-known/jwks.json'), 'from the Frontend API', seen[1][0]);
    equal(seen[1][1], null, 'without it');
  },

  'with Clerk down verification goes on for jwksStaleIfErrorMs, and then it does not': async (bench) => {
    for (const fault of [{ status: 503, body: {} }, { status: 200, body: '<html>' }, { cutAfterBytes: 10 }, { status: 429, headers: { 'retry-after': '7' }, body: {} }]) {
      await bench.faults();
      const clock = skippableClock();
      const clerk = bench.client({ now: clock.now, cache: { jwksTtlMs: 60_000, jwksStaleIfErrorMs: 600_000 } });
      const live = { expiresInSeconds: 3_600 };
      const warm = await mint(bench, live);
      await clerk.verifyToken(warm);
      await bench.faults({ path: JWKS, ...fault });
      const what = JSON.stringify(fault);
      for (const skip of [59_000, 2_000, 300_000, 298_000]) {
        clock.skip(skip);
        equal((await clerk.verifyToken(await mint(bench, live))).sub, 'user_conformance', `${what}: a new token, ${skip} ms later`);
        equal((await clerk.verifyToken(warm)).sub, 'user_conformance', `${what}: one that was verified, ${skip} ms later`);
      }
      clock.skip(3_000);
      await rejects(clerk.verifyToken(await mint(bench, live)), refused('jwk-remote-failed-to-load'), `${what}: when the time is over`);
      await bench.faults();
      clock.skip(11_000);
      equal((await clerk.verifyToken(await mint(bench, live))).sub, 'user_conformance', `${what}: when Clerk is back`);
    }
  },

  'a Clerk that hangs holds up no one who has keys': async (bench) => {
    const clock = skippableClock();
    const clerk = bench.client({ now: clock.now, cache: { jwksTtlMs: 60_000, jwksStaleIfErrorMs: 600_000 } });
    const live = { expiresInSeconds: 3_600 };
    const tokens = await crowd(30, 10, () => mint(bench, live));
    await clerk.verifyToken(tokens[0]);
    await bench.faults({ path: JWKS, hang: true });
    clock.skip(61_000);
    const began = Date.now();
    await crowd(tokens.length, 30, async (at) => equal((await clerk.verifyToken(tokens[at])).sub, 'user_conformance', `token ${at}`));
    ok(Date.now() - began < 1_900, 'they waited for less than an attempt may take', Date.now() - began);
  },

  'errors tell a wrong secret key, no keys, no answer and no configuration apart': async (bench) => {
    const token = await mint(bench);
    const invalid = { errors: [{ code: 'clerk_key_invalid', message: 'The provided Clerk Secret Key is invalid.', long_message: 'x' }] };
    const cases = [
      ['a wrong secret key', { status: 401, body: invalid }, 'secret-key-invalid'],
      ['another 401', { status: 401, body: { errors: [{ code: 'authentication_invalid', message: 'x', long_message: 'x' }] } }, 'secret-key-invalid'],
      ['an empty set', { body: { keys: [] } }, 'jwk-remote-failed-to-load'],
      ['no set', { body: {} }, 'jwk-remote-failed-to-load'],
      ['what is no JSON', { body: '<html>' }, 'jwk-remote-failed-to-load'],
      ['a 502 page', { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'jwk-remote-failed-to-load'],
      ['a 404', { status: 404, body: {} }, 'jwk-remote-failed-to-load'],
      ['half an answer', { cutAfterBytes: 5 }, 'jwk-remote-failed-to-load'],
    ];
    for (const [what, fault, reason] of cases) {
      await bench.faults({ path: JWKS, ...fault });
      await rejects(bench.client({ now: () => Date.now() }).verifyToken(token), refused(reason), what);
    }
    const refuse = async () => {
      throw new TypeError('refused');
    };
    await rejects(bench.client({ fetch: refuse }).verifyToken(token), refused('jwk-remote-failed-to-load'), 'no network');
    const bare = bench.clerkEdge.createClerkClient({ apiUrl: bench.simUrl });
    await rejects(bare.verifyToken(token), refused('jwk-failed-to-resolve'), 'no key');
    await rejects(bare.verifyToken('x.y'), refused('token-invalid'), 'no key, and no token either');
  },

  'a failed fetch is not repeated for every token': async (bench) => {
    const clock = skippableClock();
    const clerk = bench.client({ now: clock.now });
    const token = await mint(bench);
    await bench.faults({ path: JWKS, status: 503, body: {} });
    await crowd(100, 10, () => rejects(clerk.verifyToken(token), refused('jwk-remote-failed-to-load'), 'Clerk is down'));
    ok(await bench.calls() <= 2, 'key sets asked for', await bench.calls());
    await bench.faults();
    clock.skip(2_000);
    equal((await clerk.verifyToken(token)).sub, 'user_conformance', 'when Clerk is back');
  },

  'keys are renewed before they are over, and nobody waits for it': async (bench) => {
    const clock = skippableClock();
    const kept = [];
    const clerk = bench.client({ now: clock.now, cache: { jwksTtlMs: 60_000 } }).with({ waitUntil: (work) => kept.push(work) });
    const live = { expiresInSeconds: 3_600 };
    await clerk.verifyToken(await mint(bench, live));
    clock.skip(50_000);
    await clerk.verifyToken(await mint(bench, live));
    await Promise.all(kept);
    equal(await bench.calls(), 2, 'key sets fetched');
    clock.skip(20_000);
    await bench.faults({ path: JWKS, status: 503, body: {} });
    equal((await clerk.verifyToken(await mint(bench, live))).sub, 'user_conformance', 'past the end of the first');
  },
};
