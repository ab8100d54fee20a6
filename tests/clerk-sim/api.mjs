/**
 * What every API request goes through: fault, key, version, limit, handler, latency, answer.
 *
 * A handler gets a `Call` and returns an answer: `{ status?, body?, headers? }` where `body` is text, bytes or a value
 * to send as JSON. It runs when the request arrives; latency delays its answer, so a slow answer may already be out of
 * date when it leaves, as with the real API. Answers are written to Node's response directly: the content type must be
 * exactly `application/json`, and a fault must be able to cut the connection.
 */
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import {
  ApiError, authorizationMalformed, bodyInvalid, bodyTooLarge, secretKeyInvalid, tooManyRequests, unexpected,
  versionTwice, versionUnknown,
} from "./errors.mjs";
import { answersItself, faultAnswer, takeFault } from "./faults.mjs";
import { Machines } from "./machines.mjs";

export const API_VERSIONS = ["2021-02-05", "2024-10-01", "2025-03-12", "2025-04-10", "2025-11-10", "2026-05-12"];
export const LATEST_API_VERSION = API_VERSIONS.at(-1);

const MOST_BODY_BYTES = 1_000_000;
const VERSIONS = new Set(API_VERSIONS);

/** One authenticated request, as handlers see it. */
export class Call {
  constructor(c, sim, instance) {
    Object.assign(this, { c, sim, instance, now: sim.now() });
  }

  /** The decoded path parameter. */
  param(name) {
    return this.c.req.param(name);
  }

  get query() {
    return (this.parsedQuery ??= new URL(this.c.req.url).searchParams);
  }

  /** The JSON object of the body; `{}` for none. Anything else is Clerk's 400. */
  async json() {
    const text = await this.c.req.text();
    if (text.length > MOST_BODY_BYTES) throw bodyTooLarge();
    if (text.trim() === "") return {};
    const value = parseJson(text);
    if (value === null || typeof value !== "object" || Array.isArray(value)) throw bodyInvalid();
    return value;
  }

  /** Counts this request against a budget of its own, beside the instance's limit. */
  spend(resource) {
    const wait = this.instance.budgets.take(resource, this.now);
    if (wait > 0) this.refuse(wait);
  }

  /** Tells the configured webhook. */
  emit(type, data) {
    this.sim.webhooks.emit(this.instance, type, data, this.now);
  }

  refuse(waitMs) {
    this.sim.stats.overLimit += 1;
    throw tooManyRequests(waitMs);
  }
}

/** A hono handler that runs `handle` for whoever presents a secret key. `free` requests do not count as used. */
export function endpoint(sim, handle, { free = false } = {}) {
  return serving(sim, (c) => {
    const call = new Call(c, sim, authenticate(c, sim));
    call.version = version(c);
    if (!free) admit(call);
    return handle(call);
  });
}

/** The same, for a machine's secret key as well; `call.machine` is then its number. */
export function machineEndpoint(sim, handle) {
  return serving(sim, (c) => {
    const machine = Machines.ownerOf(bearer(c));
    const call = new Call(c, sim, machine ? openInstance(sim, machine.secretKey) : authenticate(c, sim));
    call.machine = machine?.machine;
    call.version = version(c);
    admit(call);
    return handle(call);
  });
}

/** A hono handler for what needs no key; faults and latency still apply. */
export function open(sim, handle) {
  return serving(sim, handle);
}

function serving(sim, handle) {
  return async (c) => {
    const { method, path } = c.req;
    const fault = sim.config.faults.length > 0 ? takeFault(sim.config.faults, method, path) : undefined;
    if (fault?.hang) return RESPONSE_ALREADY_SENT;
    const answer = fault && answersItself(fault) ? faultAnswer(fault) : await settle(c, handle);
    const wait = sim.latency() + (fault?.delayMs ?? 0);
    if (wait > 0) await sim.sleep(wait);
    write(sim, c.env.outgoing, answer, fault);
    return RESPONSE_ALREADY_SENT;
  };
}

async function settle(c, handle) {
  try {
    return await handle(c);
  } catch (error) {
    if (!(error instanceof ApiError)) console.error("clerk-sim: a handler failed", error);
    const known = error instanceof ApiError ? error : unexpected();
    return { status: known.status, headers: known.headers, body: known };
  }
}

function authenticate(c, sim) {
  return openInstance(sim, bearer(c));
}

function bearer(c) {
  const header = c.env.incoming.headers.authorization ?? "";
  if (!header.startsWith("Bearer ") || header.length > 512) throw authorizationMalformed();
  return header.slice(7).trim();
}

function openInstance(sim, secretKey) {
  const instance = sim.instances.open(secretKey);
  if (!instance) throw secretKeyInvalid();
  return instance;
}

/** The API version asked for, the latest when none is. */
function version(c) {
  const header = c.env.incoming.headers["clerk-api-version"];
  const query = c.env.incoming.url.includes("__clerk_api_version") ? c.req.query("__clerk_api_version") : undefined;
  if (header !== undefined && query !== undefined) throw versionTwice();
  const asked = header ?? query ?? LATEST_API_VERSION;
  if (!VERSIONS.has(asked)) throw versionUnknown(asked);
  return asked;
}

function admit(call) {
  call.instance.peak.arrive(call.now);
  const wait = call.instance.limiter.take(call.now);
  if (wait > 0) call.refuse(wait);
}

function write(sim, outgoing, { status = 200, body, headers }, fault) {
  if (outgoing.destroyed || outgoing.headersSent) return;
  const bytes = toBytes(body);
  const all = { "content-type": "application/json", ...headers, ...lowerCased(fault?.headers) };
  if (bytes.length > 0 || !NO_BODY.has(status)) all["content-length"] ??= bytes.length;
  if (all["transfer-encoding"] !== undefined) delete all["content-length"];
  sim.stats.answered(status);
  outgoing.writeHead(status, all);
  const cut = fault?.cutAfterBytes;
  if (cut === undefined) outgoing.end(bytes);
  else cutOff(outgoing, bytes.subarray(0, cut));
}

const NO_BODY = new Set([204, 304]);

/** Sends the head and a part of the body, waits until the kernel has it, and breaks the connection. */
function cutOff(outgoing, part) {
  outgoing.cutByFault = true;
  outgoing.flushHeaders();
  const socket = outgoing.socket;
  if (part.length === 0) setImmediate(() => socket?.destroy());
  else outgoing.write(part, () => setImmediate(() => socket?.destroy()));
}

function toBytes(body) {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body));
}

function lowerCased(headers = {}) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw bodyInvalid();
  }
}
