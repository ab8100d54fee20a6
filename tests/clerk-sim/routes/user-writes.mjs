/** Users: creating, changing, banning and deleting them. */
import { endpoint } from "../api.mjs";
import { bulkTooLarge, notFound } from "../errors.mjs";
import { check, withMetadata } from "../forms.mjs";
import { changedUser, METADATA, newUser } from "../user-changes.mjs";
import { revokeSession } from "./sessions.mjs";
import { existingUser, userList } from "./users.mjs";

const MOST_IN_BULK = 50;

export function userWriteRoutes(app, sim) {
  app.post("/v1/users", endpoint(sim, async (call) => {
    const body = await call.json();
    const user = newUser(call.instance.users, body, call.now);
    return save(call, user, "user.created");
  }));

  app.patch("/v1/users/:id", endpoint(sim, async (call) => {
    const body = await call.json();
    const user = spend(call);
    const changed = changedUser(call.instance.users, user, body, call.now, call.version);
    if (body.sign_out_of_other_sessions) revokeAll(call, user.id);
    return save(call, changed, "user.updated");
  }));

  for (const [method, replace] of [["patch", false], ["put", true]]) {
    app[method]("/v1/users/:id/metadata", endpoint(sim, async (call) => {
      const body = await call.json();
      const user = spend(call);
      return save(call, { ...withMetadata(user, body, METADATA, replace), updated_at: call.now }, "user.updated");
    }));
  }

  app.delete("/v1/users/:id", endpoint(sim, (call) => {
    const { id, external_id } = existingUser(call);
    call.instance.organizations.dropUser(id);
    call.instance.users.remove(id);
    const deleted = { object: "user", id, deleted: true, ...(external_id && { external_id }) };
    call.emit("user.deleted", deleted);
    return { body: deleted };
  }));

  app.post("/v1/users/ban", endpoint(sim, (call) => inBulk(call, (user) => ban(call, user, true))));
  app.post("/v1/users/unban", endpoint(sim, (call) => inBulk(call, (user) => ban(call, user, false))));
  app.post("/v1/users/:id/ban", endpoint(sim, (call) => ban(call, existingUser(call), true)));
  app.post("/v1/users/:id/unban", endpoint(sim, (call) => ban(call, existingUser(call), false)));
  app.post("/v1/users/:id/lock", endpoint(sim, (call) => lock(call, true)));
  app.post("/v1/users/:id/unlock", endpoint(sim, (call) => lock(call, false)));
}

/** The user of the path, after counting the request against the user's own budget. */
function spend(call) {
  const id = call.param("id");
  if (!call.instance.users.has(id)) throw notFound("User", id);
  call.spend(`user ${id}`);
  return existingUser(call);
}

function save(call, user, event) {
  call.instance.users.save(user);
  call.emit(event, user);
  return { body: call.instance.users.bytes(user.id) };
}

function ban(call, user, banned) {
  if (banned) revokeAll(call, user.id);
  return save(call, { ...user, banned, updated_at: call.now }, "user.updated");
}

function lock(call, locked) {
  const user = existingUser(call);
  const seconds = locked ? 3600 : null;
  return save(call, { ...user, locked, lockout_expires_in_seconds: seconds, updated_at: call.now }, "user.updated");
}

/** Ids of users that do not exist are passed over. */
async function inBulk(call, change) {
  const body = await call.json();
  check(body, { user_ids: "strings" }, ["user_ids"]);
  if (body.user_ids.length === 0 || body.user_ids.length > MOST_IN_BULK) throw bulkTooLarge(MOST_IN_BULK);
  const { users } = call.instance;
  const ids = [...new Set(body.user_ids)].filter((id) => users.has(id));
  for (const id of ids) change(users.read(id));
  return { body: userList(call, ids.map((id) => users.card(id))) };
}

function revokeAll(call, userId) {
  for (const session of call.instance.sessions.ofUser(userId)) {
    if (session.status === "active") revokeSession(call, session);
  }
}
