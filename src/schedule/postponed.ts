import type { Attempt } from './attempt.js';

/** A key that was taken from its source and did not finish. */
export interface PostponedKey<Key> {
  readonly key: Key;
  readonly number: number;
  readonly refusals: number;
  readonly weight: number;
  readonly endpoint: string;
  /** Time of `Clock.now()` before which it does not start. */
  readonly notBefore: number;
  /** Whether it waits because the gate did not let it through. */
  readonly isPassed: boolean;
}

/** Most keys that wait to be called again. */
const MOST_WAITING = 1_024;

/**
 * Keys that wait though they were read: refused with 429, to be retried, or too heavy for what is left of the rate
 * limit. They go before new keys, those refused first.
 *
 * A key that may not start does not block those behind it that are lighter or go to another endpoint. It is first in
 * line when the limit has room again, so that it is not starved either; and only `mostPassed` keys wait like that.
 */
export class Postponed<Key> {
  #waiting: PostponedKey<Key>[] = [];
  /** By endpoint the weight that was refused at `#refusedAt`, until then nothing as heavy is tried. */
  readonly #refused = new Map<string, { weight: number; until: number }>();
  readonly #mostPassed: number;
  #passed = 0;
  #now = 0;

  constructor(mostPassed: number) {
    this.#mostPassed = mostPassed;
  }

  /** Keys waiting. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Whether so many wait that no further key is read. */
  get isFull(): boolean {
    return this.#passed >= this.#mostPassed || this.#waiting.length >= MOST_WAITING;
  }

  /** A refused call: first in line again, as the same call of the key. */
  repeat(attempt: Attempt, now: number): void {
    this.#waiting.unshift(keyOf(attempt, attempt.number, attempt.refusals + 1, now, false));
  }

  /** A failed call: at the end of the line, not before its time. */
  retry(attempt: Attempt, notBefore: number): void {
    this.#waiting.push(keyOf(attempt, attempt.number + 1, 0, notBefore, false));
  }

  /** A call the gate did not let through, for so many milliseconds where it knows. Goes first or last in line. */
  bypass(attempt: Attempt, wait: number, now: number, isFirst: boolean): void {
    const postponed = keyOf<Key>(attempt, attempt.number, attempt.refusals, now, true);
    if (isFirst) this.#waiting.unshift(postponed);
    else this.#waiting.push(postponed);
    this.#passed++;
    if (wait > 0) {
      this.#refused.set(attempt.endpoint, { weight: attempt.weight, until: now + wait });
    }
  }

  /** Whether keys wait because the gate did not let them through. */
  get hasPassed(): boolean {
    return this.#passed > 0;
  }

  /** Whether something as light was refused for the same endpoint, and its wait is not over. */
  isRefused({ endpoint, weight }: PostponedKey<Key>): boolean {
    const refused = this.#refused.get(endpoint);
    return refused !== undefined && weight >= refused.weight && this.#now < refused.until;
  }

  /** Takes the first key whose time has come and that `fits`. */
  take(now: number, fits: (postponed: PostponedKey<Key>) => boolean): PostponedKey<Key> | undefined {
    this.#now = now;
    const at = this.#waiting.findIndex((postponed) => postponed.notBefore <= now && fits(postponed));
    if (at === -1) return undefined;
    const [taken] = this.#waiting.splice(at, 1);
    if (taken?.isPassed === true) this.#passed--;
    return taken;
  }

  /** Milliseconds until the first key may be tried. */
  delay(now: number): number {
    let delay = Infinity;
    for (const { endpoint, notBefore } of this.#waiting) {
      const until = Math.max(notBefore, this.#refused.get(endpoint)?.until ?? 0);
      delay = Math.min(delay, Math.max(0, until - now));
    }
    return delay;
  }

  /** Gives back keys that were chosen as probes and not tried. */
  putBack(keys: readonly Key[]): void {
    for (const key of keys) {
      this.#waiting.push({ key, number: 1, refusals: 0, weight: 1, endpoint: '', notBefore: 0, isPassed: false });
    }
  }

  /** Takes all keys. */
  drain(): Key[] {
    const keys = this.#waiting.map(({ key }) => key);
    this.#waiting = [];
    this.#passed = 0;
    return keys;
  }
}

function keyOf<Key>(
  attempt: Attempt,
  number: number,
  refusals: number,
  notBefore: number,
  isPassed: boolean,
): PostponedKey<Key> {
  const { endpoint, item, weight } = attempt;
  // The item of a list's attempt is its key.
  return { key: item as Key, number, refusals, weight, endpoint, notBefore, isPassed };
}
