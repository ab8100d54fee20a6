/** Checking request bodies: a table of fields and kinds in, Clerk's 422 out. */
import { paramFormat, paramMissing, paramTooLarge, paramType, paramUnknown } from "./errors.mjs";

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Kind to a test. Every kind but those in `NOT_NULL` takes null for "nothing given". */
const KINDS = {
  string: (value) => typeof value === "string",
  strings: (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
  boolean: (value) => typeof value === "boolean",
  integer: Number.isSafeInteger,
  number: Number.isFinite,
  object: isObject,
  map: isObject,
  any: () => true,
};
const NOT_NULL = new Set(["strings", "object"]);
const METADATA_BYTES = 8192;

/** Throws unless every field of the body is in the table and of its kind, and the required ones are there. */
export function check(body, fields, required = []) {
  for (const [name, value] of Object.entries(body)) {
    const kind = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (kind === undefined) throw paramUnknown(name);
    if (value === null && !NOT_NULL.has(kind)) continue;
    if (!KINDS[kind](value)) throw paramType(name, kind === "strings" ? "array of strings" : kind);
  }
  for (const name of required) if (body[name] === undefined || body[name] === null) throw paramMissing(name);
}

/** RFC 3339 text as milliseconds since 1970. */
export function time(name, text) {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) {
    throw paramFormat(name,
      `${name} must contain a datetime specified in RFC3339 format (e.g. \`2022-10-20T10:00:27.645Z\`).`);
  }
  return at;
}

/** The metadata with a patch merged in: objects merge at every level, null removes a key, all else replaces. */
export function merge(old, patch) {
  const merged = new Map(Object.entries(old ?? {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, isObject(value) ? merge(isObject(merged.get(key)) ? merged.get(key) : {}, value) : value);
  }
  return Object.fromEntries(merged);
}

/**
 * The resource after `PATCH` (merge) or `PUT` (replace) of its metadata: only the given fields, at most 8 KB each.
 * `PUT` with null empties a field.
 */
export function withMetadata(resource, body, fields, replace) {
  check(body, Object.fromEntries(fields.map((name) => [name, replace ? "map" : "object"])));
  const changed = { ...resource };
  for (const [name, value] of Object.entries(body)) {
    changed[name] = replace ? (value ?? {}) : merge(resource[name], value);
    limitSize(name, changed[name]);
  }
  return changed;
}

/** Throws when metadata is larger than 8 KB as JSON. */
export function limitSize(name, value) {
  if (value && Buffer.byteLength(JSON.stringify(value)) > METADATA_BYTES) throw paramTooLarge(name);
}
