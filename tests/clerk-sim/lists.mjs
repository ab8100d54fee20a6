/** Reading list parameters and giving lists their shape. */
import { paramTooMany, paramType, paramValue } from "./errors.mjs";

const MOST_VALUES = 100;

/**
 * `limit` and `offset`. The documented range of `limit` is 1 to `most`; a larger one was observed to be ignored
 * without a word, so it gives the default here as well. Anything that is not a whole number, or below the range, is a 422.
 */
export function page(query, { most = 500, fallback = 10 } = {}) {
  const limit = wholeNumber(query, "limit") ?? fallback;
  const offset = wholeNumber(query, "offset") ?? 0;
  if (limit < 1) throw paramValue("limit", limit);
  if (offset < 0) throw paramValue("offset", offset);
  return { limit: limit > most ? fallback : limit, offset };
}

/** An integer parameter; undefined when absent. */
export function wholeNumber(query, name) {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^-?\d{1,16}$/.test(text)) throw paramType(name, "integer");
  return Number(text);
}

/** `true` or `false`; undefined when absent. */
export function flag(query, name) {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (text !== "true" && text !== "false") throw paramType(name, "boolean");
  return text === "true";
}

/** All values of a repeated parameter, at most 100. */
export function values(query, name) {
  const list = query.getAll(name);
  if (list.length > MOST_VALUES) throw paramTooMany(name, MOST_VALUES);
  return list;
}

/** A repeated parameter whose values may start with `+` (include, the default) or `-` (exclude). */
export function signedValues(query, name) {
  const include = new Set();
  const exclude = new Set();
  for (const value of values(query, name)) {
    // A plus sign that a client forgot to encode arrives as a space.
    if (value.startsWith("-")) exclude.add(value.slice(1));
    else include.add(/^[+ ]/.test(value) ? value.slice(1) : value);
  }
  return { include, exclude };
}

/** `order_by`: the first one given counts; `+` or nothing ascends, `-` descends. */
export function order(query, allowed, fallback) {
  const text = query.get("order_by") || fallback;
  const field = text.replace(/^[-+ ]/, "");
  if (!allowed.has(field)) throw paramValue("order_by", text);
  return { field, descending: text.startsWith("-") };
}

/** JSON bytes of a list whose items are JSON bytes already. */
export function jsonArray(items) {
  if (items.length === 0) return Buffer.from("[]");
  const parts = [OPEN];
  items.forEach((item, at) => parts.push(...(at > 0 ? [COMMA, item] : [item])));
  return Buffer.concat([...parts, CLOSE]);
}

const [OPEN, COMMA, CLOSE] = [Buffer.from("["), Buffer.from(","), Buffer.from("]")];
