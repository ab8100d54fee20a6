/** Users: reading them. */
import { endpoint } from "../api.mjs";
import { notFound } from "../errors.mjs";
import { jsonArray } from "../lists.mjs";
import { countUsers, listUsers } from "../user-filters.mjs";

export function userRoutes(app, sim) {
  app.get("/v1/users", endpoint(sim, (call) => {
    const { users } = call.instance;
    return { body: jsonArray(listUsers(call.instance, call.query).map((card) => users.bytes(users.idOf(card)))) };
  }));

  app.get("/v1/users/count", endpoint(sim, (call) => ({
    body: { object: "total_count", total_count: countUsers(call.instance, call.query) },
  })));

  app.get("/v1/users/:id", endpoint(sim, (call) => {
    const bytes = call.instance.users.bytes(call.param("id"));
    if (!bytes) throw notFound("User", call.param("id"));
    return { body: bytes };
  }));
}
