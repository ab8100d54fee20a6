// Every declaration of the package in use. Compiled, never run: a line that must not compile says so.
import { ClerkAPIResponseError, ClerkEdgeError, createClerkClient, TokenVerificationError } from "clerk-edge";
import type {
  ApiKeyAuth,
  Auth,
  AuthErrorReason,
  ClerkClient,
  ClerkEdgeErrorCode,
  EmailAddress,
  EnterpriseAccount,
  ExternalAccount,
  FieldSelection,
  HasQuery,
  JsonObject,
  JsonValue,
  MetricsReport,
  OauthAccessTokens,
  PhoneNumber,
  RequestState,
  SamlAccount,
  Selected,
  Session,
  SessionClaims,
  SessionToken,
  SignedInAuth,
  SignedOutAuth,
  TokenVerificationErrorReason,
  User,
  UserListOptions,
  Web3Wallet,
  WebhookEvent,
  WebhookOutcome,
} from "clerk-edge";

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

const clerk: ClerkClient = createClerkClient({
  secretKey: "sk_test_x",
  apiUrl: "https://api.clerk.com",
  cache: { maxBytes: 1 << 20, userTtlMs: 60_000 },
  rateLimit: { limit: 100, windowMs: 10_000, maxQueue: 10, maxWaitMs: 5_000 },
  retry: { maxAttempts: 3, timeoutMs: 5_000, deadlineMs: 20_000 },
  now: () => Date.now(),
});
createClerkClient({ secretKey: undefined });

// @ts-expect-error an option that does not exist
createClerkClient({ secretKey: "sk_test_x", secret: "" });
// @ts-expect-error a length of time is a number of milliseconds
createClerkClient({ secretKey: "sk_test_x", cache: { userTtlMs: "1m" } });

export async function users(): Promise<void> {
  const full = await clerk.users.getUser("user_1");
  same<typeof full, User>(true);
  const explicit = await clerk.users.getUser("user_1", { fields: "full" });
  same<typeof explicit, User>(true);

  const minimal = await clerk.users.getUser("user_1", { fields: "minimal" });
  same<keyof typeof minimal, "id" | "email_addresses" | "username">(true);
  const basic = await clerk.users.getUser("user_1", { fields: "basic" });
  same<keyof typeof basic, "id" | "email_addresses" | "first_name" | "last_name">(true);
  // @ts-expect-error not part of the preset
  basic.private_metadata;

  const named = await clerk.users.getUser("user_1", { fields: ["id", "banned"] });
  same<typeof named, { readonly id: string; readonly banned: boolean }>(true);

  const nested = await clerk.users.getUser("user_1", {
    fields: ["email_addresses.email_address", "public_metadata.plan"],
  });
  const addresses: readonly { readonly email_address: string }[] = nested.email_addresses;
  const plan: JsonValue | undefined = nested.public_metadata.plan;
  // @ts-expect-error only what was named
  nested.email_addresses[0]?.id;

  const dynamic: string[] = ["id"];
  const partial = await clerk.users.getUser("user_1", { fields: dynamic });
  same<typeof partial, Partial<User>>(true);

  // @ts-expect-error answers are shared and frozen
  full.first_name = "Ada";
  // @ts-expect-error all the way down
  full.email_addresses.push(full.email_addresses[0]!);

  void [addresses, plan];
}

export async function lists(options: UserListOptions): Promise<readonly Partial<User>[]> {
  const page = await clerk.users.getUserList({ page: 2, limit: 50, fields: ["id"] });
  same<typeof page, readonly { readonly id: string }[]>(true);
  await clerk.users.getUserList({
    email_address: ["a@example.com"],
    orderBy: "-created_at",
    lastActiveAtSince: 1_700_000_000_000,
  });
  await clerk.users.getUserList({
    emailAddress: ["a@example.com"],
    order_by: "created_at",
    banned: false,
    starting_after: "user_1",
  });
  // @ts-expect-error not an order
  await clerk.users.getUserList({ orderBy: "shoe_size" });
  // @ts-expect-error not a filter
  await clerk.users.getUserList({ emails: [] });
  await clerk.users.getUserList();
  return clerk.users.getUserList({ ...options, fields: ["id", "username"] });
}

