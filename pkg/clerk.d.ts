/**
 * Clerk's own JSON, version 2026-05-12: names, types and nullability as in its OpenAPI document.
 *
 * A member is optional where Clerk does not promise to send it. Times are ms since the epoch unless said otherwise.
 */

import type { OrganizationMembership } from "./organizations.d.ts";

/** Any value that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** Any JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A user. */
export interface User {
  /** `user_…`. */
  readonly id: string;
  /** Always `user`. */
  readonly object: "user";
  /** The id your own system gave this user; unique in the instance. */
  readonly external_id: string | null;
  /** Id of one of `email_addresses`. */
  readonly primary_email_address_id: string | null;
  /** Id of one of `phone_numbers`. */
  readonly primary_phone_number_id: string | null;
  /** Id of one of `web3_wallets`. */
  readonly primary_web3_wallet_id: string | null;
  /** Unique in the instance. */
  readonly username: string | null;
  /** First name. */
  readonly first_name: string | null;
  /** Last name. */
  readonly last_name: string | null;
  /** Language of e-mails and texts, for example `en-US`. */
  readonly locale?: string | null;
  /**
   * The picture's old address.
   * @deprecated Use `image_url`.
   */
  readonly profile_image_url?: string;
  /** Address of the picture: uploaded, from an external account, or made by Clerk. */
  readonly image_url?: string;
  /** Whether the picture is the user's own. */
  readonly has_image: boolean;
  /** Readable by the frontend, written by the backend alone. At most 8 KB. */
  readonly public_metadata: JsonObject;
  /** Read and written by the backend alone. At most 8 KB. */
  readonly private_metadata?: JsonObject | null;
  /** Read and written by the frontend too: never trust it. At most 8 KB. */
  readonly unsafe_metadata?: JsonObject;
  /** E-mail addresses. */
  readonly email_addresses: readonly EmailAddress[];
  /** Phone numbers. */
  readonly phone_numbers: readonly PhoneNumber[];
  /** Web3 wallets. */
  readonly web3_wallets: readonly Web3Wallet[];
  /** Passkeys. */
  readonly passkeys: readonly Passkey[];
  /** Whether the user has a password. */
  readonly password_enabled: boolean;
  /** Whether any second factor is on. */
  readonly two_factor_enabled: boolean;
  /** Whether an authenticator app is a second factor. */
  readonly totp_enabled: boolean;
  /** Whether backup codes are a second factor. */
  readonly backup_code_enabled: boolean;
  /** When a second factor was last turned on; stays when it is turned off. */
  readonly mfa_enabled_at: number | null;
  /** When the second factors were last turned off; stays when one is turned on. */
  readonly mfa_disabled_at: number | null;
  /** When the password was last changed. */
  readonly password_last_updated_at?: number | null;
  /** Accounts at OAuth providers. */
  readonly external_accounts: readonly ExternalAccount[];
  /**
   * Accounts at SAML providers.
   * @deprecated Use `enterprise_accounts`.
   */
  readonly saml_accounts: readonly SamlAccount[];
  /** Accounts at enterprise connections, SAML and OAuth. */
  readonly enterprise_accounts: readonly EnterpriseAccount[];
  /** Memberships, where the operation includes them. */
  readonly organization_memberships?: readonly OrganizationMembership[];
  /** When the user last signed in. */
  readonly last_sign_in_at: number | null;
  /** Whether the user is banned: no sign-in, sessions revoked. */
  readonly banned: boolean;
  /** Whether the user is locked out after too many failed attempts. */
  readonly locked: boolean;
  /** Whether the user's directory took the right to sign in away. */
  readonly deprovisioned?: boolean;
  /** Seconds until the lockout ends; null for a locked user means never. */
  readonly lockout_expires_in_seconds: number | null;
  /** Attempts left until the lockout; null when lockouts are off. */
  readonly verification_attempts_remaining: number | null;
  /** When the user was last changed. */
  readonly updated_at: number;
  /** When the user was made. */
  readonly created_at: number;
  /** Whether the user may delete the account. */
  readonly delete_self_enabled: boolean;
  /** Whether the user may make organizations. */
  readonly create_organization_enabled: boolean;
  /** How many organizations the user may make; 0 means any number. */
  readonly create_organizations_limit?: number | null;
  /** When the user was last active, exact to the day. */
  readonly last_active_at: number | null;
  /** When the user accepted the legal terms. */
  readonly legal_accepted_at: number | null;
  /** Whether sign-ins skip the check of the device. */
  readonly bypass_client_trust?: boolean;
  /** Where the user comes from, when a directory provisions it. */
  readonly scim?: ScimUserMetadata | null;
}

