/** Somebody who waits for results of a call. */
interface Waiter<Result> {
  /** Takes the results of the whole call, and says how many of the waiter's own are errors. */
  readonly resolve: (results: readonly (Result | Error)[]) => number;
  /** Takes the failure of the whole call, and says how many items of the waiter that are. */
  readonly reject: (error: unknown) => number;
}

/** A call that still takes items: the items, and who waits for which result. */
export class MicroBatchCall<Item, Result> {
  /** Items of the call in the order of their first mention. */
  readonly items: Item[] = [];
  readonly #slots = new Map<unknown, number>();
  readonly #waiters: Waiter<Result>[] = [];

  /** Where the result for an item will be: of equal keys there is one. */
  slotOf(item: Item, key: unknown): number {
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    this.#slots.set(key, this.items.length);
    return this.items.push(item) - 1;
  }

  /** The result in a slot; rejects when that is an Error. */
  one(slot: number): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({
        resolve: (results) => {
          // There are as many results as items.
          const result = results[slot] as Result | Error;
          if (!(result instanceof Error)) {
            resolve(result);
            return 0;
          }
          reject(result);
          return 1;
        },
        reject: (error) => {
          reject(error);
          return 1;
        },
      });
    });
  }

  /** The results in a row of slots, with one promise for all of them. */
  range(start: number, end: number): Promise<(Result | Error)[]> {
    return this.#several(end - start, (results) => results.slice(start, end));
  }

  /** The results in any slots. */
  picked(slots: readonly number[]): Promise<(Result | Error)[]> {
    return this.#several(slots.length, (results) => slots.map((slot) => results[slot] as Result | Error));
  }

  /** Hands out results, one for each item; says how many items failed. */
  resolve(results: readonly (Result | Error)[]): number {
    return this.#waiters.reduce((failed, waiter) => failed + waiter.resolve(results), 0);
  }

  /** Fails all items; says how many times they were asked for. */
  reject(error: unknown): number {
    return this.#waiters.reduce((failed, waiter) => failed + waiter.reject(error), 0);
  }

  #several(
    count: number,
    pick: (results: readonly (Result | Error)[]) => (Result | Error)[],
  ): Promise<(Result | Error)[]> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({
        resolve: (results) => {
          const picked = pick(results);
          resolve(picked);
          let failed = 0;
          for (const result of picked) if (result instanceof Error) failed++;
          return failed;
        },
        reject: (error) => {
          reject(error);
          return count;
        },
      });
    });
  }
}
