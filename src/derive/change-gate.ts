import * as z from 'zod/mini';
import { MAX_CAPACITY, numberWithin, readOptions, wholeNumber } from '../core/options.js';

/** What counts as a change, and how many keys are remembered. */
export interface ChangeGateOptions {
  /**
   * Largest difference between two numbers that is no change, in the unit of the values.
   *
   * Without `epsilon` and `relative`, values of any type are compared by `Object.is`.
   */
  readonly epsilon?: number;
  /**
   * Largest difference that is no change, as a part of the larger of the two absolute values, from 0 to 1.
   *
   * With `epsilon` as well, a change has to exceed both.
   */
  readonly relative?: number;
  /**
   * Most keys remembered, from 1 to 16777216. Beyond, a key that was not asked for lately makes room, and
   * its next value counts as its first.
   * @default 10_000
   */
  readonly maxKeys?: number;
}

/** What a {@link ChangeGate} let through: `checks = passed + suppressed`. */
export interface ChangeGateStats {
  /** Calls of `changed`. */
  readonly checks: number;
  /** Calls that returned true, first values of a key included. */
  readonly passed: number;
  /** Calls that returned false. */
  readonly suppressed: number;
  /** Keys remembered now. */
  readonly keys: number;
  /** Keys that made room for others. */
  readonly evicted: number;
}

/** What the next value of a key is compared with. */
export interface GateExplanation {
  /** The last value that passed. */
  readonly value: unknown;
  /**
   * A number this close to it is no change; `undefined` when only an equal value is none, as for NaN and the
   * infinities. With `relative` a number further away from zero may be more distant and still be none.
   */
  readonly tolerance: number | undefined;
}

interface Entry<K> {
  key: K;
  value: unknown;
  /** Where it is on the face of the clock. */
  slot: number;
  /** Asked for since the hand of the clock last came by. */
  isRecent: boolean;
}

const OPTIONS = z.strictObject({
  epsilon: z.optional(numberWithin(0, Number.MAX_VALUE)),
  relative: z.optional(numberWithin(0, 1)),
  maxKeys: z._default(wholeNumber(1, MAX_CAPACITY), 10_000),
});

/**
 * Says whether a value is worth acting on: whether it differs from the last one of its key that passed.
 *
 * Compared is the last value that passed, not the last one seen, so that a slow drift passes as soon as it adds up.
 *
 * Without a tolerance `Object.is` decides: NaN equals NaN, 0 differs from -0, and an object that was changed in
 * place is the same object. With one, two numbers are the same while they differ by no more than the larger of
 * `epsilon` and `relative` allows; 0 and -0 are the same, so are NaN and NaN; NaN or an infinity differs from every
 * other number. Values that are not numbers are compared by `Object.is` all the same.
 *
 * Cost: one lookup in a `Map` per check, nothing allocated for a known key; about 100 bytes per key.
 *
 * @example
 * const gate = new ChangeGate<string>({ epsilon: 0.005 });
 * if (gate.changed('BTCUSDT', (bid + ask) / 2)) model.update();
 */
export class ChangeGate<K = unknown> {
  readonly #epsilon: number;
  readonly #relative: number;
  readonly #isTolerant: boolean;
  readonly #maxKeys: number;
  readonly #entries = new Map<K, Entry<K>>();
  /** All entries, on the face of a clock whose hand looks for one to give up. */
  readonly #face: Entry<K>[] = [];
  #hand = 0;
  #passed = 0;
  #suppressed = 0;
  #evicted = 0;

  /** @throws ConfigError (ERR_CONFIG) when an option is unknown or outside its bounds. */
  constructor(options: ChangeGateOptions = {}) {
    const { epsilon, relative, maxKeys } = readOptions('ChangeGate', OPTIONS, options);
    this.#isTolerant = epsilon !== undefined || relative !== undefined;
    this.#epsilon = epsilon ?? 0;
    this.#relative = relative ?? 0;
    this.#maxKeys = maxKeys;
  }

  /** Whether `value` differs from the last one of `key` that passed; the first one does. If so it takes its place. */
  changed(key: K, value: unknown): boolean {
    // Hot path: nothing is allocated for a key that is known.
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#admit(key, value);
    } else {
      entry.isRecent = true;
      if (this.#isSame(entry.value, value)) {
        this.#suppressed++;
        return false;
      }
      entry.value = value;
    }
    this.#passed++;
    return true;
  }

  /** Makes the next value of a key its first. Returns whether the key was known. */
  forget(key: K): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    const last = this.#face.pop() ?? entry;
    if (last !== entry) this.#face[(last.slot = entry.slot)] = last;
    return true;
  }

  /** Forgets all keys. Counters stay. */
  clear(): void {
    this.#entries.clear();
    this.#face.length = 0;
  }

  /** What the next value of `key` is compared with; `undefined` when it would count as the first. */
  explain(key: K): GateExplanation | undefined {
    const value = this.#entries.get(key)?.value;
    if (!this.#entries.has(key)) return undefined;
    if (!this.#isTolerant || typeof value !== 'number' || !Number.isFinite(value))
      return { value, tolerance: undefined };
    return { value, tolerance: Math.max(this.#epsilon, this.#relative * Math.abs(value)) };
  }

  /** What happened so far, as a plain object. */
  stats(): ChangeGateStats {
    return {
      checks: this.#passed + this.#suppressed,
      passed: this.#passed,
      suppressed: this.#suppressed,
      keys: this.#entries.size,
      evicted: this.#evicted,
    };
  }

  #isSame(before: unknown, after: unknown): boolean {
    if (!this.#isTolerant || typeof before !== 'number' || typeof after !== 'number') return Object.is(before, after);
    if (before === after) return true;
    const difference = Math.abs(before - after);
    if (!(difference < Infinity)) return Number.isNaN(before) && Number.isNaN(after);
    return difference <= this.#epsilon || difference <= this.#relative * Math.max(Math.abs(before), Math.abs(after));
  }

  #admit(key: K, value: unknown): void {
    const entry = this.#face.length < this.#maxKeys ? this.#newEntry(key) : this.#leastRecent();
    this.#entries.set(key, entry);
    entry.key = key;
    entry.value = value;
  }

  #newEntry(key: K): Entry<K> {
    const entry = { key, value: undefined, slot: this.#face.length, isRecent: false };
    this.#face.push(entry);
    return entry;
  }

  /** Gives up the first entry that was not asked for since the hand came by, and clears the marks on the way. */
  #leastRecent(): Entry<K> {
    for (;;) {
      if (this.#hand >= this.#face.length) this.#hand = 0;
      const entry = this.#face[this.#hand++];
      if (entry === undefined) continue;
      if (entry.isRecent) {
        entry.isRecent = false;
        continue;
      }
      this.#entries.delete(entry.key);
      this.#evicted++;
      return entry;
    }
  }
}
