import { isDeepStrictEqual } from 'node:util';
import { CorruptDataError } from '../core/errors.js';
import { isThenable } from '../core/failures.js';
import { show } from '../core/show.js';
import type { CallKey } from './call-key.js';
import { type Entry, valueOf } from './entry.js';
import type { MemoSettings, UncheckedCallback } from './memo-settings.js';
import type { MemoCounters } from './memo-stats.js';
import { withSignal } from './with-signal.js';

/** Most results that wait to be compared; more hits are not audited. */
const MAX_PENDING = 16;

/** A hit to be compared. */
export interface Hit {
  /** What was returned. */
  readonly entry: Entry;
  /** The key of the call. */
  readonly key: CallKey;
  /** What it was made on. */
  readonly self: unknown;
  /** Its arguments. */
  readonly args: readonly unknown[];
}

/**
 * Computes some hits again when their callers have gone on, and counts those that differ. What it computes is not stored.
 * A hit is passed by when its arguments changed, or its entry was invalidated or replaced, before that was done: the
 * function may then rightly have another result.
 */
export class Audit {
  readonly #fn: UncheckedCallback;
  readonly #settings: MemoSettings;
  readonly #counters: MemoCounters;
  readonly #isStanding: (hit: Hit) => boolean;
  #pending = 0;

  /** `isStanding` tells whether the call would get the same entry again. */
  constructor(
    fn: UncheckedCallback,
    settings: MemoSettings,
    counters: MemoCounters,
    isStanding: (hit: Hit) => boolean,
  ) {
    this.#fn = fn;
    this.#settings = settings;
    this.#counters = counters;
    this.#isStanding = isStanding;
  }

  /** Takes a hit by chance, as often as the option says. */
  consider(hit: Hit): void {
    if (this.#pending >= MAX_PENDING || Math.random() >= this.#settings.audit) return;
    this.#pending++;
    this.#settings.ioClock.setTimeout(() => this.#start(hit), 0).unref();
  }

  #start(hit: Hit): void {
    const end = (): void => {
      this.#pending--;
    };
    this.#compare(hit).then(end, (error: unknown) => {
      end();
      this.#report(error);
    });
  }

  async #compare(hit: Hit): Promise<void> {
    if (!this.#isStanding(hit)) return;
    const { self, args } = hit;
    const { isAbortable, name } = this.#settings;
    const list = isAbortable ? withSignal(this.#fn, args, new AbortController().signal) : args;
    const result: unknown = Reflect.apply(this.#fn, self, list);
    const fresh: unknown = isThenable(result) ? await result : result;
    if (!this.#isStanding(hit)) return;
    const value = valueOf(hit.entry);
    this.#counters.audited++;
    if (isDeepStrictEqual(value, fresh)) return;
    this.#counters.mismatches++;
    throw new CorruptDataError(`memo ${name}: a hit returned ${show(value)}, computed again it is ${show(fresh)}`);
  }

  #report(error: unknown): void {
    const { reporter, name } = this.#settings;
    reporter.report(error, { name, during: 'audit' });
  }
}
