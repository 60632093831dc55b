import type { Clock } from '../core/clock.js';
import type { DeadLetters } from './dead-letters.js';
import { DelaySamples } from './delay-samples.js';
import type { Delivery } from './delivery.js';
import type { Lane } from './lane.js';
import type { Tally } from './tally.js';

/** What a settlement needs of the writer. */
interface SettlementParts<T> {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly deadLetters: DeadLetters<T>;
  /** Nobody needs the rows from one identity to another any more: the journal may forget them. */
  readonly onSettled: ((from: number, to: number) => void) | undefined;
  /** Rows have made room, and flushes may be over. */
  readonly onProgress: (lane: Lane<T>) => void;
}

/** Brings rows to their end: counts them first, then tells those who wait. */
export class Settlement<T> {
  /** Times from the arrival of a batch's oldest row until it was stored. */
  readonly delays = new DelaySamples();
  readonly #parts: SettlementParts<T>;

  constructor(parts: SettlementParts<T>) {
    this.#parts = parts;
  }

  /** The rows up to `end` are stored, but for the rejected ones, counted from the first row not settled. */
  store(lane: Lane<T>, delivery: Delivery<T>, end: number, rejected: ReadonlyMap<number, unknown>): void {
    this.delays.add(this.#parts.clock.now() - delivery.oldestAt);
    this.#end(lane, delivery, end, rejected);
  }

  /** The rows up to `end` are given up, but for those stored ahead of their turn. */
  giveUp(lane: Lane<T>, delivery: Delivery<T>, end: number, error: unknown): void {
    const { done } = delivery;
    const rejected = new Map<number, unknown>();
    for (let index = done; index < end; index++) {
      if (!delivery.isStoredAt(index)) rejected.set(index - done, error);
    }
    for (const [index, known] of delivery.decidedErrors(end)) rejected.set(index - done, known);
    this.#end(lane, delivery, end, rejected);
  }

  /** Lets a waiting row of the same key stand for the first row. Returns whether there is one. */
  supersede(lane: Lane<T>, delivery: Delivery<T>): boolean {
    const { done } = delivery;
    const { tally, onSettled, onProgress } = this.#parts;
    if (!lane.rows.succeed(delivery.keyAt(done), delivery.settlersOf(done))) return false;
    const identity = delivery.identityAt(done);
    onSettled?.(identity, identity);
    delivery.advance(done + 1);
    tally.pending--;
    tally.coalesced++;
    onProgress(lane);
    return true;
  }

  #end(lane: Lane<T>, delivery: Delivery<T>, end: number, rejected: ReadonlyMap<number, unknown>): void {
    const { deadLetters, onProgress } = this.#parts;
    const from = delivery.done;
    this.#count(delivery, end, rejected.size);
    if (delivery.hasSettlers || rejected.size > 0) {
      for (let index = from; index < end; index++) {
        if (rejected.has(index - from)) deadLetters.bury(lane, delivery, index, rejected.get(index - from));
        else for (const settler of delivery.settlersOf(index)) settler.resolve();
      }
    }
    onProgress(lane);
  }

  /** Moves rows from pending to their end. Before any callback, so that the counts agree whenever somebody looks. */
  #count(delivery: Delivery<T>, end: number, failed: number): void {
    const { tally, onSettled } = this.#parts;
    const count = end - delivery.done;
    if (onSettled !== undefined) delivery.eachRange(end, onSettled);
    delivery.advance(end);
    tally.pending -= count;
    tally.written += count - failed;
    tally.deadLettered += failed;
  }
}
