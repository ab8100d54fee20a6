/**
 * The organizations of one instance and who belongs to them.
 *
 * One organization per twenty seeded users, at most fifty. Seeded user `i` belongs to organization `i % count`, those
 * with `i < count` as its admin. A seeded membership exists without being stored until it is changed or removed.
 */
import { freshId, seededId, seededIndex } from "./ids.mjs";
import { ORGANIZATION_WORDS } from "./names.mjs";
import { seededCard, SEED_EPOCH_MS } from "./seed.mjs";

const MOST_SEEDED = 50;
const USERS_EACH = 20;

/** Role key to what it may do. */
export const ROLES = {
  "org:admin": ["org:sys_profile:manage", "org:sys_memberships:read", "org:sys_memberships:manage",
    "org:sys_domains:manage", "org:reports:read", "org:reports:manage", "org:projects:read", "org:projects:create"],
  "org:member": ["org:sys_memberships:read", "org:reports:read", "org:projects:read"],
};
const ROLE_NAMES = { "org:admin": "Admin", "org:member": "Member" };

export class Organizations {
  constructor(instance) {
    this.instance = instance;
    this.seeded = Math.min(MOST_SEEDED, Math.ceil(instance.config.users / USERS_EACH));
    this.all = new Map();
    this.slugs = new Map();
    this.records = new Map();
    this.removed = new Set();
    this.joined = new Map();
    for (let index = 0; index < this.seeded; index += 1) this.save(this.#seededOrganization(index));
  }

  /** By id or slug. */
  read(idOrSlug) {
    return this.all.get(idOrSlug) ?? this.all.get(this.slugs.get(idOrSlug));
  }

  save(organization) {
    const old = this.all.get(organization.id);
    if (old && old.slug !== organization.slug) this.slugs.delete(old.slug);
    this.all.set(organization.id, organization);
    this.slugs.set(organization.slug, organization.id);
  }

  remove(organization) {
    this.all.delete(organization.id);
    this.slugs.delete(organization.slug);
    this.records.forEach((record, key) => record.organizationId === organization.id && this.records.delete(key));
  }

  /** The membership as the API shows it; undefined when there is none. */
  membership(organizationId, userId) {
    const record = this.record(organizationId, userId);
    return record && this.#shown(record);
  }

  /** All memberships of a user. */
  ofUser(userId) {
    return this.idsOfUser(userId).map((id) => this.membership(id, userId));
  }

  /** The ids of the organizations a user belongs to. */
  idsOfUser(userId) {
    const index = seededIndex("user", userId, this.instance.salt);
    const home = index >= 0 && this.seeded > 0 ? [this.seededId(index % this.seeded)] : [];
    const ids = new Set([...home, ...(this.joined.get(userId) ?? [])]);
    return [...ids].filter((id) => this.record(id, userId));
  }

  /** The ids of the members, those of the seed in their order first. */
  membersOf(organizationId) {
    const index = seededIndex("org", organizationId, this.instance.salt);
    const ids = new Set();
    if (index >= 0 && index < this.seeded) {
      for (let user = index; user < this.instance.users.seeded; user += this.seeded) {
        ids.add(seededId("user", user, this.instance.salt));
      }
    }
    for (const record of this.records.values()) if (record.organizationId === organizationId) ids.add(record.userId);
    return [...ids].filter((id) => this.record(organizationId, id));
  }

  /** Puts a new or changed membership record. */
  join(record) {
    const key = keyOf(record.organizationId, record.userId);
    this.removed.delete(key);
    this.records.set(key, record);
    this.joined.set(record.userId, new Set([...(this.joined.get(record.userId) ?? []), record.organizationId]));
    return this.#shown(record);
  }

  leave(organizationId, userId) {
    const key = keyOf(organizationId, userId);
    this.records.delete(key);
    this.removed.add(key);
    this.joined.get(userId)?.delete(organizationId);
  }

  dropUser(userId) {
    for (const id of this.idsOfUser(userId)) this.leave(id, userId);
  }

  /** What is stored of a membership, or would be: role, metadata, times. */
  record(organizationId, userId) {
    const key = keyOf(organizationId, userId);
    if (!this.all.has(organizationId) || !this.instance.users.has(userId)) return undefined;
    return this.records.get(key) ?? (this.removed.has(key) ? undefined : this.#seededRecord(organizationId, userId));
  }

  /** The id of the `index`-th seeded organization. */
  seededId(index) {
    return seededId("org", index, this.instance.salt);
  }

  #shown(record) {
    const { organizationId, userId, ...fields } = record;
    const user = this.instance.users.read(userId);
    return {
      object: "organization_membership",
      ...fields,
      role_name: ROLE_NAMES[record.role],
      permissions: ROLES[record.role],
      organization: this.all.get(organizationId),
      public_user_data: publicUserData(user),
    };
  }

  #seededRecord(organizationId, userId) {
    const { salt } = this.instance;
    const index = seededIndex("user", userId, salt);
    if (index < 0 || this.seeded === 0 || this.seededId(index % this.seeded) !== organizationId) return undefined;
    const { createdAt } = seededCard(index);
    return {
      organizationId, userId,
      id: seededId("orgmem", index, salt),
      role: index < this.seeded ? "org:admin" : "org:member",
      public_metadata: { team: index % 3 },
      private_metadata: {},
      created_at: createdAt,
      updated_at: createdAt,
    };
  }

  #seededOrganization(index) {
    const [first, second] = ORGANIZATION_WORDS;
    const turn = index * 7 + Math.floor(index / first.length);
    const name = `${first[index % first.length]} ${second[turn % second.length]}`;
    const { salt } = this.instance;
    const createdAt = SEED_EPOCH_MS + index * 3_600_000;
    return {
      object: "organization",
      id: this.seededId(index),
      name,
      slug: `${name.toLowerCase().replaceAll(" ", "-")}-${index}`,
      image_url: `https://img.example.com/organizations/${index}.png`,
      has_image: true,
      pending_invitations_count: 0,
      max_allowed_memberships: 0,
      admin_delete_enabled: true,
      public_metadata: { tier: index % 2 === 0 ? "gold" : "silver" },
      private_metadata: { contract: `C-${1000 + index}` },
      created_by: seededId("user", index, salt),
      created_at: createdAt,
      updated_at: createdAt,
      last_active_at: createdAt + 86_400_000,
      role_set_key: "role_set:default",
    };
  }
}

/** A new membership record. */
export function newRecord(organizationId, userId, role, body, now) {
  return {
    organizationId, userId, id: freshId("orgmem"), role,
    public_metadata: body.public_metadata ?? {}, private_metadata: body.private_metadata ?? {},
    created_at: now, updated_at: now,
  };
}

const keyOf = (organizationId, userId) => `${organizationId} ${userId}`;

function publicUserData(user) {
  return {
    user_id: user.id,
    first_name: user.first_name,
    last_name: user.last_name,
    profile_image_url: user.image_url,
    image_url: user.image_url,
    has_image: user.has_image,
    identifier: user.email_addresses[0]?.email_address ?? user.phone_numbers[0]?.phone_number ?? user.username,
    username: user.username,
    banned: user.banned,
  };
}
