/**
 * Faults: what goes wrong on purpose, and for which requests.
 *
 * A fault is `{ method?, path?, status?, headers?, body?, delayMs?, cutAfterBytes?, hang?, times? }`. The first one in
 * the list that matches a request applies to it, alone. With `status` or `body` the fault is the answer and the API
 * never sees the request; without, the API answers and the fault spoils it (extra headers, a delay, a cut).
 */
import { ConfigError } from "./errors.mjs";

const FIELDS = new Set(["method", "path", "status", "headers", "body", "delayMs", "cutAfterBytes", "hang", "times"]);
const MOST = 1000;
const MOST_DELAY_MS = 600_000;

/** Checks a list of faults and makes it ready to match. Throws `ConfigError` naming the first thing that is wrong. */
export function parseFaults(list) {
  if (!Array.isArray(list) || list.length > MOST) {
    throw new ConfigError(`faults: a list of at most ${MOST} is expected`);
  }
  return list.map(parse);
}

/** The first fault that matches, with its remaining `times` counted down; undefined when none does. */
export function takeFault(faults, method, path) {
  for (const fault of faults) {
    if (fault.left > 0 && fault.matches(method, path)) {
      fault.left -= 1;
      return fault;
    }
  }
  return undefined;
}

/** True when the fault itself is the answer. */
export function answersItself(fault) {
  return fault.status !== undefined || fault.body !== undefined;
}

/** The answer a fault gives: text as it is and JSON for anything else, as `application/json` unless headers say so. */
export function faultAnswer(fault) {
  const body = typeof fault.body === "string" ? fault.body : fault.body === undefined ? "" : JSON.stringify(fault.body);
  return { status: fault.status ?? 200, body };
}

function parse(fault, at) {
  const wrong = (why) => new ConfigError(`faults[${at}]${why}`);
  if (fault === null || typeof fault !== "object" || Array.isArray(fault)) throw wrong(": an object is expected");
  for (const key of Object.keys(fault)) if (!FIELDS.has(key)) throw wrong(`.${key}: unknown`);
  const check = (key, ok, expected) => {
    if (fault[key] !== undefined && !ok(fault[key])) throw wrong(`.${key}: ${expected} is expected`);
  };
  check("method", isText, "a string");
  check("path", isText, "a string");
  check("status", (value) => isWhole(value) && value >= 200 && value <= 599, "a status from 200 to 599");
  check("headers", isHeaders, "an object of strings or lists of strings");
  check("delayMs", (value) => isWhole(value) && value <= MOST_DELAY_MS, `0 to ${MOST_DELAY_MS}`);
  check("cutAfterBytes", isWhole, "a whole number of bytes");
  check("hang", (value) => typeof value === "boolean", "a boolean");
  check("times", isWhole, "a whole number");
  return { ...fault, left: fault.times ?? Infinity, matches: matcher(fault) };
}

function matcher({ method, path }) {
  const verb = method?.toUpperCase();
  const pattern = path?.includes("*") ? wildcard(path) : undefined;
  return (requestMethod, requestPath) =>
    (verb === undefined || verb === requestMethod) &&
    (path === undefined || (pattern ? pattern.test(requestPath) : path === requestPath));
}

/** `*` stands for any text, slashes too; everything else for itself. */
function wildcard(path) {
  const parts = path.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

const isText = (value) => typeof value === "string";
const isWhole = (value) => Number.isSafeInteger(value) && value >= 0;
const isHeaders = (value) =>
  value !== null && typeof value === "object" &&
  Object.values(value).every((one) => isText(one) || (Array.isArray(one) && one.every(isText)));