/** An e-mail address of a user. */
export interface EmailAddress {
  /** `idn_…`. */
  readonly id?: string;
  /** Always `email_address`. */
  readonly object: "email_address";
  /** The address. */
  readonly email_address: string;
  /** Whether it is kept for a user who has not verified it yet. */
  readonly reserved: boolean;
  /** Its verification. */
  readonly verification: Verification | null;
  /** What else stands for this address. */
  readonly linked_to: readonly IdentificationLink[];
  /** Whether its domain has an enterprise connection. */
  readonly matches_sso_connection?: boolean;
  /** When it was added. */
  readonly created_at: number;
  /** When it was last changed. */
  readonly updated_at: number;
}

/** A phone number of a user. */
export interface PhoneNumber {
  /** `idn_…`. */
  readonly id?: string;
  /** Always `phone_number`. */
  readonly object: "phone_number";
  /** The number, E.164. */
  readonly phone_number: string;
  /** Whether it is a second factor. */
  readonly reserved_for_second_factor?: boolean;
  /** Whether it is the first second factor to be offered. */
  readonly default_second_factor?: boolean;
  /** Whether it is kept for a user who has not verified it yet. */
  readonly reserved: boolean;
  /** Its verification. */
  readonly verification: Verification | null;
  /** What else stands for this number. */
  readonly linked_to: readonly IdentificationLink[];
  /** Backup codes, right after they were made. */
  readonly backup_codes?: readonly string[] | null;
  /** When it was added. */
  readonly created_at: number;
  /** When it was last changed. */
  readonly updated_at: number;
}

/** A web3 wallet of a user. */
export interface Web3Wallet {
  /** `idn_…`. */
  readonly id?: string;
  /** Always `web3_wallet`. */
  readonly object: "web3_wallet";
  /** The wallet's address. */
  readonly web3_wallet: string;
  /** Its verification. */
  readonly verification: Verification | null;
  /** When it was added. */
  readonly created_at: number;
  /** When it was last changed. */
  readonly updated_at: number;
}

/** A passkey of a user. */
export interface Passkey {
  /** `idn_…`. */
  readonly id?: string;
  /** Always `passkey`. */
  readonly object: "passkey";
  /** The name the user sees. */
  readonly name: string;
  /** When it was last used. */
  readonly last_used_at: number;
  /** Its verification. */
  readonly verification: Verification | null;
}

