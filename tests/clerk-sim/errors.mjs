/** Clerk's error answers: one constructor per thing Clerk can say, in Clerk's words and with Clerk's codes. */
import { randomBytes } from "node:crypto";

/** A setting that cannot be used; the message names it and what it takes. Only `/__sim/*` and `startSim` answer so. */
export class ConfigError extends Error {}

/** An answer that is an error: thrown by a handler, turned into JSON at one place. */
export class ApiError extends Error {
  constructor(status, errors, headers = {}) {
    super(errors[0].message);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
    this.traced = status !== 429;
  }

  /** The body Clerk would send. A rate-limit answer carries no trace id, every other one does. */
  toJSON() {
    const trace = this.traced ? { clerk_trace_id: randomBytes(16).toString("hex") } : {};
    return { errors: this.errors, ...trace };
  }
}

const one = (status, code, message, longMessage = message, meta = undefined) =>
  new ApiError(status, [{ message, long_message: longMessage, code, ...(meta && { meta }) }]);

const form = (code, message, longMessage, param) => one(422, code, message, longMessage, { param_name: param });

export const authorizationMalformed = () =>
  one(401, "authorization_header_format_invalid", "Invalid Authorization header format",
    "Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'");

export const secretKeyInvalid = () =>
  one(401, "clerk_key_invalid",
    "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.");

export const versionTwice = () =>
  one(400, "api_version_invalid", "Invalid API version",
    "The API version must be given either in the Clerk-API-Version header or in __clerk_api_version, not in both.");

export const versionUnknown = (version) =>
  one(400, "api_version_invalid", "Invalid API version", `${version} is not an API version that is known.`);

export const routeNotFound = () => one(404, "resource_not_found", "URL not found", "The URL was not found");

export const notFound = (what, id) =>
  one(404, "resource_not_found", `${what} not found`, `No ${what.toLowerCase()} was found with id ${id}`);

export const bodyInvalid = () =>
  one(400, "request_body_invalid", "Request body invalid",
    "The request body is invalid. Please consult the API documentation for more information.");

export const bodyTooLarge = () =>
  one(413, "request_body_too_large", "Request body too large", "The request body is larger than this API accepts.");

export const queryMissing = (params) =>
  one(400, "missing_query_parameter", "Missing query parameter",
    `Either of the following query parameters must be provided: ${params.join(", ")}.`);

export const bulkTooLarge = (most) =>
  one(400, "bulk_size_exceeded", "bulk size exceeded",
    `Parameters exceed the maximum allowed bulk processing size of ${most}.`);

export const wrongEnvironment = (types) =>
  one(400, "request_invalid_for_environment", "Invalid request for environment",
    `Request only valid for ${types} instances.`);

export const forbidden = () =>
  one(403, "authorization_invalid", "Unauthorized request", "You are not authorized to perform this request");

export const badRequest = (code, message, longMessage, param) =>
  one(400, code, message, longMessage, param && { param_name: param });

export const paramUnknown = (param) =>
  form("form_param_unknown", "is unknown", `${param} is not a valid parameter for this request.`, param);

export const paramMissing = (param) => form("form_param_missing", "is missing", `${param} must be included.`, param);

export const paramType = (param, type) =>
  form("form_param_type_invalid", "is invalid", `\`${param}\` must be a \`${type}\`.`, param);

export const paramFormat = (param, longMessage) => form("form_param_format_invalid", "is invalid", longMessage, param);

export const paramValue = (param, value) =>
  form("form_param_value_invalid", "is invalid",
    `${value} does not match one of the allowed values for parameter ${param}`, param);

export const paramTooMany = (param, most) =>
  form("form_param_array_size_exceeded", "exceeds maximum size", `${param} should not exceed ${most} items.`, param);

export const paramTooLong = (param, most) =>
  form("form_param_max_length_exceeded", "exceeds maximum length",
    `${param} should not exceed ${most} characters.`, param);

export const paramTooLarge = (param) =>
  form("form_param_exceeds_allowed_size", "exceeds allowed size", `${param} exceeds the allowed size.`, param);

export const paramConflict = (param, other) =>
  form("form_conditional_param_disallowed", "is not allowed",
    `\`${param}\` isn't allowed when \`${other}\` is present.`, param);

export const passwordTooShort = (least) =>
  form("form_password_length_too_short", `Passwords must be ${least} characters or more.`,
    `Passwords must be ${least} characters or more.`, "password");

export const identifierExists = (param, label) =>
  form("form_identifier_exists", `That ${label} is taken. Please try another.`,
    `That ${label} is taken. Please try another.`, param);

export const resourceExists = (param) =>
  form("form_already_exists", "already exists", `The given ${param} already exists.`, param);

/** Refused by a limiter. `waitMs` is rounded up to whole seconds, at least one, as `Retry-After` wants it. */
export function tooManyRequests(waitMs) {
  const error = one(429, "too_many_requests", "Too many requests", "Too many requests, retry later");
  error.headers = { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1000))) };
  return error;
}

export const unexpected = () =>
  one(500, "internal_clerk_error", "Oops, an unexpected error occurred",
    "There was an internal error on our servers. We've been notified and are working on fixing it.");
