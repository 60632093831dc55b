/** What is used of `async`. */
export interface AsyncModule {
  eachLimit(items: readonly number[], limit: number, task: (item: number) => Promise<void>): Promise<void>;
}

/** What is used of `p-map`. */
export interface PMapModule {
  default(items: Iterable<number>, task: () => Promise<void>, options: { concurrency: number }): Promise<unknown>;
}

/** What is used of `p-queue`. */
export interface PQueueModule {
  default: new (options: { concurrency: number }) => {
    add(task: () => Promise<void>, options?: { priority: number }): Promise<unknown>;
  };
}

/** What is used of `p-limit`. */
export interface PLimitModule {
  default(concurrency: number): (task: () => Promise<void>) => Promise<unknown>;
}
