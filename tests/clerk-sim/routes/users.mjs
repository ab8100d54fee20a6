/** Users: reading them. */
import { endpoint } from "../api.mjs";
import { ApiError, notFound } from "../errors.mjs";
import { flag, jsonArray, page } from "../lists.mjs";
import { countUsers, listUsers } from "../user-filters.mjs";

/** Providers that the instance has switched on; seeded users have an account with the first one. */
const PROVIDERS = new Set(["oauth_google", "oauth_github"]);
const TOKEN_LIFE_MS = 3_600_000;

export function userRoutes(app, sim) {
  app.get("/v1/users", endpoint(sim, (call) => ({ body: userList(call, listUsers(call.instance, call.query)) })));

  app.get("/v1/users/count", endpoint(sim, (call) => ({
    body: { object: "total_count", total_count: countUsers(call.instance, call.query) },
  })));

  app.get("/v1/users/:id", endpoint(sim, (call) => {
    const bytes = call.instance.users.bytes(call.param("id"));
    if (!bytes) throw notFound("User", call.param("id"));
    return { body: bytes };
  }));

  app.get("/v1/users/:id/oauth_access_tokens/:provider", endpoint(sim, (call) => {
    const tokens = oauthTokens(existingUser(call), call.param("provider"), call.now);
    const { limit, offset } = page(call.query);
    const data = tokens.slice(offset, offset + limit);
    return { body: flag(call.query, "paginated") ? { data, total_count: tokens.length } : data };
  }));

  app.get("/v1/users/:id/organization_memberships", endpoint(sim, (call) => {
    const { limit, offset } = page(call.query);
    const all = call.instance.organizations.ofUser(existingUser(call).id);
    return { body: { data: all.slice(offset, offset + limit), total_count: all.length } };
  }));
}

/** The user of the path, or Clerk's 404. */
export function existingUser(call, id = call.param("id")) {
  const user = call.instance.users.read(id);
  if (!user) throw notFound("User", id);
  return user;
}

/** A bare array of users from their cards. */
export function userList(call, cards) {
  const { users } = call.instance;
  return jsonArray(cards.map((card) => users.bytes(users.idOf(card))));
}

/** A token per account with the provider; it changes on the hour, as if Clerk had refreshed it. */
function oauthTokens(user, provider, now) {
  if (!PROVIDERS.has(provider)) {
    throw new ApiError(404, [{
      message: "OAuth provider not enabled",
      long_message: "Single-sign on for this OAuth provider is not enabled in the instance settings.",
      code: "oauth_token_provider_not_enabled",
    }]);
  }
  const hour = Math.floor(now / TOKEN_LIFE_MS);
  return user.external_accounts.filter((account) => account.provider === provider).map((account) => ({
    object: "oauth_access_token",
    external_account_id: account.id,
    provider_user_id: account.provider_user_id,
    token: `ya29.sim-${account.provider_user_id}-${hour}`,
    expires_at: (hour + 1) * TOKEN_LIFE_MS,
    provider,
    public_metadata: {},
    label: null,
    scopes: account.approved_scopes.split(" "),
  }));
}
