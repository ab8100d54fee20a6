/** Making and changing users: what the API checks, and the complete resource that comes out. */
import {
  ApiError, badRequest, identifierExists, paramConflict, paramFormat, paramMissing, paramTooMany, paramValue,
  passwordTooShort,
} from "./errors.mjs";
import { check, limitSize, time } from "./forms.mjs";
import { freshId } from "./ids.mjs";

export const METADATA = ["public_metadata", "private_metadata", "unsafe_metadata"];

const SHARED = {
  external_id: "string", first_name: "string", last_name: "string", locale: "string", username: "string",
  password: "string", password_digest: "string", password_hasher: "string", skip_password_checks: "boolean",
  totp_secret: "string", backup_codes: "strings", delete_self_enabled: "boolean",
  create_organization_enabled: "boolean", create_organizations_limit: "integer", legal_accepted_at: "string",
  skip_legal_checks: "boolean", created_at: "string", bypass_client_trust: "boolean",
};
const CREATE = {
  ...SHARED, email_address: "strings", email_address_identification_status: "strings", phone_number: "strings",
  phone_number_identification_status: "strings", web3_wallet: "strings", skip_password_requirement: "boolean",
  skip_user_requirement: "boolean", public_metadata: "map", private_metadata: "map", unsafe_metadata: "map",
  banned: "boolean", locked: "boolean",
};
const UPDATE = {
  ...SHARED, primary_email_address_id: "string", notify_primary_email_address_changed: "boolean",
  primary_phone_number_id: "string", primary_web3_wallet_id: "string", profile_image_id: "string",
  sign_out_of_other_sessions: "boolean",
};
const PLAIN = ["first_name", "last_name", "locale"];
const SWITCHES = ["delete_self_enabled", "create_organization_enabled", "bypass_client_trust"];
const PRIMARIES = { primary_email_address_id: "email_addresses", primary_phone_number_id: "phone_numbers",
  primary_web3_wallet_id: "web3_wallets" };
const MOST_IDENTIFIERS = 10;

/** The user that `POST /users` creates. */
export function newUser(users, body, now) {
  check(body, CREATE);
  const emails = identifiers(users, body, EMAIL, now);
  const phones = identifiers(users, body, PHONE, now);
  const wallets = identifiers(users, body, WALLET, now);
  for (const name of METADATA) limitSize(name, body[name]);
  const user = {
    ...blank(freshId("user"), now),
    primary_email_address_id: emails[0]?.id ?? null,
    primary_phone_number_id: phones[0]?.id ?? null,
    primary_web3_wallet_id: wallets[0]?.id ?? null,
    email_addresses: emails,
    phone_numbers: phones,
    web3_wallets: wallets,
    public_metadata: body.public_metadata ?? {},
    private_metadata: body.private_metadata ?? {},
    unsafe_metadata: body.unsafe_metadata ?? {},
    banned: body.banned ?? false,
    locked: body.locked ?? false,
  };
  return attributes(users, user, body, now);
}

/** The user after `PATCH /users/{id}`. Before 2026-05-12 metadata could be replaced here too. */
export function changedUser(users, user, body, now, version) {
  const old = version < "2026-05-12";
  check(body, old ? { ...UPDATE, public_metadata: "map", private_metadata: "map", unsafe_metadata: "map" } : UPDATE);
  const changed = { ...user, updated_at: now };
  for (const [field, list] of Object.entries(PRIMARIES)) {
    if (body[field] === undefined || body[field] === null) continue;
    if (!user[list].some((one) => one.id === body[field])) throw paramValue(field, body[field]);
    changed[field] = body[field];
  }
  for (const name of METADATA) {
    limitSize(name, body[name]);
    if (body[name]) changed[name] = body[name];
  }
  return attributes(users, changed, body, now);
}

function attributes(users, user, body, now) {
  const changed = { ...user };
  for (const name of PLAIN) if (body[name] !== undefined) changed[name] = body[name];
  for (const name of SWITCHES) if (typeof body[name] === "boolean") changed[name] = body[name];
  if (Number.isSafeInteger(body.create_organizations_limit)) {
    changed.create_organizations_limit = body.create_organizations_limit;
  }
  if (body.username !== undefined) changed.username = username(users, user.id, body.username);
  if (body.external_id !== undefined) changed.external_id = externalId(users, user.id, body.external_id);
  if (typeof body.created_at === "string") changed.created_at = time("created_at", body.created_at);
  if (typeof body.legal_accepted_at === "string") {
    changed.legal_accepted_at = time("legal_accepted_at", body.legal_accepted_at);
  }
  return password(changed, body, now);
}

