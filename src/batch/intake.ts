import { ArgumentError, OverflowError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { BatchSettings } from './batch-writer-options.js';
import { Room } from './room.js';
import type { Settler } from './settler.js';
import type { Tally } from './tally.js';
import type { RowFacts } from './waiting-batch.js';
import type { WaitingRows } from './waiting-rows.js';

/** What the intake tells the writer. */
interface IntakeListener {
  /** Something may be due now. */
  onDue(): void;
  /** The oldest waiting row is another one. */
  onDropped(): void;
  /** A row was turned away for the first time. */
  onFirstRefusal(error: OverflowError): void;
}

/** Decides what becomes of a row that comes: a place, the place of another, a wait for room, or none. */
export class Intake<T> {
  /** Rows and callers that wait until a place becomes free. */
  readonly room = new Room<T>();
  readonly #settings: BatchSettings<T>;
  readonly #maxPending: number;
  readonly #rows: WaitingRows<T>;
  readonly #tally: Tally;
  readonly #listener: IntakeListener;

  constructor(settings: BatchSettings<T>, rows: WaitingRows<T>, tally: Tally, listener: IntakeListener) {
    this.#settings = settings;
    this.#maxPending = settings.maxPending;
    this.#rows = rows;
    this.#tally = tally;
    this.#listener = listener;
  }

  /** Whether a new row finds a place at once. */
  get hasRoom(): boolean {
    return this.#tally.pending < this.#maxPending && this.room.size === 0;
  }

  /** Finds a place for a row. Returns whether it was taken; `settler` learns the rest. */
  accept(item: T, settler: Settler | undefined): boolean {
    const facts = this.#factsOf(item, settler);
    // Behind rows that wait for room a newer one must not slip into an earlier place.
    if (this.room.size === 0 && this.#replace(item, facts)) return true;
    if (this.hasRoom) return this.#push(item, facts);
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
    return this.#dropOldest() ? this.#push(item, facts) : this.#dropNewest(settler);
  }

  /** Lets rows in that wait for room. */
  admit(): void {
    while (this.room.size > 0 && this.#tally.pending < this.#maxPending) {
      const applicant = this.room.takeFirst();
      if (applicant === undefined) return;
      const { item, facts } = applicant;
      if (!this.#replace(item, facts)) this.#push(item, facts);
    }
    if (this.hasRoom) this.room.announce();
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
    const { name, sizeOf, key } = this.#settings;
    const size: unknown = sizeOf === undefined ? 0 : sizeOf(item);
    if (typeof size !== 'number' || !(size >= 0 && size < Infinity)) {
      throw new ArgumentError(`${name}: sizeOf must return a number from 0 up, got ${show(size)}`);
    }
    return { size, key: key?.(item), settler };
  }

  #replace(item: T, facts: RowFacts): boolean {
    if (!this.#rows.replace(item, facts)) return false;
    this.#tally.accepted++;
    this.#tally.coalesced++;
    this.#listener.onDue();
    return true;
  }

  #push(item: T, facts: RowFacts): true {
    this.#tally.accepted++;
    this.#tally.pending++;
    if (this.#rows.pushWith(item, facts)) this.#listener.onDue();
    return true;
  }

  #awaitRoom(item: T, facts: RowFacts): boolean {
    const { settler } = facts;
    if (settler === undefined || this.room.size >= this.#settings.maxPending) return this.#refuse(settler);
    this.room.enter(item, facts);
    this.#listener.onDue();
    return true;
  }

  #refuse(settler: Settler | undefined): false {
    const error = this.#overflow('the row was refused');
    if (this.#tally.refused++ === 0) this.#listener.onFirstRefusal(error);
    settler?.reject(error);
    return false;
  }

  #dropNewest(settler: Settler | undefined): true {
    this.#tally.accepted++;
    this.#tally.dropped++;
    settler?.reject(this.#overflow('the row was dropped'));
    return true;
  }

  #dropOldest(): boolean {
    const settlers = this.#rows.dropOldest();
    if (settlers === undefined) return false;
    this.#tally.pending--;
    this.#tally.dropped++;
    for (const settler of settlers) settler.reject(this.#overflow('the row was dropped for a newer one'));
    this.#listener.onDropped();
    return true;
  }

  #overflow(what: string): OverflowError {
    const { name, maxPending } = this.#settings;
    return new OverflowError(`${name}: ${what}, as ${maxPending} rows are pending (maxPending)`);
  }
}
