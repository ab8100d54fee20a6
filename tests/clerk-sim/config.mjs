/** What can be configured, with its bounds: by `startSim(options)` and by `POST /__sim/config`. */
import { ConfigError } from "./errors.mjs";
import { parseFaults } from "./faults.mjs";
import { FLAVOURS } from "./limits.mjs";

/** Starting values. `limit` undefined: 1,000 for a live key, 100 for a test key. `windowMs` 10,000 as published. */
export const DEFAULTS = {
  latencyMs: 0,
  jitterMs: 0,
  limit: undefined,
  windowMs: 10_000,
  resourceLimit: 10,
  resourceWindowMs: 10_000,
  flavour: "sliding",
  users: 1000,
  webhookUrl: undefined,
  webhookSecret: undefined,
  faults: [],
};

const whole = (least, most) => (value, name) => {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new ConfigError(`${name}: a whole number from ${least} to ${most} is expected`);
};

const orDefault = (parse, fallback) => (value, name) => (value === null ? fallback : parse(value, name));

const PARSERS = {
  latencyMs: whole(0, 60_000),
  jitterMs: whole(0, 60_000),
  limit: orDefault(whole(0, 1_000_000), undefined),
  windowMs: whole(1, 3_600_000),
  resourceLimit: whole(0, 1_000_000),
  resourceWindowMs: whole(1, 3_600_000),
  users: whole(0, 100_000),
  flavour: (value) => {
    if (typeof value === "string" && Object.hasOwn(FLAVOURS, value)) return value;
    throw new ConfigError(`flavour: one of ${Object.keys(FLAVOURS).join(", ")} is expected`);
  },
  webhookUrl: orDefault((value) => {
    if (typeof value === "string" && /^https?:\/\//.test(value) && URL.canParse(value)) return value;
    throw new ConfigError("webhookUrl: an http or https URL is expected, or null");
  }, undefined),
  webhookSecret: orDefault((value) => {
    if (typeof value === "string" && /^whsec_[A-Za-z0-9+/]{8,}={0,2}$/.test(value)) return value;
    throw new ConfigError("webhookSecret: whsec_ and base64 is expected, or null");
  }, undefined),
  faults: parseFaults,
};

/** Checks the given options and returns only those, parsed. Nothing is taken over when one of them is wrong. */
export function parseConfig(options) {
  if (options === null || typeof options !== "object" || Array.isArray(options)) {
    throw new ConfigError("an object is expected");
  }
  const parsed = {};
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(PARSERS, name)) throw new ConfigError(`${name}: unknown option`);
    if (value !== undefined) parsed[name] = PARSERS[name](value, name);
  }
  return parsed;
}
