/**
 * The seeded people: every one a pure function of a position, so nothing is stored until somebody changes it.
 *
 * A *card* holds what lists filter and sort by; it is the same in every instance. A *user* is the complete resource
 * with the ids of one instance, 3 to 4 KB as JSON. Position 0 was created first. Cards are kept for all instances together.
 */
import { mix32, seededId } from "./ids.mjs";
import { CITIES, DEPARTMENTS, FIRST_NAMES, LAST_NAMES, LOCALES, MAIL_HOSTS, PLANS, TITLES } from "./names.mjs";

/** When position 0 was created: 2024-01-01T00:00:00Z. Each next one came nine minutes later. */
export const SEED_EPOCH_MS = 1_704_067_200_000;
const STEP_MS = 540_000;
const DAY_MS = 86_400_000;

const cards = [];

/** What lists look at, for the user at `index`: names, identifiers, times. Cheap, kept, frozen by convention. */
export function seededCard(index) {
  return (cards[index] ??= makeCard(index));
}

function makeCard(index) {
  const pick = picker(index, 1);
  const first = pick(FIRST_NAMES);
  const last = pick(LAST_NAMES);
  const handle = `${ascii(first)}.${ascii(last)}`;
  const createdAt = SEED_EPOCH_MS + index * STEP_MS;
  const seenAt = createdAt + (1 + (pick.number() % 200)) * DAY_MS;
  return {
    index,
    firstName: first,
    lastName: last,
    username: `${handle.replace(".", "_")}_${index}`,
    emails: emailsOf(handle, index, pick),
    phones: [`+1555${String(2_000_000 + index).padStart(7, "0")}`],
    wallets: [],
    externalId: `crm-${String(index).padStart(6, "0")}`,
    banned: false,
    createdAt,
    updatedAt: seenAt + 3_600_000,
    lastActiveAt: seenAt - (seenAt % DAY_MS),
    lastSignInAt: seenAt,
  };
}

function emailsOf(handle, index, pick) {
  const main = `${handle}.${index}@${pick(MAIL_HOSTS)}`;
  return index % 4 === 0 ? [main, `${handle}.${index}+home@example.com`] : [main];
}

/** The complete user at `index`, as this instance serves it. Costs about 10 µs; callers keep the text. */
export function seededUser(index, salt) {
  const card = seededCard(index);
  const pick = picker(index, 2);
  const id = seededId("user", index, salt);
  const account = externalAccount(card, pick, salt);
  const emails = card.emails.map((address, at) => email(address, at, card, account, salt));
  return {
    id,
    object: "user",
    username: card.username,
    first_name: card.firstName,
    last_name: card.lastName,
    locale: pick(LOCALES),
    image_url: avatar(id, "oauth_google"),
    has_image: true,
    primary_email_address_id: emails[0].id,
    primary_phone_number_id: seededId("idn", index * 8 + 4, salt),
    primary_web3_wallet_id: null,
    password_enabled: index % 3 !== 0,
    two_factor_enabled: index % 10 === 0,
    totp_enabled: index % 10 === 0,
    backup_code_enabled: index % 10 === 0,
    email_addresses: emails,
    phone_numbers: [phone(card, index, salt)],
    web3_wallets: [],
    passkeys: [],
    external_accounts: [account],
    saml_accounts: [],
    enterprise_accounts: [],
    password_last_updated_at: index % 3 === 0 ? null : card.createdAt,
    public_metadata: publicMetadata(index, pick),
    private_metadata: privateMetadata(index, pick),
    unsafe_metadata: unsafeMetadata(pick),
    external_id: card.externalId,
    last_sign_in_at: card.lastSignInAt,
    banned: false,
    locked: false,
    lockout_expires_in_seconds: null,
    verification_attempts_remaining: 100,
    created_at: card.createdAt,
    updated_at: card.updatedAt,
    delete_self_enabled: true,
    bypass_client_trust: false,
    create_organization_enabled: true,
    last_active_at: card.lastActiveAt,
    mfa_enabled_at: index % 10 === 0 ? card.createdAt + DAY_MS : null,
    mfa_disabled_at: null,
    legal_accepted_at: card.createdAt,
  };
}

