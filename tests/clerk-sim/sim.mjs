/**
 * The simulator as a value: `const sim = await startSim({ port: 0 }); … await sim.close();`
 *
 * Hono routes, a plain Node server serves. Configuration and statistics are one per simulator, whatever the number of
 * instances; users, sessions, organizations, keys and limits are one per instance, that is per secret key.
 */
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { endpoint } from "./api.mjs";
import { DEFAULTS, parseConfig } from "./config.mjs";
import { routeNotFound } from "./errors.mjs";
import { Instances } from "./instance.mjs";
import { controlRoutes } from "./routes/control.mjs";
import { machineRoutes } from "./routes/machine.mjs";
import { membershipRoutes } from "./routes/memberships.mjs";
import { organizationRoutes } from "./routes/organizations.mjs";
import { sessionRoutes } from "./routes/sessions.mjs";
import { userWriteRoutes } from "./routes/user-writes.mjs";
import { userRoutes } from "./routes/users.mjs";
import { Stats } from "./stats.mjs";
import { Webhooks } from "./webhooks.mjs";

export {
  DEFAULT_LIVE_SECRET_KEY, DEFAULT_SECRET_KEY, machineSecretKey, seededOrganizationId, seededSessionId, seededUserId,
} from "./instance.mjs";

/** The port used when none is given. */
export const DEFAULT_PORT = 8788;

/**
 * Starts a simulator on 127.0.0.1.
 *
 * `port` 0 takes a free one. Every option of `POST /__sim/config` is accepted too. `now` (milliseconds since 1970) and
 * `random` (0 to 1) replace clock and chance in tests; waiting for latency is always real.
 */
export async function startSim({ port = DEFAULT_PORT, now = Date.now, random = Math.random, ...options } = {}) {
  const sim = new Sim({ ...DEFAULTS, ...parseConfig(options) }, now, random);
  const server = createServer({ keepAliveTimeout: 60_000 }, sim.listener());
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, sim, close: () => sim.close(server) };
}

/** The state and the request handling; `startSim` gives it a server. */
export class Sim {
  constructor(config, now, random) {
    Object.assign(this, { config, now, random, stats: new Stats(), instances: new Instances(config) });
    this.closing = new AbortController();
    this.webhooks = new Webhooks(this);
    this.app = routes(this);
  }

  /** Takes over parsed settings. Seeds anew when the number of users changes, limits anew when a limit does. */
  configure(settings) {
    const before = { ...this.config };
    Object.assign(this.config, settings);
    const differs = (...names) => names.some((name) => before[name] !== this.config[name]);
    for (const instance of this.instances.all()) {
      if (differs("users")) instance.seed();
      if (differs("flavour", "limit", "windowMs", "resourceLimit", "resourceWindowMs")) instance.limit();
    }
  }

  /** Seeded state, counters at 0, limits unused, no faults. Settings and signing keys stay. */
  reset() {
    this.config.faults = [];
    this.stats.reset();
    this.webhooks.reset();
    for (const instance of this.instances.all()) {
      instance.seed();
      instance.limit();
    }
  }

  /** Milliseconds an API answer waits. */
  latency() {
    const { latencyMs, jitterMs } = this.config;
    return jitterMs > 0 ? latencyMs + this.random() * jitterMs : latencyMs;
  }

  /** Waits without keeping a closed simulator's process alive. */
  sleep(milliseconds) {
    return new Promise((resolve) => {
      setTimeout(resolve, milliseconds).unref();
    });
  }

  /** The largest number of counted arrivals any instance saw within one window. */
  maxInWindow() {
    let most = 0;
    for (const instance of this.instances.all()) most = Math.max(most, instance.peak.most);
    return most;
  }

  listener() {
    const serve = getRequestListener(this.app.fetch, { overrideGlobalObjects: false });
    return (incoming, outgoing) => {
      if (!incoming.url.startsWith("/__sim/")) this.#count(incoming, outgoing);
      serve(incoming, outgoing);
    };
  }

  close(server) {
    this.closing.abort();
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  #count(incoming, outgoing) {
    const at = incoming.url.indexOf("?");
    const path = at < 0 ? incoming.url : incoming.url.slice(0, at);
    const epoch = this.stats.arrive(incoming.method, path);
    outgoing.once("close", () => {
      const left = outgoing.writableFinished ? "answered" : outgoing.cutByFault ? "cut" : "aborted";
      this.stats.leave(epoch, left);
    });
  }
}

const API_ROUTES = [userRoutes, userWriteRoutes, sessionRoutes, organizationRoutes, membershipRoutes, machineRoutes];

function routes(sim) {
  const app = new Hono();
  controlRoutes(app, sim);
  for (const add of API_ROUTES) add(app, sim);
  const lost = endpoint(sim, () => { throw routeNotFound(); });
  app.notFound(lost);
  return app;
}
