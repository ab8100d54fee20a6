/**
 * What the simulator saw since the last reset. Only API requests count; `/__sim/*` never does.
 *
 * Each table holds at most `MOST_KEYS` names; everything beyond is counted under `(other)`.
 */
const MOST_KEYS = 10_000;
const ID = /\/(?:user|sess|org|orgmem|client|mt|ak|oat)_[0-9A-Za-z]+/g;

export class Stats {
  constructor() {
    this.inFlight = 0;
    this.reset();
  }

  reset() {
    this.total = 0;
    this.byPath = new Map();
    this.byRoute = new Map();
    this.byStatus = new Map();
    this.maxConcurrent = this.inFlight;
    this.overLimit = 0;
    this.aborted = 0;
    this.epoch = (this.epoch ?? 0) + 1;
  }

  /** A request came in. The answer is a token for `leave`. */
  arrive(method, path) {
    this.total += 1;
    this.inFlight += 1;
    if (this.inFlight > this.maxConcurrent) this.maxConcurrent = this.inFlight;
    count(this.byPath, path);
    count(this.byRoute, `${method} ${path.replace(ID, "/:id")}`);
    return this.epoch;
  }

  /** Its connection is done with: `left` is how (`answered`, `aborted` by the client, or `cut` by a fault). */
  leave(epoch, left) {
    this.inFlight -= 1;
    if (epoch === this.epoch && left === "aborted") this.aborted += 1;
  }

  answered(status) {
    count(this.byStatus, String(status));
  }

  /** Plain data for `GET /__sim/stats`; the most frequent names first. */
  snapshot(extra) {
    const { total, maxConcurrent, overLimit, aborted } = this;
    return {
      total, byPath: table(this.byPath), byStatus: table(this.byStatus), maxConcurrent, overLimit, aborted,
      byRoute: table(this.byRoute), ...extra,
    };
  }
}

function count(counts, name) {
  const key = counts.size < MOST_KEYS || counts.has(name) ? name : "(other)";
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function table(counts) {
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}