export async function others(
  signal: { aborted: boolean; addEventListener(): void; removeEventListener(): void },
): Promise<void> {
  const session: Session = await clerk.sessions.getSession("sess_1", { signal });
  if (session.status === "pending") console(session.tasks?.[0]?.key);

  const anything: JsonValue = await clerk.request("GET", "/organizations", {
    query: { limit: 10, user_id: ["user_1"], banned: undefined },
  });
  const typed = await clerk.request<JsonObject>("POST", "/organizations", { body: { name: "Acme" } });
  await clerk.request("GET", "/users/count", { ttlMs: 5_000, fields: ["total_count"], signal });
  // @ts-expect-error not a method
  await clerk.request("FETCH", "/users");

  const kept: Promise<unknown>[] = [];
  const scoped: ClerkClient = clerk.with({ waitUntil: (promise) => kept.push(promise), signal });
  await scoped.users.getUser("user_1");
  void [anything, typed];
}

export async function tokens(session: Session): Promise<void> {
  const token: SessionToken = await clerk.sessions.getToken(session.id);
  await clerk.sessions.getToken(session.id, "hasura", { expiresInSeconds: 600 });
  await clerk.sessions.getToken(session.id, null, 600);
  const oauth: OauthAccessTokens = await clerk.users.getUserOauthAccessToken(session.user_id, "google");
  const text = await clerk.tokens.getOrFetch("crm", () => "token", { ttlMs: 1_000 });
  const answer = await clerk.tokens.getOrFetch("crm", async () => ({ access_token: "a", expires_in: 600 }));
  same<typeof answer, { access_token: string; expires_in: number }>(true);
  // @ts-expect-error undefined is no token
  await clerk.tokens.getOrFetch("crm", () => undefined);
  const gone: boolean = clerk.tokens.invalidate("crm");
  clerk.sessions.cache.set(session.id, session, { ttlMs: 1_000 });
  const kept: Session | undefined = clerk.sessions.cache.get(session.id);
  const [dropped, cleared]: [boolean, number] = [
    clerk.sessions.cache.invalidate(session.id),
    clerk.sessions.cache.clearExpired() + clerk.tokens.clearExpired(),
  ];
  void [token, oauth, text.length, gone, kept, dropped, cleared];
}

type Incoming = { method: string; headers: { get(name: string): string | null } };

export async function verify(token: string, signal: { aborted: boolean; addEventListener(): void; removeEventListener(): void }): Promise<string> {
  const claims: SessionClaims = await clerk.verifyToken(token, { authorizedParties: ["https://app.example"], signal });
  await clerk.verifyToken(token, { jwtKey: undefined, audience: "api", issuer: ["https://clerk.app.example"], clockSkewInMs: 0 });
  const custom: unknown = claims["plan"];
  const organization: string | undefined = claims.o?.id ?? claims.org_id;
  // @ts-expect-error claims are shared and frozen
  claims.sub = "user_2";
  // @ts-expect-error not an option
  await clerk.verifyToken(token, { authorizedParty: "https://app.example" });
  void [custom, organization, claims.fva?.[1], claims.act?.sub];
  return claims.sub;
}

export async function authenticate(request: Incoming, headers: { [name: string]: string | string[] | undefined }): Promise<string | null> {
  const state = await clerk.authenticateRequest(request);
  same<typeof state, RequestState>(true);
  same<typeof state.tokenType, "session_token">(true);
  if (!state.isAuthenticated) {
    same<typeof state.reason, AuthErrorReason>(true);
    same<ReturnType<typeof state.toAuth>, SignedOutAuth>(true);
    const none: null = state.token ?? state.toAuth().userId;
    // @ts-expect-error there is no handshake
    if (state.status === "handshake") return "";
    return state.reason === "session-pending" ? "tasks" : none;
  }
  const auth: SignedInAuth = state.toAuth();
  const query: HasQuery = { role: "org:admin", reverification: { level: "first_factor", afterMinutes: 10 } };
  if (!auth.has(query) && !auth.has({ permission: "org:posts:write", reverification: "strict" })) return null;
  // @ts-expect-error not a question
  auth.has({ roles: ["org:admin"] });
  await clerk.authenticateRequest({ headers }, { treatPendingAsSignedOut: false, clockSkewInMs: 0 });
  const [same_, other]: [string, string] = [await auth.getToken(), await auth.getToken({ template: "hasura", expiresInSeconds: 600 })];
  void [same_, other];
  return auth.orgId ?? auth.userId;
}

