/** What a client counted and measured. */

/** What a client, and those it shares with, counted and measured. Never holds an id, a key or a path. */
export interface MetricsApi {
  /** A snapshot. */
  report(): MetricsReport;
  /** The same in Prometheus' text format, version 0.0.4. */
  prometheus(): string;
  /** Counts a call to Clerk made outside this client, which took `durationMs`. */
  recordApiCall(durationMs: number): void;
  /** Counts a hit of a cache outside this client. */
  recordCacheHit(): void;
  /** Counts a miss of a cache outside this client. */
  recordCacheMiss(): void;
}

/** A snapshot of the counters, and of what is held right now. */
export interface MetricsReport {
  /** Calls to Clerk, each attempt of a retried one included. */
  readonly apiCalls: number;
  /** Cached reads answered without a call of their own. */
  readonly cacheHits: number;
  /** Cached reads that took a call. */
  readonly cacheMisses: number;
  /** Hits as a share of hits and misses, 0 to 1; 0 as long as there are none. */
  readonly cacheHitRate: number;
  /** How long a call to Clerk took on average, in ms; 0 as long as there was none. */
  readonly averageResponseTimeMs: number;
  /** How long calls to Clerk took. */
  readonly responseTimes: LatencySummary;
  /** How calls to Clerk ended; each attempt counts once. */
  readonly outcomes: { readonly [outcome in "2xx" | "3xx" | "4xx" | "429" | "5xx" | "timeout" | "network"]: number };
  /**
   * Session tokens: `known` were verified before and passed every check again, `verified` had their signature checked,
   * `refused` are not to be believed, or there was no key to tell.
   */
  readonly verifications: { readonly [verdict in "known" | "verified" | "refused"]: number };
  /** How reads were answered; each counts once. `pass` reads are not cached, `coalesced` ones joined another's call. */
  readonly lookups: { readonly [lookup in "hit" | "stale" | "miss" | "expired" | "pass" | "coalesced"]: number };
  /** Attempts after the first. */
  readonly retries: number;
  /** Waits for the rate limit; calls that went at once do not count. */
  readonly limiterWaits: LatencySummary;
  /** Waits for a connection; calls that went at once do not count. */
  readonly poolWaits: LatencySummary;
  /** Callers turned away before Clerk was called, by the bound that did it. */
  readonly refusals: { readonly [bound in "limiter" | "pool" | "flight" | "budget"]: number };
  /** Answers that left the cache, by reason. */
  readonly removals: { readonly [reason in "evicted" | "invalidated" | "expired"]: number };
  /** What is held right now; all 0 but `entries`, `bytes` and `wasmBytes` when nothing is under way. */
  readonly live: LiveCounts;
}

/** Lengths of time, in ms. Quantiles are estimates from buckets: within 1 ms up to 3 ms, within a factor of 1.5 to 50 s. */
export interface LatencySummary {
  /** How many there were. */
  readonly count: number;
  /** Their sum. */
  readonly totalMs: number;
  /** The longest. */
  readonly maxMs: number;
  /** Half of them were at most this long. */
  readonly p50Ms: number;
  /** Nine of ten were at most this long. */
  readonly p90Ms: number;
  /** 99 of 100 were at most this long. */
  readonly p99Ms: number;
}

/** What a client holds at one moment. */
export interface LiveCounts {
  /** Calls to Clerk that others may join. */
  readonly flights: number;
  /** Callers that wait for those. */
  readonly seats: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  /** Connections in use. */
  readonly permits: number;
  /** Callers that wait for the rate limit. */
  readonly queued: number;
  /** Calls that Clerk has not answered yet. */
  readonly inFlight: number;
  /** Answers in the cache. */
  readonly entries: number;
  /** Their weight in bytes. */
  readonly bytes: number;
  /** The module's memory, in bytes; it never shrinks. */
  readonly wasmBytes: number;
}
