// A peer by hand: a JS Worker with a Map, a TTL and single-flight that survives clients who leave. It has no byte bound,
// no eviction order, no pacing and no pool, and says the same as our Worker under `live` so that the same tests can run it.
const entries = new Map();
const flights = new Map();
let permits = 0;

async function fetchUser(path, env) {
  permits += 1;
  try {
    const answer = await fetch(env.CLERK_API_URL + path, { headers: { authorization: `Bearer ${env.CLERK_SECRET_KEY}` } });
    const body = await answer.arrayBuffer();
    return { body, status: answer.status, until: Date.now() + Number(env.CACHE_USER_TTL_MS) };
  } finally {
    permits -= 1;
  }
}

function land(path, flight, done) {
  flight.done = done;
  if (flights.get(path) === flight) flights.delete(path);
  if (done.value?.status === 200) entries.set(path, done.value);
  const seats = flight.seats;
  flight.seats = new Set();
  for (const ring of seats) ring();
}

/** Everybody, the leader too, waits on a promise and a timer of their own; the call itself belongs to nobody. */
async function single(path, env, ctx, signal) {
  for (;;) {
    const running = flights.get(path);
    const leading = !running || Date.now() >= running.until;
    const flight = leading ? { seats: new Set(), done: null, until: Date.now() + 10_000 } : running;
    if (leading) flights.set(path, flight);
    const { promise, resolve } = Promise.withResolvers();
    flight.seats.add(resolve);
    const leave = () => flight.seats.delete(resolve); // a departed client's promise must not be rung
    signal.addEventListener('abort', leave);
    const lease = setTimeout(resolve, Math.max(1, flight.until - Date.now()));
    if (leading) {
      const call = fetchUser(path, env).then((value) => ({ value }), (error) => ({ error }));
      ctx.waitUntil(call.then((done) => land(path, flight, done)));
    }
    try {
      await promise;
    } finally {
      clearTimeout(lease);
      leave();
      signal.removeEventListener('abort', leave);
    }
    if (flight.done?.error) throw flight.done.error;
    if (flight.done) return flight.done.value;
    if (flights.get(path) === flight) flights.delete(path);
  }
}

function live() {
  let seats = 0;
  for (const flight of flights.values()) seats += flight.seats.size;
  return { flights: flights.size, seats, waiting: seats, permits, queued: 0, inFlight: permits, entries: entries.size, bytes: 0, wasmBytes: 0 };
}

const json = (body, cache) => new Response(body, { headers: { 'content-type': 'application/json', 'x-clerk-edge-cache': cache } });

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname === '/healthz') return new Response('ok');
    if (request.headers.get('authorization') !== `Bearer ${env.CLERK_SECRET_KEY}`) return new Response(null, { status: 401 });
    if (pathname === '/metrics.json') return Response.json({ live: live() });
    const kept = entries.get(pathname);
    if (kept && Date.now() < kept.until) return json(kept.body, 'hit');
    const { body, status } = await single(pathname, env, ctx, request.signal);
    return status === 200 ? json(body, 'miss') : new Response(body, { status });
  },
};
