/** Which users a list or a count is about, and in which order: query parameters to functions over cards. */
import { paramConflict, paramValue } from "./errors.mjs";
import { flag, order, page, signedValues, values, wholeNumber } from "./lists.mjs";

const ORDERS = {
  created_at: (card) => card.createdAt,
  updated_at: (card) => card.updatedAt,
  email_address: (card) => card.emails[0],
  web3wallet: (card) => card.wallets[0],
  first_name: (card) => card.firstName,
  last_name: (card) => card.lastName,
  phone_number: (card) => card.phones[0],
  username: (card) => card.username,
  last_active_at: (card) => card.lastActiveAt,
  last_sign_in_at: (card) => card.lastSignInAt,
};
const ORDER_NAMES = new Set(Object.keys(ORDERS));

const TIMES = {
  created_at: (card) => card.createdAt,
  last_active_at: (card) => card.lastActiveAt ?? -Infinity,
  last_sign_in_at: (card) => card.lastSignInAt ?? -Infinity,
};

const SEARCHES = {
  email_address_query: (card) => card.emails,
  phone_number_query: (card) => card.phones,
  username_query: (card) => [card.username],
  name_query: (card) => [`${card.firstName} ${card.lastName}`],
};

/** The cards of one page of `GET /users`. */
export function listUsers(instance, query) {
  const { limit, offset } = page(query);
  const { field, descending } = order(query, ORDER_NAMES, "-created_at");
  const after = cursor(instance.users, query, field, offset);
  const matches = filter(instance, query);
  if (field !== "created_at") return sorted(instance.users, matches, field, descending).slice(offset, offset + limit);
  const cards = [];
  let skip = offset;
  instance.users.walk(descending, after, (card) => {
    if (matches(card) && skip-- <= 0) cards.push(card);
    return cards.length < limit;
  });
  return cards;
}

/** How many users match; without a filter this is known at once. */
export function countUsers(instance, query) {
  const matches = filter(instance, query);
  if (matches === everyone) return instance.users.size;
  let count = 0;
  instance.users.walk(false, undefined, (card) => {
    count += matches(card) ? 1 : 0;
  });
  return count;
}

/** Ids of the users that match and are `among` the given, in the order that `order_by` asks for. */
export function orderedUsers(instance, query, among) {
  const { field, descending } = order(query, ORDER_NAMES, "-created_at");
  const matches = filter(instance, query);
  const { users } = instance;
  return sorted(users, (card) => matches(card) && among(users.idOf(card)), field, descending)
    .map((card) => users.idOf(card));
}

function cursor(users, query, field, offset) {
  const id = query.get("starting_after");
  if (!id) return undefined;
  if (field !== "created_at") throw paramConflict("starting_after", "order_by");
  if (offset > 0) throw paramConflict("starting_after", "offset");
  const card = users.card(id);
  if (!card) throw paramValue("starting_after", id);
  return card;
}

function sorted(users, matches, field, descending) {
  const cards = [];
  users.walk(descending, undefined, (card) => {
    if (matches(card)) cards.push(card);
  });
  const key = ORDERS[field];
  const sign = descending ? -1 : 1;
  const absent = (value) => value === undefined || value === null || value === "";
  return cards.sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    if (absent(left) || absent(right)) return Number(absent(left)) - Number(absent(right));
    return left < right ? -sign : left > right ? sign : 0;
  });
}

const everyone = () => true;

/** One predicate for all filter parameters; `everyone` when there are none. */
function filter(instance, query) {
  const { users } = instance;
  const tests = [
    ...identifierTests(query),
    ...signedTests(query, "user_id", (card) => [users.idOf(card)]),
    ...signedTests(query, "external_id", (card) => [card.externalId]),
    ...signedTests(query, "organization_id", (card) => instance.organizations.idsOfUser(users.idOf(card))),
    ...searchTests(query, users),
    ...timeTests(query),
    ...providerTests(instance, query),
  ];
  const banned = flag(query, "banned");
  if (banned !== undefined) tests.push((card) => card.banned === banned);
  return tests.length === 0 ? everyone : (card) => tests.every((test) => test(card));
}

function identifierTests(query) {
  const fields = { email_address: "emails", phone_number: "phones", username: "username", web3_wallet: "wallets" };
  return Object.entries(fields).flatMap(([name, field]) => {
    const wanted = new Set(values(query, name).map((value) => value.toLowerCase()));
    return wanted.size === 0 ? [] : [(card) => [card[field]].flat().some((one) => wanted.has(one.toLowerCase()))];
  });
}

function signedTests(query, name, of) {
  const { include, exclude } = signedValues(query, name);
  const tests = [];
  if (include.size > 0) tests.push((card) => of(card).some((one) => include.has(one)));
  if (exclude.size > 0) tests.push((card) => !of(card).some((one) => exclude.has(one)));
  return tests;
}

function searchTests(query, users) {
  const everything = (card) =>
    [...card.emails, ...card.phones, card.username, ...card.wallets, users.idOf(card),
      `${card.firstName} ${card.lastName}`];
  return Object.entries({ query: everything, ...SEARCHES }).flatMap(([name, of]) => {
    const wanted = query.get(name)?.toLowerCase();
    return wanted ? [(card) => of(card).some((one) => one.toLowerCase().includes(wanted))] : [];
  });
}

function timeTests(query) {
  const since = wholeNumber(query, "last_active_at_since");
  const tests = since === undefined ? [] : [(card) => TIMES.last_active_at(card) >= since];
  for (const [field, time] of Object.entries(TIMES)) {
    const before = wholeNumber(query, `${field}_before`);
    const after = wholeNumber(query, `${field}_after`);
    if (before !== undefined) tests.push((card) => time(card) < before);
    if (after !== undefined) tests.push((card) => time(card) > after);
  }
  return tests;
}

function providerTests(instance, query) {
  const provider = query.get("provider");
  const ids = new Set(values(query, "provider_user_id"));
  if (!provider && ids.size === 0) return [];
  if (!provider || ids.size === 0) throw paramValue(provider ? "provider_user_id" : "provider", "");
  return [(card) => instance.users.read(instance.users.idOf(card)).external_accounts
    .some((account) => account.provider === provider && ids.has(account.provider_user_id))];
}
