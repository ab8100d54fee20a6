// A Hono app on Workers: who is asking comes from the session token, what is shown comes from Clerk through clerk-edge.
//
// The client is made per request because the key arrives with the request; clients with equal options share one cache,
// one rate limit and one pool in each isolate, so this costs nothing. On Workers it finds `waitUntil` by itself.
import { ClerkAPIResponseError, type ClerkClient, ClerkEdgeError, createClerkClient } from "clerk-edge";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";

type Env = {
  // APP_ORIGIN is where users sign in, https://app.example.com: tokens made for any other origin are refused.
  Bindings: { CLERK_SECRET_KEY: string; CLERK_API_URL?: string; APP_ORIGIN?: string };
  Variables: { clerk: ClerkClient; userId: string };
};

const app = new Hono<Env>();

const signedIn = createMiddleware<Env>(async (c, next) => {
  const { CLERK_SECRET_KEY: secretKey, CLERK_API_URL: apiUrl, APP_ORIGIN: authorizedParties } = c.env;
  const clerk = createClerkClient({ secretKey, apiUrl, authorizedParties }).with({ signal: c.req.raw.signal });
  const state = await clerk.authenticateRequest(c.req.raw);
  if (!state.isAuthenticated) return c.json({ error: "sign in", reason: state.reason }, 401);
  c.set("userId", state.toAuth().userId);
  c.set("clerk", clerk);
  return next();
});

app.use("/api/*", signedIn);

// From memory for a minute, and one call to Clerk however many requests ask at once.
app.get("/api/me", async (c) => {
  const user = await c.get("clerk").users.getUser(c.get("userId"), { fields: "basic" });
  return c.json(user);
});

app.get("/api/plan", async (c) => {
  const user = await c.get("clerk").users.getUser(c.get("userId"), { fields: ["public_metadata.plan"] });
  return c.json({ plan: user.public_metadata.plan ?? "free" });
});

app.patch("/api/me", async (c) => {
  const { first_name, last_name } = await c.req.json<{ first_name?: string; last_name?: string }>();
  // Goes to Clerk, and drops what is in memory of this user and of every list.
  const user = await c.get("clerk").request("PATCH", `/users/${c.get("userId")}`, { body: { first_name, last_name } });
  return c.json(user);
});

app.onError((error, c) => {
  if (error instanceof ClerkAPIResponseError && error.status < 500 && error.status !== 429) {
    return c.json({ error: error.errors[0]?.message ?? "Clerk refused" }, error.status as 400);
  }
  if (error instanceof ClerkAPIResponseError || error instanceof ClerkEdgeError) {
    const seconds = "retryAfter" in error ? error.retryAfter : Math.ceil((error.retryAfterMs ?? 1_000) / 1_000);
    return c.json({ error: "try again later" }, 503, { "retry-after": String(seconds ?? 1) });
  }
  console.error(error);
  return c.json({ error: "something broke" }, 500);
});

export default app;