export async function machines(request: Incoming): Promise<unknown> {
  const key = await clerk.authenticateRequest(request, { acceptsToken: "api_key" });
  if (key.isAuthenticated) {
    same<ReturnType<typeof key.toAuth>, ApiKeyAuth>(true);
    const { userId, orgId, scopes }: { userId: string | null; orgId: string | null; scopes: readonly string[] } = key.toAuth();
    return [userId, orgId, scopes];
  }
  const nobody: null = key.toAuth().name;

  const either = await clerk.authenticateRequest(request, { acceptsToken: ["session_token", "m2m_token"] });
  same<typeof either.tokenType, "session_token" | "m2m_token" | null>(true);
  if (either.isAuthenticated && either.tokenType === "m2m_token") return either.toAuth().machineId;
  if (either.tokenType === null) return either.toAuth().has({}) || nobody;

  const any = await clerk.authenticateRequest(request, { acceptsToken: "any" });
  const auth: Auth = any.toAuth();
  switch (auth.tokenType) {
    case "session_token":
      return auth.isAuthenticated ? auth.sessionClaims.sid : auth.sessionStatus;
    case "oauth_token":
      return auth.isAuthenticated ? auth.clientId.length : auth.clientId;
    case "m2m_token":
    case "api_key":
      return auth.claims?.["tier"];
    // @ts-expect-error not a kind
    case "bearer":
      return "";
  }
}

export function refused(error: unknown): TokenVerificationErrorReason | undefined {
  if (!(error instanceof TokenVerificationError)) return undefined;
  same<typeof error.code, "token_verification_failed">(true);
  // @ts-expect-error not a reason
  if (error.reason === "expired") return undefined;
  return error.reason;
}

export function metrics(): number {
  const report: MetricsReport = clerk.metrics.report();
  clerk.metrics.recordApiCall(12);
  clerk.metrics.recordCacheHit();
  clerk.metrics.recordCacheMiss();
  console(clerk.metrics.prometheus());
  return report.cacheHitRate + report.outcomes["5xx"] + report.lookups.coalesced + report.responseTimes.p99Ms +
    report.live.bytes;
}

export function explain(error: unknown): string {
  if (error instanceof ClerkAPIResponseError) {
    same<typeof error.code, "api_response_error">(true);
    const wait: number | undefined = error.retryAfter;
    return `${error.status} ${error.errors[0]?.code} ${error.errors[0]?.meta.paramName} ${error.clerkTraceId} ${wait}`;
  }
  if (error instanceof ClerkEdgeError) {
    const code: ClerkEdgeErrorCode = error.code;
    switch (code) {
      case "queue_full":
      case "rate_limited":
        return `again in ${error.retryAfterMs} ms`;
      // @ts-expect-error not a code
      case "oops":
        return "";
      default:
        return `${code}: ${error.message}`;
    }
  }
  return String(error);
}

export function parts(user: User): unknown[] {
  const email: EmailAddress | undefined = user.email_addresses[0];
  const phone: PhoneNumber | undefined = user.phone_numbers[0];
  const wallet: Web3Wallet | undefined = user.web3_wallets[0];
  const external: ExternalAccount | undefined = user.external_accounts[0];
  const saml: SamlAccount | undefined = user.saml_accounts[0];
  const enterprise: EnterpriseAccount | undefined = user.enterprise_accounts[0];
  return [
    email?.verification?.status,
    phone?.phone_number,
    wallet?.web3_wallet,
    external?.provider,
    saml?.active,
    enterprise?.protocol,
  ];
}

export async function hear(
  request: { headers: { get(name: string): string | null }; arrayBuffer(): Promise<ArrayBuffer> },
  headers: { [name: string]: string | string[] | undefined },
): Promise<string | undefined> {
  const event: WebhookEvent = await clerk.webhooks.verify(request);
  await clerk.webhooks.verify({ headers, body: "{}" }, { signingSecret: "whsec_x" });
  await clerk.webhooks.verify({ headers: request.headers, body: new Uint8Array() });
  const outcome: WebhookOutcome = await clerk.webhooks.apply(event);
  // @ts-expect-error a parsed body cannot be verified
  await clerk.webhooks.verify({ headers, body: {} });
  // @ts-expect-error what was verified stays as it is
  event.timestamp = 0;
  switch (event.type) {
    case "user.updated":
      same<typeof event.data, User>(true);
      return event.data.first_name ?? undefined;
    case "user.deleted":
      return event.data.id;
    case "session.revoked":
      return event.data.user.id;
    case "organizationMembership.deleted":
      return event.data.organization.id;
    // @ts-expect-error not a type
    case "user.renamed":
      return "";
    default:
      return `${outcome.dropped} ${outcome.replayed} ${event.event_attributes?.http_request?.client_ip}`;
  }
}

/** Generic code over selections keeps working. */
export function read<const F extends FieldSelection>(fields: F): Promise<Selected<User, F>> {
  return clerk.users.getUser("user_1", { fields });
}

declare function console(text: unknown): void;
