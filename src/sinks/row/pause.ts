import type { Clock } from '../../core/clock.js';

/** A time before which nothing may be sent, because the other side asked for it. */
export class Pause {
  readonly #clock: Clock;
  #end = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until it is over, 0 or more. */
  get left(): number {
    return Math.max(0, this.#end - this.#clock.now());
  }

  /** Lets it last so many milliseconds from now at least. */
  hold(ms: number): void {
    this.#end = Math.max(this.#end, this.#clock.now() + ms);
  }

  /** Resolves when it is over; rejects with the signal's reason when that fires before. */
  async over(signal: AbortSignal | undefined): Promise<void> {
    while (this.left > 0) await sleep(this.#clock, this.left, signal);
    signal?.throwIfAborted();
  }
}

/** Resolves after some time; rejects with the signal's reason when that fires before. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error); // whatever it is, it is passed on
    const stop = (): void => {
      timer.cancel();
      reject(signal?.reason as Error); // as above
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
    return undefined;
  });
}
