// The cases of bench/boundary.mjs: ways to cross between JavaScript and wasm. The same list runs on Node and in workerd.
import { userJson } from '../../tests/worker/support/user.mjs';

const USERS = 1000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Texts of one length cut from one long string: a slice is a new string object whose hash nobody knows yet. */
function slices(length) {
  const text = Array.from({ length: USERS }, (_, n) => `user_${String(n).padStart(length - 5, '0')}`).join('');
  return (i) => {
    const at = (i % USERS) * length;
    return text.slice(at, at + length);
  };
}

/** The module's memory as JavaScript writes and reads it; made anew when it has grown. */
function arenas(glue, memory) {
  const [into, from] = [glue.arena(), glue.out()];
  let bytes;
  let keys;
  const now = () => {
    if (bytes?.buffer !== memory.buffer) {
      bytes = new Uint8Array(memory.buffer);
      keys = bytes.subarray(into, into + 4096);
    }
    return bytes;
  };
  return {
    encode(text) {
      now();
      return encoder.encodeInto(text, keys).written;
    },
    chars(text) { // -1 for anything but ASCII, which then takes the other way
      const target = now();
      for (let i = 0; i < text.length; i += 1) {
        const code = text.charCodeAt(i);
        if (code > 127) return -1;
        target[into + i] = code;
      }
      return text.length;
    },
    copyIn: (source) => { now().set(source, into); return source.length; },
    copyOut: (length) => now().slice(from, from + length),
    decode: (length) => decoder.decode(now().subarray(from, from + length)),
  };
}

const calls = (glue) => ({
  'an empty loop': (i) => i,
  'a number in and out': (i) => glue.number(i),
  'a call that asks JS for the time': (i) => glue.with_clock(i),
  'the time handed in: Date.now() alone': () => Date.now(),
});

function stringsIn(glue, arena, length) {
  const fresh = slices(length);
  const encoded = encoder.encode(fresh(1));
  return {
    'the string alone': (i) => fresh(i).length,
    '&str, default glue': (i) => glue.by_str(fresh(i)),
    'encodeInto a fixed arena': (i) => glue.by_arena(arena.encode(fresh(i))),
    'charCodeAt into a fixed arena': (i) => glue.by_arena(arena.chars(fresh(i))),
    'Uint8Array that was there before': () => glue.by_bytes(encoded),
  };
}

function bytesIn(glue, arena, length) {
  const bytes = new Uint8Array(length).fill(7);
  return { '&[u8], default glue': () => glue.by_bytes(bytes), 'set() into a fixed arena': () => glue.by_arena(arena.copyIn(bytes)) };
}

const bytesOut = (glue, arena, length) => ({
  'Vec<u8>, default glue': () => glue.vec(length).length,
  'slice() of a view': () => arena.copyOut(length).length,
  'a string by TextDecoder on a view': () => arena.decode(length).length,
});

function values(glue) {
  const kept = Array.from({ length: USERS }, (_, n) => ({ n }));
  for (const value of kept) glue.keep(value);
  return {
    'a slot, the value in a JS array': (i) => kept[glue.number(i % USERS)],
    'an externref from a table in wasm': (i) => glue.kept(i % USERS),
  };
}

const texts = (glue) => ({
  'String, default glue': () => glue.string().length,
  'JsValue::from_str': () => glue.string_value().length,
});

const objects = (glue, text) => ({
  'JSON.parse of a string kept in JS': () => JSON.parse(text),
  'JSON.parse of a returned String': () => JSON.parse(glue.string()),
  'js_sys::JSON::parse': () => glue.parsed(),
  'serde_json and serde-wasm-bindgen': () => glue.by_serde(),
});

function options(glue) {
  const make = (i) => ({ fields: 'minimal', ttlMs: i });
  const codes = { minimal: 1, basic: 2, full: 3 };
  return {
    'read in JS, a number handed in': (i) => { const { fields, ttlMs } = make(i); return glue.number(codes[fields] + ttlMs); },
    'Reflect.get in wasm, two fields': (i) => glue.options_by_reflect(make(i)),
    'serde-wasm-bindgen': (i) => glue.options_by_serde(make(i)),
  };
}

