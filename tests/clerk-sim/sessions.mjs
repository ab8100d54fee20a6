/** The sessions of one instance: one active per seeded user, an ended one for every fourth, and those made later. */
import { freshId, seededId, seededIndex } from "./ids.mjs";
import { SEED_EPOCH_MS } from "./seed.mjs";

const DAY_MS = 86_400_000;
const LIFE_MS = 3650 * DAY_MS;
const MOST_MADE = 100_000;

export class Sessions {
  constructor(instance) {
    this.instance = instance;
    this.changed = new Map();
    this.made = new Map();
  }

  /** The session to read, not to change; undefined when there is none or its user is gone. */
  read(id) {
    const session = this.changed.get(id) ?? this.#seeded(seededIndex("sess", id, this.instance.salt));
    return session && this.instance.users.has(session.user_id) ? session : undefined;
  }

  save(session) {
    this.changed.set(session.id, session);
  }

  /** A new active session. The client of a seeded user stays the same one. */
  make(userId, organizationId, now) {
    if (this.made.size >= MOST_MADE) this.made.delete(this.made.keys().next().value);
    const index = seededIndex("user", userId, this.instance.salt);
    const session = {
      object: "session",
      id: freshId("sess"),
      user_id: userId,
      client_id: index < 0 ? freshId("client") : seededId("client", index, this.instance.salt),
      actor: null,
      status: "active",
      last_active_organization_id: organizationId ?? null,
      last_active_at: now,
      expire_at: now + 7 * DAY_MS,
      abandon_at: now + 30 * DAY_MS,
      updated_at: now,
      created_at: now,
      tasks: null,
    };
    this.save(session);
    const mine = this.made.get(userId) ?? [];
    this.made.set(userId, [...mine, session.id].slice(-1000));
    return session;
  }

  /** All sessions of a user, newest first. */
  ofUser(userId) {
    const made = (this.made.get(userId) ?? []).map((id) => this.read(id)).reverse();
    const index = seededIndex("user", userId, this.instance.salt);
    if (index < 0) return made;
    const seeded = [index * 2, index * 2 + 1].map((at) => this.read(seededId("sess", at, this.instance.salt)));
    return [...made, ...seeded.filter(Boolean)];
  }

  /** All sessions of a client, newest first. */
  ofClient(clientId) {
    const { salt } = this.instance;
    const index = seededIndex("client", clientId, salt);
    if (index >= 0) return this.ofUser(seededId("user", index, salt)).filter((one) => one.client_id === clientId);
    return [...this.changed.values()].filter((one) => one.client_id === clientId).reverse();
  }

  /** The organization of the owner of every other active session is its active one. */
  #home(owner) {
    const { organizations } = this.instance;
    const id = organizations.seededId(owner % organizations.seeded);
    return organizations.all.has(id) ? id : null;
  }

  /** Even positions are the active session of user `index / 2`, odd ones the ended session of every fourth user. */
  #seeded(index) {
    const { salt, users } = this.instance;
    const owner = index >> 1;
    const ended = index % 2 === 1;
    if (index < 0 || owner >= users.seeded || (ended && owner % 4 !== 0)) return undefined;
    const createdAt = SEED_EPOCH_MS + owner * 540_000 + (ended ? 60_000 : 120_000);
    return {
      object: "session",
      id: seededId("sess", index, salt),
      user_id: seededId("user", owner, salt),
      client_id: seededId("client", owner, salt),
      actor: null,
      status: ended ? "ended" : "active",
      last_active_organization_id: owner % 2 === 0 && !ended ? this.#home(owner) : null,
      last_active_at: createdAt + 3_600_000,
      latest_activity: activity(index, salt),
      expire_at: createdAt + LIFE_MS,
      abandon_at: createdAt + LIFE_MS,
      updated_at: createdAt + 3_600_000,
      created_at: createdAt,
      tasks: null,
    };
  }
}

function activity(index, salt) {
  return {
    object: "session_activity",
    id: seededId("sess_activity", index, salt),
    device_type: index % 6 === 0 ? "iPhone" : "Macintosh",
    is_mobile: index % 6 === 0,
    browser_name: "Chrome",
    browser_version: "128.0.0.0",
    ip_address: `203.0.113.${index % 254}`,
    city: "Lisbon",
    country: "PT",
  };
}
