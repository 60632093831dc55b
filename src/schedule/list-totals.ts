import type { RunStats } from './run-report.js';

/** Sums over lists. */
type Totals = Pick<RunStats, 'tried' | 'succeeded' | 'failed' | 'retried'>;

/** Counters of the lists that have ended, to which those under way are added. */
export class ListTotals {
  #ended: Totals = { tried: 0, succeeded: 0, failed: 0, retried: 0 };

  /** Adds a list that has ended. */
  add(stats: Totals): void {
    this.#ended = sumOf(this.#ended, stats);
  }

  /** The sums with those of lists under way. */
  with(lists: Iterable<{ readonly stats: Totals }>): Totals {
    let sum = this.#ended;
    for (const { stats } of lists) sum = sumOf(sum, stats);
    return sum;
  }
}

function sumOf(a: Totals, b: Totals): Totals {
  return {
    tried: a.tried + b.tried,
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    retried: a.retried + b.retried,
  };
}
