// The package beside a host's own types: its fetch, signals and waitUntil fit as they are.
import { createClerkClient } from "clerk-edge";

const clerk = createClerkClient({ secretKey: "sk_test_x", fetch });
createClerkClient({ secretKey: "sk_test_x", fetch: (input, init) => fetch(input, { ...init, keepalive: true }) });
createClerkClient({ secretKey: "sk_test_x", fetch: async () => new Response("{}") });
// @ts-expect-error a fetch answers with a Response
createClerkClient({ secretKey: "sk_test_x", fetch: async () => "{}" });

export const user = clerk.users.getUser("user_1", { signal: AbortSignal.timeout(1_000) });
export const scoped = (request: Request, ctx: { waitUntil(promise: Promise<unknown>): void }): unknown =>
  clerk.with({ signal: request.signal, waitUntil: (promise) => ctx.waitUntil(promise) });
export const who = (request: Request): unknown => clerk.authenticateRequest(request, { signal: request.signal });
