// An upstream in the hands of a test, and what a test needs of JavaScript itself.

/** Answers with what was queued by `reply`, at once and in order; a call for which nothing is queued waits for `answer`. */
export class Upstream {
  #calls = [];
  #replies = [];

  fetch = (url, init) => new Promise((resolve, reject) => {
    const call = { url, init, aborted: false, resolve, reject };
    this.#calls.push(call);
    init.signal.addEventListener('abort', () => {
      call.aborted = true;
      reject(init.signal.reason);
    });
    const reply = this.#replies.shift();
    if (reply) resolve(new Response(...reply));
  });

  /** `headers` is JSON. */
  reply(status, headers, body) {
    this.#replies.push([status === 204 ? null : body, { status, headers: JSON.parse(headers) }]);
  }

  calls() {
    return this.#calls.length;
  }

  answer(nth, body) {
    this.#calls[nth].resolve(new Response(body, { headers: { 'content-type': 'application/json' } }));
  }

  fail(nth, message) {
    this.#calls[nth].reject(new TypeError(message));
  }

  aborted(nth) {
    return this.#calls[nth].aborted;
  }

  /** What the call looked like: method, URL, headers, body and redirect mode, as JSON. */
  seen(nth) {
    const { url, init: { method, headers, body, redirect } } = this.#calls[nth];
    return JSON.stringify({ method, url, headers, body: body && new TextDecoder().decode(body), redirect });
  }
}

/** A clock that shows what it was set to. */
export class Clock {
  #now = 1_000_000;
  read = () => this.#now;

  advance(ms) {
    this.#now += ms;
  }
}

/** Lets everything run that is ready, timers that are due included. */
export async function turns(count) {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => void setTimeout(resolve));
}

/** Someone who may leave. */
export class Caller {
  #controller = new AbortController();
  signal = this.#controller.signal;

  leave() {
    this.#controller.abort();
  }
}

/** Collects what `waitUntil` was given. */
export class Host {
  #promises = [];
  waitUntil = (promise) => void this.#promises.push(promise);

  count() {
    return this.#promises.length;
  }

  async done() {
    return (await Promise.all(this.#promises)).length;
  }
}

export function deeplyFrozen(value) {
  return typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.keys(value).every((key) => deeplyFrozen(value[key])));
}

/** Whether anything was added to what every object inherits from. */
export const polluted = () => ['admin', 'polluted'].some((name) => name in {} || name in [] || name in (() => {}));

/** Objects that fight back, by name. */
export const hostile = (name) => ({
  throwingGetter: { get fields() { throw new Error('no'); }, get signal() { throw new Error('no'); } },
  throwingProxy: new Proxy({}, { get() { throw new Error('no'); }, ownKeys() { throw new Error('no'); } }),
  symbol: Symbol('no'),
  loop: (() => { const loop = { fields: [] }; loop.fields.push(loop); return loop; })(),
  bigint: { fields: [1n] },
  function: () => {},
  notASignal: { signal: { aborted: 'yes' } },
})[name];
