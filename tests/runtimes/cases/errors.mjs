/** What goes wrong at Clerk comes out typed, once, and leaves the client working. */
import { equal, ok, rejects, sameJson } from '../support/expect.mjs';
import { elapse } from '../support/bench.mjs';

const API = { name: 'ClerkAPIResponseError', code: 'api_response_error' };

/** After whatever happened, the client still answers. */
async function worksOn(bench, clerk, user) {
  await bench.configure({ faults: [] });
  equal((await clerk.users.getUser(user.id)).id, user.id, 'the client works on afterwards');
}

export const errors = {
  '404 carries the status, the errors and the trace id': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    const error = await rejects(clerk.users.getUser('user_doesNotExist'), {
      ...API,
      status: 404,
      retryAfter: undefined,
    }, 'the read');
    ok(error instanceof bench.clerkEdge.ClerkAPIResponseError, 'it is a ClerkAPIResponseError');
    ok(error instanceof Error, 'it is an Error');
    ok(typeof error.message === 'string' && error.message !== '', 'a message', error.message);
    equal(error.errors.length, 1, 'errors');
    equal(error.errors[0].code, 'resource_not_found', 'code');
    ok(
      typeof error.errors[0].message === 'string' && typeof error.errors[0].longMessage === 'string',
      'messages',
      error.errors,
    );
    ok(/^[0-9a-f]{32}$/.test(error.clerkTraceId), 'the trace id of the body', error.clerkTraceId);
    await worksOn(bench, clerk, user);
  },

  '401 for a key that Clerk does not know': async (bench) => {
    const clerk = bench.client({ secretKey: 'sk_test_x' });
    const error = await rejects(clerk.users.getUser('user_1'), { ...API, status: 401 }, 'the read');
    equal(error.errors[0].code, 'clerk_key_invalid', 'code');
  },

  '422 names the parameter in camelCase meta': async (bench) => {
    const body = {
      errors: [{
        code: 'form_param_format_invalid',
        message: 'is invalid',
        long_message: 'Email is invalid.',
        meta: { param_name: 'email_address', email_addresses: ['x'] },
      }],
      clerk_trace_id: 'trace_1',
    };
    await bench.faults({ status: 422, body });
    const error = await rejects(bench.client().request('POST', '/users', { body: { email_address: ['x'] } }), {
      ...API,
      status: 422,
      clerkTraceId: 'trace_1',
    }, 'the write');
    const [{ code, message, longMessage, meta }] = error.errors;
    sameJson({ code, message, longMessage }, {
      code: 'form_param_format_invalid',
      message: 'is invalid',
      longMessage: 'Email is invalid.',
    }, 'the error');
    equal(meta.paramName, 'email_address', 'meta.paramName');
    sameJson(meta.emailAddresses, ['x'], 'meta.emailAddresses');
  },

  'whatever a fetch throws is a network error, and the client works on': async (bench) => {
    const unreadable = {
      get message() {
        throw new Error('unreadable');
      },
    };
    for (const thrown of [undefined, null, 'text', Symbol('x'), Object.create(null), unreadable, new Error('x'.repeat(1e6))]) {
      let broken = true;
      const fetch = (...args) => (broken ? Promise.reject(thrown) : bench.fetch(...args));
      const clerk = bench.client({ fetch });
      const error = await rejects(clerk.users.getUser('user_1'), { code: 'network' }, 'the read');
      ok(error.message.length < 500, 'the message is short', error.message.length);
      broken = false;
      const [user] = await bench.users(1);
      equal((await clerk.users.getUser(user.id)).id, user.id, 'the client works on');
      const { flights, permits, inFlight } = clerk.metrics.report().live;
      sameJson([flights, permits, inFlight], [0, 0, 0], 'nothing is left behind');
    }
  },

  'a redirect that a browser hides is no answer': async (bench) => {
    const fetch = async () => ({ status: 0, type: 'opaqueredirect', headers: new Headers(), arrayBuffer: async () => new ArrayBuffer(0) });
    await rejects(bench.client({ fetch }).users.getUser('user_1'), { code: 'invalid_response' }, 'the read');
  },

  'a fetch that uses the memory of its chunks again changes no answer': async (bench) => {
    const chunk = new TextEncoder().encode('{"id":"user_1","object":"user"}');
    const fetch = async () => {
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(chunk);
          controller.close();
        },
      });
      return { status: 200, headers: new Headers({ 'content-type': 'application/json' }), body };
    };
    const { users } = bench.client({ fetch });
    await users.getUser('user_1', { fields: ['id'] });
    chunk.fill(0);
    sameJson(await users.getUser('user_1'), { id: 'user_1', object: 'user' }, 'the whole user');
  },

  '429 carries the seconds to wait, and the next call waits for them': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client({ rateLimit: { maxWaitMs: 1_000 } });
    const body = { errors: [{ code: 'too_many_requests', message: 'Too many requests' }] };
    await bench.faults({ status: 429, headers: { 'retry-after': '2', 'cf-ray': '8f00ba12cd34-LIS' }, body, times: 1 });
    const began = Date.now();
    const error = await rejects(clerk.users.getUser(user.id), { ...API, status: 429, retryAfter: 2 }, 'the read');
    equal(error.clerkTraceId, '8f00ba12cd34-LIS', 'the trace id, from cf-ray');
    const refused = await rejects(
      clerk.users.getUser(user.id),
      { name: 'ClerkEdgeError', code: 'rate_limited' },
      'a read in the pause',
    );
    ok(
      refused.retryAfterMs > 1_000 && refused.retryAfterMs <= 2_500,
      'retryAfterMs is what is left of the pause',
      refused.retryAfterMs,
    );
    equal(await bench.calls(), 1, 'calls to Clerk');
    await elapse(refused.retryAfterMs - 500);
    await worksOn(bench, clerk, user);
    ok(Date.now() - began >= 1_950, 'and not before the pause is over', Date.now() - began);
  },

  '429 with a page, a date or nonsense as Retry-After is still a 429': async (bench) => {
    for (const retryAfter of ['Wed, 21 Oct 2026 07:28:00 GMT', '-5', 'soon', '']) {
      await bench.faults({
        status: 429,
        headers: { 'retry-after': retryAfter, 'content-type': 'text/html' },
        body: '<html>slow down</html>',
        times: 1,
      });
      const clerk = bench.client({ now: Date.now, rateLimit: { maxWaitMs: 0 } }); // a clock of its own: no shared pause
      const error = await rejects(clerk.users.getUser('user_1'), { ...API, status: 429 }, `Retry-After: ${retryAfter}`);
      sameJson(error.errors, [], 'errors');
      ok(
        error.retryAfter === undefined || error.retryAfter >= 0,
        'retryAfter is undefined or a time',
        error.retryAfter,
      );
    }
  },

  'a retry follows a 429 after its pause': async (bench) => {
    const [user] = await bench.users(1);
    await bench.faults({ status: 429, headers: { 'retry-after': '1' }, body: '', times: 1 });
    const clerk = bench.client({ retry: { maxAttempts: 3, budget: 1 } });
    const began = Date.now();
    equal((await clerk.users.getUser(user.id)).id, user.id, 'the user');
    ok(Date.now() - began >= 950, 'after a second', Date.now() - began);
    equal(await bench.calls(), 2, 'calls to Clerk');
  },

  'a retry follows a 503 of a read': async (bench) => {
    const [user] = await bench.users(1);
    await bench.faults({ status: 503, body: '', times: 1 });
    const clerk = bench.client({ retry: { maxAttempts: 3, budget: 1 } });
    equal((await clerk.users.getUser(user.id)).id, user.id, 'the user');
    equal(await bench.calls(), 2, 'calls to Clerk');
  },

  'no retry follows a 503 of a POST': async (bench) => {
    await bench.faults({ status: 503, body: '' });
    const clerk = bench.client({ retry: { maxAttempts: 3, budget: 1 } });
    await rejects(clerk.request('POST', '/users', { body: {} }), { ...API, status: 503 }, 'the write');
    equal(await bench.calls(), 1, 'calls to Clerk');
  },

  '500 with HTML is an API error without errors': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    await bench.faults({ status: 502, headers: { 'content-type': 'text/html' }, body: '<html>bad gateway</html>' });
    const error = await rejects(clerk.users.getUser(user.id), { ...API, status: 502 }, 'the read');
    sameJson(error.errors, [], 'errors');
    await worksOn(bench, clerk, user);
  },

  '200 that is not JSON is invalid_response': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    const bodies = {
      'an HTML page': { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Welcome</title>' },
      'an HTML page that says it is JSON': { body: '<!doctype html><title>Welcome</title>' },
      'plain text': { body: 'OK' },
      'JSON that breaks off': { body: '{"id":"user_1","email_addresses":[{"id":"idn_1"' },
      'JSON with something behind it': { body: '{"id":"user_1"} {' },
      'nothing': { body: '' },
    };
    for (const [what, fault] of Object.entries(bodies)) {
      await bench.faults({ status: 200, ...fault });
      for (const fields of ['full', ['id']]) {
        const error = await rejects(clerk.users.getUser(user.id, { fields }), {
          name: 'ClerkEdgeError',
          code: 'invalid_response',
        }, `${what}, ${fields}`);
        ok(error instanceof bench.clerkEdge.ClerkEdgeError && error instanceof Error, 'it is a ClerkEdgeError');
        ok(!error.message.includes('Welcome'), 'the page is not in the message', error.message);
      }
    }
    await worksOn(bench, clerk, user);
  },

  'a connection that breaks off in the body is an error': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    await bench.faults({ cutAfterBytes: 300 });
    await rejects(
      clerk.users.getUser(user.id),
      { name: 'ClerkEdgeError', code: ['network', 'invalid_response'] },
      'after 300 bytes',
    );
    await bench.faults({ cutAfterBytes: 0 });
    await rejects(
      clerk.users.getUser(user.id),
      { name: 'ClerkEdgeError', code: ['network', 'invalid_response'] },
      'before the first byte',
    );
    await worksOn(bench, clerk, user);
  },

  'a fetch that fails is network, with its cause': async (bench) => {
    const clerk = bench.client({
      fetch: async () => {
        throw new TypeError('no route to host');
      },
    });
    const error = await rejects(clerk.users.getUser('user_1'), { name: 'ClerkEdgeError', code: 'network' }, 'the read');
    ok(
      error.cause instanceof Error && error.cause.message.includes('no route to host'),
      'error.cause',
      String(error.cause),
    );
  },

  'a fetch that throws at once, or throws no error, is network too': async (bench) => {
    for (const thrown of [new Error('sync'), 'a string', null]) {
      const clerk = bench.client({
        fetch: () => {
          throw thrown;
        },
      });
      await rejects(clerk.users.getUser('user_1'), { name: 'ClerkEdgeError', code: 'network' }, `thrown: ${thrown}`);
    }
  },

  'an answer over maxResponseBytes is response_too_large': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client({ maxResponseBytes: 1_000 });
    await rejects(
      clerk.users.getUser(user.id),
      { name: 'ClerkEdgeError', code: 'response_too_large' },
      'a user of 4 KB',
    );
    equal((await clerk.request('GET', '/users/count')).object, 'total_count', 'a small answer');
  },

  'r18 JSON that is very deep is an answer or a typed error': async (bench) => {
    const [user] = await bench.users(1);
    const clerk = bench.client();
    for (const depth of [1_000, 200_000]) {
      await bench.faults({ body: `{"id":"user_deep","public_metadata":${'['.repeat(depth)}${']'.repeat(depth)}}` });
      for (const fields of ['full', ['id'], ['public_metadata']]) {
        const outcome = await clerk.users.getUser('user_deep', { fields }).then(() => 'answer', (error) => error.name);
        ok(['answer', 'ClerkEdgeError'].includes(outcome), `depth ${depth}, ${fields}`, outcome);
      }
    }
    await worksOn(bench, clerk, user);
  },

  'a redirect is not followed': async (bench) => {
    await bench.faults({
      path: '/v1/users/user_moved',
      status: 302,
      headers: { location: `${bench.simUrl}/v1/users/count` },
      body: '',
    });
    await rejects(
      bench.client().users.getUser('user_moved'),
      { name: ['ClerkAPIResponseError', 'ClerkEdgeError'] },
      'the read',
    );
    equal(await bench.calls(), 1, 'calls to Clerk');
  },

  'everyone who shares a failing call gets the error': async (bench) => {
    const [user] = await bench.users(1);
    await bench.configure({
      latencyMs: 50,
      faults: [{ status: 404, body: { errors: [{ code: 'resource_not_found', message: 'not found' }] } }],
    });
    const clerk = bench.client();
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => clerk.users.getUser(user.id)));
    for (const one of all) equal(one.reason?.status, 404, 'status');
    equal(await bench.calls(), 1, 'calls to Clerk');
    await bench.configure({ latencyMs: 0 });
    await worksOn(bench, clerk, user);
  },
};
