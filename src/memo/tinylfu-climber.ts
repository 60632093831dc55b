/**
 * Finds how large the admission window has to be.
 *
 * It moves the size a step, compares the hit rate with the one before, and turns round when that fell. Steps get smaller
 * until the hit rate jumps. That is slow where frequency says nothing and the window has to grow from a hundredth
 * to everything, so there is a guard: a plain LRU cache of the same relative size sees a sample of the keys,
 * without values. Where it hits more often than the store did, the window takes half of what is left at once.
 *
 * Source: Einziger, Eytan, Friedman, Manes, "Adaptive Software Cache Management" (Middleware 2018), with the
 * figures of Caffeine for the steps. The guard is ours; sampling keys for a small model of a cache is from Waldspurger
 * et al., "Cache Modeling and Optimization using Miniature Simulations" (USENIX ATC 2017).
 */
/** Smallest part of the room that is window. */
const LEAST_WINDOW = 0.01;
/** Largest part: in effect an LRU cache. */
const MOST_WINDOW = 0.99;
/** First and largest step. */
const STEP = 0.0625;
/** Each step is so much of the last. */
const DECAY = 0.98;
/** A change of the hit rate by this much means that the calls are others than before: steps are large again. */
const RESTART = 0.05;
/** The guard is asked after this part of a sample, and each time it has grown by as much. */
const CHECK = 0.1;
/** How many more misses than the guard's are too many. */
const TOLERANCE = 0.02;

/** Moves the border between window and main part; see the notes above. */
export class WindowClimber {
  /** The part of the room that is window, 0.01 to 0.99. */
  share = LEAST_WINDOW;
  #step = STEP;
  #hits = 0;
  #misses = 0;
  #lastRate = 0;
  #checkedAt = 0;
  /** Sampled calls that only the guard answered, that only the store answered, and that neither did. */
  #guardOnly = 0;
  #storeOnly = 0;
  #neither = 0;

  /** Counts hits. */
  hit(times: number): void {
    this.#hits += times;
  }

  /** Counts a call that the guard saw too. */
  compare(isHit: boolean, isGuardHit: boolean): void {
    if (isHit === isGuardHit) this.#neither += isHit ? 0 : 1;
    else if (isHit) this.#storeOnly++;
    else this.#guardOnly++;
  }

  /** Counts a miss, and moves the window when a sample of `period` calls is complete. Returns whether it did. */
  miss(period: number): boolean {
    this.#misses++;
    const calls = this.#hits + this.#misses;
    const isChecked = calls - this.#checkedAt >= period * CHECK;
    if (isChecked) this.#checkedAt = calls;
    const isBehind = isChecked && this.#isBehindGuard();
    if (calls < period && !isBehind) return false;
    const rate = this.#hits / calls;
    if (isBehind) this.#leap();
    else this.#climb(rate - this.#lastRate);
    this.#lastRate = rate;
    this.#forgetSample();
    return true;
  }

  #isBehindGuard(): boolean {
    const lead = this.#guardOnly - this.#storeOnly;
    const guardMisses = this.#neither + this.#storeOnly;
    // More than chance makes of calls that one of the two answered.
    return lead > 2 * Math.sqrt(this.#guardOnly + this.#storeOnly) && lead > TOLERANCE * guardMisses;
  }

  #leap(): void {
    this.share = (this.share + MOST_WINDOW) / 2;
    this.#step = STEP;
  }

  #climb(change: number): void {
    const step = change >= 0 ? this.#step : -this.#step;
    this.#step = Math.abs(change) >= RESTART ? Math.sign(step) * STEP : step * DECAY;
    this.share = Math.min(Math.max(this.share + step, LEAST_WINDOW), MOST_WINDOW);
  }

  #forgetSample(): void {
    this.#hits = this.#misses = this.#checkedAt = 0;
    this.#guardOnly = this.#storeOnly = this.#neither = 0;
  }
}
