const SMALLEST = 16;

/** A first-in, first-out list over a ring that doubles as it fills and lets go of what was taken. */
export class Fifo<T> {
  #slots: (T | undefined)[] = [];
  #head = 0;
  #size = 0;

  /** Items pushed and not taken yet; the ring itself does not shrink before `clear`. */
  get size(): number {
    return this.#size;
  }

  /** Adds the newest item; there is no bound here, its owner checks `size`. */
  push(item: T): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#size) & (this.#slots.length - 1)] = item;
    this.#size++;
  }

  /** Takes the oldest item; undefined when there is none. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#size--;
    return item;
  }

  /** Drops all items and the ring itself, so that nothing keeps them alive. */
  clear(): void {
    this.#slots = [];
    this.#head = 0;
    this.#size = 0;
  }

  #grow(): void {
    const size = this.#size;
    const slots = Array.from<T | undefined>({ length: Math.max(SMALLEST, size * 2) });
    for (let index = 0; index < size; index++) slots[index] = this.#slots[(this.#head + index) & (size - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}
