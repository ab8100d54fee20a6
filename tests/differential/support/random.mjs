/** Chance that can be repeated: the same seed gives the same tokens, apart from the keys that sign them. */

/** `DIFFERENTIAL_SEED`, to repeat a run or to try another; else always the same one, so that a failure is about the code. */
export const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 20_261_122) >>> 0;

/** Mulberry32: 32 bits of state, good enough to mix cases. */
export class Random {
  #state;

  constructor(seed = SEED) {
    this.#state = seed;
  }

  /** A whole number from 0 to `bound - 1`. */
  below(bound) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  /** One of `choices`. */
  of(choices) {
    return choices[this.below(choices.length)];
  }

  /** True in `percent` of a hundred calls. */
  chance(percent) {
    return this.below(100) < percent;
  }
}
