/**
 * When to give up a list because nearly everything fails.
 *
 * 'sequential' is a CUSUM test: every outcome adds the logarithm of how much likelier it is with 10 % success than
 * with 40 %, never below 0; at 7.5 the list stops. With 80 % success that happens in fewer than 1 of 10 000 lists of
 * 200; with 5 % after 24 tasks, and when 80 % turn into 2 % after 20. The two rates follow `minSuccessRate`.
 *
 * 'batch' looks at one batch after the other and stops when fewer than `minSuccessRate` of it succeeded. With batches
 * of 6 and 70 % success that stops 31 of 100 lists of 200 that should have gone on; it is there for those who need
 * the decisions they are used to.
 */

/** Watches outcomes and says when to stop. */
export interface EarlyExit {
  /** Takes the next outcome; true means stop. */
  add(isSuccess: boolean): boolean;
  /** Begins anew. */
  reset(): void;
}

/** Sum at which the sequential test stops. */
const THRESHOLD = 7.5;
/** The two success rates that are told apart, as parts of `minSuccessRate`: 10 % and 40 % of the default 30 %. */
const BAD_PART = 1 / 3;
const GOOD_PART = 4 / 3;

/** A CUSUM test. */
export class SequentialExit implements EarlyExit {
  readonly #onSuccess: number;
  readonly #onFailure: number;
  #sum = 0;

  /** `minSuccessRate` from 0.01 to 0.7. */
  constructor(minSuccessRate: number) {
    const bad = minSuccessRate * BAD_PART;
    const good = minSuccessRate * GOOD_PART;
    this.#onSuccess = Math.log(bad / good);
    this.#onFailure = Math.log((1 - bad) / (1 - good));
  }

  /** Takes the next outcome; true means stop. */
  add(isSuccess: boolean): boolean {
    this.#sum = Math.max(0, this.#sum + (isSuccess ? this.#onSuccess : this.#onFailure));
    return this.#sum >= THRESHOLD;
  }

  /** Begins anew. */
  reset(): void {
    this.#sum = 0;
  }
}

/** Success rate of one batch after the other. */
export class BatchExit implements EarlyExit {
  readonly #minSuccessRate: number;
  readonly #batchSize: number;
  #tried = 0;
  #succeeded = 0;

  constructor(minSuccessRate: number, batchSize: number) {
    this.#minSuccessRate = minSuccessRate;
    this.#batchSize = batchSize;
  }

  /** Takes the next outcome; true means stop. */
  add(isSuccess: boolean): boolean {
    this.#tried++;
    if (isSuccess) this.#succeeded++;
    if (this.#tried < this.#batchSize) return false;
    const isBad = this.#succeeded / this.#batchSize < this.#minSuccessRate;
    this.reset();
    return isBad;
  }

  /** Begins anew. */
  reset(): void {
    this.#tried = this.#succeeded = 0;
  }
}
