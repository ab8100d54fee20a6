// An internal service on Deno: a page of users for a dashboard, trimmed to what it shows.
//
//   CLERK_SECRET_KEY=sk_test_… DASHBOARD_TOKEN=… deno run --allow-net --allow-env main.ts
import { ClerkAPIResponseError, ClerkEdgeError, createClerkClient } from "clerk-edge";

const dashboardToken = Deno.env.get("DASHBOARD_TOKEN");
if (!dashboardToken) throw new Error("DASHBOARD_TOKEN is not set");

const clerk = createClerkClient({
  secretKey: Deno.env.get("CLERK_SECRET_KEY"),
  apiUrl: Deno.env.get("CLERK_API_URL"),
  cache: { userTtlMs: 30_000 },
});

const fields = ["id", "username", "first_name", "last_name", "email_addresses.email_address", "last_active_at"] as const;

Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT") ?? 8000) }, async (request) => {
  const url = new URL(request.url);
  if (request.headers.get("authorization") !== `Bearer ${dashboardToken}`) return new Response(null, { status: 401 });
  if (url.pathname === "/metrics") return new Response(clerk.metrics.prometheus());
  if (url.pathname !== "/users") return new Response(null, { status: 404 });
  try {
    const page = Number(url.searchParams.get("page") ?? 1);
    const query = url.searchParams.get("query") ?? undefined;
    return Response.json(await clerk.with({ signal: request.signal }).users.getUserList({ page, limit: 20, query, fields }));
  } catch (error) {
    return failure(error);
  }
});

function failure(error: unknown): Response {
  if (error instanceof ClerkEdgeError && error.code === "invalid_argument") {
    return Response.json({ error: error.message }, { status: 400 });
  }
  if (error instanceof ClerkEdgeError && error.retryAfterMs !== undefined) {
    return new Response(null, { status: 503, headers: { "retry-after": String(Math.ceil(error.retryAfterMs / 1000)) } });
  }
  if (error instanceof ClerkAPIResponseError) return Response.json({ error: error.errors[0]?.code }, { status: 502 });
  throw error;
}
