/** Sessions, their tokens, and the key set that verifies them. */
import { endpoint, open } from "../api.mjs";
import { ApiError, notFound, paramMissing, paramValue, queryMissing, wrongEnvironment } from "../errors.mjs";
import { check } from "../forms.mjs";
import { flag, page } from "../lists.mjs";
import { CATEGORY, sessionClaims, SESSION_TOKEN_SECONDS, templateClaims } from "../tokens.mjs";

const STATUSES = new Set(["abandoned", "active", "ended", "expired", "removed", "replaced", "revoked", "pending"]);
const TEMPLATE = /^(?!missing)[A-Za-z0-9_-]{1,64}$/;
const TOKEN_SECONDS = { least: 30, most: 315_360_000 };

export function sessionRoutes(app, sim) {
  app.get("/v1/sessions", endpoint(sim, (call) => ({ body: list(call) })));
  app.get("/v1/sessions/:id", endpoint(sim, (call) => ({ body: existing(call) })));

  app.post("/v1/sessions", endpoint(sim, async (call) => {
    if (call.instance.live) throw wrongEnvironment("development");
    return { body: create(call, await call.json()) };
  }));

  app.post("/v1/sessions/:id/revoke", endpoint(sim, (call) => ({ body: revokeSession(call, existing(call)) })));

  app.post("/v1/sessions/:id/tokens", endpoint(sim, async (call) => {
    const { instance, now } = call;
    const { session, seconds } = await minting(call);
    const claims = sessionClaims(instance, session, now, seconds);
    return { body: { object: "token", jwt: await instance.keys.sign(claims, { cat: CATEGORY.session }) } };
  }));

  app.post("/v1/sessions/:id/tokens/:template", endpoint(sim, async (call) => {
    const { instance, now } = call;
    const { session, seconds } = await minting(call);
    const template = call.param("template");
    if (!TEMPLATE.test(template)) throw templateNotFound(template);
    const claims = templateClaims(instance, session, template, now, seconds);
    return { body: { object: "token", jwt: await instance.keys.sign(claims, { cat: CATEGORY.template }) } };
  }));

  const keySet = async (instance) => ({ body: await instance.keys.jwks() });
  app.get("/v1/jwks", endpoint(sim, (call) => keySet(call.instance), { free: true }));
  app.get("/.well-known/jwks.json", open(sim, (c) =>
    keySet(sim.instances.publicly(c.req.query(), c.req.header("host")))));
}

/** Ends a session and tells about it. Revoking one that is over already changes nothing. */
export function revokeSession(call, session) {
  if (session.status !== "active" && session.status !== "pending") return session;
  const revoked = { ...session, status: "revoked", updated_at: call.now };
  call.instance.sessions.save(revoked);
  call.emit("session.revoked", eventData(call, revoked));
  return revoked;
}

/** What an event says about a session: its user too, but not its tasks. */
function eventData(call, { tasks, ...session }) {
  return { ...session, user: call.instance.users.read(session.user_id) };
}

function existing(call) {
  const session = call.instance.sessions.read(call.param("id"));
  if (!session) throw notFound("Session", call.param("id"));
  return session;
}

function list(call) {
  const { query, instance } = call;
  const [client, user, status] = ["client_id", "user_id", "status"].map((name) => query.get(name) || undefined);
  if (!client && !user) throw queryMissing(["client_id", "user_id"]);
  if (status && !STATUSES.has(status)) throw paramValue("status", status);
  const { limit, offset } = page(query);
  const all = (user ? instance.sessions.ofUser(user) : instance.sessions.ofClient(client))
    .filter((one) => (!client || one.client_id === client) && (!status || one.status === status));
  const data = all.slice(offset, offset + limit);
  return flag(query, "paginated") ? { data, total_count: all.length } : data;
}

function create(call, body) {
  const { instance, now } = call;
  check(body, { user_id: "string", active_organization_id: "string" });
  if (!body.user_id) throw paramMissing("user_id");
  if (!instance.users.has(body.user_id)) throw notFound("User", body.user_id);
  const session = instance.sessions.make(body.user_id, body.active_organization_id, now);
  call.emit("session.created", eventData(call, session));
  return session;
}

/** The session to mint for and the life asked for. Only an active session gets tokens. */
async function minting(call) {
  const body = await call.json();
  const session = existing(call);
  check(body, { expires_in_seconds: "integer" });
  const seconds = body.expires_in_seconds ?? SESSION_TOKEN_SECONDS;
  if (body.expires_in_seconds != null && (seconds < TOKEN_SECONDS.least || seconds > TOKEN_SECONDS.most)) {
    throw paramValue("expires_in_seconds", seconds);
  }
  if (session.status !== "active") throw notFound("Session", session.id);
  return { session, seconds };
}

function templateNotFound(name) {
  return new ApiError(404, [{
    message: "JWT template not found",
    long_message: `No JWT template exists with name: ${name}`,
    code: "resource_not_found",
  }]);
}
