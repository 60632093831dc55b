import { Fifo } from './fifo.js';

/** Things that may wait behind what is being delivered. */
const WAITING_LIMIT = 2 ** 20;

/**
 * Keeps what is published while something is being delivered until that is done, for the whole hub.
 *
 * So every subscriber sees one order, and a chain of publishes needs no stack.
 */
export class DeliveryOrder {
  /** Deliveries under way: none or one. Public and plain, for `publish`. */
  running: 0 | 1 = 0;
  /** Things that wait. Public and plain as well. */
  waiting = 0;
  readonly #tasks = new Fifo<() => void>();

  /** Runs a task now, or after what is being delivered; false when too many wait. */
  run(task: () => void): boolean {
    if (this.running > 0) {
      if (this.waiting >= WAITING_LIMIT) return false;
      this.#tasks.push(task);
      this.waiting++;
      return true;
    }
    this.running = 1;
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
      for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
        this.waiting--;
        task();
      }
    } finally {
      this.running = 0;
    }
  }
}
