import { Fifo } from './fifo.js';

/** Things that may wait behind what is being delivered. */
const WAITING_LIMIT = 2 ** 20;

/**
 * Keeps what is published while something is being delivered until that is done, for the whole hub.
 *
 * So every subscriber sees one order, and a chain of publishes needs no stack.
 */
export class DeliveryOrder {
  /** Set while something is being delivered. Public and plain, for `publish`. */
  isBusy = false;
  /** Set while something waits. Public and plain as well. */
  hasWaiting = false;
  readonly #waiting = new Fifo<() => void>();

  /** Runs a task now, or after what is being delivered; false when too many wait. */
  run(task: () => void): boolean {
    if (this.isBusy) {
      if (this.#waiting.size >= WAITING_LIMIT) return false;
      this.#waiting.push(task);
      this.hasWaiting = true;
      return true;
    }
    this.isBusy = true;
    try {
      task();
    } finally {
      this.finish();
    }
    return true;
  }

  /** Runs what waits, then is free again. */
  finish(): void {
    try {
      for (let task = this.#waiting.shift(); task !== undefined; task = this.#waiting.shift()) task();
    } finally {
      this.hasWaiting = this.#waiting.size > 0;
      this.isBusy = false;
    }
  }
}
