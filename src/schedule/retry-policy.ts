import { backOffDelay } from '../core/back-off.js';
import type { Attempt } from './attempt.js';
import { RetryBudget } from './retry-budget.js';

/** How failed calls are made again. */
export interface RetryRules {
  readonly attempts: number;
  readonly minDelay: number;
  readonly maxDelay: number;
  readonly budget: number;
  readonly perSecond: number;
  readonly isRetryable: (error: unknown) => boolean;
}

/** Refusals in a row after which a task fails with the last one. */
const MOST_REFUSALS = 10;

/** Decides which calls are made again, and when. */
export class RetryPolicy {
  readonly #rules: RetryRules;
  readonly #budget: RetryBudget;
  readonly #now: () => number;

  constructor(rules: RetryRules, now: () => number) {
    this.#rules = rules;
    this.#now = now;
    this.#budget = new RetryBudget(rules.budget, rules.perSecond, now());
  }

  /** Counts a task that starts for the first time. */
  earn(): void {
    this.#budget.earn();
  }

  /** Whether a call refused with 429 is made again. That takes nothing from the budget: the venue asked for it. */
  mayRepeat(attempt: Attempt): boolean {
    return attempt.refusals < MOST_REFUSALS;
  }

  /** Whether a failed call is made again; takes it from the budget. */
  mayRetry(attempt: Attempt, error: unknown): boolean {
    const { attempts, isRetryable } = this.#rules;
    if (attempt.number >= attempts) return false;
    return isRetryable(error) && this.#budget.trySpend(this.#now());
  }

  /** Milliseconds before the next call. */
  delayAfter(attempt: Attempt): number {
    return backOffDelay(attempt.number, this.#rules, Math.random);
  }
}
