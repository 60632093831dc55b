import { type DropMessage, DROPS } from '../core/diagnostics.js';
import { ArgumentError, OverflowError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { BatchSettings } from './batch-writer-options.js';
import type { Identities } from './identities.js';
import type { Lane } from './lane.js';
import type { Lanes } from './lanes.js';
import { Room } from './room.js';
import type { Settler } from './settler.js';
import type { Tally } from './tally.js';
import type { RowFacts } from './waiting-batch.js';
import type { WaitingRows } from './waiting-rows.js';

/** What the intake tells the writer. */
interface IntakeListener<T> {
  /** Throws when no rows are taken any more. */
  requireOpen(): void;
  /** A row was given up, or another has taken its place: nobody needs it any more. */
  onGone(lane: Lane<T>, identity: number): void;
  /** Whether there is room besides that in memory; absent where nothing else is needed. */
  readonly hasMoreRoom: (() => boolean) | undefined;
  /** A row was turned away for the first time. */
  onFirstRefusal(error: OverflowError): void;
}

/** A row that an earlier run has left. */
export interface ReplayedRow<T> {
  readonly item: T;
  /** What tells it from all others. */
  readonly identity: number;
}

/** Decides what becomes of a row that comes: a place, the place of another, a wait for room, or none. */
export class Intake<T> {
  /** Rows and callers that wait until a place becomes free. */
  readonly room = new Room<T>();
  readonly #settings: BatchSettings<T>;
  readonly #maxPending: number;
  readonly #lanes: Lanes<T>;
  readonly #identities: Identities<T>;
  readonly #tally: Tally;
  readonly #listener: IntakeListener<T>;

  constructor(
    settings: BatchSettings<T>,
    { lanes, identities, tally }: { lanes: Lanes<T>; identities: Identities<T>; tally: Tally },
    listener: IntakeListener<T>,
  ) {
    this.#settings = settings;
    this.#maxPending = settings.maxPending;
    this.#lanes = lanes;
    this.#identities = identities;
    this.#tally = tally;
    this.#listener = listener;
  }

  /** Whether a new row finds a place at once. */
  get hasRoom(): boolean {
    return this.#hasPlace && this.room.size === 0;
  }

  get #hasMoreRoom(): boolean {
    const { hasMoreRoom } = this.#listener;
    return hasMoreRoom === undefined || hasMoreRoom();
  }

  get #hasPlace(): boolean {
    return this.#tally.pending < this.#maxPending && this.#hasMoreRoom;
  }

  /** Finds a place for a row. Returns whether it was taken; `settler` learns the rest. */
  accept(item: T, settler: Settler | undefined): boolean {
    const facts = this.#factsOf(item, settler);
    // Callbacks of the caller may have closed the writer.
    this.#listener.requireOpen();
    const lane = this.#lanes.find(facts.partition);
    // Behind rows that wait for room a newer one must not slip into an earlier place.
    if (this.room.size === 0 && lane?.rows.hasKey(facts.key) === true) return this.#replace(lane, item, facts);
    if (this.hasRoom) return this.#push(item, facts, lane);
    switch (this.#settings.overflow) {
      case 'wait':
        return this.#awaitRoom(item, facts);
      case 'reject':
        return this.#refuse(settler);
      case 'drop-newest':
        return this.#dropNewest(settler);
      case 'drop-oldest':
        break;
    }
    // Dropping rows makes room in memory only.
    const hasDropped = this.#hasMoreRoom && this.#dropOldest();
    return hasDropped ? this.#push(item, facts) : this.#dropNewest(settler);
  }

  /** Lets rows in that wait for room. */
  admit(): void {
    while (this.room.size > 0 && this.#hasPlace) {
      const applicant = this.room.takeFirst();
      if (applicant === undefined) return;
      this.#admitOne(applicant.item, applicant.facts);
    }
    if (this.hasRoom) this.room.announce();
  }

  /** Puts rows of an earlier run before all others; a newer row of their key stands for them. */
  replay(rows: readonly ReplayedRow<T>[]): void {
    const chains = new Map<Lane<T>, WaitingRows<T>>();
    for (const { item, identity } of rows) {
      const facts = this.#factsOf(item, undefined);
      const lane = this.#lanes.at(facts.partition);
      const chain = chains.get(lane) ?? lane.rows.emptyBefore(rows.length);
      chains.set(lane, chain);
      this.#tally.accepted++;
      const replaced = lane.rows.hasKey(facts.key) ? identity : chain.replace(item, facts, identity);
      if (replaced === undefined) {
        this.#tally.pending++;
        chain.pushWith(item, facts, identity);
      } else {
        this.#tally.coalesced++;
        this.#listener.onGone(lane, replaced);
      }
    }
    for (const [lane, chain] of chains) lane.rows.prepend(chain);
  }

  /** Turns everybody away who waits for room. */
  close(error: unknown): void {
    for (let applicant = this.room.takeFirst(); applicant !== undefined; applicant = this.room.takeFirst()) {
      this.#tally.refused++;
      applicant.facts.settler?.reject(error);
    }
    this.room.announce(error);
  }

  #factsOf(item: T, settler: Settler | undefined): RowFacts {
    const { name, sizeOf, key, partition, urgent } = this.#settings;
    const size: unknown = sizeOf === undefined ? 0 : sizeOf(item);
    if (typeof size !== 'number' || !(size >= 0 && size < Infinity)) {
      throw new ArgumentError(`${name}: sizeOf must return a number from 0 up, got ${show(size)}`);
    }
    return { size, key: key?.(item), partition: partition?.(item), isUrgent: urgent?.(item) === true, settler };
  }

  #admitOne(item: T, facts: RowFacts): void {
    try {
      const lane = this.#lanes.find(facts.partition);
      if (lane?.rows.hasKey(facts.key) === true) this.#replace(lane, item, facts);
      else this.#push(item, facts);
    } catch (error) {
      // What keeping the row throws: nobody is there any more to catch it but the one who waits.
      this.#tally.refused++;
      facts.settler?.reject(error);
    }
  }

  #replace(lane: Lane<T>, item: T, facts: RowFacts): true {
    const replaced = lane.rows.replace(item, facts, this.#identities.take(item));
    this.#tally.accepted++;
    this.#tally.coalesced++;
    if (replaced !== undefined) this.#listener.onGone(lane, replaced);
    lane.schedule();
    return true;
  }

  #push(item: T, facts: RowFacts, known?: Lane<T>): true {
    const identity = this.#identities.take(item);
    const lane = known ?? this.#lanes.at(facts.partition);
    this.#tally.accepted++;
    this.#tally.pending++;
    if (lane.rows.pushWith(item, facts, identity)) lane.schedule();
    return true;
  }

  #awaitRoom(item: T, facts: RowFacts): boolean {
    const { settler } = facts;
    if (settler === undefined || this.room.size >= this.#settings.maxPending) return this.#refuse(settler);
    this.room.enter(item, facts);
    this.#lanes.schedule();
    return true;
  }

  #refuse(settler: Settler | undefined): false {
    const isFirst = this.#tally.refused++ === 0;
    // Only for those who see it: an error takes a hundred times as long as all else here.
    if (isFirst || settler !== undefined) {
      const error = this.#overflow('the row was refused');
      if (isFirst) this.#listener.onFirstRefusal(error);
      settler?.reject(error);
    }
    return false;
  }

  #dropNewest(settler: Settler | undefined): true {
    this.#tally.accepted++;
    this.#countDropped();
    settler?.reject(this.#overflow('the row was dropped'));
    return true;
  }

  #dropOldest(): boolean {
    const lane = this.#lanes.withOldest();
    const dropped = lane?.rows.dropOldest();
    if (lane === undefined || dropped === undefined) return false;
    this.#tally.pending--;
    this.#countDropped();
    for (const settler of dropped.settlers) settler.reject(this.#overflow('the row was dropped for a newer one'));
    this.#listener.onGone(lane, dropped.identity);
    if (lane.rows.size === 0) lane.schedule();
    return true;
  }

  #countDropped(): void {
    this.#tally.dropped++;
    if (DROPS.hasSubscribers) DROPS.publish({ from: 'batch', topic: undefined, count: 1 } satisfies DropMessage);
  }

  #overflow(what: string): OverflowError {
    const { name, maxPending } = this.#settings;
    return new OverflowError(`${name}: ${what}, as ${maxPending} rows are pending (maxPending)`);
  }
}
