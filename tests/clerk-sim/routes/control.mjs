/** `/__sim/*`: looking at the simulator and steering it. Needs no key and is never counted, limited or delayed. */
import { parseConfig } from "../config.mjs";
import { ConfigError } from "../errors.mjs";
import { freshId } from "../ids.mjs";
import { DEFAULT_SECRET_KEY } from "../instance.mjs";
import { CATEGORY, sessionClaims } from "../tokens.mjs";

export function controlRoutes(app, sim) {
  app.get("/__sim/stats", (c) => c.json(sim.stats.snapshot({
    maxInWindow: sim.maxInWindow(), webhooks: sim.webhooks.counts,
  })));

  app.get("/__sim/config", (c) => c.json(visible(sim.config)));

  app.post("/__sim/config", steering(async (c) => {
    sim.configure(parseConfig(await c.req.json()));
    return c.json(visible(sim.config));
  }));

  app.post("/__sim/reset", (c) => {
    sim.reset();
    return c.json({ reset: true });
  });

  app.post("/__sim/session-token", steering(async (c) => {
    const instance = instanceOf(c, sim);
    const { claims, header, ...asked } = parseTokenRequest(await c.req.json());
    const session = sessionFor(instance, asked);
    const minted = { ...sessionClaims(instance, session, sim.now(), asked.expiresInSeconds), ...claims };
    return c.json({ jwt: await instance.keys.sign(minted, { cat: CATEGORY.session, ...header }) });
  }));

  app.post("/__sim/rotate-keys", steering(async (c) => {
    const { keys } = instanceOf(c, sim);
    await keys.rotate();
    return c.json({ kid: await keys.kid() });
  }));

  app.get("/__sim/instance", steering(async (c) => {
    const { id, publishableKey, frontendApi, issuer, keys } = instanceOf(c, sim);
    return c.json({ instanceId: id, publishableKey, frontendApi, issuer, jwtKey: await keys.pem() });
  }));

  app.all("/__sim/*", (c) => c.json({ error: `no such control route: ${c.req.method} ${c.req.path}` }, 404));
}

/** The instance of the presented secret key; without one, that of the default key. */
function instanceOf(c, sim) {
  const presented = c.req.header("authorization")?.replace(/^Bearer /, "");
  const instance = sim.instances.open(presented ?? DEFAULT_SECRET_KEY);
  if (!instance) throw new ConfigError("authorization: a well-formed secret key is expected, or none");
  return instance;
}

const TOKEN_FIELDS = {
  userId: "string", sessionId: "string", claims: "object", header: "object", expiresInSeconds: "number",
};

function parseTokenRequest(body) {
  for (const [name, value] of Object.entries(body ?? {})) {
    if (!Object.hasOwn(TOKEN_FIELDS, name)) throw new ConfigError(`${name}: unknown`);
    const kind = TOKEN_FIELDS[name];
    if (typeof value !== kind || value === null) throw new ConfigError(`${name}: a value of type ${kind} is expected`);
  }
  if (body?.userId === undefined) throw new ConfigError("userId: a string is expected");
  return body;
}

/** The session to name in a token: the given one, else the user's newest active one, else one made up. */
function sessionFor(instance, { userId, sessionId }) {
  const known = sessionId === undefined
    ? instance.sessions.ofUser(userId).find((one) => one.status === "active")
    : instance.sessions.read(sessionId);
  const id = sessionId ?? known?.id ?? freshId("sess");
  return { last_active_organization_id: null, ...known, id, user_id: userId };
}

/** Turns wrong settings and unreadable bodies into a 400 that says what is wrong. */
function steering(handle) {
  return async (c) => {
    try {
      return await handle(c);
    } catch (error) {
      if (error instanceof ConfigError || error instanceof SyntaxError) return c.json({ error: error.message }, 400);
      throw error;
    }
  };
}

function visible({ faults, ...config }) {
  return { ...config, faults: faults.map(({ matches, left, ...fault }) => fault) };
}
