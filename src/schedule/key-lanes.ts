/** Lets one task per key through at a time, the others in the order they came. */
export class KeyLanes<Item> {
  /** Keys with a task on its way, and who waits behind it; the first `head` are through. */
  readonly #lanes = new Map<unknown, { waiting: Item[]; head: number }>();

  /** Keys with a task on its way. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Whether the item may go on at once. If not, it waits, and `leave` returns it when its turn has come. */
  enter(key: unknown, item: Item): boolean {
    const lane = this.#lanes.get(key);
    if (lane === undefined) {
      this.#lanes.set(key, { waiting: [], head: 0 });
      return true;
    }
    lane.waiting.push(item);
    return false;
  }

  /** Ends the key's present task, and returns the one after it. */
  leave(key: unknown): Item | undefined {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return undefined;
    const next = lane.waiting[lane.head];
    if (next === undefined) {
      this.#lanes.delete(key);
      return undefined;
    }
    lane.head++;
    if (lane.head >= 64 && lane.head * 2 >= lane.waiting.length) {
      lane.waiting = lane.waiting.slice(lane.head);
      lane.head = 0;
    }
    return next;
  }
}
