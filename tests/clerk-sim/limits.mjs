/**
 * The published limits, in the three ways a server may count them.
 *
 * Clerk publishes how many requests a window admits, not how the window moves, so a client has to live with all three.
 * A limiter is told the time; `take(now)` answers 0 when it admits the request, else the milliseconds until it would.
 * A refused request consumes nothing.
 */

/** At most `limit` requests in each window of the clock: [0, w), [w, 2w), … Twice the limit can pass at a border. */
export class FixedWindow {
  constructor(limit, windowMs) {
    Object.assign(this, { limit, windowMs, window: -1, used: 0 });
  }

  take(now) {
    const window = Math.floor(now / this.windowMs);
    if (window !== this.window) Object.assign(this, { window, used: 0 });
    if (this.used >= this.limit) return (window + 1) * this.windowMs - now;
    this.used += 1;
    return 0;
  }
}

/** At most `limit` requests in any stretch of `windowMs`; remembers the times of the last `limit` admitted ones. */
export class SlidingWindow {
  constructor(limit, windowMs) {
    Object.assign(this, { limit, windowMs, admitted: [], oldest: 0 });
  }

  take(now) {
    if (this.limit === 0) return this.windowMs;
    const full = this.admitted.length === this.limit;
    const wait = full ? this.admitted[this.oldest] + this.windowMs - now : 0;
    if (wait > 0) return wait;
    this.admitted[full ? this.oldest : this.admitted.length] = now;
    if (full) this.oldest = (this.oldest + 1) % this.limit;
    return 0;
  }
}

/** A bucket of `limit` tokens that refills evenly, `limit` per `windowMs`. Starts full. */
export class TokenBucket {
  constructor(limit, windowMs) {
    Object.assign(this, { limit, windowMs, tokens: limit, at: undefined });
  }

  take(now) {
    const passed = Math.max(0, now - (this.at ?? now));
    this.tokens = Math.min(this.limit, this.tokens + (passed * this.limit) / this.windowMs);
    this.at = Math.max(now, this.at ?? now);
    if (this.tokens < 1) return this.limit === 0 ? this.windowMs : ((1 - this.tokens) * this.windowMs) / this.limit;
    this.tokens -= 1;
    return 0;
  }
}

/** Admits everything. */
export class Unlimited {
  take() {
    return 0;
  }
}

/** Flavour name to limiter; the names are those of `POST /__sim/config`. */
export const FLAVOURS = { fixed: FixedWindow, sliding: SlidingWindow, bucket: TokenBucket, none: Unlimited };

/** One limiter per resource, made on first use. Keeps at most `most`; the one used longest ago is forgotten. */
export class Budgets {
  constructor(make, most = 20_000) {
    Object.assign(this, { make, most, limiters: new Map() });
  }

  take(key, now) {
    const limiter = this.limiters.get(key) ?? this.make();
    this.limiters.delete(key);
    this.limiters.set(key, limiter);
    if (this.limiters.size > this.most) this.limiters.delete(this.limiters.keys().next().value);
    return limiter.take(now);
  }
}

const MOST_REMEMBERED = 1_000_000;

/**
 * The most arrivals seen in any stretch of `windowMs`, whatever the flavour. Amortised O(1) per arrival. More than a
 * million in one window count as a million.
 */
export class Peak {
  constructor(windowMs) {
    Object.assign(this, { windowMs, times: [], first: 0, most: 0 });
  }

  arrive(now) {
    this.times.push(now);
    while (this.times[this.first] <= now - this.windowMs) this.first += 1;
    if (this.times.length - this.first > MOST_REMEMBERED) this.first += 1;
    if (this.first > 4096 && this.first * 2 > this.times.length) {
      this.times = this.times.slice(this.first);
      this.first = 0;
    }
    this.most = Math.max(this.most, this.times.length - this.first);
  }
}