function password(user, body, now) {
  if (body.password && body.password_digest) throw paramConflict("password_digest", "password");
  if (body.password_digest && !body.password_hasher) throw paramMissing("password_hasher");
  if (typeof body.password === "string" && body.password.length < 8 && !body.skip_password_checks) {
    throw passwordTooShort(8);
  }
  if (!body.password && !body.password_digest) return user;
  return { ...user, password_enabled: true, password_last_updated_at: now };
}

function username(users, userId, name) {
  if (name === null || name === "") return null;
  if (name.length < 4 || name.length > 64) {
    throw form("form_username_invalid_length", "Username must be between 4 and 64 characters long.");
  }
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw form("form_username_invalid_character",
      "Username can only contain letters, numbers and '_' or '-'.");
  }
  return free(users, "username", name, userId, "username", "username");
}

function externalId(users, userId, value) {
  if (value === null || value === "") return null;
  return free(users, "externalId", value, userId, "external_id", "external ID");
}

function form(code, message) {
  return new ApiError(422, [{ message, long_message: message, code, meta: { param_name: "username" } }]);
}

function free(users, kind, value, userId, param, label) {
  const owner = users.owner(kind, value);
  if (owner !== undefined && owner !== userId) throw identifierExists(param, label);
  return value;
}

const EMAIL = { param: "email_address", kind: "emails", label: "email address",
  pattern: /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/, expected: "must be a valid email address." };
const PHONE = { param: "phone_number", kind: "phones", label: "phone number", pattern: /^\+[1-9]\d{6,14}$/,
  expected: "must be a valid phone number according to E.164 international standard." };
const WALLET = { param: "web3_wallet", kind: "wallets", label: "web3 wallet", pattern: /^0x[0-9a-fA-F]{40}$/,
  expected: "must be a valid web3 wallet address that starts with 0x and contains 40 hexadecimal characters." };

/** The identifiers of one sort from the body, verified unless the parallel status list says `reserved`. */
function identifiers(users, body, sort, now) {
  const given = body[sort.param] ?? [];
  const statuses = body[`${sort.param}_identification_status`] ?? [];
  if (given.length > MOST_IDENTIFIERS) throw paramTooMany(sort.param, MOST_IDENTIFIERS);
  const wrong = statuses.find((status) => status !== "verified" && status !== "reserved");
  if (wrong !== undefined) throw paramValue(`${sort.param}_identification_status`, wrong);
  if (statuses.length > 0 && statuses.length !== given.length) {
    throw badRequest("form_param_value_invalid", "is invalid",
      `${sort.param}_identification_status must contain one item per ${sort.label}.`,
      `${sort.param}_identification_status`);
  }
  const seen = new Set();
  return given.map((value, at) => {
    if (!sort.pattern.test(value)) throw paramFormat(sort.param, `${sort.param} ${sort.expected}`);
    if (seen.has(value.toLowerCase())) throw identifierExists(sort.param, sort.label);
    seen.add(value.toLowerCase());
    return identification(sort, free(users, sort.kind, value, undefined, sort.param, sort.label),
      statuses[at] === "reserved", now);
  });
}

function identification(sort, value, reserved, now) {
  const shared = {
    id: freshId("idn"),
    object: sort.param,
    [sort.param]: value,
    verification: reserved ? null
      : { object: "verification_admin", status: "verified", strategy: "admin", attempts: null, expire_at: null },
    created_at: now,
    updated_at: now,
  };
  if (sort === WALLET) return shared;
  if (sort === EMAIL) return { ...shared, reserved, linked_to: [], matches_sso_connection: false };
  return { ...shared, reserved, reserved_for_second_factor: false, default_second_factor: false, linked_to: [],
    backup_codes: null };
}

function blank(id, now) {
  return {
    id, object: "user", username: null, first_name: null, last_name: null, locale: null,
    image_url: `https://img.example.com/default/${id}.png`, has_image: false,
    password_enabled: false, two_factor_enabled: false, totp_enabled: false, backup_code_enabled: false,
    passkeys: [], external_accounts: [], saml_accounts: [], enterprise_accounts: [], password_last_updated_at: null,
    external_id: null, last_sign_in_at: null, banned: false, locked: false, lockout_expires_in_seconds: null,
    verification_attempts_remaining: 100, created_at: now, updated_at: now, delete_self_enabled: true,
    bypass_client_trust: false, create_organization_enabled: true, last_active_at: now, mfa_enabled_at: null,
    mfa_disabled_at: null, legal_accepted_at: null,
  };
}
