/**
 * Machine credentials of one instance: M2M tokens, API keys and OAuth access tokens.
 *
 * Made ones are kept. Beside them every instance knows secrets of the form `<prefix>_sim_<state>_<n>` with prefix `mt`,
 * `ak` or `oat`, state `active`, `revoked` or `expired`, and n below 1,000,000: those of seeded user or machine n.
 */
import { randomBytes } from "node:crypto";
import { hex32, seededId } from "./ids.mjs";
import { SEED_EPOCH_MS } from "./seed.mjs";

const KNOWN = /^(mt|ak|oat)_sim_(active|revoked|expired)_(\d{1,6})$/;
const OBJECT = { mt: "machine_to_machine_token", ak: "api_key", oat: "clerk_idp_oauth_access_token" };
const CLIENT_ID = "simClient0000001";
const MOST = 10_000;

export class Machines {
  constructor(instance) {
    this.instance = instance;
    this.bySecret = new Map();
    this.byId = new Map();
  }

  /** A secret key of machine `n`: what creates M2M tokens. It carries the key of the instance it belongs to. */
  static secretKey(index, secretKey) {
    return `ak_${Buffer.from(`${index}:${secretKey}`).toString("base64url")}`;
  }

  /** The instance key and machine number in a machine secret key; undefined for anything else. */
  static ownerOf(machineSecretKey) {
    if (!/^ak_[A-Za-z0-9_-]{16,240}$/.test(machineSecretKey)) return undefined;
    const match = /^(\d{1,6}):(.+)$/.exec(Buffer.from(machineSecretKey.slice(3), "base64url").toString());
    return match ? { machine: Number(match[1]), secretKey: match[2] } : undefined;
  }

  machineId(index) {
    return seededId("mch", index, this.instance.salt);
  }

  /** The record of a secret with this prefix, as it is now; undefined when nobody knows it. */
  find(prefix, secret, now) {
    const made = this.bySecret.get(secret);
    const known = made ? undefined : KNOWN.exec(secret);
    const record = made ?? (known && this.#known(known, secret));
    return record?.prefix === prefix ? current(record, now) : undefined;
  }

  byRecordId(prefix, id, now) {
    const record = this.byId.get(id);
    return record?.prefix === prefix ? current(record, now) : undefined;
  }

  list(prefix, subject, now) {
    return [...this.byId.values()].reverse().filter((one) => one.prefix === prefix && one.fields.subject === subject)
      .map((one) => current(one, now));
  }

  /** Keeps a new credential and returns its record; `record.secret` is shown once. */
  make(prefix, fields, lifeSeconds, now) {
    if (this.byId.size >= MOST) this.#drop(this.byId.values().next().value);
    const record = this.draft(prefix, fields, lifeSeconds, now);
    this.bySecret.set(record.secret, record);
    this.byId.set(record.fields.id, record);
    return record;
  }

  /** A record that nobody keeps: enough for a token that is a JWT. */
  draft(prefix, fields, lifeSeconds, now) {
    const secret = `${prefix}_${randomBytes(24).toString("base64url").replace(/[-_]/g, "0")}`;
    const expiration = lifeSeconds == null ? null : now + lifeSeconds * 1000;
    return { prefix, secret, expiration, fields: {
      object: OBJECT[prefix], id: `${prefix}_${hex32(secret)}`, ...fields, revoked: false, revocation_reason: null,
      expired: false, expiration, last_used_at: null, created_at: now, updated_at: now,
    } };
  }

  revoke(record, reason, now) {
    Object.assign(record.fields, { revoked: true, revocation_reason: reason ?? null, updated_at: now });
    return record;
  }

  /** What verifying says about an OAuth access token that is a JWT of this instance. */
  fromJwt(token, claims) {
    const [created, expiration] = [claims.iat * 1000, claims.exp * 1000];
    return {
      object: OBJECT.oat, id: `oat_${hex32(token)}`, client_id: String(claims.client_id ?? CLIENT_ID),
      subject: claims.sub, scopes: String(claims.scope ?? "").split(" ").filter(Boolean), revoked: false,
      revocation_reason: null, expired: false, expiration, created_at: created, updated_at: created,
    };
  }

  #drop(record) {
    this.bySecret.delete(record.secret);
    this.byId.delete(record.fields.id);
  }

  #known([, prefix, state, number], secret) {
    const index = Number(number);
    const expired = state === "expired";
    const revoked = state === "revoked";
    const shared = { object: OBJECT[prefix], id: `${prefix}_${hex32(secret, this.instance.id)}` };
    const times = { created_at: SEED_EPOCH_MS, updated_at: SEED_EPOCH_MS };
    const status = { revoked, revocation_reason: revoked ? "compromised" : null, expired };
    const expiration = expired ? SEED_EPOCH_MS + 3_600_000 : null;
    const fields = { ...shared, ...this.#described(prefix, index), ...status, expiration, ...times };
    if (prefix !== "oat") fields.last_used_at = null;
    return { prefix, secret, expiration, fields };
  }

  #described(prefix, index) {
    const userId = seededId("user", index, this.instance.salt);
    if (prefix === "mt") return { subject: this.machineId(index), claims: null, scopes: [this.machineId(index + 1)] };
    if (prefix === "oat") return { client_id: CLIENT_ID, subject: userId, scopes: ["openid", "profile", "email"] };
    return { type: "api_key", subject: userId, name: `Key ${index}`, description: null, claims: null,
      scopes: ["read:reports"], created_by: userId };
  }
}

function current(record, now) {
  if (record.expiration !== null && record.expiration <= now) record.fields.expired = true;
  return record;
}
