/** Session tokens and machines' tokens: what they say, and who a request is from. */

import type { JsonObject } from "./clerk.d.ts";
import type { WaitOptions } from "./index.d.ts";

// ---------------------------------------------------------------------------------------------------------- options

/** What one call asks of a token in place of what the client does. A list that is there and names nothing is refused. */
export interface VerifyTokenOptions extends WaitOptions {
  /** The instance's public key as PEM, in place of the client's keys: this call needs no network. */
  readonly jwtKey?: string | undefined;
  /** Origins whose tokens are accepted: `azp` must be one of them, and a token without is refused. */
  readonly authorizedParties?: string | readonly string[] | undefined;
  /** Audiences that are accepted. A token without `aud`, as session tokens are, passes. */
  readonly audience?: string | readonly string[] | undefined;
  /** Issuers that are accepted. */
  readonly issuer?: string | readonly string[] | undefined;
  /** How far Clerk's clock may be from this one, in ms, 0 to an hour. */
  readonly clockSkewInMs?: number | undefined;
}

/** Options of {@link ClerkClient.authenticateRequest}. */
export interface AuthenticateRequestOptions<A extends AcceptsToken = AcceptsToken> extends VerifyTokenOptions {
  /** Kinds of token that are taken. Default `session_token`. Machines' tokens come in `Authorization` only. */
  readonly acceptsToken?: A | undefined;
  /** Whether a session whose user has tasks left to do counts as none. Default true. */
  readonly treatPendingAsSignedOut?: boolean | undefined;
}

/** A `Request` of any host, or what there is of one: Node's `request` will do. */
export interface AuthRequest {
  /** Its headers; `authorization` and `cookie` are read. */
  readonly headers: { get(name: string): string | null } | {
    readonly [name: string]: string | readonly string[] | undefined;
  };
  /** Its method, which decides between reasons only. Default `GET`. */
  readonly method?: string | undefined;
}

/** A kind of token. */
export type TokenType = "session_token" | "m2m_token" | "oauth_token" | "api_key";

/** Kinds of token: one, several, or all. */
export type AcceptsToken = TokenType | "any" | readonly TokenType[];

/** The kinds that `A` names; null stands for a request whose token is of none of several kinds. */
export type TokenTypeOf<A extends AcceptsToken> = A extends readonly (infer T extends TokenType)[] ? T | null
  : A extends TokenType ? A
  : TokenType;

// ----------------------------------------------------------------------------------------------------------- claims

/**
 * The claims of a verified token, deeply frozen.
 *
 * That `sub` is a string and `exp` a time was checked; `iat` and `nbf` were if they are there. The rest is what Clerk puts
 * into session tokens; in those of a JWT template any of it may be missing. Times are seconds since the epoch.
 */
export interface SessionClaims {
  /** The instance's Frontend API. */
  readonly iss: string;
  /** The user. */
  readonly sub: string;
  /** The session. */
  readonly sid: string;
  /** When the token is over. */
  readonly exp: number;
  /** When it began to be valid. */
  readonly nbf: number;
  /** When it was made. */
  readonly iat: number;
  /** The origin it was made for. */
  readonly azp?: string;
  /** Its audience, if a template gives it one. */
  readonly aud?: string | readonly string[];
  /** Minutes since the first and the second factor were proven; -1: never. */
  readonly fva?: readonly [first: number, second: number];
  /** Who acts for the user, if somebody does. */
  readonly act?: ActorClaim;
  /** The token's own id. */
  readonly jti?: string;
  /** Whether the user has tasks left before the session counts. */
  readonly sts?: "active" | "pending";
  /** The version of these claims; 1 if it is missing. */
  readonly v?: number;
  /** Version 2: the active organization. */
  readonly o?: OrganizationClaim;
  /** Version 2: features, `o:` for the organization's and `u:` for the user's, with commas between. */
  readonly fea?: string;
  /** Version 2: plans, likewise. */
  readonly pla?: string;
  /** Version 1: the active organization. */
  readonly org_id?: string;
  /** Version 1: its slug. */
  readonly org_slug?: string;
  /** Version 1: the user's role in it, `org:admin`. */
  readonly org_role?: string;
  /** Version 1: the user's permissions in it. */
  readonly org_permissions?: readonly string[];
  /** Whatever the instance adds. */
  readonly [claim: string]: unknown;
}

/** Who acts for a user. */
export interface ActorClaim {
  /** Who it is: a user, or an agent. */
  readonly sub: string;
  /** And what else is known of them. */
  readonly [name: string]: unknown;
}

/** The active organization in version 2 of the claims. `has` and `toAuth()` read it; it is packed. */
export interface OrganizationClaim {
  /** Its id. */
  readonly id: string;
  /** Its slug. */
  readonly slg?: string;
  /** The role, without its `org:`. */
  readonly rol?: string;
  /** Names of permissions. */
  readonly per?: string;
  /** Which of them hold for which feature: a decimal number for each. */
  readonly fpm?: string;
}

