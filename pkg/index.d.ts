/**
 * Clerk's Backend API from edge runtimes: cached, coalesced, paced and measured.
 *
 * JSON from Clerk keeps Clerk's own shape and names (snake_case). Every answer is deeply frozen, because the cache may
 * hand the same object to several callers: copy before you change. Lengths of time carry their unit in their name.
 */

import type { JsonValue } from "./clerk.d.ts";
import type { MetricsApi } from "./metrics.d.ts";
import type {
  AcceptsToken,
  AuthenticateRequestOptions,
  AuthRequest,
  RequestState,
  SessionClaims,
  TokenTypeOf,
  TokenVerificationErrorReason,
  VerifyTokenOptions,
} from "./session-tokens.d.ts";
import type { SessionsApi, TokensApi } from "./tokens.d.ts";
import type { FieldSelection, UsersApi } from "./users.d.ts";
import type { WebhooksApi } from "./webhooks.d.ts";

export type * from "./clerk.d.ts";
export type * from "./organizations.d.ts";
export type * from "./metrics.d.ts";
export type * from "./session-tokens.d.ts";
export type * from "./tokens.d.ts";
export type * from "./users.d.ts";
export type * from "./webhooks.d.ts";

// ---------------------------------------------------------------------------------------------------------- client

/**
 * Makes a client. Nothing is sent and nothing is awaited: the WebAssembly module instantiates itself on import.
 *
 * Clients made with equal options share one cache, one limiter and one pool, so a client may be made per request. Clients
 * with a `fetch` or a `now` of their own share with nobody, and clients made with different secret keys, API URLs or API
 * versions never see each other's data.
 *
 * @throws {ClerkEdgeError} `invalid_config`: an option is missing, of the wrong type or out of its bounds.
 */
export declare function createClerkClient(options: ClerkClientOptions): ClerkClient;

/**
 * Options of {@link createClerkClient}. A value of the wrong type or out of its bounds is `invalid_config`.
 *
 * Every number is whole. A client's options never change after it is made.
 */
export interface ClerkClientOptions {
  /**
   * `sk_test_…` or `sk_live_…`. Sent to `apiUrl` alone, and found in no error, log or metric. Without it every call to
   * Clerk rejects with `invalid_config`.
   */
  readonly secretKey?: string | undefined;
  /**
   * `pk_test_…` or `pk_live_…`. Tells apart the session cookies of several instances, and without a secret key names the
   * public key set that tokens are verified with.
   */
  readonly publishableKey?: string | undefined;
  /**
   * The instance's public key as PEM, from Clerk's dashboard. With it tokens are verified without network. Line ends may
   * be written as `\n`, and the lines around the key may be missing.
   */
  readonly jwtKey?: string | undefined;
  /** Origins whose tokens are accepted: `azp` must be one of them, and a token without is refused. Default: not checked. */
  readonly authorizedParties?: string | readonly string[] | undefined;
  /** Audiences that are accepted. A token without `aud`, as session tokens are, passes. Default: not checked. */
  readonly audience?: string | readonly string[] | undefined;
  /** Issuers that are accepted. Default: not checked. */
  readonly issuer?: string | readonly string[] | undefined;
  /** How far Clerk's clock may be from this one, in ms, 0 to an hour. Default 5,000 ms. */
  readonly clockSkewInMs?: number | undefined;
  /** `whsec_…`, of the endpoint in Clerk's dashboard. Without it no webhook can be verified; an empty one is refused. */
  readonly webhookSigningSecret?: string | undefined;
  /** `ins_…`: webhooks of any other instance are refused. Default: not checked. */
  readonly instanceId?: string | undefined;
  /** Where the Backend API is: an origin, https, or http on a loopback host. Default `https://api.clerk.com`. */
  readonly apiUrl?: string | undefined;
  /** The first segment of every path. Default `v1`. */
  readonly apiVersion?: string | undefined;
  /** How much is kept, and for how long. */
  readonly cache?: CacheOptions | undefined;
  /** How fast Clerk is called. */
  readonly rateLimit?: RateLimitOptions | undefined;
  /** Calls to Clerk at the same time, 1 to 1000. Default 6 on Workers, which is all they allow one request, else 10. */
  readonly maxConnections?: number | undefined;
  /** When a failed call is tried again, and when to stop waiting. */
  readonly retry?: RetryOptions | undefined;
  /** The largest answer to accept, in bytes, 1 to 256 MiB; a larger one is `response_too_large`. Default 16 MiB. */
  readonly maxResponseBytes?: number | undefined;
  /** Used for every call in place of the global `fetch`. */
  readonly fetch?: FetchLike | undefined;
  /**
   * The clock of the cache, in ms since the epoch. Default `Date.now`. It may stand still between I/O, and may step back.
   * Waits and limits follow the host's own timers.
   */
  readonly now?: (() => number) | undefined;
}