/** A whole hit among 1,000 entries with expiry, by an id of 32 characters. */
function hits(glue, arena) {
  const fresh = slices(32);
  const until = Date.now() + 3_600_000;
  const users = Array.from({ length: USERS }, (_, n) => ({ id: fresh(n) }));
  const entries = new Map();
  const slots = new Map();
  for (const user of users) {
    entries.set(user.id, { user, until });
    slots.set(user.id, glue.put(user.id, until));
    glue.keep(user);
  }
  const first = users.length; // the table holds the values of an earlier group before these
  const bySlot = (key) => {
    const slot = slots.get(key);
    return slot !== undefined && glue.fresh(slot, Date.now()) ? users[slot] : undefined;
  };
  const byArena = (key) => users[glue.find_by_arena(arena.encode(key), Date.now())];
  if (bySlot(fresh(9)) !== byArena(fresh(9)) || bySlot(fresh(9)).id !== fresh(9)) throw new Error('the ways to a hit differ');
  return {
    sync: {
      'all in JS: Map, Date.now()': (i) => { const entry = entries.get(fresh(i)); return Date.now() < entry.until && entry.user; },
      'Map to a slot, policy in wasm': (i) => bySlot(fresh(i)),
      'encodeInto an arena, all in wasm, slot out': (i) => byArena(fresh(i)),
      'charCodeAt into an arena, all in wasm, slot out': (i) => users[glue.find_by_arena(arena.chars(fresh(i)), Date.now())],
      '&str, all in wasm, slot out': (i) => users[glue.find_by_str(fresh(i), Date.now())],
      '&str, all in wasm, externref out': (i) => glue.hit(fresh(i)),
    },
    awaited: {
      'an async JS function that returns a constant': async () => users[0],
      'async JS around Map to a slot': async (i) => bySlot(fresh(i)),
      'async JS around an arena, all in wasm': async (i) => byArena(fresh(i)),
      'Promise::resolve in wasm': (i) => glue.kept_resolved(first + (i % USERS)),
      'an exported async fn that returns a kept value': (i) => glue.kept_async(first + (i % USERS)),
      'an exported async fn with a String argument': (i) => glue.hit_async(fresh(i)),
    },
  };
}

/**
 * @returns {{ group: string, name: string, run: (n: number) => unknown }[]} `run` is a loop; an awaited one is a promise
 */
export function crossings(glue, memory) {
  const arena = arenas(glue, memory);
  const list = [];
  const add = (group, cases, loop) => {
    for (const [name, body] of Object.entries(cases)) list.push({ group, name, run: loop(body) });
  };
  const plain = (body) => (n) => {
    let seen;
    for (let i = 0; i < n; i += 1) seen = body(i);
    return seen;
  };
  const awaiting = (body) => async (n) => {
    let seen;
    for (let i = 0; i < n; i += 1) seen = await body(i);
    return seen;
  };
  const [short, long] = ['user_2hits0000000000000000000007', userJson('user_2hits0000000000000000000007', 4096)];
  const before = (prepare, body) => (i) => { if (i === 0) prepare(); return body(i); };
  const keeping = (text, cases) => Object.fromEntries(
    Object.entries(cases).map(([name, body]) => [name, before(() => glue.keep_text(text), body)]));

  add('a call', calls(glue), plain);
  for (const length of [30, 60, 900]) add(`${length} B of text in`, stringsIn(glue, arena, length), plain);
  for (const [name, length] of [['4 kB', 4096], ['400 kB', 400_000]]) {
    add(`${name} of bytes in`, bytesIn(glue, arena, length), plain);
    add(`${name} of bytes out`, bytesOut(glue, arena, length), plain);
  }
  add('a value out', values(glue), plain);
  add('32 B of text out', keeping(short, texts(glue)), plain);
  add('4 kB of text out', keeping(long, texts(glue)), plain);
  add('a 4 kB user out, as an object', keeping(long, objects(glue, long)), plain);
  add('an options object in', options(glue), plain);
  const { sync, awaited } = hits(glue, arena);
  add('a whole hit', sync, plain);
  add('a whole hit, awaited', awaited, awaiting);
  return list;
}
