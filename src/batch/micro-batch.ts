import type { Timer } from '../core/clock.js';
import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { MicroBatchCall } from './micro-batch-call.js';
import { type MicroBatchOptions, type MicroBatchSettings, readMicroBatchOptions } from './micro-batch-options.js';

/** Answers many items with one call: as many results, in the same order, an Error for each that failed. */
export type BatchFunction<Item, Result> = (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;

/** Counters of a `microBatch`. */
export interface MicroBatchStats {
  /** Calls of the function. */
  readonly calls: number;
  /** Items asked for: those sent, and those answered by an equal one in the same call. */
  readonly items: number;
  /** Items of the calls so far and of the one that still waits. */
  readonly sent: number;
  /** Items that failed, alone or with their whole call. */
  readonly failed: number;
}

/** What `microBatch` returns. */
export interface MicroBatched<Item, Result> {
  /**
   * The result for an item. Rejects with its Error when the item failed, with the call's when all did.
   */
  (item: Item): Promise<Result>;
  /**
   * The results for items in their order, with one promise for all. An item that failed has its Error in its place;
   * the promise rejects only when a whole call fails. Items beyond `maxItems` go into further calls.
   * @throws ArgumentError when `items` is no array.
   */
  many(items: readonly Item[]): Promise<(Result | Error)[]>;
  /** Counters since it was made. */
  stats(): MicroBatchStats;
}

/**
 * Makes one call of all requests of a turn, so that what answers a hundred at the price of one is asked once: a model
 * that multiplies matrices, a query with a list of keys, an endpoint for many symbols.
 *
 * Each item gets its own result. An Error in the place of a result fails that item alone; a call that rejects, throws
 * or answers with the wrong number of results fails all of its items. Calls do not wait for one another.
 *
 * Nothing is remembered: put `memo` in front to answer repeated items later.
 *
 * Cost: a promise per item; with `many` one promise and one copy of the items.
 *
 * @throws ConfigError when an option is unknown or out of range.
 * @example
 * const predict = microBatch(async (rows: readonly number[][]) => rows.map((row) => row.length));
 * const [a, b] = await Promise.all([predict([1, 2]), predict([3])]); // one call; a is 2, b is 1
 */
export function microBatch<Item, Result>(
  fn: BatchFunction<Item, Result>,
  options: MicroBatchOptions<Item> = {},
): MicroBatched<Item, Result> {
  if (typeof fn !== 'function') throw new ArgumentError(`microBatch: fn must be a function, got ${show(fn)}`);
  const batcher = new MicroBatcher(fn, readMicroBatchOptions<Item>(options));
  return Object.assign((item: Item) => batcher.one(item), {
    many: (items: readonly Item[]) => batcher.many(items),
    stats: () => batcher.stats(),
  });
}

class MicroBatcher<Item, Result> {
  readonly #fn: BatchFunction<Item, Result>;
  readonly #settings: MicroBatchSettings<Item>;
  #open: MicroBatchCall<Item, Result> | undefined;
  #timer: Timer | undefined;
  #calls = 0;
  #items = 0;
  #sent = 0;
  #failed = 0;

  constructor(fn: BatchFunction<Item, Result>, settings: MicroBatchSettings<Item>) {
    this.#fn = fn;
    this.#settings = settings;
  }

  one(item: Item): Promise<Result> {
    const keys = this.#settings.key === undefined ? undefined : this.#keysOf([item]);
    if (keys instanceof Promise) return keys;
    this.#items++;
    const call = this.#openCall();
    const slot = keys === undefined ? call.add(item) : call.slotOf(item, keys[0]);
    const result = call.one(slot);
    this.#sendWhenFull(call);
    return result;
  }

  many(items: readonly Item[]): Promise<(Result | Error)[]> {
    if (!Array.isArray(items)) throw new ArgumentError(`microBatch: many takes an array of items, got ${show(items)}`);
    const keys = this.#keysOf(items);
    if (keys instanceof Promise) return keys;
    this.#items += items.length;
    const parts = keys === undefined ? this.#copyAll(items) : this.#pickAll(items, keys);
    const [first = Promise.resolve([]), ...others] = parts;
    return others.length === 0 ? first : Promise.all(parts).then((results) => results.flat());
  }

  stats(): MicroBatchStats {
    const sent = this.#sent + (this.#open?.items.length ?? 0);
    return { calls: this.#calls, items: this.#items, sent, failed: this.#failed };
  }

  /** Keys of items, if there are any; a failure as a rejection, before any item has joined a call. */
  #keysOf(items: readonly Item[]): readonly unknown[] | undefined | Promise<never> {
    const { key } = this.#settings;
    if (key === undefined) return undefined;
    try {
      return items.map((item) => key(item));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** One promise for each call that the items are spread over. */
  #copyAll(items: readonly Item[]): Promise<(Result | Error)[]>[] {
    const parts: Promise<(Result | Error)[]>[] = [];
    let next = 0;
    while (next < items.length) {
      const call = this.#openCall();
      const last = Math.min(items.length, next + this.#settings.maxItems - call.items.length);
      const slot = call.addAll(items, next, last);
      parts.push(call.range(slot, slot + last - next));
      next = last;
      this.#sendWhenFull(call);
    }
    return parts;
  }

  #pickAll(items: readonly Item[], keys: readonly unknown[]): Promise<(Result | Error)[]>[] {
    const parts: Promise<(Result | Error)[]>[] = [];
    let next = 0;
    while (next < items.length) {
      const call = this.#openCall();
      const slots: number[] = [];
      for (; next < items.length && call.items.length < this.#settings.maxItems; next++)
        slots.push(call.slotOf(items[next] as Item, keys[next]));
      parts.push(call.picked(slots));
      this.#sendWhenFull(call);
    }
    return parts;
  }

  #openCall(): MicroBatchCall<Item, Result> {
    if (this.#open !== undefined) return this.#open;
    const call = new MicroBatchCall<Item, Result>();
    this.#open = call;
    const { maxDelay, clock } = this.#settings;
    const send = (): void => this.#send(call);
    // A tick asked for by a promise job comes after all promise jobs, so that what these ask for joins the call.
    if (maxDelay === undefined) queueMicrotask(() => process.nextTick(send));
    else this.#timer = clock.setTimeout(send, maxDelay);
    return call;
  }

  #sendWhenFull(call: MicroBatchCall<Item, Result>): void {
    if (call.items.length >= this.#settings.maxItems) this.#send(call);
  }

  /** Once per call: when it is full, otherwise when its time has come. */
  #send(call: MicroBatchCall<Item, Result>): void {
    if (this.#open !== call) return;
    this.#open = undefined;
    this.#timer?.cancel();
    this.#calls++;
    this.#sent += call.items.length;
    void this.#run(call);
  }

  async #run(call: MicroBatchCall<Item, Result>): Promise<void> {
    const count = call.items.length;
    try {
      const results = await this.#fn(call.items);
      requireResults(results, count);
      this.#failed += call.resolve(results);
    } catch (error) {
      this.#failed += call.reject(error);
    }
  }
}

function requireResults(results: unknown, count: number): void {
  if (!Array.isArray(results) || results.length !== count)
    throw new ArgumentError(
      `microBatch: fn must return an array of ${count} results, one per item, got ${Array.isArray(results) ? `an array of ${results.length}` : show(results)}`,
    );
}
