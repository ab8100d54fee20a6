/** One Clerk instance: everything that a secret key opens. Parts are made when first needed. */
import { instanceId, saltOf, seededId } from "./ids.mjs";
import { Budgets, FLAVOURS, Peak } from "./limits.mjs";
import { Machines } from "./machines.mjs";
import { Organizations } from "./organizations.mjs";
import { SigningKeys } from "./keys.mjs";
import { Sessions } from "./sessions.mjs";
import { Users } from "./users.mjs";

/** The key to use when nothing asks for another one. A test key, so it is limited to 100 requests in 10 s. */
export const DEFAULT_SECRET_KEY = "sk_test_clerkSimDefaultKey0000000000000000000001";

/** The same for load: a live key, limited to 1,000 requests in 10 s. */
export const DEFAULT_LIVE_SECRET_KEY = "sk_live_clerkSimDefaultKey0000000000000000000001";

const WELL_FORMED = /^sk_(test|live)_[A-Za-z0-9_-]{8,128}$/;
const MOST_INSTANCES = 1000;

export class Instance {
  constructor(secretKey, config) {
    this.secretKey = secretKey;
    this.config = config;
    this.id = instanceId(secretKey);
    this.salt = saltOf(secretKey);
    this.live = secretKey.startsWith("sk_live_");
    this.keys = new SigningKeys(this.id);
    this.frontendApi = frontendApi(this.id, this.live);
    this.issuer = `https://${this.frontendApi}`;
    this.publishableKey = publishableKey(this.frontendApi, this.live);
    this.seed();
    this.limit();
  }

  /** Back to the seeded state. The current signing key stays, a retired one goes. */
  seed() {
    this.users = new Users(this.config.users, this.salt);
    this.sessions = new Sessions(this);
    this.machines = new Machines(this);
    this.madeOrganizations = undefined;
    this.keys.forgetRetired();
  }

  get organizations() {
    return (this.madeOrganizations ??= new Organizations(this));
  }

  /** Fresh limiters from the configuration, with nothing used up. */
  limit() {
    const { flavour, limit, windowMs, resourceLimit, resourceWindowMs } = this.config;
    const Limiter = FLAVOURS[flavour];
    this.limiter = new Limiter(limit ?? (this.live ? 1000 : 100), windowMs);
    this.budgets = new Budgets(() => new Limiter(resourceLimit, resourceWindowMs));
    this.peak = new Peak(windowMs);
  }
}

/** The instances by secret key: at most `MOST_INSTANCES`; the one used longest ago is forgotten with its state. */
export class Instances {
  constructor(config) {
    Object.assign(this, { config, known: new Map(), latest: undefined });
  }

  /** The instance a secret key opens; undefined when the key is malformed. */
  open(secretKey) {
    if (this.latest?.secretKey === secretKey) return this.latest;
    if (!WELL_FORMED.test(secretKey)) return undefined;
    const instance = this.known.get(secretKey) ?? new Instance(secretKey, this.config);
    this.known.delete(secretKey);
    this.known.set(secretKey, instance);
    if (this.known.size > MOST_INSTANCES) this.known.delete(this.known.keys().next().value);
    this.latest = instance;
    return instance;
  }

  /**
   * The instance that a public request means: by `?instance=`, `?publishable_key=` or the host it was sent to, among
   * those that were opened before; else the one of the default key.
   */
  publicly({ instance: id, publishable_key: key }, host) {
    for (const one of this.known.values()) {
      if (one.id === id || one.publishableKey === key || one.frontendApi === host) return one;
    }
    return this.open(DEFAULT_SECRET_KEY);
  }

  all() {
    return this.known.values();
  }
}

/** The Frontend API's host: under accounts.dev for development, under the application's own domain in production. */
function frontendApi(id, live) {
  const name = id.slice(-10).toLowerCase();
  return live ? `clerk.sim-${name}.example.com` : `sim-${name}.clerk.accounts.dev`;
}

function publishableKey(host, live) {
  const encoded = Buffer.from(`${host}$`).toString("base64").replace(/=+$/, "");
  return `pk_${live ? "live" : "test"}_${encoded}`;
}

/** The id of the `index`-th seeded user (0 was created first) in the instance of a secret key. */
export function seededUserId(index, secretKey = DEFAULT_SECRET_KEY) {
  return seededId("user", index, saltOf(secretKey));
}

/** The id of the `index`-th seeded organization. */
export function seededOrganizationId(index, secretKey = DEFAULT_SECRET_KEY) {
  return seededId("org", index, saltOf(secretKey));
}

/** A secret key of machine `index`, which may create and verify M2M tokens. */
export function machineSecretKey(index, secretKey = DEFAULT_SECRET_KEY) {
  return Machines.secretKey(index, secretKey);
}

/** The id of the active session of the `index`-th seeded user. */
export function seededSessionId(index, secretKey = DEFAULT_SECRET_KEY) {
  return seededId("sess", index * 2, saltOf(secretKey));
}
