/** Machine credentials. The SDKs call these paths without `/v1`, the document lists them with it: both are served. */
import { endpoint, machineEndpoint } from "../api.mjs";
import { ApiError, forbidden, notFound, paramMissing, queryMissing } from "../errors.mjs";
import { check } from "../forms.mjs";
import { flag, page } from "../lists.mjs";
import { CATEGORY, timeClaims } from "../tokens.mjs";

const M2M = {
  token_format: "string", seconds_until_expiration: "number", claims: "any", min_remaining_ttl_seconds: "integer",
};
const API_KEY = {
  type: "string", name: "string", description: "string", subject: "string", claims: "any", scopes: "strings",
  created_by: "string", seconds_until_expiration: "number",
};
const MOST_ROWS = { most: 100 };
const DEFAULT_LIFE_SECONDS = 3600;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export function machineRoutes(app, sim) {
  for (const prefix of ["/v1", ""]) {
    m2mRoutes(app, sim, `${prefix}/m2m_tokens`);
    apiKeyRoutes(app, sim, `${prefix}/api_keys`);
    app.post(`${prefix}/oauth_applications/access_tokens/verify`, endpoint(sim, async (call) => ({
      body: await verifyOauth(call, await call.json()),
    })));
  }
}

function m2mRoutes(app, sim, base) {
  app.post(base, machineEndpoint(sim, async (call) => ({
    status: 201, body: await createM2m(call, await call.json()),
  })));
  app.get(base, machineEndpoint(sim, (call) => ({ body: listM2m(call) })));

  app.post(`${base}/verify`, machineEndpoint(sim, async (call) => {
    const body = await call.json();
    check(body, { token: "string" }, ["token"]);
    const record = call.instance.machines.find("mt", body.token, call.now);
    if (!record) throw notFound("Token", "given");
    return { body: record.fields };
  }));

  app.post(`${base}/:id/revoke`, machineEndpoint(sim, async (call) => ({ body: await revoke(call, "mt", "Token") })));
}

function apiKeyRoutes(app, sim, base) {
  app.post(base, endpoint(sim, async (call) => ({ body: createApiKey(call, await call.json()) })));
  app.get(base, endpoint(sim, (call) => ({ body: listApiKeys(call) })));

  app.post(`${base}/verify`, endpoint(sim, async (call) => {
    const body = await call.json();
    check(body, { secret: "string" }, ["secret"]);
    const record = call.instance.machines.find("ak", body.secret, call.now);
    if (!record) throw notFound("API key", "given");
    return { body: record.fields };
  }));

  app.get(`${base}/:id`, endpoint(sim, (call) => ({ body: byId(call, "ak", "API key").fields })));
  app.post(`${base}/:id/revoke`, endpoint(sim, async (call) => ({ body: await revoke(call, "ak", "API key") })));
}

function byId(call, prefix, what) {
  const record = call.instance.machines.byRecordId(prefix, call.param("id"), call.now);
  if (!record) throw notFound(what, call.param("id"));
  return record;
}

async function revoke(call, prefix, what) {
  const body = await call.json();
  const record = byId(call, prefix, what);
  check(body, { revocation_reason: "string" });
  return call.instance.machines.revoke(record, body.revocation_reason, call.now).fields;
}

/** Only a machine's own key creates tokens for it. */
async function createM2m(call, body) {
  const { instance, machine, now } = call;
  if (machine === undefined) throw forbidden();
  check(body, M2M);
  const subject = instance.machines.machineId(machine);
  const scopes = [instance.machines.machineId(machine + 1)];
  const claims = body.claims ?? null;
  const life = body.seconds_until_expiration ?? DEFAULT_LIFE_SECONDS;
  if (body.token_format !== "jwt") {
    const record = reusable(call, subject, claims, body.min_remaining_ttl_seconds)
      ?? instance.machines.make("mt", { subject, claims, scopes }, life, now);
    return { ...record.fields, token: record.secret };
  }
  const { fields } = instance.machines.draft("mt", { subject, claims, scopes }, life, now);
  const identity = { iss: instance.issuer, sub: subject, jti: fields.id, aud: scopes, scopes: scopes.join(" ") };
  const token = await instance.keys.sign({ ...claims, ...timeClaims(now, life), ...identity }, { cat: CATEGORY.machine });
  return { ...fields, token };
}

/** With `min_remaining_ttl_seconds`, a live token with the same claims and enough life left is handed out again. */
function reusable(call, subject, claims, leastSeconds) {
  if (!leastSeconds) return undefined;
  return call.instance.machines.list("mt", subject, call.now).find(({ fields }) =>
    !fields.revoked && !fields.expired && fields.expiration - call.now >= leastSeconds * 1000 &&
    JSON.stringify(fields.claims) === JSON.stringify(claims));
}

function listM2m(call) {
  const { query, instance, now } = call;
  const { limit, offset } = page(query, MOST_ROWS);
  const subject = query.get("subject");
  if (!subject) throw queryMissing(["subject"]);
  const [revoked, expired] = ["revoked", "expired"].map((name) => flag(query, name) ?? false);
  const all = instance.machines.list("mt", subject, now).map((record) => record.fields)
    .filter((one) => one.revoked === revoked && one.expired === expired);
  return { m2m_tokens: all.slice(offset, offset + limit), total_count: all.length };
}

function createApiKey(call, body) {
  const { instance, now } = call;
  check(body, API_KEY, ["name", "subject"]);
  const record = instance.machines.make("ak", {
    type: body.type ?? "api_key", subject: body.subject, name: body.name, description: body.description ?? null,
    claims: body.claims ?? null, scopes: body.scopes ?? [], created_by: body.created_by ?? null,
  }, body.seconds_until_expiration, now);
  return { ...record.fields, secret: record.secret };
}

function listApiKeys(call) {
  const { query, instance, now } = call;
  const { limit, offset } = page(query, MOST_ROWS);
  const subject = query.get("subject");
  if (!subject) throw queryMissing(["subject"]);
  const all = instance.machines.list("ak", subject, now).map((record) => record.fields)
    .filter((one) => flag(query, "include_invalid") || (!one.revoked && !one.expired));
  return { data: all.slice(offset, offset + limit), total_count: all.length };
}

/** Opaque tokens give their record; JWTs that this instance signed `{ active: false }` once expired. */
async function verifyOauth(call, body) {
  const token = body.access_token ?? body.secret;
  if (typeof token !== "string") throw paramMissing("access_token");
  const record = call.instance.machines.find("oat", token, call.now);
  if (record) return record.fields;
  const claims = JWT.test(token) ? await call.instance.keys.open(token) : undefined;
  if (!claims) throw notFound("Token", "given");
  if (!(claims.exp * 1000 > call.now)) return { active: false };
  if (!/^user_\w{27}$/.test(claims.sub)) throw new ApiError(400, [{
    message: "is invalid", long_message: "The token does not belong to a user.", code: "form_param_value_invalid" }]);
  return call.instance.machines.fromJwt(token, claims);
}
