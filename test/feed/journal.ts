/** A list that can be waited for: tests await what happens instead of sleeping. */
export class Journal<T> {
  readonly entries: T[] = [];
  #waiting: { count: number; resolve: (entries: T[]) => void }[] = [];

  #tap: (entry: T) => void = () => undefined;

  readonly add = (entry: T): void => {
    this.entries.push(entry);
    this.#tap(entry);
    const due = this.#waiting.filter(({ count }) => count <= this.entries.length);
    this.#waiting = this.#waiting.filter(({ count }) => count > this.entries.length);
    for (const { resolve } of due) resolve(this.entries);
  };

  /** Resolves with all entries when there are at least `count`. */
  atLeast(count: number): Promise<T[]> {
    if (this.entries.length >= count) return Promise.resolve(this.entries);
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  /** Calls a function with each entry as it comes, before anybody who waits hears of it. */
  tap(callback: (entry: T) => void): void {
    this.#tap = callback;
  }

  get last(): T | undefined {
    return this.entries.at(-1);
  }
}

/** What a promise rejects with; undefined when it does not. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
