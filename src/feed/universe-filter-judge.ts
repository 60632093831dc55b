import type { FailureReporter } from '../core/failures.js';
import type { UniverseErrorContext, UniversePlan } from './universe-filter-options.js';

/** What the caller's functions say about a symbol. */
export interface Judgement {
  /** Whether it has to be tracked. */
  readonly isPinned: boolean;
  /** Whether it is worth tracking: by `enter`, or for one that is tracked by `leave`. */
  readonly isWanted: boolean;
  /** What it is worth among others; -Infinity without `rank`, and for NaN. */
  readonly rank: number;
}

/** Asks the caller's functions. One that throws is reported, and its part of the last judgement stays. */
export class UniverseJudge {
  readonly #plan: UniversePlan;
  readonly #failures: FailureReporter<UniverseErrorContext>;

  constructor(plan: UniversePlan, failures: FailureReporter<UniverseErrorContext>) {
    this.#plan = plan;
    this.#failures = failures;
  }

  /** Judges a symbol by what is known of it now. */
  judge(symbol: string, info: unknown, isTracked: boolean, last: Judgement): Judgement {
    const { enter, leave, pinned, rank } = this.#plan;
    return {
      isPinned: this.#ask(symbol, 'pinned', last.isPinned, () => pinned?.(symbol) === true),
      isWanted:
        isTracked && leave !== undefined
          ? this.#ask(symbol, 'leave', last.isWanted, () => !leave(info))
          : this.#ask(symbol, 'enter', last.isWanted, () => enter(info)),
      rank: rank === undefined ? -Infinity : this.#ask(symbol, 'rank', last.rank, () => worth(rank(info))),
    };
  }

  #ask<Answer>(symbol: string, action: UniverseErrorContext['action'], last: Answer, ask: () => Answer): Answer {
    try {
      return ask();
    } catch (error) {
      this.#failures.report(error, { symbol, action });
      return last;
    }
  }
}

function worth(rank: number): number {
  return Number.isNaN(rank) ? -Infinity : rank;
}
