import type { Callback } from '../core/callback.js';
import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { Audience } from './audience.js';
import { type Block, SIGN } from './block.js';
import { Collector } from './collector.js';
import { type Compute, Formula, type FormulaHolder } from './formula.js';
import type { LinkedStep } from './height-order.js';
import type { KeyTable } from './key-table.js';
import type { KeyedInput } from './keyed-node.js';
import type { GraphNode } from './node.js';
import { type CollectOptions, type Equality, readSettings, type Settings } from './options.js';
import type { Propagation } from './propagation.js';
import { SingleNode } from './single-node.js';
import { LOST, lossOf, lostError, type Spot, type Target } from './source.js';

/** What a computed column is made from. */
export interface ColumnPlan<K> {
  /** What it is computed from. */
  readonly sources: readonly (KeyedColumn<K> | SingleNode)[];
  /** The function. */
  readonly compute: unknown;
  /** What is to run it. */
  readonly block: Block<K>;
}

/** A keyed node: a column of the table of its set. */
export class KeyedColumn<K> implements KeyedInput<K>, FormulaHolder, Target {
  /** See {@link KeyedNode.name}. */
  readonly name: string;
  /** See {@link FormulaHolder.propagation}. */
  readonly propagation: Propagation;
  /** See {@link FormulaHolder.equals}. */
  readonly equals: Equality<never> | undefined;
  /** See {@link FormulaHolder.isNumeric}. */
  readonly isNumeric = true;
  /** See {@link Holder.formula}. */
  readonly formula: Formula | undefined;
  /** Its place in a row. */
  readonly index: number;
  /** Its bit in its block; 0 for an input. */
  readonly bit: number;
  /** Columns of the block that depend on it. */
  mask = 0;
  /** Unless one of these bits is lost, the block calls the function by itself. */
  guard = SIGN;
  /** The function; of an input, none that is called. */
  readonly compute: Compute;
  /** Place in a row of the only value it is computed from, -1 when there are more. */
  first = -1;
  /** Whether others than the columns in `mask` have to hear of changes. */
  isWatched = false;
  readonly #table: KeyTable<K>;
  readonly #initial: number;
  /** What runs it; for an input, what runs the columns in `mask`. */
  #block: Block<K> | undefined;
  /** Places in a row of what it is computed from. */
  #places: readonly number[] = [];
  #args: unknown[] = [];
  readonly #targets: Target[] = [];
  #audience: Audience | undefined = undefined;
  /** Of an input, by row, the pass that followed its last change. */
  readonly #setIn: number[] = [];

  constructor(table: KeyTable<K>, { name, equals }: Settings, initial: number, plan?: ColumnPlan<K>) {
    const { propagation } = table;
    this.name = name ?? `keyed ${++propagation.created}`;
    this.propagation = propagation;
    this.equals = equals;
    this.formula = plan && new Formula(this, plan.sources, plan.compute);
    this.compute = this.formula?.compute ?? none;
    this.index = table.columns.length;
    this.bit = plan === undefined ? 0 : 1 << plan.block.columns.length;
    this.#table = table;
    this.#initial = initial;
    this.#block = plan?.block;
    if (plan !== undefined) this.#wire(plan);
  }

