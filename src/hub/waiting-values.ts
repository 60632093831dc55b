import type { DeliveryContext } from './delivery.js';

/** Taken places at the front of the arrays, from which on they may be given back. */
const WORTH_MOVING = 1_024;

/**
 * Values that wait, oldest first, with what belongs to each.
 *
 * Plain arrays that are pushed to and read from `#head`: a burst is pushed without making an object per value,
 * and whoever takes all of it gets the array itself. Places before `#head` are given back when they are half.
 */
export class WaitingValues {
  #values: unknown[] = [];
  /** Empty when nobody wants contexts. */
  #contexts: DeliveryContext[] = [];
  #head = 0;
  /** How many places were given back so far; with it a place has a number that stays. */
  #moved = 0;
  readonly #hasContexts: boolean;

  constructor(hasContexts: boolean) {
    this.#hasContexts = hasContexts;
  }

  /** How many wait. */
  get size(): number {
    return this.#values.length - this.#head;
  }

  /** Adds the newest and returns its ticket, by which it can be replaced. */
  push(value: unknown, context: DeliveryContext): number {
    if (this.#hasContexts) this.#contexts.push(context);
    return this.#moved + this.#values.push(value) - 1;
  }

  /** Puts another value in the place of one that waits. */
  replace(ticket: number, value: unknown, context: DeliveryContext): void {
    const index = ticket - this.#moved;
    this.#values[index] = value;
    if (this.#hasContexts) this.#contexts[index] = context;
  }

  /** Ticket of the oldest. */
  get oldest(): number {
    return this.#moved + this.#head;
  }

  /** Context of the oldest; undefined when nothing waits, or nobody wants contexts. */
  get oldestContext(): DeliveryContext | undefined {
    return this.#contexts[this.#head];
  }

  /** Takes the oldest value; look at `size` first, for undefined is a value. */
  shift(): unknown {
    const value = this.#values[this.#head];
    this.#values[this.#head] = undefined;
    this.#head++;
    if (this.#head === this.#values.length) this.clear();
    else if (this.#head >= WORTH_MOVING && this.#head * 2 >= this.#values.length) this.#move();
    return value;
  }

  /** Takes all values, oldest first. */
  takeAll(): unknown[] {
    const values = this.#head === 0 ? this.#values : this.#values.slice(this.#head);
    this.#moved += this.#values.length;
    this.#values = [];
    this.#contexts = [];
    this.#head = 0;
    return values;
  }

  /** Drops all values; nothing keeps them alive. */
  clear(): void {
    this.#moved += this.#values.length;
    this.#values.length = 0;
    this.#contexts.length = 0;
    this.#head = 0;
  }

  #move(): void {
    this.#values.splice(0, this.#head);
    if (this.#hasContexts) this.#contexts.splice(0, this.#head);
    this.#moved += this.#head;
    this.#head = 0;
  }
}
