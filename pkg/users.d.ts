/** Users, and which fields of an answer are kept. */

import type { JsonValue, User } from "./clerk.d.ts";
import type { AbortSignalLike, WaitOptions } from "./index.d.ts";
import type { OauthAccessTokens } from "./tokens.d.ts";

// ---------------------------------------------------------------------------------------------------------- fields

/**
 * `minimal`: id, email_addresses, username. `basic`: id, email_addresses, first_name, last_name. `full`: everything.
 */
export type FieldPreset = "minimal" | "basic" | "full";

/**
 * Which fields of an answer to keep: a preset, or names. A dot goes into an object, or into each element of an array:
 * `email_addresses.email_address`. Only what is named is kept, so `private_metadata` stays out unless it is named.
 * A field that Clerk did not send is left out.
 */
export type FieldSelection = FieldPreset | readonly string[];

/** `T` with only the fields that `F` selects. Field names that are not known at compile time give `Partial<T>`. */
export type Selected<T, F extends FieldSelection> = F extends "full" ? T
  : F extends "minimal" ? Pick<T, Extract<keyof T, "id" | "email_addresses" | "username">>
  : F extends "basic" ? Pick<T, Extract<keyof T, "id" | "email_addresses" | "first_name" | "last_name">>
  : F extends readonly (infer P extends string)[] ? string extends P ? Partial<T>
    : SelectedPaths<T, P>
  : never;

/** `T` with only what the dotted paths `P` name, as `fields` does it. */
export type SelectedPaths<T, P extends string> = T extends readonly (infer E)[] ? readonly SelectedPaths<E, P>[]
  : T extends object ? string extends keyof T ? { readonly [K in PathHead<P>]?: JsonValue }
    : { [K in keyof T as K extends PathHead<P> ? K : never]: K extends P ? T[K] : SelectedPaths<T[K], PathRest<P, K>> }
  : T;

/** The part of a dotted path before its first dot. */
export type PathHead<P extends string> = P extends `${infer Head}.${string}` ? Head : P;

/** The part of a dotted path behind `Head` and its dot. */
export type PathRest<P extends string, Head> = P extends `${Head & string}.${infer Rest}` ? Rest : never;

// ----------------------------------------------------------------------------------------------------------- users

/** Users of the instance. */
export interface UsersApi {
  /**
   * One user: `GET /v1/users/{id}`, from memory for `cache.userTtlMs`.
   *
   * Concurrent calls for one user share one call to Clerk.
   *
   * @throws {ClerkAPIResponseError} status 404 when there is no such user.
   * @throws {ClerkEdgeError} `invalid_argument` for an id that is empty, `.` or `..`, over 256 bytes, or holds anything
   * but letters, digits, `_`, `-`, `.` and `~`.
   */
  getUser<const F extends FieldSelection = "full">(
    userId: string,
    options?: ReadOptions<F>,
  ): Promise<Selected<User, F>>;
  /**
   * A page of users: `GET /v1/users`, one request, as a bare array. From memory for `cache.userTtlMs`.
   *
   * Filters may be written as Clerk's API does (`email_address`) or as its SDK does (`emailAddress`).
   *
   * @throws {ClerkEdgeError} `invalid_argument` for a `limit` outside 1..500, a `page` below 1, a negative `offset`, or
   * `page` and `offset` at once.
   */
  getUserList<const F extends FieldSelection = "full">(
    options?: UserListOptions<F>,
  ): Promise<readonly Selected<User, F>[]>;
  /**
   * The user's tokens at an OAuth provider: `GET /v1/users/{id}/oauth_access_tokens/oauth_{provider}`, from memory until
   * 5 s before the first of them expires, for `cache.tokenTtlMs` at most. Clerk refreshes them by itself. Dropped with
   * the user.
   *
   * @param provider `google`, `github`, …; its `oauth_` may be left out.
   * @throws {ClerkAPIResponseError} for no such user, and for a provider that is not enabled.
   * @throws {ClerkEdgeError} `invalid_argument` for what is not an id or not a provider's name.
   */
  getUserOauthAccessToken(userId: string, provider: string, options?: WaitOptions): Promise<OauthAccessTokens>;
}

