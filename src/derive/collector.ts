import type { LinkedStep } from './height-order.js';
import type { KeyTable } from './key-table.js';
import type { KeyedColumn } from './keyed-column.js';
import { LOST, type Source, type Spot, type Target } from './source.js';

/** Values of a keyed node side by side, in the order of the keys: what a node of the graph is computed from. */
export class Collector<K> implements Source, Target {
  /** Keys that take part. */
  readonly keys: K[] = [];
  /** Their values, when it was last read. */
  values = new Float64Array();
  readonly #column: KeyedColumn<K>;
  readonly #table: KeyTable<K>;
  readonly #where: ((key: K) => boolean) | undefined;
  readonly #rows: number[] = [];
  /** Place of a row among the values; -1 when it takes no part. */
  readonly #places: number[] = [];
  /** Rows without a value. */
  readonly #lost = new Set<number>();
  /** Whether a key came or went since the values were collected. */
  #isStale = true;
  #target: Target | undefined = undefined;

  constructor(column: KeyedColumn<K>, table: KeyTable<K>, where: ((key: K) => boolean) | undefined) {
    this.#column = column;
    this.#table = table;
    this.#where = where;
    const rows = table.propagation.ask(() => [...table.rows].filter(([key]) => this.takes(key)));
    for (const [key, row] of rows) this.join(key, row);
  }

  /** See {@link Source.name}. */
  get name(): string {
    return this.#column.name;
  }

  /** See {@link Source.height}. */
  get height(): number {
    return this.#column.height;
  }

  /** See {@link Target.step}. */
  get step(): LinkedStep {
    // It is told of changes only while something is computed from it.
    return (this.#target as Target).step;
  }

  /** Whether a key takes part. Runs user code. */
  takes(key: K): boolean {
    return this.#where === undefined || this.#where(key);
  }

  /** Takes a key in. */
  join(key: K, row: number): void {
    this.keys.push(key);
    this.#rows.push(row);
    this.#isStale = true;
    this.#target?.touch(row);
  }

  /** Lets a key go, if it takes part. */
  leave(row: number): void {
    const index = this.#rows.indexOf(row);
    if (index < 0) return;
    this.keys.splice(index, 1);
    this.#rows.splice(index, 1);
    this.#places[row] = -1;
    this.#isStale = true;
    this.#target?.touch(row);
  }

  /** See {@link Target.touch}. */
  touch(row: number): void {
    // Hot path.
    const place = this.#places[row] ?? -1;
    if (place < 0) return;
    this.#take(row, place);
    this.#target?.touch(row);
  }

  /** See {@link Source.read}: the values are in `values` then. */
  read(): unknown {
    if (this.#isStale) {
      this.#isStale = false;
      this.values = new Float64Array(this.#rows.length);
      this.#lost.clear();
      for (const [place, row] of this.#rows.entries()) this.#take(row, place);
    }
    return this.#lost.size > 0 ? LOST : undefined;
  }

  /** See {@link Source.lostSpot}. */
  lostSpot(): Spot | undefined {
    for (const row of this.#rows) {
      const spot = this.#column.lostSpot(row);
      if (spot !== undefined) return spot;
    }
    return undefined;
  }

  /** See {@link Source.changedIn}. */
  changedIn(pass: number): boolean {
    return this.#rows.some((row) => this.#column.changedIn(pass, row));
  }

  #take(row: number, place: number): void {
    const value = this.#column.read(row);
    this.#places[row] = place;
    if (typeof value === 'number') {
      this.values[place] = value;
      if (this.#lost.size > 0) this.#lost.delete(row);
    } else this.#lost.add(row);
  }

  /** See {@link Source.attach}. */
  attach(target: Target): void {
    this.#target = target;
    this.#column.attach(this);
    this.#table.collectors.add(this);
  }

  /** See {@link Source.detach}. */
  detach(): void {
    this.#column.detach(this);
    this.#table.collectors.delete(this);
  }
}