/** An account of a user at an OAuth provider. */
export interface ExternalAccount {
  /** The kind of account. */
  readonly object: "external_account" | "facebook_account" | "google_account";
  /** `eac_…`. */
  readonly id: string;
  /** The provider, for example `oauth_github`. */
  readonly provider: string;
  /** `idn_…`. */
  readonly identification_id: string;
  /** The user's id at the provider. */
  readonly provider_user_id: string;
  /** Scopes granted, separated by spaces. */
  readonly approved_scopes: string;
  /** E-mail address at the provider. */
  readonly email_address: string;
  /** Whether the provider had verified the address; null when that is not known. */
  readonly email_address_verified?: boolean | null;
  /** First name at the provider. */
  readonly first_name: string;
  /** Last name at the provider. */
  readonly last_name: string;
  /**
   * The picture's old address.
   * @deprecated Use `image_url`.
   */
  readonly avatar_url?: string;
  /** Address of the picture at the provider. */
  readonly image_url?: string | null;
  /** Username at the provider. */
  readonly username?: string | null;
  /** Phone number at the provider. */
  readonly phone_number?: string | null;
  /** Metadata of the account. */
  readonly public_metadata: JsonObject;
  /** A name to tell accounts at one provider apart. */
  readonly label?: string | null;
  /** When it was connected. */
  readonly created_at: number;
  /** When it was last changed. */
  readonly updated_at: number;
  /** Its verification. */
  readonly verification: Verification | null;
}

/** An account of a user at a SAML provider. */
export interface SamlAccount {
  /** `idn_…`. */
  readonly id: string;
  /** Always `saml_account`. */
  readonly object: "saml_account";
  /** The provider, for example `saml_okta`. */
  readonly provider: string;
  /** Whether it can be used. */
  readonly active: boolean;
  /** E-mail address at the provider. */
  readonly email_address: string;
  /** First name at the provider. */
  readonly first_name?: string | null;
  /** Last name at the provider. */
  readonly last_name?: string | null;
  /** The user's id at the provider. */
  readonly provider_user_id?: string | null;
  /** When it was last used. */
  readonly last_authenticated_at?: number | null;
  /** Metadata of the account. */
  readonly public_metadata?: JsonObject;
  /** Its verification. */
  readonly verification: Verification | null;
  /** The connection it came by. */
  readonly saml_connection?: AccountConnection | null;
}

/** An account of a user at an enterprise connection. */
export interface EnterpriseAccount {
  /** `idn_…`. */
  readonly id: string;
  /** Always `enterprise_account`. */
  readonly object: "enterprise_account";
  /** How the user signs in. */
  readonly protocol?: "oauth" | "saml";
  /** The provider, for example `saml_okta`. */
  readonly provider: string;
  /** Whether it can be used. */
  readonly active: boolean;
  /** E-mail address at the provider. */
  readonly email_address: string;
  /** First name at the provider. */
  readonly first_name?: string | null;
  /** Last name at the provider. */
  readonly last_name?: string | null;
  /** The user's id at the provider. */
  readonly provider_user_id?: string | null;
  /** Id of the connection it came by. */
  readonly enterprise_connection_id?: string | null;
  /** Metadata of the account. */
  readonly public_metadata?: JsonObject;
  /** Its verification. */
  readonly verification: Verification | null;
  /** The connection it came by. */
  readonly enterprise_connection?: EnterpriseConnection | null;
  /** When it was last used. */
  readonly last_authenticated_at?: number | null;
}

/** The SAML connection of an account. */
export interface AccountConnection {
  /** Id of the connection. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** Its first domain. */
  readonly domain?: string;
  /** Its domains. */
  readonly domains?: readonly string[];
  /** Whether users can sign in by it. */
  readonly active: boolean;
  /** The provider, for example `saml_okta`. */
  readonly provider: string;
  /** Whether each sign-in updates the user from the provider. */
  readonly sync_user_attributes: boolean;
  /** Whether subdomains of its domains count. */
  readonly allow_subdomains?: boolean;
  /** Whether the provider may start a sign-in. */
  readonly allow_idp_initiated?: boolean;
  /** Whether its users may add no other identification. */
  readonly disable_additional_identifications?: boolean;
  /** When it was made. */
  readonly created_at: number;
  /** When it was last changed. */
  readonly updated_at: number;
}

/** The enterprise connection of an account. */
export interface EnterpriseConnection extends AccountConnection {
  /** How users sign in: `saml` or `oauth`. */
  readonly protocol: string;
  /** Address of its logo. */
  readonly logo_public_url: string | null;
  readonly disable_additional_identifications: boolean;
  readonly allow_subdomains: boolean;
  readonly allow_idp_initiated: boolean;
}