  /** See {@link KeyedNode.get}. */
  get(key: K): number {
    const spot = { holder: this, row: this.#table.rowOf(key) };
    const value = this.read(spot.row);
    if (typeof value !== 'number') throw lostError(spot);
    return value;
  }

  /** See {@link KeyedNode.error}. */
  error(key: K): unknown {
    return lossOf({ holder: this, row: this.#table.rowOf(key) })?.error;
  }

  /** See {@link KeyedInput.set}. */
  set(key: K, value: number): void {
    // Hot path.
    const table = this.#table;
    const { propagation } = this;
    const row = table.rows.get(key);
    if (row === undefined || propagation.isComputing || this.formula !== undefined || typeof value !== 'number')
      return this.#refuse(key, value);
    const { data } = table;
    const at = row * table.stride + this.index;
    const before = data[at];
    propagation.counts.sets++;
    if (propagation.isSame(before, value, this.equals)) {
      propagation.counts.unchanged++;
      return;
    }
    data[at] = value;
    this.#setIn[row] = propagation.pass;
    const block = this.#block;
    if (block !== undefined && !this.isWatched && propagation.begin()) {
      try {
        block.runRow(row, this.mask);
      } finally {
        propagation.finish();
      }
      return;
    }
    block?.mark(row, this.mask);
    this.spread(row, before);
    propagation.settle();
  }

  /** See {@link KeyedNode.onChange}. */
  onChange(listener: Callback<[key: K, value: number]>): Disposable {
    const table = this.#table;
    table.assertThere();
    this.isWatched = true;
    this.#audience ??= new Audience(this.propagation, this);
    // A column holds numbers.
    return this.#audience.join((row, value) => listener(table.keyAt(row), value as number));
  }

  /** See {@link KeyedNode.collect}. */
  collect<T>(compute: (values: Float64Array, keys: readonly K[]) => T, options?: CollectOptions<K, T>): GraphNode<T> {
    const { propagation } = this;
    this.#table.assertUsable();
    const { where, ...settings } = readSettings<K>('collect', options);
    const collector = new Collector<K>(this, this.#table, where);
    const call = typeof compute === 'function' ? () => compute(collector.values, collector.keys) : compute;
    // It computes a T.
    return SingleNode.computed(propagation, [collector], call, settings) as GraphNode<unknown> as GraphNode<T>;
  }

  /** See {@link KeyedNode.at}. */
  at(key: K): GraphNode<number> {
    const name = `${this.name} of ${show(key)}`;
    // As a Map does: NaN is NaN, and 0 is -0.
    const where = (other: K): boolean => other === key || Object.is(other, key);
    const pick = ([value]: Float64Array): number => {
      if (value === undefined) throw new ArgumentError(`there is no key ${show(key)}`);
      return value;
    };
    return this.collect(pick, { name, where });
  }

  /** The row of a key. @throws ArgumentError when it was not added. */
  rowOf(key: K): number {
    return this.#table.rowOf(key);
  }

  /** See {@link Source.height}. */
  get height(): number {
    return this.formula === undefined ? 0 : this.step.height;
  }

  /** See {@link Target.step}. */
  get step(): LinkedStep {
    // Only computed columns, which have one, depend on something.
    return this.#block as Block<K>;
  }

  /** Calls the function with the values of the row that starts at `start`. */
  call(data: Float64Array, start: number): unknown {
    // Hot path. Values are passed one by one: to spread a list of ten takes 30 ns longer.
    const { compute } = this;
    const places = this.#places;
    const at = (i: number): number | undefined => data[start + (places[i] ?? 0)];
    switch (places.length) {
      case 2:
        return compute(at(0), at(1));
      case 3:
        return compute(at(0), at(1), at(2));
      case 4:
        return compute(at(0), at(1), at(2), at(3));
      case 5:
        return compute(at(0), at(1), at(2), at(3), at(4));
      case 6:
        return compute(at(0), at(1), at(2), at(3), at(4), at(5));
      case 7:
        return compute(at(0), at(1), at(2), at(3), at(4), at(5), at(6));
      case 8:
        return compute(at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7));
      case 9:
        return compute(at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8));
      case 10:
        return compute(at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9));
      default: {
        const args = this.#args;
        for (let i = 0; i < places.length; i++) args[i] = at(i);
        return compute(...args);
      }
    }
  }

  /** Passes on that the value of a row changed, or was lost. For `before` see {@link Audience.note}. */
  spread(row: number, before: unknown): void {
    // Hot path.
    for (const target of this.#targets) target.touch(row);
    this.#audience?.note(row, before);
  }

  /** See {@link Target.touch}. A node of the graph touches all rows. */
  touch(row: number): void {
    if (row >= 0) this.#block?.mark(row, this.bit);
    else for (const each of this.#table.rows.values()) this.#block?.mark(each, this.bit);
  }

  /** A key has come. */
  begin(row: number): void {
    this.#table.data[row * this.#table.stride + this.index] = this.#initial;
    this.#setIn[row] = this.propagation.pass;
    if (this.formula !== undefined) this.#block?.begin(row, this.bit);
  }

  /** A key has gone. */
  end(row: number): void {
    this.formula?.errors?.delete(row);
    this.#audience?.drop(row);
    if (this.formula !== undefined) this.#block?.end(row);
  }

  /** See {@link Source.read}. */
  read(row: number): unknown {
    if (this.bit !== 0 && this.#block?.isLost(row, this.bit) === true) return LOST;
    return this.#table.data[row * this.#table.stride + this.index];
  }

  /** See {@link Source.lostSpot}. */
  lostSpot(row: number): Spot | undefined {
    return this.read(row) === LOST ? { holder: this, row } : undefined;
  }

  /** See {@link Source.changedIn}. */
  changedIn(pass: number, row: number): boolean {
    return this.ranIn(row) === pass && (this.formula === undefined || this.#block?.hasChanged(row, this.bit) === true);
  }

  /** See {@link Holder.label}. */
  label(row: number): string {
    return `${this.name} of ${show(this.#table.keyAt(row))}`;
  }

  /** See {@link Holder.ranIn}. */
  ranIn(row: number): number {
    return (this.formula === undefined ? this.#setIn[row] : this.#block?.ranIn(row)) ?? 0;
  }

  /** See {@link Holder.wasReached}. */
  wasReached(row: number): boolean {
    return this.#block?.wasReached(row, this.bit) === true;
  }

  /** See {@link Source.attach}. */
  attach(target: Target): void {
    this.isWatched = true;
    this.#targets.push(target);
  }

  /** See {@link Source.detach}. */
  detach(target: Target): void {
    this.#targets.splice(this.#targets.indexOf(target), 1);
  }

  /** Steps outside the block that depend on it. */
  above(): LinkedStep[] {
    return this.#targets.map(({ step }) => step);
  }

  #wire({ sources, block }: ColumnPlan<K>): void {
    this.guard = this.bit;
    for (const source of sources) {
      if (!(source instanceof KeyedColumn)) this.guard |= SIGN;
      else {
        source.#block ??= block;
        if (source.#block === block) {
          source.mask |= this.bit;
          this.guard |= source.bit;
          continue;
        }
        if (source.formula !== undefined) this.guard |= SIGN;
      }
      source.attach(this);
    }
    if (this.equals !== undefined) this.guard |= SIGN;
    this.#places = sources.map((source) => (source instanceof KeyedColumn ? source.index : 0));
    if (this.#places.length === 1) [this.first = 0] = this.#places;
    this.#args = this.#places.map(() => undefined);
    block.columns.push(this);
  }

  #refuse(key: K, value: unknown): never {
    this.propagation.assertOpen();
    this.#table.rowOf(key);
    if (this.formula !== undefined) throw new ArgumentError(`${this.name} cannot be set`);
    throw new ArgumentError(`${this.name} takes numbers, got ${show(value)}`);
  }
}

function none(): void {}
