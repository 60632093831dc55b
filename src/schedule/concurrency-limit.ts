/** How many tasks may run at once, and what it learns from those that ran. */
export interface ConcurrencyLimit {
  /** Tasks that may run at once now, from 1. */
  readonly current: number;
  /** Whether `end` wants to know how long tasks took. */
  readonly isMeasuring: boolean;
  /** Notes that a task starts. What is returned goes back to `end` or `drop`. */
  begin(now: number): number;
  /** Notes that a task was answered after `duration` milliseconds. `running` includes it. */
  end(tag: number, duration: number, running: number, now: number): void;
  /** Notes that a task ended without an answer that says anything about the venue's speed. */
  drop(tag: number): void;
  /** Why the limit is as it is. */
  explain(): string;
}

/** A limit that never changes. */
export class FixedLimit implements ConcurrencyLimit {
  /** The limit. */
  readonly current: number;
  /** Nothing is measured. */
  readonly isMeasuring = false;

  constructor(limit: number) {
    this.current = limit;
  }

  /** Learns nothing. */
  begin(): number {
    return 0;
  }

  /** Learns nothing. */
  end(): void {
    // The limit was told, not learned.
  }

  /** Learns nothing. */
  drop(): void {
    // The limit was told, not learned.
  }

  /** Names the limit. */
  explain(): string {
    return `concurrency is fixed at ${this.current}`;
  }
}
