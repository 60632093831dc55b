/** Knows when each call's key comes next: the position, or one past the end when it does not. */
function nextUses(keys: Uint32Array): Float64Array {
  const next = new Float64Array(keys.length);
  const seen = new Map<number, number>();
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] ?? 0;
    // Those that never come again are told apart, so that each position belongs to one key.
    next[i] = seen.get(key) ?? keys.length + i;
    seen.set(key, i);
  }
  return next;
}

/**
 * Whether each call is a hit in a cache that knows the future: it gives up the key that comes again last. No cache of
 * this size hits more often (Belady, 1966), though one may that need not store everything it loads.
 */
export function clairvoyantHits(keys: Uint32Array, capacity: number): Uint8Array {
  const hits = new Uint8Array(keys.length);
  const next = nextUses(keys);
  /** Next use of each key held. */
  const held = new Map<number, number>();
  const queue = new LatestFirst();
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? 0;
    const use = next[i] ?? 0;
    if (held.has(key)) hits[i] = 1;
    else if (held.size === capacity) giveUpOne(held, queue);
    held.set(key, use);
    queue.push(use, key);
  }
  return hits;
}

function giveUpOne(held: Map<number, number>, queue: LatestFirst): void {
  for (;;) {
    const [use, key] = queue.pop();
    // What was used since is in the queue again.
    if (held.get(key) !== use) continue;
    held.delete(key);
    return;
  }
}

/** A heap of uses, the latest first. */
class LatestFirst {
  readonly #uses: number[] = [];
  readonly #keys: number[] = [];

  push(use: number, key: number): void {
    let place = this.#uses.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if ((this.#uses[parent] ?? 0) >= use) break;
      this.#copy(parent, place);
      place = parent;
    }
    this.#uses[place] = use;
    this.#keys[place] = key;
  }

  pop(): readonly [use: number, key: number] {
    const top = [this.#uses[0] ?? 0, this.#keys[0] ?? 0] as const;
    const use = this.#uses.pop() ?? 0;
    const key = this.#keys.pop() ?? 0;
    const { length } = this.#uses;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= length) break;
      if (child + 1 < length && (this.#uses[child + 1] ?? 0) > (this.#uses[child] ?? 0)) child++;
      if ((this.#uses[child] ?? 0) <= use) break;
      this.#copy(child, place);
      place = child;
    }
    if (length > 0) {
      this.#uses[place] = use;
      this.#keys[place] = key;
    }
    return top;
  }

  #copy(from: number, to: number): void {
    this.#uses[to] = this.#uses[from] ?? 0;
    this.#keys[to] = this.#keys[from] ?? 0;
  }
}
