/** A class of tasks, as the options name it. */
export interface TaskClass {
  /** Its name. */
  readonly name: string;
  /** Part of the concurrency and of the rate limit that no other class may use, from 0 to below 1. */
  readonly reserved: number;
  /** Longest time one of its tasks should wait behind others of its class, in milliseconds. */
  readonly maxWait: number;
}

/**
 * Keeps reserved shares free: of the slots that run at once, and of each window of the rate limit.
 *
 * A class may start a task while the slots left are more than what the other classes have reserved and do not use. A
 * reserved part of a slot is a whole one, but one slot always stays for all.
 */
export class ClassShares {
  readonly #classes: readonly TaskClass[];
  readonly #running: number[];
  readonly #hasReserves: boolean;

  constructor(classes: readonly TaskClass[]) {
    this.#classes = classes;
    this.#running = classes.map(() => 0);
    this.#hasReserves = classes.some(({ reserved }) => reserved > 0);
  }

  /** Counts a task that starts. */
  enter(rank: number): void {
    this.#running[rank] = (this.#running[rank] ?? 0) + 1;
  }

  /** Counts a task that ended. */
  leave(rank: number): void {
    this.#running[rank] = (this.#running[rank] ?? 0) - 1;
  }

  /** Tasks of a class that run. */
  running(rank: number): number {
    return this.#running[rank] ?? 0;
  }

  /** Whether one more of a class may run, when `running` of `limit` slots are taken. */
  hasRoom(rank: number, running: number, limit: number): boolean {
    if (!this.#hasReserves) return running < limit;
    return running + this.#keptFrom(rank, limit) < limit;
  }

  /** Part of the rate limit that a class must leave over. */
  leftOver(rank: number): number {
    if (!this.#hasReserves) return 0;
    let part = 0;
    for (const [other, { reserved }] of this.#classes.entries()) if (other !== rank) part += reserved;
    return part;
  }

  #keptFrom(rank: number, limit: number): number {
    let kept = 0;
    let left = limit - 1;
    for (const [other, { reserved }] of this.#classes.entries()) {
      const share = Math.min(left, Math.ceil(reserved * limit));
      left -= share;
      if (other !== rank) kept += Math.max(0, share - (this.#running[other] ?? 0));
    }
    return kept;
  }
}
