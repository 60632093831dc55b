/** What a heap holds. Its place is its own, so that it can leave from anywhere. */
export interface HeapItem {
  /** What it is ordered by, least first. Written by the heap. */
  rank: number;
  /** Index in its heap, -1 outside. Written by the heap. */
  position: number;
}

/** Binary heap of items that are in it at most once. O(log n) to add and to remove. */
export class RankedHeap<Item extends HeapItem> {
  readonly #items: Item[] = [];

  /** The item of the least rank. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  /** Takes in an item that is in no heap. */
  add(item: Item, rank: number): void {
    item.rank = rank;
    item.position = this.#items.length;
    this.#items.push(item);
    this.#rise(item);
  }

  /** Takes an item out that is in this heap. */
  remove(item: Item): void {
    const last = this.#items.pop();
    const { position } = item;
    item.position = -1;
    if (last === undefined || last === item) return;
    this.#put(last, position);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(item: Item): void {
    for (;;) {
      const above = this.#items[(item.position - 1) >> 1];
      if (item.position === 0 || above === undefined || above.rank <= item.rank) return;
      this.#swap(above, item);
    }
  }

  #sink(item: Item): void {
    for (;;) {
      const left = this.#items[2 * item.position + 1];
      const right = this.#items[2 * item.position + 2];
      const below = right !== undefined && left !== undefined && right.rank < left.rank ? right : left;
      if (below === undefined || below.rank >= item.rank) return;
      this.#swap(item, below);
    }
  }

  #swap(upper: Item, lower: Item): void {
    const { position } = upper;
    this.#put(upper, lower.position);
    this.#put(lower, position);
  }

  #put(item: Item, position: number): void {
    this.#items[position] = item;
    item.position = position;
  }
}
