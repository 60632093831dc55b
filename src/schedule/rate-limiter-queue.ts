import { type HeapItem, RankedHeap } from './rate-limiter-heap.js';

/*
 * Who waits, in the order they came.
 *
 * Waiters with the same keys and endpoint form a lane. Within a lane the first is the only one that may start next;
 * of all lanes that nothing of their own holds up, the one whose first waiter came first is next. So what is short for
 * all is given in the order of arrival, while a contract or an endpoint that has to pause holds up nobody else.
 */

/** A request that has not started. */
export interface Waiter {
  /** Place among all requests, from 0. */
  readonly sequence: number;
  /** What it costs. */
  readonly weight: number;
  /** Where it waits. */
  readonly lane: Lane;
  /** What may end its wait. */
  readonly signal: AbortSignal | undefined;
  /** Lets it start. */
  readonly resolve: () => void;
  /** Gives it up. */
  readonly reject: (reason: unknown) => void;
  /** Who came before it in its lane. */
  previous: Waiter | undefined;
  /** Who came after it in its lane. */
  next: Waiter | undefined;
}

/** Waiters that the same rules hold up. */
export interface Lane extends HeapItem {
  /** The same for the same endpoint and keys. */
  readonly id: string;
  /** What a pause of one endpoint goes by. */
  readonly endpoint: string | undefined;
  /** The value of each key that windows go by, in their order. */
  readonly keys: readonly (string | undefined)[];
  /** Who is next in it. */
  first: Waiter | undefined;
  /** Who came last. */
  last: Waiter | undefined;
  /** Whether rules of its own hold it up. */
  isBlocked: boolean;
}

/** A lane without waiters. */
export function newLane(id: string, endpoint: string | undefined, keys: readonly (string | undefined)[]): Lane {
  return { id, endpoint, keys, first: undefined, last: undefined, isBlocked: false, rank: 0, position: -1 };
}

/** Waiters by lane. All operations take O(log n) of the number of lanes. */
export class WaiterQueue {
  readonly #lanes = new Map<string, Lane>();
  /** Ordered by the first waiter's sequence. */
  readonly #ready = new RankedHeap<Lane>();
  /** Ordered by the time until which they are blocked. */
  readonly #blocked = new RankedHeap<Lane>();
  #size = 0;

  /** Requests that wait. */
  get size(): number {
    return this.#size;
  }

  /** The lane with this id that has waiters. */
  find(id: string): Lane | undefined {
    return this.#lanes.get(id);
  }

  /** The lane whose turn it is. */
  get next(): Lane | undefined {
    return this.#ready.first;
  }

  /** When the first blocked lane may have its turn. */
  get unblocksAt(): number {
    return this.#blocked.first?.rank ?? Infinity;
  }

  /** Adds a waiter at the end of its lane. */
  add(waiter: Waiter): void {
    const { lane } = waiter;
    this.#size++;
    waiter.previous = lane.last;
    if (lane.last === undefined) {
      lane.first = waiter;
      this.#lanes.set(lane.id, lane);
      this.#ready.add(lane, waiter.sequence);
    } else {
      lane.last.next = waiter;
    }
    lane.last = waiter;
  }

  /** Takes a waiter out from wherever it is. A blocked lane that loses its first one is looked at anew. */
  remove(waiter: Waiter): void {
    const { lane, next, previous } = waiter;
    this.#size--;
    if (next === undefined) lane.last = previous;
    else next.previous = previous;
    if (previous !== undefined) {
      previous.next = next;
      return;
    }
    this.#leave(lane);
    lane.first = next;
    if (next === undefined) this.#lanes.delete(lane.id);
    else this.#ready.add(lane, next.sequence);
  }

  /** Takes a lane out of the turn until `time`. */
  block(lane: Lane, time: number): void {
    this.#leave(lane);
    lane.isBlocked = true;
    this.#blocked.add(lane, time);
  }

  /** Gives the lanes that are blocked until `time` or before their turn again. */
  unblockUntil(time: number): void {
    for (let lane = this.#blocked.first; lane !== undefined && lane.rank <= time; lane = this.#blocked.first) {
      this.#leave(lane);
      this.#ready.add(lane, lane.first?.sequence ?? 0);
    }
  }

  #leave(lane: Lane): void {
    if (lane.isBlocked) this.#blocked.remove(lane);
    else this.#ready.remove(lane);
    lane.isBlocked = false;
  }
}
