/** Sessions. */
import { endpoint } from "../api.mjs";
import { notFound } from "../errors.mjs";

export function sessionRoutes(app, sim) {
  app.get("/v1/sessions/:id", endpoint(sim, (call) => ({ body: find(call) })));
}

function find(call) {
  const session = call.instance.sessions.read(call.param("id"));
  if (!session) throw notFound("Session", call.param("id"));
  return session;
}