function email(address, at, card, account, salt) {
  const linked = at === 0 ? [{ type: "oauth_google", id: account.identification_id }] : [];
  return {
    id: seededId("idn", card.index * 8 + at, salt),
    object: "email_address",
    email_address: address,
    reserved: false,
    verification: at === 0
      ? { object: "verification_from_oauth", status: "verified", strategy: "from_oauth_google", attempts: null,
          expire_at: null }
      : { object: "verification_otp", status: "verified", strategy: "email_code", attempts: 1,
          expire_at: card.createdAt + 600_000 },
    linked_to: linked,
    matches_sso_connection: false,
    created_at: card.createdAt,
    updated_at: card.createdAt + 1_000,
  };
}

function phone(card, index, salt) {
  return {
    id: seededId("idn", index * 8 + 4, salt),
    object: "phone_number",
    phone_number: card.phones[0],
    reserved_for_second_factor: false,
    default_second_factor: false,
    reserved: false,
    verification: { object: "verification_otp", status: "verified", strategy: "phone_code", attempts: 1,
      expire_at: card.createdAt + 600_000 },
    linked_to: [],
    backup_codes: null,
    created_at: card.createdAt,
    updated_at: card.createdAt + 2_000,
  };
}

function externalAccount(card, pick, salt) {
  const id = seededId("eac", card.index, salt);
  return {
    object: "google_account",
    id,
    provider: "oauth_google",
    identification_id: seededId("idn", card.index * 8 + 5, salt),
    provider_user_id: `1${String(pick.number()).padStart(10, "0")}${String(pick.number()).padStart(10, "0")}`,
    approved_scopes: "email https://www.googleapis.com/auth/userinfo.email "
      + "https://www.googleapis.com/auth/userinfo.profile openid profile",
    email_address: card.emails[0],
    email_address_verified: true,
    first_name: card.firstName,
    last_name: card.lastName,
    avatar_url: `https://img.example.com/avatars/${id}/s96.png`,
    image_url: avatar(id, "google"),
    username: "",
    phone_number: null,
    public_metadata: {},
    label: null,
    created_at: card.createdAt,
    updated_at: card.createdAt + 1_000,
    verification: { object: "verification_oauth", status: "verified", strategy: "oauth_google", attempts: null,
      expire_at: card.createdAt + 600_000 },
  };
}

/** Clerk's image addresses carry a base64 description; this one is as long and as opaque. */
function avatar(id, provider) {
  const about = { type: "proxy", src: `https://images.example.com/${provider}/img_${id.split("_")[1]}` };
  return `https://img.example.com/${Buffer.from(JSON.stringify(about)).toString("base64url")}`;
}

function publicMetadata(index, pick) {
  return {
    plan: pick(PLANS),
    role: index % 25 === 0 ? "admin" : "member",
    onboarding: { completed: index % 5 !== 0, step: index % 5, completedAt: "2024-03-01T09:30:00.000Z" },
    profile: { department: pick(DEPARTMENTS), title: pick(TITLES), city: pick(CITIES) },
    features: { betaDashboard: index % 2 === 0, exportCsv: true, aiAssist: index % 7 === 0 },
  };
}

function privateMetadata(index, pick) {
  return {
    stripeCustomerId: `cus_${pick.word(14)}`,
    crm: { accountId: `acct-${pick.word(10)}`, owner: `${pick.word(6)}@example.com`, score: pick.number() % 100 },
    risk: { level: index % 11 === 0 ? "review" : "low", checks: ["email", "phone", "device"] },
  };
}

function unsafeMetadata(pick) {
  return {
    theme: pick(["light", "dark", "system"]),
    timezone: pick(["Europe/Lisbon", "Europe/Berlin", "America/New_York", "Asia/Tokyo"]),
    shortcuts: { search: "mod+k", compose: "c", archive: "e" },
    dismissed: ["welcome", "release-2024-06", `tip-${pick.number() % 40}`],
  };
}

/** Choices that depend on nothing but the position and the purpose. */
function picker(index, purpose) {
  let state = mix32(index * 16 + purpose);
  const number = () => (state = mix32(state + 0x9e3779b9));
  const pick = (list) => list[number() % list.length];
  pick.number = number;
  pick.word = (length) => Array.from({ length }, () => "abcdefghijkmnpqrstuvwxyz23456789"[number() % 32]).join("");
  return pick;
}

function ascii(name) {
  return name.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace("Ł", "L").replace("ł", "l").replace("ø", "o")
    .toLowerCase();
}
