/**
 * The users of one instance: the seed, and on top of it what has been created, changed and deleted.
 *
 * A seeded user is made from its position when asked for, and its JSON kept as bytes (the last `MOST_TEXTS` of them).
 * A changed one is held as an object. Both are found in order of creation by merging two sorted sequences, so a page
 * after a cursor costs the same wherever it starts, while an offset is walked.
 */
import { seededId, seededIndex } from "./ids.mjs";
import { seededCard, seededUser } from "./seed.mjs";

const MOST_TEXTS = 20_000;
const IDENTIFIERS = ["emails", "username", "phones", "wallets", "externalId"];

export class Users {
  constructor(seeded, salt) {
    this.seeded = seeded;
    this.salt = salt;
    this.changed = new Map();
    this.displaced = new Set();
    this.extra = [];
    this.texts = new Map();
    this.owners = new Map();
    this.created = 0;
  }

  /** How many users there are. */
  get size() {
    return this.seeded - this.displaced.size + this.extra.length;
  }

  has(id) {
    return this.changed.has(id) || this.#seedIndex(id) >= 0;
  }

  /** The user as an object to read, not to change; undefined when there is none. */
  read(id) {
    const changed = this.changed.get(id);
    if (changed) return changed.user;
    const index = this.#seedIndex(id);
    return index < 0 ? undefined : seededUser(index, this.salt);
  }

  /** The user as JSON bytes; undefined when there is none. */
  bytes(id) {
    const kept = this.texts.get(id);
    if (kept) return kept;
    const user = this.read(id);
    if (!user) return undefined;
    if (this.texts.size >= MOST_TEXTS) this.texts.delete(this.texts.keys().next().value);
    const bytes = Buffer.from(JSON.stringify(user));
    this.texts.set(id, bytes);
    return bytes;
  }

  /** The card of a user: names, identifiers and times. */
  card(id) {
    const changed = this.changed.get(id);
    if (changed) return changed.card;
    const index = this.#seedIndex(id);
    return index < 0 ? undefined : seededCard(index);
  }

  idOf(card) {
    return card.id ?? seededId("user", card.index, this.salt);
  }

  /** Puts a new or changed user in the place of the old one. */
  save(user) {
    const index = seededIndex("user", user.id, this.salt);
    const old = this.changed.get(user.id);
    if (old) this.#forget(old.card);
    else if (index >= 0 && index < this.seeded) this.displaced.add(index);
    const rank = old?.card.rank ?? (index >= 0 && index < this.seeded ? index : this.seeded + this.created++);
    const card = cardOf(user, rank);
    this.changed.set(user.id, { user, card });
    this.extra.splice(this.#extraAfter(card), 0, card);
    for (const [kind, value] of identifiersOf(card)) this.owners.set(`${kind}:${value}`, user.id);
    this.texts.delete(user.id);
  }

  /** True when there was such a user. */
  remove(id) {
    const old = this.changed.get(id);
    const index = this.#seedIndex(id);
    if (!old && index < 0) return false;
    if (old) this.#forget(old.card);
    else this.displaced.add(index);
    this.changed.delete(id);
    this.texts.delete(id);
    return true;
  }

  /** Who holds an identifier (`emails`, `username`, `phones`, `wallets`, `externalId`); undefined when it is free. */
  owner(kind, value) {
    const key = `${kind}:${value.toLowerCase()}`;
    const changed = this.owners.get(key);
    if (changed) return changed;
    const index = seedOwner(this.seeded, key);
    return index === undefined || this.displaced.has(index) ? undefined : seededId("user", index, this.salt);
  }

  /**
   * Calls `visit(card)` in order of creation until it returns false. `after` is a card to start behind.
   * O(1) to start anywhere in the seed, O(log n) in the changed ones.
   */
  walk(newestFirst, after, visit) {
    const step = newestFirst ? -1 : 1;
    let seed = newestFirst ? this.seeded - 1 : 0;
    let extra = newestFirst ? this.extra.length - 1 : 0;
    if (after) {
      seed = seedAfter(after, newestFirst, this.seeded);
      extra = newestFirst ? this.#extraAfter(after) - 1 : this.#extraAfter(after);
      if (this.extra[extra] && compare(this.extra[extra], after) === 0) extra += step;
    }
    for (;;) {
      while (this.displaced.has(seed)) seed += step;
      const fromSeed = seed >= 0 && seed < this.seeded ? seededCard(seed) : undefined;
      const fromExtra = this.extra[extra];
      if (!fromSeed && !fromExtra) return;
      const seedFirst = fromSeed && (!fromExtra || compare(fromSeed, fromExtra) * step < 0);
      if (visit(seedFirst ? fromSeed : fromExtra) === false) return;
      if (seedFirst) seed += step;
      else extra += step;
    }
  }

  #seedIndex(id) {
    const index = seededIndex("user", id, this.salt);
    return index < this.seeded && !this.displaced.has(index) ? index : -1;
  }

  #forget(card) {
    const at = this.extra.indexOf(card);
    if (at >= 0) this.extra.splice(at, 1);
    for (const [kind, value] of identifiersOf(card)) this.owners.delete(`${kind}:${value}`);
  }

  /** The first place in `extra` behind the card. */
  #extraAfter(card) {
    let [low, high] = [0, this.extra.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(this.extra[middle], card) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const rankOf = (card) => card.rank ?? card.index;

function compare(a, b) {
  return a.createdAt - b.createdAt || rankOf(a) - rankOf(b);
}

/** The first seed position behind a card, in the direction of the walk. */
function seedAfter(card, newestFirst, seeded) {
  let [low, high] = [0, seeded];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(seededCard(middle), card) <= 0) low = middle + 1;
    else high = middle;
  }
  if (!newestFirst) return low;
  const before = low - 1;
  return before >= 0 && compare(seededCard(before), card) === 0 ? before - 1 : before;
}

function cardOf(user, rank) {
  return {
    id: user.id,
    rank,
    firstName: user.first_name ?? "",
    lastName: user.last_name ?? "",
    username: user.username ?? "",
    emails: user.email_addresses.map((one) => one.email_address),
    phones: user.phone_numbers.map((one) => one.phone_number),
    wallets: user.web3_wallets.map((one) => one.web3_wallet),
    externalId: user.external_id ?? "",
    banned: user.banned,
    createdAt: user.created_at,
    updatedAt: user.updated_at,
    lastActiveAt: user.last_active_at,
    lastSignInAt: user.last_sign_in_at,
  };
}

function* identifiersOf(card) {
  for (const kind of IDENTIFIERS) {
    for (const value of [card[kind]].flat()) if (value) yield [kind, value.toLowerCase()];
  }
}

const seedOwners = new Map();
let seedOwnersKnown = 0;

/** Which seed position holds an identifier, among the first `seeded`. The table is made once, for all instances. */
function seedOwner(seeded, key) {
  for (; seedOwnersKnown < seeded; seedOwnersKnown += 1) {
    for (const [kind, value] of identifiersOf(seededCard(seedOwnersKnown))) {
      seedOwners.set(`${kind}:${value}`, seedOwnersKnown);
    }
  }
  const index = seedOwners.get(key);
  return index < seeded ? index : undefined;
}