// ------------------------------------------------------------------------------------------------------------ state

/** Who a request is from. `isAuthenticated` tells the two apart, `tokenType` which token it was. */
export type RequestState<T extends TokenType | null = "session_token"> = SignedInStateOf<T> | SignedOutStateOf<T>;

/** {@link SignedInState} of each of these kinds. */
export type SignedInStateOf<T> = T extends TokenType ? SignedInState<T> : never;

/** {@link SignedOutState} of each of these kinds. */
export type SignedOutStateOf<T> = T extends TokenType | null ? SignedOutState<T> : never;

/** A token was presented and is valid. */
export interface SignedInState<T extends TokenType = TokenType> {
  /** Always `signed-in`. */
  readonly status: "signed-in";
  /** Always true. */
  readonly isAuthenticated: true;
  /** The same, as it was called before. */
  readonly isSignedIn: true;
  /** What kind of token it is. */
  readonly tokenType: T;
  /** Always null. */
  readonly reason: null;
  /** The token. */
  readonly token: string;
  /** Who it is about. A new object each time. */
  toAuth(): AuthenticatedAuth[T];
}

/** Nobody that could be told. */
export interface SignedOutState<T extends TokenType | null = TokenType | null> {
  /** Always `signed-out`: there is no `handshake`. */
  readonly status: "signed-out";
  /** Always false. */
  readonly isAuthenticated: false;
  /** The same, as it was called before. */
  readonly isSignedIn: false;
  /** What kind of token it was about; null if it is of none of several that are taken. */
  readonly tokenType: T;
  /** Why. */
  readonly reason: AuthErrorReason;
  /** Always null. */
  readonly token: null;
  /** The same members as of somebody, all null. */
  toAuth(): T extends TokenType ? UnauthenticatedAuth[T] : InvalidTokenAuth;
}

/** Everything that `toAuth()` may give. */
export type Auth =
  | AuthenticatedAuth[TokenType]
  | UnauthenticatedAuth[TokenType]
  | InvalidTokenAuth;

/** By kind of token: who is behind a valid one. */
export interface AuthenticatedAuth {
  /** A user. */
  readonly session_token: SignedInAuth;
  /** A machine. */
  readonly m2m_token: M2mAuth;
  /** An application that acts for a user. */
  readonly oauth_token: OauthAuth;
  /** A user or an organization. */
  readonly api_key: ApiKeyAuth;
}

/** By kind of token: nobody. */
export interface UnauthenticatedAuth {
  /** No user. */
  readonly session_token: SignedOutAuth;
  /** No machine. */
  readonly m2m_token: Nobody<M2mAuth>;
  /** No application. */
  readonly oauth_token: Nobody<OauthAuth>;
  /** Neither a user nor an organization. */
  readonly api_key: Nobody<ApiKeyAuth>;
}

/** A user who is signed in. What the claims do not say is missing. */
export interface SignedInAuth {
  /** Always `session_token`. */
  readonly tokenType: "session_token";
  /** Always true. */
  readonly isAuthenticated: true;
  /** The user. */
  readonly userId: string;
  /** The session. */
  readonly sessionId: string;
  /** `sts`; null in tokens without. */
  readonly sessionStatus: "active" | "pending" | null;
  /** Everything the token says. */
  readonly sessionClaims: SessionClaims;
  /** Who acts for the user, if somebody does. */
  readonly actor?: ActorClaim;
  /** The active organization. */
  readonly orgId?: string;
  /** The user's role in it, `org:admin`. */
  readonly orgRole?: string;
  /** Its slug. */
  readonly orgSlug?: string;
  /** The user's permissions in it, `org:posts:read`. */
  readonly orgPermissions?: readonly string[];
  /** Minutes since the first and the second factor were proven, -1: never; null in tokens that do not say. */
  readonly factorVerificationAge: readonly [first: number, second: number] | null;
  /** The token that was presented; with a template or a lifetime a new one of the same session, as `sessions.getToken`. */
  getToken(options?: AuthTokenOptions): Promise<string>;
  /** Whether the user may do this. All that is asked must hold; what cannot be told does not. */
  has(query: HasQuery): boolean;
}

/** What a token of {@link SignedInAuth.getToken} is to be. */
export interface AuthTokenOptions {
  /** A JWT template. */
  readonly template?: string | undefined;
  /** How long it is to live, in seconds. */
  readonly expiresInSeconds?: number | undefined;
}

/** Nobody is signed in. */
export interface SignedOutAuth extends NobodysFunctions {
  /** Always `session_token`. */
  readonly tokenType: "session_token";
  /** Always false. */
  readonly isAuthenticated: false;
  /** `pending`: there is a session, and tasks to be done before it counts. */
  readonly sessionStatus: "pending" | null;
  /** Always null. */
  readonly userId: null;
  /** Always null. */
  readonly sessionId: null;
  /** Always null. */
  readonly sessionClaims: null;
  /** Always null. */
  readonly actor: null;
  /** Always null. */
  readonly orgId: null;
  /** Always null. */
  readonly orgRole: null;
  /** Always null. */
  readonly orgSlug: null;
  /** Always null. */
  readonly orgPermissions: null;
  /** Always null. */
  readonly factorVerificationAge: null;
}

