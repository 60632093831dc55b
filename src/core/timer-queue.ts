/** A callback due at a time. `sequence` orders those due at the same time. */
interface QueuedTimer {
  /** Time from which it may be taken, in milliseconds on the queue owner's clock. */
  readonly due: number;
  /** Place among all timers ever added, from 0. */
  readonly sequence: number;
  /** Never called by the queue; who takes the timer calls it. */
  readonly callback: () => void;
  /** False once it was taken or cancelled. */
  isWaiting: boolean;
}

/** Below this size cancelled timers are not worth sweeping. */
const SWEEP_FROM = 64;

/**
 * Binary heap of timers, earliest first.
 *
 * Cancelled timers stay in the heap until they reach its top, or until they are more than half of it:
 * then one sweep drops them all, so that a loop of set and cancel cannot grow it.
 */
export class TimerQueue {
  #heap: QueuedTimer[] = [];
  #sequence = 0;
  #cancelled = 0;

  /** Timers that will still fire. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  /** Time of the earliest timer, which may have been cancelled; Infinity without any. */
  get earliest(): number {
    return this.#heap[0]?.due ?? Infinity;
  }

  /** Takes a callback in at O(log n); `due` may lie in the past, and Infinity is never due. */
  add(due: number, callback: () => void): QueuedTimer {
    const timer = { due, sequence: this.#sequence++, callback, isWaiting: true };
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  /** Prevents a timer from being taken. Does nothing when it was taken before. */
  cancel(timer: QueuedTimer): void {
    if (!timer.isWaiting) return;
    timer.isWaiting = false;
    this.#cancelled++;
    if (this.#heap.length > SWEEP_FROM && this.#cancelled * 2 > this.#heap.length) this.#sweep();
  }

  /** Takes the earliest timer that is due at `time` or before. */
  takeDue(time: number): QueuedTimer | undefined {
    for (let top = this.#heap[0]; top !== undefined && top.due <= time; top = this.#heap[0]) {
      this.#removeTop();
      if (top.isWaiting) {
        top.isWaiting = false;
        return top;
      }
      this.#cancelled--;
    }
    return undefined;
  }

  #sweep(): void {
    // A sorted array is a valid heap.
    this.#heap = this.#heap.filter((timer) => timer.isWaiting).toSorted(compare);
    this.#cancelled = 0;
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(index: number): void {
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapUnlessOrdered(parent, index)) return;
      index = parent;
    }
  }

  #sink(): void {
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapUnlessOrdered(index, child)) return;
      index = child;
    }
  }

  #isBefore(index: number, other: number): boolean {
    const a = this.#heap[index];
    const b = this.#heap[other];
    return a !== undefined && b !== undefined && compare(a, b) < 0;
  }

  #swapUnlessOrdered(parent: number, child: number): boolean {
    const above = this.#heap[parent];
    const below = this.#heap[child];
    if (above === undefined || below === undefined || compare(above, below) <= 0) return false;
    this.#heap[parent] = below;
    this.#heap[child] = above;
    return true;
  }
}

function compare(a: QueuedTimer, b: QueuedTimer): number {
  return a.due - b.due || a.sequence - b.sequence;
}
