import type { Feedback } from './feedback.js';
import type { RateGate } from './rate-gate.js';

/** A rate limit that was told: asks the limiter, and keeps the shares of classes in its windows. */
export class ToldLimit {
  readonly #limiter: RateGate;
  readonly #onError: (error: unknown) => void;

  /** `onError` receives what the limiter throws about an answer it does not understand. */
  constructor(limiter: RateGate, onError: (error: unknown) => void) {
    this.#limiter = limiter;
    this.#onError = onError;
  }

  /**
   * Takes `weight` and returns 0, or takes nothing and returns the milliseconds to wait. `leave` is the part of each
   * window that must be left over.
   * @throws what the limiter throws, for instance about a weight that would never fit.
   */
  tryAcquire(weight: number, leave: number, endpoint: string): number {
    const wait = leave > 0 ? this.#waitForShare(weight, leave) : 0;
    if (wait > 0) return wait;
    return endpoint === '' ? this.#limiter.tryAcquire(weight) : this.#limiter.tryAcquire(weight, { endpoint });
  }

  /** Takes an answer into account. */
  observe(feedback: Feedback, endpoint: string): void {
    try {
      this.#limiter.observe(endpoint === '' ? feedback : { ...feedback, endpoint });
    } catch (error) {
      this.#onError(error);
    }
  }

  /** When room comes back is not known for a part of a window: asks again after the time of one start. */
  #waitForShare(weight: number, leave: number): number {
    let wait = 0;
    for (const { interval, limit, used } of this.#limiter.stats?.().windows ?? []) {
      if (used !== null && used + weight > limit * (1 - leave)) wait = Math.max(wait, interval / limit);
    }
    return wait;
  }
}
