/** What one case works with: a secret key of its own, clients for it, and a hand on the Clerk stand-in. */

let made = 0;

/** A hang in a test must end: an attempt may take this long. */
const ATTEMPT_MS = 2_000;

export class Bench {
  constructor({ clerkEdge, simUrl, fetch }) {
    Object.assign(this, { clerkEdge, simUrl, fetch });
    this.secretKey = newKey();
  }

  /** A client of this case's instance, without retries unless `options` ask for them. */
  client({ retry, ...options } = {}) {
    return this.clerkEdge.createClerkClient({
      secretKey: this.secretKey,
      apiUrl: this.simUrl,
      retry: { maxAttempts: 1, timeoutMs: ATTEMPT_MS, ...retry },
      ...options,
    });
  }

  /** The stand-in as every case finds it: seeded, unlimited, prompt, faultless, counters at 0. */
  async calm() {
    await this.control('POST', '/__sim/reset', {});
    await this.configure({ latencyMs: 0, jitterMs: 0, limit: null, windowMs: 10_000, flavour: 'none', faults: [] });
  }

  configure(options) {
    return this.control('POST', '/__sim/config', options);
  }

  /** Everything goes wrong as `faults` say from now on. */
  faults(...faults) {
    return this.configure({ faults });
  }

  stats() {
    return this.control('GET', '/__sim/stats');
  }

  /** Calls that the stand-in saw since the last reset. */
  async calls() {
    return (await this.stats()).total;
  }

  resetStats() {
    return this.control('POST', '/__sim/reset', {});
  }

  /** What the API itself answers, past the module. Counted by the stand-in like any other call. */
  async direct(path, { secretKey = this.secretKey, ...init } = {}) {
    const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json', ...init.headers };
    const response = await this.fetch(`${this.simUrl}/v1${path}`, { ...init, headers });
    return response.json();
  }

  /** `count` users of this case's instance, straight from the API; counters are at 0 again afterwards. */
  async users(count, secretKey = this.secretKey) {
    const users = await this.direct(`/users?limit=${count}`, { secretKey });
    await this.resetStats();
    return users;
  }

  async control(method, path, body) {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await this.fetch(`${this.simUrl}${path}`, init);
    if (!response.ok) throw new Error(`the stand-in refused ${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** A well-formed live key that no other case uses, so that no case meets another one's data. */
export function newKey() {
  made += 1;
  const salt = `${Date.now().toString(36)}${Math.floor(Math.random() * 2 ** 40).toString(36)}`;
  return `sk_live_conformance${made}x${salt}`;
}

/** A clock to set: starts at the real time and moves with it, plus whatever was skipped. */
export function skippableClock() {
  let skipped = 0;
  return { now: () => Date.now() + skipped, skip: (ms) => { skipped += ms; } };
}

/** Lets real time pass, for limits: they follow the host's own clock and not the one handed in. */
export const elapse = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `job` for 0..count-1 with at most `atOnce` under way; the results in order. */
export async function crowd(count, atOnce, job) {
  const results = Array.from({ length: count });
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const mine = next;
      next += 1;
      results[mine] = await job(mine);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
  return results;
}