/** What is the same in every machine's token. */
export interface MachineAuth {
  /** Always true. */
  readonly isAuthenticated: true;
  /** The token's id. */
  readonly id: string;
  /** Who it speaks for. */
  readonly subject: string;
  /** What it is for. */
  readonly scopes: readonly string[];
  /** The token that was presented. */
  getToken(): Promise<string>;
  /** Always false: there is no session whose role or permissions could be asked for. */
  has(query: HasQuery): false;
}

/** A machine that talks to another. */
export interface M2mAuth extends MachineAuth {
  /** Always `m2m_token`. */
  readonly tokenType: "m2m_token";
  /** What was put into the token. */
  readonly claims: JsonObject | null;
  /** The machine; the same as `subject`. */
  readonly machineId: string;
}

/** An OAuth application that acts for a user. */
export interface OauthAuth extends MachineAuth {
  /** Always `oauth_token`. */
  readonly tokenType: "oauth_token";
  /** The user; the same as `subject`. */
  readonly userId: string;
  /** The application. */
  readonly clientId: string;
}

/** The API key of a user or an organization. */
export interface ApiKeyAuth extends MachineAuth {
  /** Always `api_key`. */
  readonly tokenType: "api_key";
  /** What its owner called it. */
  readonly name: string;
  /** What was put into it. */
  readonly claims: JsonObject | null;
  /** The user, if it is a user's. */
  readonly userId: string | null;
  /** The organization, if it is an organization's. */
  readonly orgId: string | null;
}

/** A machine's auth object of nobody: the same members, all null. */
export type Nobody<A extends MachineAuth & { readonly tokenType: TokenType }> =
  & { readonly tokenType: A["tokenType"]; readonly isAuthenticated: false }
  & { readonly [K in Exclude<keyof A, "tokenType" | "isAuthenticated" | "getToken" | "has">]: null }
  & NobodysFunctions;

/** A token of none of the kinds that are taken. */
export interface InvalidTokenAuth extends NobodysFunctions {
  /** Always null. */
  readonly tokenType: null;
  /** Always false. */
  readonly isAuthenticated: false;
}

/** What can be asked of nobody. */
export interface NobodysFunctions {
  /** Always null. */
  getToken(): Promise<null>;
  /** Always false. */
  has(query: HasQuery): false;
}

// -------------------------------------------------------------------------------------------------------------- has

/** What is asked for. All of it must hold, and nothing asked for is denied. */
export interface HasQuery {
  /** A role in the active organization: `org:admin`. */
  readonly role?: string | undefined;
  /** A permission there: `org:posts:read`. */
  readonly permission?: string | undefined;
  /** A feature: `posts`, or `org:posts` and `user:posts` of one owner alone. */
  readonly feature?: string | undefined;
  /** A plan, likewise. */
  readonly plan?: string | undefined;
  /** How lately the user must have proven who they are. */
  readonly reverification?: Reverification | undefined;
}

/** How lately, by which factors. The presets ask for both factors (`strict_mfa`) or for the second, if there is one. */
export type Reverification = "strict_mfa" | "strict" | "moderate" | "lax" | ReverificationWithin;

/** A question of one's own. */
export interface ReverificationWithin {
  /** Which factors. */
  readonly level: "first_factor" | "second_factor" | "multi_factor";
  /** Less than so many minutes ago. */
  readonly afterMinutes: number;
}

// ---------------------------------------------------------------------------------------------------------- reasons

/** Why a token is not believed: Clerk's words, as far as they arise here. More may come. */
export type TokenVerificationErrorReason =
  | "token-expired"
  | "token-invalid"
  | "token-invalid-algorithm"
  | "token-invalid-authorized-parties"
  | "token-invalid-issuer"
  | "token-invalid-signature"
  | "token-not-active-yet"
  | "token-iat-in-the-future"
  | "token-verification-failed"
  | "secret-key-invalid"
  | "jwk-remote-failed-to-load"
  | "jwk-failed-to-resolve"
  | "jwk-kid-mismatch";

/** Why nobody is signed in: Clerk's words, and `session-pending`, which is ours. More may come. */
export type AuthErrorReason =
  | TokenVerificationErrorReason
  | "token-type-mismatch"
  | "session-token-and-uat-missing"
  | "session-token-but-no-client-uat"
  | "client-uat-but-no-session-token"
  | "session-token-iat-before-client-uat"
  | "session-token-expired-refresh-non-eligible-non-get"
  | "session-token-expired-refresh-non-eligible-no-refresh-cookie"
  | "session-token-expired-refresh-missing-api-client"
  | "session-token-nbf"
  | "session-token-iat-in-the-future"
  | "dev-browser-missing"
  | "No token in header"
  | "session-pending"
  | "unexpected-error";
