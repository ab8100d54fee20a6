/** What the tests share: a simulator that stops with the test, a clock that stands still, and a small client. */
import { DEFAULT_SECRET_KEY, startSim } from "./sim.mjs";

/** Starts a simulator on a free port without limits and stops it when the test ends. */
export async function simFor(t, options = {}) {
  const sim = await startSim({ port: 0, flavour: "none", users: 200, ...options });
  t.after(() => sim.close());
  return sim;
}

/** A clock that only moves when told to. */
export function stillClock(at = 1_800_000_000_000) {
  const now = () => now.at;
  now.at = at;
  return now;
}

/** One request with the secret key; `body` is sent as JSON and the answer's JSON comes back as `body`. */
export async function api(sim, path, { method = "GET", body, key = DEFAULT_SECRET_KEY, headers = {} } = {}) {
  const response = await fetch(new URL(path, sim.url), {
    method,
    redirect: "manual",
    headers: { ...(key && { authorization: `Bearer ${key}` }), "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

export const post = (sim, path, body, options) => api(sim, path, { method: "POST", body, ...options });
export const patch = (sim, path, body, options) => api(sim, path, { method: "PATCH", body, ...options });
export const put = (sim, path, body, options) => api(sim, path, { method: "PUT", body, ...options });
export const remove = (sim, path, options) => api(sim, path, { method: "DELETE", ...options });

/** Sets the configuration and fails when it is refused. */
export async function configure(sim, settings) {
  const answer = await post(sim, "/__sim/config", settings);
  if (answer.status !== 200) throw new Error(answer.text);
}

export const stats = async (sim) => (await api(sim, "/__sim/stats", { key: null })).body;

/** Asks for the statistics until they are as wanted, at most a thousand times. */
export async function statsWhen(sim, wanted) {
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const seen = await stats(sim);
    if (wanted(seen)) return seen;
  }
  throw new Error("the statistics never became as wanted");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
