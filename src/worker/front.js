// The short way to a hit: an answer that was asked for before is found by URL here and by number there, so that one
// string, the caller's credentials, crosses the boundary. Whether it may be served is decided where the entry lies.

/** Handles by URL, and how long all URLs together may be. Past either all are forgotten: they only save time, and come
 * back with the next hits. */
const MAX_HANDLES = 100_000;
const MAX_CHARS = 8_000_000;
const known = new Map();
let chars = 0;

function forgetAll() {
  known.clear();
  chars = 0;
}

/** (handle, authorization) → the body; `null` if the caller is not let in, `undefined` if there is nothing to serve. */
let look;

/** A new instance of the module: handles of the last one mean nothing to it. */
export function install(lookup) {
  look = lookup;
  forgetAll();
}

/** An answer with status 200 was served from the cache; `version` is the header it was asked with, or undefined. */
export function remember(url, version, handle, ageMs) {
  if (known.size >= MAX_HANDLES || chars + url.length > MAX_CHARS) forgetAll();
  if (!known.has(url)) chars += url.length;
  known.set(url, { version: version ?? null, handle, at: Date.now() - ageMs });
}

/** The response to a request whose answer is at hand, or undefined. */
export function recall(request) {
  const { method, url } = request;
  const entry = known.get(url);
  if (entry === undefined || method !== 'GET') return undefined;
  const headers = request.headers;
  const authorization = headers.get('authorization');
  if (authorization === null || headers.get('clerk-api-version') !== entry.version) return undefined;
  const body = look(entry.handle, authorization);
  if (body) return new Response(body, { headers: headersAt(Math.floor((Date.now() - entry.at) / 1000)) });
  if (body === undefined && known.delete(url)) chars -= url.length;
  return undefined;
}

/** The headers of a hit, made once for each age in seconds. */
const MAX_AGES = 1_000;
const byAge = [];

function headersAt(age) {
  const make = () =>
    new Headers({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-clerk-edge-cache': 'hit',
      age: String(age),
      'server-timing': 'cache;desc=hit',
    });
  return age < MAX_AGES ? (byAge[age] ??= make()) : make();
}