/** How something was verified, or is to be. Which members are there depends on `strategy`. */
export interface Verification {
  /** The kind of verification, for example `verification_otp`. */
  readonly object?: string;
  /** How far it is. */
  readonly status: "unverified" | "verified" | "failed" | "expired" | "transferable";
  /** How it is done, for example `email_code`, `admin` or `oauth_google`. */
  readonly strategy: string;
  /** Attempts so far. */
  readonly attempts?: number | null;
  /** When it ends. */
  readonly expire_at?: number | null;
  /** Where a code was sent by, for example `sms`. */
  readonly channel?: string | null;
  /** The client it was done on. */
  readonly verified_at_client?: string | null;
  /** What to sign, for wallets and passkeys. */
  readonly nonce?: string | null;
  /** What is shown to sign, for wallets and passkeys. */
  readonly message?: string | null;
  /** Where to send the user. */
  readonly external_verification_redirect_url?: string | null;
  /** Why it failed. */
  readonly error?: VerificationError | null;
}

/** Why a verification failed. */
export interface VerificationError {
  /** A short text for people. */
  readonly message: string;
  /** A longer text for people. */
  readonly long_message: string;
  /** Clerk's code. */
  readonly code: string;
  /** More about it. */
  readonly meta?: JsonObject;
}

/** Something else that stands for an address or a number. */
export interface IdentificationLink {
  /** Its kind, for example `oauth_google`. */
  readonly type: string;
  /** `idn_…`. */
  readonly id: string;
}

/** The directory a user comes from. */
export interface ScimUserMetadata {
  /** Id of the directory. */
  readonly directory_id: string;
  /** Whether the directory is on. */
  readonly directory_enabled?: boolean;
  /** The user's id in the directory. */
  readonly external_id: string | null;
}

/** A session. */
export interface Session {
  /** Always `session`. */
  readonly object: "session";
  /** `sess_…`. */
  readonly id: string;
  /** Whose session it is. */
  readonly user_id: string;
  /** The client (device) it is on. */
  readonly client_id: string;
  /** Who acts for the user, if somebody does. */
  readonly actor?: JsonObject | null;
  /** Only `active` sessions are signed in; `pending` ones have `tasks` to do first. */
  readonly status: SessionStatus;
  /** The organization last active in it. */
  readonly last_active_organization_id?: string | null;
  /** When it was last active. */
  readonly last_active_at: number;
  /** What was seen last. */
  readonly latest_activity?: SessionActivity;
  /** When it ends. */
  readonly expire_at: number;
  /** When it counts as abandoned. */
  readonly abandon_at: number;
  /** When it was last changed. */
  readonly updated_at: number;
  /** When it was made. */
  readonly created_at: number;
  /** What the user has to do before it becomes active. */
  readonly tasks?: readonly SessionTask[] | null;
}

/** How a session stands. */
export type SessionStatus =
  | "active"
  | "revoked"
  | "ended"
  | "expired"
  | "removed"
  | "abandoned"
  | "replaced"
  | "pending";

/** Where a session was last seen. */
export interface SessionActivity {
  /** Always `session_activity`. */
  readonly object: string;
  /** `sess_activity_…`. */
  readonly id: string;
  /** For example `Macintosh`. */
  readonly device_type?: string;
  /** Whether it was a phone or tablet. */
  readonly is_mobile: boolean;
  /** For example `Chrome`. */
  readonly browser_name?: string;
  /** For example `126.0`. */
  readonly browser_version?: string;
  /** IP address. */
  readonly ip_address?: string;
  /** City of the address. */
  readonly city?: string;
  /** Country of the address. */
  readonly country?: string;
}

/** Something a user has to do before a session becomes active. */
export interface SessionTask {
  /** For example `choose-organization`. */
  readonly key: string;
}