/** Options of a read. */
export interface ReadOptions<F extends FieldSelection = FieldSelection> {
  /** Which fields to keep. Default `full`. */
  readonly fields?: F | undefined;
  /** Ends the wait with `aborted`. */
  readonly signal?: AbortSignalLike | undefined;
}

/** Options of {@link UsersApi.getUserList}. */
export interface UserListOptions<F extends FieldSelection = FieldSelection>
  extends ReadOptions<F>, UserFilters, UserFiltersCamel {
  /** Which page of `limit` users, from 1. In place of `offset`. */
  readonly page?: number | undefined;
  /** Users per page, 1..500. Default 10. */
  readonly limit?: number | undefined;
  /** Users to skip, from 0. In place of `page`. */
  readonly offset?: number | undefined;
}

/** Filters of `GET /v1/users` as Clerk's API names them. Each list takes up to 100 values. */
export interface UserFilters {
  /** Users with one of these e-mail addresses. */
  readonly email_address?: readonly string[] | undefined;
  /** Users with one of these phone numbers. */
  readonly phone_number?: readonly string[] | undefined;
  /** Users with one of these external ids; a leading `-` excludes instead. */
  readonly external_id?: readonly string[] | undefined;
  /** Users with one of these usernames. */
  readonly username?: readonly string[] | undefined;
  /** Users with one of these web3 wallets. */
  readonly web3_wallet?: readonly string[] | undefined;
  /** Users with one of these ids; a leading `-` excludes instead. */
  readonly user_id?: readonly string[] | undefined;
  /** Members of one of these organizations; a leading `-` excludes instead. */
  readonly organization_id?: readonly string[] | undefined;
  /** Part of an address, number, name, wallet or id, in any case. */
  readonly query?: string | undefined;
  /** Part of an e-mail address, in any case. */
  readonly email_address_query?: string | undefined;
  /** Part of a phone number. */
  readonly phone_number_query?: string | undefined;
  /** Part of a username, in any case. */
  readonly username_query?: string | undefined;
  /** Part of a first or last name, in any case. */
  readonly name_query?: string | undefined;
  /** Only banned users, or only users who are not. */
  readonly banned?: boolean | undefined;
  /** Last active before this time, ms since the epoch. */
  readonly last_active_at_before?: number | undefined;
  /** Last active after this time, ms since the epoch. */
  readonly last_active_at_after?: number | undefined;
  /** Active on or after this day, ms since the epoch. */
  readonly last_active_at_since?: number | undefined;
  /** Created before this time, ms since the epoch. */
  readonly created_at_before?: number | undefined;
  /** Created after this time, ms since the epoch. */
  readonly created_at_after?: number | undefined;
  /** Last signed in before this time, ms since the epoch. */
  readonly last_sign_in_at_before?: number | undefined;
  /** Last signed in after this time, ms since the epoch. */
  readonly last_sign_in_at_after?: number | undefined;
  /** OAuth provider; together with `provider_user_id`. */
  readonly provider?: string | undefined;
  /** Ids of users at `provider`. */
  readonly provider_user_id?: readonly string[] | undefined;
  /** Cursor: the id of the last user of the page before. Needs the order of `created_at`, and no offset. */
  readonly starting_after?: string | undefined;
  /** A field to order by, with `-` in front for descending. Default `-created_at`. */
  readonly order_by?: UserOrder | undefined;
}

/** The same filters as Clerk's SDK names them. */
export type UserFiltersCamel = { readonly [K in keyof UserFilters as CamelCase<K>]: UserFilters[K] };

/** `email_address` → `emailAddress`. */
export type CamelCase<S extends string> = S extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<CamelCase<Rest>>}`
  : S;

/** Fields that users can be ordered by. */
export type UserOrderField =
  | "created_at"
  | "updated_at"
  | "email_address"
  | "web3wallet"
  | "first_name"
  | "last_name"
  | "phone_number"
  | "username"
  | "last_active_at"
  | "last_sign_in_at";

/** An order of users: ascending, or descending with `-` in front. */
export type UserOrder = UserOrderField | `-${UserOrderField}` | `+${UserOrderField}`;