/** What is asked of a `fetch`: called with an absolute URL, it answers as the host's own does. */
export type FetchLike = (input: string, init: HostRequestInit) => Promise<HostResponse>;

/** What the host's `Request` is made with, as far as this compilation knows the host. */
export type HostRequestInit = typeof globalThis extends { Request: new (input: never, init?: infer Init) => unknown }
  ? Exclude<Init, undefined>
  : {
    readonly method: string;
    readonly headers: { readonly [name: string]: string };
    readonly signal: AbortSignalLike;
  };

/** The host's `Response`, as far as this compilation knows the host. */
export type HostResponse = typeof globalThis extends { Response: { prototype: infer Answer } } ? Answer
  : {
    readonly status: number;
    readonly headers: { get(name: string): string | null };
    arrayBuffer(): Promise<ArrayBuffer>;
  };

/** An `AbortSignal`, of whatever host or realm. */
export interface AbortSignalLike {
  /** Whether it has fired. */
  readonly aborted: boolean;
  /** Calls `listener` when it fires. */
  addEventListener(type: "abort", listener: () => void): void;
  /** Takes a listener off again. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Limits of the in-memory cache. Times are in ms, at most a day; 0 turns caching of that kind off. */
export interface CacheOptions {
  /** Weight of everything held, in bytes, 0 to 1 GiB; the least useful answers leave first. Default 32 MiB. */
  readonly maxBytes?: number | undefined;
  /** Number of answers held, 0 to 10 million. Default 100,000. */
  readonly maxEntries?: number | undefined;
  /** How long a session is served from memory. Default 900,000 ms (15 min). */
  readonly sessionTtlMs?: number | undefined;
  /** How long a user, a list of users or a count is served from memory. Default 60,000 ms (1 min). */
  readonly userTtlMs?: number | undefined;
  /** How long an organization, its memberships and their lists are served from memory. Default 60,000 ms (1 min). */
  readonly organizationTtlMs?: number | undefined;
  /** How long a fetched token is served, at most until it expires. Default 3,600,000 ms (1 h). */
  readonly tokenTtlMs?: number | undefined;
  /** Verified tokens that are remembered, each until it expires, 0 to 1 million. Default 10,000. */
  readonly maxVerifiedTokens?: number | undefined;
  /** How long the key set is used that tokens are verified with, at least 1 s. Default 300,000 ms (5 min). */
  readonly jwksTtlMs?: number | undefined;
  /** How much longer it is used while Clerk cannot be reached. Default 3,600,000 ms (1 h). */
  readonly jwksStaleIfErrorMs?: number | undefined;
  /** The least time between two fetches of it for keys that it does not have, at least 1 s. Default 30,000 ms. */
  readonly jwksCooldownMs?: number | undefined;
}

/** Clerk's limit for this instance, as one client keeps it. N isolates together can reach N times the limit. */
export interface RateLimitOptions {
  /** Calls in any window, 1 to 100,000. Default, from the secret key: 1000 for `sk_live_`, 100 for `sk_test_`. */
  readonly limit?: number | undefined;
  /** Length of the window in ms, 1 to a day. Default 10,000 ms. */
  readonly windowMs?: number | undefined;
  /** Calls that may wait for their turn; one more is refused at once with `queue_full`. Default 1000. */
  readonly maxQueue?: number | undefined;
  /** The longest wait for a turn, in ms; a call that would wait longer fails at once with `rate_limited`. Default 15,000 ms. */
  readonly maxWaitMs?: number | undefined;
}

/**
 * Retries. Only methods that are safe to repeat are tried again after a failure or a 5xx; a 429 also for the others,
 * after Clerk's `Retry-After`.
 */
export interface RetryOptions {
  /** Attempts in all, the first included, 1 to 10; 1 turns retries off. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** Retries per call that may be made over time, 0 to 1. Default 0.2. */
  readonly budget?: number | undefined;
  /** The longest single attempt, in ms, up to the last byte of the answer. Over it: `timeout`. Default 10,000 ms. */
  readonly timeoutMs?: number | undefined;
  /** The longest call in all, in ms: waiting, attempts and pauses. Over it: `timeout`. Default 25,000 ms, at most 28,000 ms. */
  readonly deadlineMs?: number | undefined;
}

/** A client. Plain object: its methods may be taken off it and passed around. */
export interface ClerkClient {
  /** Users. */
  readonly users: UsersApi;
  /** Sessions. */
  readonly sessions: SessionsApi;
  /** Tokens of your own, fetched once and kept until they expire. */
  readonly tokens: TokensApi;
  /** Webhooks that tell what has changed. */
  readonly webhooks: WebhooksApi;
  /** What the client counted and measured. */
  readonly metrics: MetricsApi;
  /**
   * The claims of a session token, if they may be believed: its signature is good, it is neither over nor early, and it
   * passes the checks of `options` and else of the client.
   *
   * One that was verified before is not verified again, but the checks and the clock are asked anew each time. Waits for
   * nothing but keys, and with `jwtKey` not even for those. Takes tokens of JWT templates too, so it does not say that
   * somebody is signed in: {@link ClerkClient.authenticateRequest} does.
   *
   * @param token at most 16,384 bytes; what is no string is refused like any other bad token.
   * @throws {TokenVerificationError} it is not to be believed; `reason` says why.
   * @throws {ClerkEdgeError} `invalid_argument` or `invalid_config` for options that are wrong, `aborted`.
   */
  verifyToken(token: string, options?: VerifyTokenOptions): Promise<SessionClaims>;
  /**
   * Who a request is from: by the token in `Authorization`, else by the session cookie. Nothing else of it is looked at.
   *
   * A request that nobody is behind is no error: it is `signed-out`, with a reason. There is no handshake, so a browser whose
   * token is over is signed out until its page has renewed it.
   *
   * @throws {ClerkEdgeError} `invalid_argument` or `invalid_config` for arguments that are wrong, `aborted`.
   */
  authenticateRequest<const A extends AcceptsToken = "session_token">(
    request: AuthRequest,
    options?: AuthenticateRequestOptions<A>,
  ): Promise<RequestState<TokenTypeOf<A>>>;
  /**
   * Any other operation of the Backend API, through the same cache, limiter, retries and metrics.
   *
   * Only GETs are cached, and only those whose answers may be. Any other method drops what it makes stale. An answer
   * without a body (204) is `undefined`.
   *
   * @param method `GET`, `POST`, `PATCH`, `PUT` or `DELETE`.
   * @param path Below the version segment, for example `/organizations/org_1`. No query, no dot segment, and nothing
   * encoded that could be read in two ways (`%2F`, `%2e`): those are `invalid_path`.
   * @throws {ClerkAPIResponseError} Clerk answered with an error.
   * @throws {ClerkEdgeError} `invalid_argument` for anything but such a method and path, and the codes of {@link ClerkEdgeErrorCode}.
   */
  request<T = JsonValue>(method: HttpMethod, path: string, options?: RequestOptions): Promise<T>;
  /**
   * The same client for one request: it shares caches, limiter, pool and metrics, and adds what is set here.
   *
   * Cheap; meant to be called once per incoming request.
   */
  with(options: RequestContext): ClerkClient;
}

/** What one incoming request lends a client. */
export interface RequestContext {
  /** Keeps the host alive until work shared with other requests is done, as `ctx.waitUntil` does on Workers. */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  /** Ends every wait of this client with `aborted`. Work shared with others goes on. */
  readonly signal?: AbortSignalLike | undefined;
}

/** Options of a call that may wait. */
export interface WaitOptions {
  /** Ends the wait with `aborted`. */
  readonly signal?: AbortSignalLike | undefined;
}

/** Methods that {@link ClerkClient.request} takes. */
export type HttpMethod = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** A value of a query parameter. Arrays repeat the parameter; `undefined` and `null` leave it out. */
export type QueryValue = string | number | boolean | null | undefined | readonly (string | number)[];

/** Options of {@link ClerkClient.request}. */
export interface RequestOptions {
  /** Query parameters, sent as they are named here. */
  readonly query?: { readonly [name: string]: QueryValue } | undefined;
  /** Sent as JSON, as it is. Not for GET. */
  readonly body?: unknown;
  /** Keeps only these fields of the answer, or of each element of a list. */
  readonly fields?: FieldSelection | undefined;
  /** Time in the cache, in ms, in place of the client's own for this kind of answer; 0 neither reads nor writes the cache. */
  readonly ttlMs?: number | undefined;
  /** Ends the wait with `aborted`. */
  readonly signal?: AbortSignalLike | undefined;
}

// ---------------------------------------------------------------------------------------------------------- errors

/** One thing that Clerk found wrong, with Clerk's words. */
export interface ClerkAPIErrorItem {
  /** Clerk's code, for example `resource_not_found`. */
  readonly code: string;
  /** A short text for people. */
  readonly message: string;
  /** A longer text for people; `undefined` when Clerk sent none. */
  readonly longMessage: string | undefined;
  /** More, as far as Clerk sent it: `paramName` is the parameter that is wrong. Its names are camelCase. */
  readonly meta: ClerkAPIErrorMeta;
}

/** What Clerk adds to an error. */
export interface ClerkAPIErrorMeta {
  /** The parameter that is wrong. */
  readonly paramName?: string | undefined;
  /** The session concerned. */
  readonly sessionId?: string | undefined;
  /** The e-mail addresses concerned. */
  readonly emailAddresses?: readonly string[] | undefined;
  /** The identifiers concerned. */
  readonly identifiers?: readonly string[] | undefined;
  /** Anything else. */
  readonly [name: string]: unknown;
}

/** Clerk answered, and the answer is an error. */
export declare class ClerkAPIResponseError extends Error {
  private constructor();
  /** Always `ClerkAPIResponseError`. */
  override readonly name: "ClerkAPIResponseError";
  /** Always `api_response_error`. */
  readonly code: "api_response_error";
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** What is wrong; empty when the body was not Clerk's error JSON, as it may be with a 429 or a 5xx. */
  readonly errors: readonly ClerkAPIErrorItem[];
  /** The id to quote to Clerk: from the body, else the `cf-ray` header, else empty. */
  readonly clerkTraceId: string;
  /** Seconds to wait, from `Retry-After`; `undefined` when Clerk did not say, or said it as a date. */
  readonly retryAfter: number | undefined;
}

/** A session token is not to be believed. Its message names nothing of the token and nothing that is configured. */
export declare class TokenVerificationError extends Error {
  private constructor();
  /** Always `TokenVerificationError`. */
  override readonly name: "TokenVerificationError";
  /** Always `token_verification_failed`. */
  readonly code: "token_verification_failed";
  /** Why, in Clerk's words. */
  readonly reason: TokenVerificationErrorReason;
}

/** Every other error. Nothing here needs a look at `message`: `code` is stable, the text is not. */
export declare class ClerkEdgeError extends Error {
  private constructor();
  /** Always `ClerkEdgeError`. */
  override readonly name: "ClerkEdgeError";
  /** Which kind of error it is. */
  readonly code: ClerkEdgeErrorCode;
  /** When trying again makes sense, in ms from now; set for `queue_full`, `rate_limited` and `too_many_in_flight`. */
  readonly retryAfterMs: number | undefined;
  /** What the platform said, for `network`; else `undefined`. */
  override readonly cause: unknown;
}

/**
 * Codes of {@link ClerkEdgeError}. More may come; none is renamed or reused.
 *
 * | code | what happened | what to do |
 * |---|---|---|
 * | `invalid_config` | an option is wrong | fix the configuration |
 * | `invalid_argument` | an argument is wrong; nothing was sent | fix the call |
 * | `invalid_path` | a path of `request` is ambiguous or leaves the API; nothing was sent | fix the call |
 * | `operation_not_allowed` | the Worker only: the Backend API has no operation with this method and path; nothing was sent | fix the path |
 * | `queue_full` | too many calls wait already; nothing was sent | try again after `retryAfterMs`, or shed load |
 * | `rate_limited` | no turn within `rateLimit.maxWaitMs`; nothing was sent | try again after `retryAfterMs` |
 * | `timeout` | no answer in time; a write may have happened | read before writing again |
 * | `aborted` | the caller's signal ended the wait; a write may have happened | nothing |
 * | `network` | the connection failed or broke; a write may have happened | try again later |
 * | `invalid_response` | the answer is not the Backend API's (HTML, broken JSON) | look at `apiUrl` and what is in between |
 * | `response_too_large` | the answer is larger than `maxResponseBytes` | ask for less |
 * | `request_too_large` | a request body at the gateway is larger than it takes; nothing was sent | send less |
 * | `too_many_in_flight` | more calls under way than the bound allows; nothing was sent | try again after `retryAfterMs` |
 * | `callback_failed` | Rust callers only: a function that was handed in failed; here, what it threw arrives as it is | look at that function |
 */
export type ClerkEdgeErrorCode =
  | "token_verification_failed"
  | "webhook_verification_failed"
  | "invalid_config"
  | "invalid_argument"
  | "invalid_path"
  | "operation_not_allowed"
  | "queue_full"
  | "rate_limited"
  | "timeout"
  | "aborted"
  | "network"
  | "invalid_response"
  | "response_too_large"
  | "request_too_large"
  | "too_many_in_flight"
  | "callback_failed";
