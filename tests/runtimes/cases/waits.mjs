/** Every wait ends: by its time, or by its caller's signal. */
import { equal, ok, rejects } from '../support/expect.mjs';

const ABORTED = { name: 'ClerkEdgeError', code: 'aborted' };
const TIMEOUT = { name: 'ClerkEdgeError', code: 'timeout' };

export const waits = {
  'a hang ends as timeout, and the client works on': async (bench) => {
    const [user, other] = await bench.users(2);
    await bench.faults({ path: `/v1/users/${user.id}`, hang: true, times: 1 });
    const { users } = bench.client({ retry: { timeoutMs: 200 } });
    const began = Date.now();
    await rejects(users.getUser(user.id), TIMEOUT, 'the read that hangs');
    ok(Date.now() - began < 2_000, 'in time', Date.now() - began);
    equal((await users.getUser(other.id)).id, other.id, 'another user');
    equal((await users.getUser(user.id)).id, user.id, 'the same user');
  },

  'a hang in the body ends as timeout': async (bench) => {
    const never = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"id":')) });
    const fetch = async () => new Response(never, { headers: { 'content-type': 'application/json' } });
    await rejects(bench.client({ fetch, retry: { timeoutMs: 200 } }).users.getUser('user_1'), TIMEOUT, 'the read');
  },

  'the deadline bounds all attempts together': async (bench) => {
    await bench.faults({ hang: true });
    const { users } = bench.client({ retry: { maxAttempts: 10, budget: 1, timeoutMs: 150, deadlineMs: 400 } });
    const began = Date.now();
    await rejects(users.getUser('user_1'), TIMEOUT, 'the read');
    ok(Date.now() - began < 2_000, 'in time', Date.now() - began);
  },

  'a read that hangs once is tried again': async (bench) => {
    const [user] = await bench.users(1);
    await bench.faults({ hang: true, times: 1 });
    const { users } = bench.client({ retry: { maxAttempts: 2, budget: 1, timeoutMs: 200 } });
    equal((await users.getUser(user.id)).id, user.id, 'the user');
    equal(await bench.calls(), 2, 'calls to Clerk');
  },

  'everyone who shares a call that hangs gets timeout': async (bench) => {
    await bench.faults({ hang: true });
    const { users } = bench.client({ retry: { timeoutMs: 200 } });
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => users.getUser('user_1')));
    for (const one of all) equal(one.reason?.code, 'timeout', 'code');
  },

  'a signal ends the wait at once': async (bench) => {
    const [user, other] = await bench.users(2);
    await bench.faults({ path: `/v1/users/${user.id}`, hang: true });
    const { users } = bench.client({ retry: { timeoutMs: 1_000 } });
    const controller = new AbortController();
    const began = Date.now();
    setTimeout(() => controller.abort(), 50);
    await rejects(users.getUser(user.id, { signal: controller.signal }), ABORTED, 'the read');
    ok(Date.now() - began < 700, 'at once', Date.now() - began);
    equal((await users.getUser(other.id)).id, other.id, 'another user');
  },

  'a signal that was aborted before sends nothing': async (bench) => {
    const clerk = bench.client();
    const signal = AbortSignal.abort();
    await rejects(clerk.users.getUser('user_1', { signal }), ABORTED, 'getUser');
    await rejects(clerk.users.getUserList({ signal }), ABORTED, 'getUserList');
    await rejects(clerk.sessions.getSession('sess_1', { signal }), ABORTED, 'getSession');
    await rejects(clerk.request('POST', '/users', { body: {}, signal }), ABORTED, 'request');
    await rejects(clerk.with({ signal }).users.getUser('user_1'), ABORTED, 'with');
    equal(await bench.calls(), 0, 'calls to Clerk');
  },

  'one caller leaving does not disturb the others': async (bench) => {
    const [user] = await bench.users(1);
    await bench.configure({ latencyMs: 150 });
    const { users } = bench.client();
    const controller = new AbortController();
    const first = users.getUser(user.id, { signal: controller.signal });
    const others = Array.from({ length: 5 }, () => users.getUser(user.id));
    setTimeout(() => controller.abort(), 20);
    await rejects(first, ABORTED, 'who left');
    for (const one of await Promise.all(others)) equal(one.id, user.id, 'who stayed');
    equal(await bench.calls(), 1, 'calls to Clerk');
  },

  'a signal ends the wait for a turn': async (bench) => {
    const [user, other] = await bench.users(2);
    const { users } = bench.client({ rateLimit: { limit: 1, windowMs: 5_000, maxWaitMs: 10_000 } });
    await users.getUser(user.id);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await rejects(users.getUser(other.id, { signal: controller.signal }), ABORTED, 'the read');
    equal(await bench.calls(), 1, 'calls to Clerk');
  },

  'a signal leaves no listener behind': async (bench) => {
    const [user] = await bench.users(1);
    const { users } = bench.client();
    const { signal } = new AbortController();
    let listening = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args) => { listening += 1; return add(...args); };
    signal.removeEventListener = (...args) => { listening -= 1; return remove(...args); };
    await users.getUser(user.id, { signal });
    await users.getUser(user.id, { signal });
    equal(listening, 0, 'listeners left');
  },
};
