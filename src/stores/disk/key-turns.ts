import { OverflowError } from '../../core/errors.js';

/** Lets the operations of one key go one after another, in the order they were asked for, and bounds their number. */
export class KeyTurns {
  readonly #owner: string;
  readonly #maxPending: number;
  /** The end of the last operation per key. */
  readonly #last = new Map<string, Promise<void>>();
  #pending = 0;

  constructor(owner: string, maxPending: number) {
    this.#owner = owner;
    this.#maxPending = maxPending;
  }

  /** Operations under way or waiting. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Runs an operation once those of its key have ended.
   * @throws OverflowError when too many are pending.
   */
  async run<T>(key: string, operation: () => Promise<T>): Promise<T> {
    if (this.#pending >= this.#maxPending) {
      throw new OverflowError(`${this.#owner}: ${this.#maxPending} operations are pending; this one was not begun`);
    }
    this.#pending++;
    const result = (this.#last.get(key) ?? Promise.resolve()).then(operation);
    const leave = (): void => {
      this.#pending--;
      if (this.#last.get(key) === end) this.#last.delete(key);
    };
    const end = result.then(leave, leave); // whoever asked for the operation gets its result
    this.#last.set(key, end);
    return result;
  }

  /** Resolves once all operations have ended. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }
}
