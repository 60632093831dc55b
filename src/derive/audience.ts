import { disposable } from '../core/disposal.js';
import { isSame } from './equality.js';
import type { Equality } from './options.js';
import type { Notice, Propagation } from './propagation.js';
import { isLost } from './source.js';

/** Whose values an audience hears of. */
export interface Stage {
  /** Name in errors. */
  readonly name: string;
  /** When a new value counts as the one before; `undefined` for `Object.is`. */
  readonly equals: Equality<never> | undefined;
  /** The value of a row, or LOST. */
  read(row: number): unknown;
}

interface Seat {
  readonly listener: (row: number, value: unknown) => unknown;
  isTaken: boolean;
}

/**
 * The listeners of a node, and the rows whose change they have to be told of.
 *
 * All are told the value at the end of the pass, also when one of them has set another meanwhile: that is of the
 * next pass, as are the computed values that follow from it.
 */
export class Audience implements Notice {
  /** See {@link Waiting.isQueued}. */
  isQueued = false;
  /** See {@link Waiting.next}. */
  next: Notice | undefined = undefined;
  readonly #propagation: Propagation;
  readonly #stage: Stage;
  /** Rows that changed, and what their listeners know: the value before the first change; LOST to tell any value. */
  readonly #rows = new Map<number, unknown>();
  /** Values that listeners are being told of. */
  #telling: Map<number, unknown> | undefined = undefined;
  #seats: readonly Seat[] = [];

  constructor(propagation: Propagation, stage: Stage) {
    this.#propagation = propagation;
    this.#stage = stage;
  }

  /** Adds a listener until its handle is disposed of. */
  join(listener: (row: number, value: unknown) => unknown): Disposable {
    const seat = { listener, isTaken: true };
    this.#seats = [...this.#seats, seat];
    return disposable(() => {
      seat.isTaken = false;
      this.#seats = this.#seats.filter((other) => other !== seat);
    });
  }

  /** Lets the listeners be told of a row after the pass, unless its value is `before` again by then. */
  note(row: number, before: unknown): void {
    if (this.#seats.length === 0) return;
    if (!this.#rows.has(row)) this.#rows.set(row, before);
    this.#propagation.notify(this);
  }

  /** Forgets a row, whose key or node has gone. */
  drop(row: number): void {
    this.#rows.delete(row);
    this.#telling?.delete(row);
  }

  /** Tells everybody who was there at the beginning and has not left since. */
  run(): void {
    const telling = new Map<number, unknown>();
    this.#telling = telling;
    for (const [row, before] of this.#rows) {
      const value = this.#stage.read(row);
      if (!isLost(value) && this.#isChange(before, value)) telling.set(row, value);
    }
    this.#rows.clear();
    for (const seat of this.#seats) for (const [row, value] of telling) if (seat.isTaken) this.#tell(seat, row, value);
    this.#telling = undefined;
  }

  /** Whether a value is another one than listeners know. An `equals` may take one for a change from itself. */
  #isChange(before: unknown, after: unknown): boolean {
    if (!isSame(before, after, undefined)) return true;
    const { equals } = this.#stage;
    try {
      return equals !== undefined && !this.#propagation.isSame(before, after, equals);
    } catch (error) {
      this.#propagation.failures.report(error, { operation: 'compute', node: this.#stage.name });
      return true;
    }
  }

  #tell({ listener }: Seat, row: number, value: unknown): void {
    const { failures } = this.#propagation;
    const context = { operation: 'listener', node: this.#stage.name } as const;
    try {
      failures.watch(listener(row, value), context);
    } catch (error) {
      failures.report(error, context);
    }
  }
}
