import type { Clock } from 'tickwise';
import type { RateGate, GateWindow } from 'tickwise/schedule';

/** So much weight per aligned second of the wall time; the plainest limiter there is. */
export class AlignedLimiter implements RateGate {
  readonly #clock: Clock;
  readonly #limit: number;
  #second = -1;
  #used = 0;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  tryAcquire(weight = 1): number {
    this.#roll();
    if (this.#used + weight > this.#limit) return 1_000 - (this.#clock.wallTime() % 1_000);
    this.#used += weight;
    return 0;
  }

  observe(): void {
    // It was told everything.
  }

  stats(): { readonly windows: readonly GateWindow[] } {
    this.#roll();
    return { windows: [{ limit: this.#limit, interval: 1_000, used: this.#used }] };
  }

  #roll(): void {
    const second = Math.floor(this.#clock.wallTime() / 1_000);
    if (second !== this.#second) this.#used = 0;
    this.#second = second;
  }
}
