/** Children per entry: four need half the levels of two, and lie in one cache line. */
const CHILDREN_SHIFT = 2;
const FIRST_CAPACITY = 64;

/**
 * Items by priority, highest first; equal ones in the order they came.
 *
 * A heap of four children per entry on typed arrays: no object per item. It grows by doubling, and shrinks when
 * emptied. While items come in the order they will leave in, as without priorities, it is a queue, whose first item
 * is taken without moving the others; the first one that belongs further ahead makes it a heap, until it is empty.
 * Priorities are stored from the first that differs.
 */
export class TaskHeap<T> {
  /** Empty while the priority of all is `#common`. */
  #priorities = new Float64Array(0);
  #common = 0;
  #orders = new Float64Array(FIRST_CAPACITY);
  #items: (T | undefined)[] = [];
  #size = 0;
  #order = 0;
  /** Taken items at the front of the queue; 0 in a heap. */
  #head = 0;
  #isQueue = true;

  /** Items held. */
  get size(): number {
    return this.#size - this.#head;
  }

  /** The item that comes next. */
  peek(): T | undefined {
    return this.#items[this.#head];
  }

  /** Adds an item. One of the same priority with a lower `order` comes before it; by default the order of adding. */
  push(item: T, priority: number, order = this.#order++): void {
    if (this.#size === this.#orders.length) this.#makeRoom();
    if (this.#size === 0) this.#common = priority;
    else if (priority !== this.#common && this.#isUniform) this.#storePriorities();
    if (this.#isQueue && this.#size > 0 && this.#belongsAhead(priority, order)) this.#becomeHeap();
    const priorities = this.#priorities;
    const orders = this.#orders;
    const items = this.#items;
    let at = this.#size++;
    // Hot path: sifts up without swaps.
    while (at > 0 && !this.#isQueue) {
      const parent = (at - 1) >> CHILDREN_SHIFT;
      if (!isBefore(priority, order, priorities[parent] as number, orders[parent] as number)) break;
      priorities[at] = priorities[parent] as number;
      orders[at] = orders[parent] as number;
      items[at] = items[parent];
      at = parent;
    }
    if (!this.#isUniform) priorities[at] = priority;
    orders[at] = order;
    items[at] = item;
  }

  /** Takes the item that comes next. */
  pop(): T | undefined {
    if (this.size === 0) return undefined;
    if (this.#isQueue) return this.#shift();
    const first = this.#items[0];
    const last = --this.#size;
    const item = this.#items[last];
    this.#items[last] = undefined;
    if (last > 0) this.#sink(item, this.#priorities[last] as number, this.#orders[last] as number);
    else this.#release();
    return first;
  }

  /** Keeps only the items for which `isKept` holds. */
  filter(isKept: (item: T) => boolean): void {
    const items = this.#items.slice(this.#head, this.#size);
    if (this.#isUniform) this.#storePriorities();
    const priorities = this.#priorities.slice(this.#head, this.#size);
    const orders = this.#orders.slice(this.#head, this.#size);
    this.#release();
    this.#items = [];
    for (const [at, item] of items.entries()) {
      // Entries below the size are always there.
      if (isKept(item as T)) this.push(item as T, priorities[at] as number, orders[at]);
    }
  }

  #shift(): T | undefined {
    const first = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head++;
    if (this.#head === this.#size) this.#release();
    return first;
  }

  #belongsAhead(priority: number, order: number): boolean {
    const last = this.#size - 1;
    const lastPriority = this.#isUniform ? this.#common : (this.#priorities[last] as number);
    return isBefore(priority, order, lastPriority, this.#orders[last] as number);
  }

  get #isUniform(): boolean {
    return this.#priorities.length === 0;
  }

  #storePriorities(): void {
    this.#priorities = new Float64Array(this.#orders.length).fill(this.#common, this.#head, this.#size);
  }

  /** What is in order is a heap already, once it begins at 0. */
  #becomeHeap(): void {
    this.#compact();
    if (this.#isUniform) this.#storePriorities();
    this.#isQueue = false;
  }

  #compact(): void {
    if (this.#head === 0) return;
    this.#priorities.copyWithin(0, this.#head, this.#size);
    this.#orders.copyWithin(0, this.#head, this.#size);
    this.#items = this.#items.slice(this.#head, this.#size);
    this.#size -= this.#head;
    this.#head = 0;
  }

  #makeRoom(): void {
    if (this.#head * 2 > this.#size) this.#compact();
    else this.#resize(this.#size * 2);
  }

  #sink(item: T | undefined, priority: number, order: number): void {
    const priorities = this.#priorities;
    const orders = this.#orders;
    const items = this.#items;
    let at = 0;
    for (;;) {
      const first = (at << CHILDREN_SHIFT) + 1;
      if (first >= this.#size) break;
      const best = this.#bestChild(first);
      if (!isBefore(priorities[best] as number, orders[best] as number, priority, order)) break;
      priorities[at] = priorities[best] as number;
      orders[at] = orders[best] as number;
      items[at] = items[best];
      at = best;
    }
    priorities[at] = priority;
    orders[at] = order;
    items[at] = item;
  }

  #bestChild(first: number): number {
    const priorities = this.#priorities;
    const orders = this.#orders;
    const end = Math.min(first + (1 << CHILDREN_SHIFT), this.#size);
    let best = first;
    for (let child = first + 1; child < end; child++) {
      const priority = priorities[child] as number;
      if (isBefore(priority, orders[child] as number, priorities[best] as number, orders[best] as number)) best = child;
    }
    return best;
  }

  #resize(capacity: number): void {
    const orders = new Float64Array(capacity);
    orders.set(this.#orders.subarray(0, this.#size));
    this.#orders = orders;
    if (this.#isUniform) return;
    const priorities = new Float64Array(capacity);
    priorities.set(this.#priorities.subarray(0, this.#size));
    this.#priorities = priorities;
  }

  /** Empties it. */
  #release(): void {
    this.#size = this.#head = 0;
    this.#isQueue = true;
    // All its slots are empty already.
    if (this.#orders.length === FIRST_CAPACITY) return;
    this.#items = [];
    this.#priorities = new Float64Array(0);
    this.#orders = new Float64Array(FIRST_CAPACITY);
  }
}

function isBefore(priority: number, order: number, otherPriority: number, otherOrder: number): boolean {
  return priority > otherPriority || (priority === otherPriority && order < otherOrder);
}
