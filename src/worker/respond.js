// Responses in one call across the boundary, whatever the number of headers.

/** A gateway's answer. The content type is exactly what it is: Clerk's SDK compares it as a whole. */
export function respond(status, body, contentType, cache, age, timing, retryAfter, ray) {
  const headers = { 'content-type': contentType, 'cache-control': 'no-store' };
  if (cache !== undefined) {
    headers['x-clerk-edge-cache'] = cache;
    headers.age = age;
    headers['server-timing'] = timing;
  }
  if (retryAfter !== undefined) headers['retry-after'] = retryAfter;
  if (ray !== undefined) headers['cf-ray'] = ray;
  return new Response(status === 204 || status === 304 ? null : body, { status, headers });
}

/** What forward auth is told: `told` is names and values by turns. Nothing downstream may keep it for another request. */
export function tell(status, body, told) {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  for (let i = 0; i < told.length; i += 2) headers[told[i]] = told[i + 1];
  if (status === 503) headers['retry-after'] = '1';
  return new Response(body, { status, headers });
}
