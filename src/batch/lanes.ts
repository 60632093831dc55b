import type { BatchSettings } from './batch-writer-options.js';
import type { SendRecord } from './courier.js';
import type { Delivery } from './delivery.js';
import { Lane, type LaneListener, type LaneSettings } from './lane.js';
import { Slots } from './slots.js';
import { WaitingRows } from './waiting-rows.js';

/** The lanes of a writer: one per partition that has rows, or a single one without partitions. */
export class Lanes<T> {
  /** Sends of all lanes. */
  readonly record: SendRecord = { sends: 0, resends: 0, lastError: undefined };
  /** The only lane of a writer without partitions. */
  readonly single: Lane<T> | undefined;
  readonly #settings: BatchSettings<T>;
  readonly #laneSettings: LaneSettings<T>;
  readonly #listener: LaneListener<T>;
  readonly #lanes = new Map<unknown, Lane<T>>();
  /** The lane asked for last: rows of a partition often come in runs. */
  #latest: Lane<T> | undefined;
  #isHurried = false;

  constructor(
    settings: BatchSettings<T>,
    idOf: (identity: number) => string,
    listener: Omit<LaneListener<T>, 'onEmpty'>,
  ) {
    this.#settings = settings;
    this.#laneSettings = laneSettings(settings, idOf, this.record);
    this.#listener = {
      onStored: (lane, delivery, end, rejected) => listener.onStored(lane, delivery, end, rejected),
      onGivenUp: (lane, delivery, end, error) => listener.onGivenUp(lane, delivery, end, error),
      onFailure: (error, operation, rows) => listener.onFailure(error, operation, rows),
      supersede: (lane, delivery) => listener.supersede(lane, delivery),
      isUrgent: () => listener.isUrgent(),
      isHeld: () => listener.isHeld(),
      onEmpty: (lane) => this.#remove(lane),
    };
    if (settings.partition === undefined) this.single = this.#make(undefined);
  }

  /** The lanes that hold rows, and perhaps some that do not. */
  all(): Iterable<Lane<T>> {
    return this.#lanes.values();
  }

  /** How many lanes there are. */
  get count(): number {
    return this.#lanes.size;
  }

  /** Rows not yet sent. */
  get waiting(): number {
    let rows = 0;
    for (const lane of this.#lanes.values()) rows += lane.rows.size;
    return rows;
  }

  /** The lane of a partition; made when it has none yet. */
  at(partition: unknown): Lane<T> {
    return this.find(partition) ?? this.#make(partition);
  }

  /** The lane of a partition, if it has one. */
  find(partition: unknown): Lane<T> | undefined {
    if (this.single !== undefined) return this.single;
    if (this.#latest === undefined || this.#latest.partition !== partition) this.#latest = this.#lanes.get(partition);
    return this.#latest;
  }

  /** The lane whose oldest waiting row is the oldest of all; undefined when no row waits. */
  withOldest(): Lane<T> | undefined {
    if (this.single !== undefined) return this.single.rows.size > 0 ? this.single : undefined;
    let oldest: Lane<T> | undefined;
    for (const lane of this.#lanes.values()) {
      const at = lane.rows.first?.oldestAt ?? Infinity;
      if (at < (oldest?.rows.first?.oldestAt ?? Infinity)) oldest = lane;
    }
    return oldest;
  }

  /** Lets every lane look whether something is due. */
  schedule(): void {
    for (const lane of this.#lanes.values()) lane.schedule();
  }

  /** Ends all waits for the next try and keeps later ones short. */
  hurry(): void {
    this.#isHurried = true;
    for (const lane of this.#lanes.values()) lane.hurry();
  }

  /** Sends nothing more. Resolves with the batches that are not settled, each lane's in order. */
  async stop(reason: unknown): Promise<Delivery<T>[]> {
    const rest = await Promise.all([...this.#lanes.values()].map((lane) => lane.stop(reason)));
    return rest.flat();
  }

  #make(partition: unknown): Lane<T> {
    const lane = new Lane(partition, waitingRows(this.#settings), this.#laneSettings, this.#listener);
    if (this.#isHurried) lane.hurry();
    this.#lanes.set(partition, lane);
    return lane;
  }

  #remove(lane: Lane<T>): void {
    // Partitions come and go, say with a day's symbols.
    if (lane === this.single || this.#lanes.get(lane.partition) !== lane) return;
    this.#lanes.delete(lane.partition);
    if (this.#latest === lane) this.#latest = undefined;
  }
}

function laneSettings<T>(
  settings: BatchSettings<T>,
  idOf: (identity: number) => string,
  record: SendRecord,
): LaneSettings<T> {
  const { name, sink, clock, ioClock, timeout, retry, maxDelay, flushWhenIdle, concurrency, partition } = settings;
  return {
    name,
    write: typeof sink === 'function' ? sink : (batch, context) => sink.write(batch, context),
    clock: ioClock,
    timeout,
    idOf,
    record,
    retry,
    ageClock: clock,
    maxDelay,
    flushWhenIdle,
    width: partition === undefined ? concurrency : 1,
    // A single lane has no more couriers than sends may run.
    slots: partition === undefined ? undefined : new Slots(concurrency),
  };
}

function waitingRows<T>(settings: BatchSettings<T>): WaitingRows<T> {
  const { clock, ioClock, key, maxBytes, maxItems, maxPending, overflow, partition, journal, retry } = settings;
  const limits = {
    // Full means due: rows that take all the room must not wait for more rows.
    maxItems: Math.min(maxItems, maxPending),
    maxBytes: maxBytes ?? Infinity,
    hasKeys: key !== undefined,
    keepsTimes: overflow === 'drop-oldest',
    hasIdentities: key !== undefined || partition !== undefined || journal !== undefined,
    hasDeadline: retry.deadline !== Infinity,
  };
  return new WaitingRows(limits, { now: () => clock.now(), ioNow: () => ioClock.now() });
}
