// One hit at a time, as the caller sees it: an id that was never seen as this string object before, and an awaited user.
// The same code runs in a Node process and in a Worker; each holds a single candidate, so none spoils another's JIT.
import { LRUCache } from 'lru-cache';
import { userJson } from '../../tests/worker/support/user.mjs';

const USERS = 1000;
const TTL_MS = 3_600_000;
const BYTES = 4096;
const LENGTH = 32; // of an id
const DRAWS = 1 << 16;

const id = (n) => `user_2hits${String(n).padStart(LENGTH - 10, '0')}`;

/** Ranks by Zipf's law with exponent 1, shuffled over the ids, the same in every run. */
function draws() {
  let state = 42;
  const random = () => { // xorshift
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
  const upTo = [];
  let total = 0;
  for (let rank = 1; rank <= USERS; rank += 1) upTo.push(total += 1 / rank);
  return Uint16Array.from({ length: DRAWS }, () => {
    const wanted = random() * total;
    let [low, high] = [0, USERS - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return (low * 617) % USERS;
  });
}

/** Every candidate makes `get(id)`, already holding all the users. */
const CANDIDATES = {
  constant() {
    const user = JSON.parse(userJson(id(0), BYTES));
    return async () => user;
  },
  map() {
    const entries = new Map();
    for (let n = 0; n < USERS; n += 1) entries.set(id(n), { user: JSON.parse(userJson(id(n), BYTES)), until: Date.now() + TTL_MS });
    return async (key) => {
      const entry = entries.get(key);
      if (!entry || Date.now() >= entry.until) throw new Error('a miss');
      return entry.user;
    };
  },
  lru() {
    const cache = new LRUCache({ max: USERS * 2, ttl: TTL_MS });
    for (let n = 0; n < USERS; n += 1) cache.set(id(n), JSON.parse(userJson(id(n), BYTES)));
    return async (key) => {
      const user = cache.get(key);
      if (!user) throw new Error('a miss');
      return user;
    };
  },
  async ours(createClerkClient) {
    const { users } = await filled(createClerkClient);
    return (key) => users.getUser(key);
  },
  async fields(createClerkClient) {
    const { users } = await filled(createClerkClient, { fields: 'minimal' });
    const options = { fields: 'minimal' };
    return (key) => users.getUser(key, options);
  },
};

async function filled(createClerkClient, options) {
  let calls = 0;
  const clerk = createClerkClient({
    secretKey: 'sk_test_YmVuY2htYXJrLm9mLnRoZS5jYWNoZQ', apiUrl: 'https://stub.invalid',
    cache: { maxBytes: 64e6, userTtlMs: TTL_MS }, rateLimit: { limit: 100_000, windowMs: 1000 },
    fetch: async (request) => {
      calls += 1;
      const { pathname } = new URL(request.url ?? request);
      return new Response(userJson(pathname.split('/').at(-1), BYTES), { headers: { 'content-type': 'application/json' } });
    },
  });
  for (let round = 0; round < 2; round += 1) for (let n = 0; n < USERS; n += 1) await clerk.users.getUser(id(n), options);
  if (calls !== USERS) throw new Error(`${calls} upstream calls for ${USERS} users: hits are not hits`);
  return clerk;
}

/** @returns {Promise<(n: number) => Promise<number>>} a loop of `n` hits */
export async function prepare(name, createClerkClient) {
  const get = await CANDIDATES[name](createClerkClient);
  const order = draws();
  const ids = Array.from({ length: USERS }, (_, n) => id(n)).join('');
  let next = 0;
  const checked = await get(id(7));
  if (name !== 'constant' && checked.id !== id(7)) throw new Error(`${name} answers with another user`);
  return async (n) => {
    let seen = 0;
    for (let i = 0; i < n; i += 1) {
      const at = order[next] * LENGTH;
      next = (next + 1) % DRAWS;
      const user = await get(ids.slice(at, at + LENGTH)); // a slice: its hash is not yet known, as with ids from a request
      seen += user.id.length;
    }
    return seen;
  };
}
