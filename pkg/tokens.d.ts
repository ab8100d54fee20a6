/** Sessions and their tokens, and tokens of your own. */

import type { JsonValue, Session } from "./clerk.d.ts";
import type { WaitOptions } from "./index.d.ts";

/** Sessions of the instance's users. */
export interface SessionsApi {
  /**
   * One session: `GET /v1/sessions/{id}`, from memory for `cache.sessionTtlMs`.
   *
   * A session that ended meanwhile may be served as active until its time in memory is over.
   *
   * @throws {ClerkAPIResponseError} status 404 when there is no such session.
   * @throws {ClerkEdgeError} `invalid_argument` for an id that is empty, `.` or `..`, over 256 bytes, or holds anything
   * but letters, digits, `_`, `-`, `.` and `~`.
   */
  getSession(sessionId: string, options?: WaitOptions): Promise<Session>;
  /**
   * A token for a session: `POST /v1/sessions/{id}/tokens`, and `…/tokens/{template}` for one by a JWT template.
   *
   * From memory until 5 s before it expires, for `cache.tokenTtlMs` at most: whoever asks for the same session, template
   * and lifetime gets the same token. Dropped with the session, and when a write goes to the user or the organization that
   * it tells of.
   *
   * @param options the lifetime may also be given alone, as a number.
   * @throws {ClerkAPIResponseError} status 404 when there is no such session or template.
   * @throws {ClerkEdgeError} `invalid_argument` for what is not an id or not a template's name, and for a lifetime that
   * is not a whole number from 30 to 315,360,000.
   */
  getToken(sessionId: string, template?: string | null, options?: GetTokenOptions | number): Promise<SessionToken>;
  /** What is kept of sessions. */
  readonly cache: SessionCache;
}

/** Options of {@link SessionsApi.getToken}. */
export interface GetTokenOptions extends WaitOptions {
  /** How long the token is to live, in seconds. Default: what the instance or the template says, a minute at first. */
  readonly expiresInSeconds?: number | undefined;
}

/** A token that Clerk made for a session. */
export interface SessionToken {
  /** Always `token`. */
  readonly object: "token";
  /** The token. */
  readonly jwt: string;
}

/**
 * What `getSession` is answered from, without any call to Clerk. Nothing here waits, everything throws at once.
 *
 * @throws {ClerkEdgeError} `invalid_argument` for what is not an id.
 */
export interface SessionCache {
  /** The kept session; `undefined` if there is none that may still be served. */
  get(sessionId: string): Session | undefined;
  /**
   * Keeps a frozen copy of `session`, from now on the answer of `get` and `getSession`. Drops whatever else is known of
   * that session, its tokens too; a read under way does not replace it.
   *
   * @throws {ClerkEdgeError} `invalid_argument` too for a `session` that is no object with this `id`, or no JSON.
   */
  set(sessionId: string, session: Session, options?: CacheSessionOptions): void;
  /** Drops the session and its tokens; reads under way do not bring them back. Whether there was anything. */
  invalidate(sessionId: string): boolean;
  /** Drops the sessions past their time, which happens by itself when room is needed; how many. */
  clearExpired(): number;
}

/** Options of {@link SessionCache.set}. */
export interface CacheSessionOptions {
  /** How long to keep it, in ms, 0 (not at all) to a day. Default `cache.sessionTtlMs`. */
  readonly ttlMs?: number | undefined;
}

/** Tokens of your own: of other services, for example. Each instance has its own, and none meets an answer of Clerk's. */
export interface TokensApi {
  /**
   * What is kept under `key`, else what `fetchFn` gives, as a frozen copy. At most one call of a `fetchFn` is under way for a
   * key: who asks meanwhile gets its outcome.
   *
   * Kept for `ttlMs`, and never past the token's own end: `exp` of a JWT, `expires_at`, `expiresAt` or `exp` (in seconds, or
   * in ms from 10^11 on), or `expires_in` (in seconds from now) of an object or of one in a list; an object's `jwt`, `token`,
   * `access_token` and `accessToken` count too if they are JWTs. The first end counts.
   *
   * What `fetchFn` throws goes to everybody who waits for it, as it is, and is not kept. Asking for `key` in its own
   * `fetchFn` waits for itself, until the deadline.
   *
   * @param key 1 to 1,024 bytes, well-formed.
   * @throws {ClerkEdgeError} `invalid_argument` for a wrong argument, and when `fetchFn` gives null, undefined or what is
   * no JSON; `timeout` when it does not end within `retry.deadlineMs`; `response_too_large` past `maxResponseBytes`.
   */
  getOrFetch<T extends JsonValue | object>(
    key: string,
    fetchFn: () => T | PromiseLike<T>,
    options?: GetOrFetchOptions,
  ): Promise<T>;
  /**
   * Drops what is kept under `key`; a `fetchFn` under way does not bring it back. Whether there was anything.
   *
   * @throws {ClerkEdgeError} `invalid_argument`.
   */
  invalidate(key: string): boolean;
  /** Drops all tokens past their time, those of sessions and of OAuth providers too; how many. */
  clearExpired(): number;
}

/** Options of {@link TokensApi.getOrFetch}. */
export interface GetOrFetchOptions extends WaitOptions {
  /** How long what this call fetches is kept, in ms, at most a day. 0 goes around the cache. Default `cache.tokenTtlMs`. */
  readonly ttlMs?: number | undefined;
}

/** A user's tokens at one OAuth provider, one for each account there. */
export interface OauthAccessTokens {
  /** The tokens. */
  readonly data: readonly OauthAccessToken[];
  /** How many there are. */
  readonly total_count: number;
}

/** A token at an OAuth provider. */
export interface OauthAccessToken {
  /** Always `oauth_access_token`. */
  readonly object: "oauth_access_token";
  /** Id of the user's external account. */
  readonly external_account_id: string;
  /** The user's id at the provider. */
  readonly provider_user_id: string;
  /** The token. */
  readonly token: string;
  /** When it expires; null when the provider does not say. */
  readonly expires_at: number | null;
  /** `oauth_google`, … */
  readonly provider: string;
  /** Metadata of the external account. */
  readonly public_metadata?: { readonly [name: string]: JsonValue };
  /** Its label. */
  readonly label?: string | null;
  /** What it may be used for; OAuth 2.0 only. */
  readonly scopes?: readonly string[];
  /** The provider's ID token, where there is one. */
  readonly id_token?: string;
  /** Its secret; OAuth 1.0 only. */
  readonly token_secret?: string;
}
