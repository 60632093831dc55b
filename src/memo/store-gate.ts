import type { Clock } from '../core/clock.js';
import { StoreBreaker } from './store-breaker.js';
import { LateError, limitWork, type StoreTimeLimit } from './store-time-limit.js';

/** How work with a store ended. */
export type Outcome<T> =
  | { readonly end: 'done'; readonly value: T }
  | { readonly end: 'failed' | 'late' | 'skipped'; readonly value: undefined };

/** What a gate needs to know. */
export interface GateSettings {
  /** Name of the cache, for errors. */
  readonly name: string;
  /** Milliseconds of `ioClock` that one piece of work may take. */
  readonly timeout: number;
  /** The clock of time limits and of the breaker. */
  readonly ioClock: Clock;
  /** Gets each failure of the store; what the breaker keeps from it is none. */
  readonly report: (error: unknown) => void;
}

/** Lets work with a store take a limited time, and none while the breaker is open. Never rejects. */
export class StoreGate {
  readonly #report: GateSettings['report'];
  readonly #limit: StoreTimeLimit;
  readonly #breaker: StoreBreaker;

  constructor({ name, timeout, ioClock, report }: GateSettings) {
    this.#report = report;
    this.#limit = { what: `memo ${name}: the store`, timeout, ioClock };
    this.#breaker = new StoreBreaker(() => ioClock.now());
  }

  /** Times the breaker has opened. */
  get opened(): number {
    return this.#breaker.opened;
  }

  /** Milliseconds until the breaker lets work through. */
  get wait(): number {
    return this.#breaker.wait;
  }

  /** Does a piece of work. What it returns or throws after its time is dropped. */
  async run<T>(work: () => Promise<T>): Promise<Outcome<T>> {
    const state = this.#breaker.enter();
    if (state === undefined) return { end: 'skipped', value: undefined };
    try {
      const value = await limitWork(work, this.#limit);
      this.#breaker.succeed(state);
      return { end: 'done', value };
    } catch (error) {
      if (isRefusal(error)) this.#breaker.leave(state);
      else this.#breaker.fail(state);
      this.#report(error);
      return { end: error instanceof LateError ? 'late' : 'failed', value: undefined };
    }
  }
}

/** Whether a store that may be well has refused just this: a value too large for it, or one operation too many. */
function isRefusal(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_INVALID_ARGUMENT' || code === 'ERR_OVERFLOW';
}
