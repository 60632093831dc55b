import { LRUCache } from 'lru-cache';

/** What is remembered of one key. */
interface Past {
  /** Average of outcomes, the latest weighing 0.3: 1 is success, 0 failure. Starts at 1, so that new keys are tried. */
  average: number;
  /** Failures since the last success. */
  failures: number;
  /** Number of the run in which it was tried last. */
  round: number;
}

/** Weight of the latest outcome. */
const LATEST = 0.3;
/** What a key gains per run in which it was not tried. */
const AGEING = 0.02;
/** Failures in a row after which a key counts as dead. */
const DEAD_AFTER = 3;

/**
 * Past success per key, for the order of the next run: the keys that used to answer come first, and those left out
 * move up run by run until they are tried again.
 *
 * At most `maxKeys` keys are remembered, those used last. A forgotten key counts as new.
 */
export class KeyHistory {
  readonly #pasts: LRUCache<object | string | number | bigint | boolean | symbol, Past>;
  #round = 0;

  constructor(maxKeys: number) {
    this.#pasts = new LRUCache({ max: maxKeys });
  }

  /** Keys remembered. */
  get size(): number {
    return this.#pasts.size;
  }

  /** Begins a run; the keys that it does not try move up. */
  beginRound(): void {
    this.#round++;
  }

  /** How early a key should be tried: higher is earlier. */
  score(key: unknown): number {
    const past = this.#pasts.peek(nameOf(key));
    return past === undefined ? 1 + AGEING * this.#round : past.average + AGEING * (this.#round - past.round);
  }

  /** Whether a key has failed so often that one more failure says nothing about the venue. */
  isDead(key: unknown): boolean {
    return (this.#pasts.peek(nameOf(key))?.failures ?? 0) >= DEAD_AFTER;
  }

  /** Remembers an outcome. */
  record(key: unknown, isSuccess: boolean): void {
    const name = nameOf(key);
    const past = this.#pasts.get(name);
    if (past === undefined) {
      this.#pasts.set(name, { average: isSuccess ? 1 : 1 - LATEST, failures: isSuccess ? 0 : 1, round: this.#round });
      return;
    }
    past.average += LATEST * ((isSuccess ? 1 : 0) - past.average);
    past.failures = isSuccess ? 0 : past.failures + 1;
    past.round = this.#round;
  }

  /** What is remembered of a key, for people. */
  explain(key: unknown): string {
    const past = this.#pasts.peek(nameOf(key));
    if (past === undefined) return 'was not tried, or is forgotten';
    const rate = `${Math.round(past.average * 100)} % of its latest tries succeeded`;
    const dead = this.isDead(key) ? `; ${past.failures} failures in a row, so it counts as dead` : '';
    return `${rate}; last tried ${this.#round - past.round} runs ago${dead}`;
  }
}

/** The cache takes every key but null and undefined. */
function nameOf(key: unknown): object | string | number | bigint | boolean | symbol {
  return key ?? String(key);
}
