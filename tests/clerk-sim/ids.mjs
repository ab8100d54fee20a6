/**
 * Ids that look like Clerk's and can be read back.
 *
 * A seeded id is `<kind>_` and 27 base62 characters: one for the generation, four for the time, four for the position
 * in the seed, eighteen mixed from the instance, the kind and the position. Because the position is in the id, a lookup
 * needs no table, and 100,000 users cost nothing until somebody asks for one of them.
 */
import { createHash, randomBytes } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGIT = new Map([...ALPHABET].map((character, value) => [character, value]));
const SUFFIX = 27;
const INDEX_AT = 5;
const MIXED_AT = 9;

/** Positions a seeded id can carry: 62^4. */
export const MAX_INDEX = 62 ** 4;

/** The id of the `index`-th seeded thing of a kind (`user`, `sess`, …) in the instance with this salt. O(1). */
export function seededId(kind, index, salt) {
  return `${kind}_2${base62(1_000_000 + index, 4)}${base62(index, 4)}${mixed(kind, index, salt)}`;
}

/** The position a seeded id carries, or -1 for an id this instance never seeded. O(1). */
export function seededIndex(kind, id, salt) {
  const start = kind.length + 1;
  if (id.length !== start + SUFFIX) return -1;
  const index = number(id.slice(start + INDEX_AT, start + MIXED_AT));
  return seededId(kind, index, salt) === id ? index : -1;
}

/** A fresh id for something made while the simulator runs; never equal to a seeded one. */
export function freshId(kind) {
  let suffix = "3";
  for (const byte of randomBytes(SUFFIX - 1)) suffix += ALPHABET[byte % 62];
  return `${kind}_${suffix}`;
}

/** Thirty-two hexadecimal digits derived from the words: machine-token ids and trace ids have this shape. */
export function hex32(...words) {
  return createHash("sha256").update(words.join("\n")).digest("hex").slice(0, 32);
}

/** A salt per secret key, so that the same position has another id in every instance. */
export function saltOf(secretKey) {
  return createHash("sha256").update(secretKey).digest().readUInt32LE(0);
}

/** The instance id of a secret key: `ins_` and 27 base62 characters. */
export function instanceId(secretKey) {
  return seededId("ins", 0, saltOf(secretKey));
}

function base62(value, width) {
  let text = "";
  for (let left = width; left > 0; left -= 1) {
    text = ALPHABET[value % 62] + text;
    value = Math.floor(value / 62);
  }
  return text;
}

function number(text) {
  let value = 0;
  for (const character of text) {
    const digit = DIGIT.get(character);
    if (digit === undefined) return MAX_INDEX;
    value = value * 62 + digit;
  }
  return value;
}

function mixed(kind, index, salt) {
  let state = (salt ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;
  for (let at = 0; at < kind.length; at += 1) state = Math.imul(state ^ kind.charCodeAt(at), 0x01000193) >>> 0;
  let text = "";
  for (let part = 0; part < 3; part += 1) {
    state = mix32(state + 0x9e3779b9 * (part + 1));
    text += base62(state, 6);
  }
  return text;
}

/** A well-spread 32-bit hash of a 32-bit number: multiply, shift, xor. */
export function mix32(value) {
  let state = value >>> 0;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
