import { ArgumentError, ClosedError, OverflowError } from '../core/errors.js';
import { show } from '../core/show.js';
import { Block, MOST_COLUMNS } from './block.js';
import type { Collector } from './collector.js';
import { KeyedColumn } from './keyed-column.js';
import type { KeyedInput, KeyedNode, KeyedNodes } from './keyed-node.js';
import type { GraphNode, ValuesOf } from './node.js';
import { type KeyedOptions, type NodeOptions, readSettings } from './options.js';
import type { Propagation } from './propagation.js';
import { type SingleNode, toNode } from './single-node.js';

/** Rows and columns of a new table. */
const FIRST_SIZE = 16;

/** Keyed nodes that share their keys: a table with a row per key and a column per node. */
export class KeyTable<K> implements KeyedNodes<K> {
  /** What it is part of. */
  readonly propagation: Propagation;
  /** Rows by key, in the order the keys were added. */
  readonly rows = new Map<K, number>();
  /** The nodes. */
  readonly columns: KeyedColumn<K>[] = [];
  /** What collects values. */
  readonly collectors = new Set<Collector<K>>();
  /** The values, row by row. */
  data: Float64Array;
  /** Places in a row. */
  stride = FIRST_SIZE;
  /** Rows there is room for. */
  capacity: number;
  readonly #maxKeys: number;
  readonly #keys: (K | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #blocks: Block<K>[] = [];
  /** The block of columns that depend on columns only, all the way down; the last one when there are several. */
  #shared: Block<K> | undefined = undefined;
  readonly #pure = new Set<unknown>();
  #isDisposed = false;

  constructor(propagation: Propagation, options: KeyedOptions | undefined) {
    const { maxKeys = 10_000 } = readSettings('keyed', options);
    this.propagation = propagation;
    this.#maxKeys = maxKeys;
    this.capacity = Math.min(FIRST_SIZE, maxKeys);
    this.data = new Float64Array(this.capacity * this.stride);
    propagation.tables.add(this);
  }

  /** See {@link KeyedNodes.size}. */
  get size(): number {
    return this.rows.size;
  }

  /** See {@link KeyedNodes.input}. */
  input(initial: number, options?: NodeOptions<number>): KeyedInput<K> {
    this.assertUsable();
    if (typeof initial !== 'number')
      throw new ArgumentError(`a keyed input begins with a number, got ${show(initial)}`);
    return this.#add(new KeyedColumn(this, readSettings('node', options), initial), true);
  }

  /** See {@link KeyedNodes.computed}. */
  computed<const Nodes extends readonly (KeyedNode<K> | GraphNode<unknown>)[]>(
    dependencies: Nodes,
    compute: (...values: ValuesOf<Nodes>) => number,
    options?: NodeOptions<number>,
  ): KeyedNode<K> {
    this.assertUsable();
    if (!Array.isArray(dependencies)) throw new ArgumentError(`dependencies must be a list, got ${show(dependencies)}`);
    const settings = readSettings('node', options);
    const sources = dependencies.map((node: unknown) => this.#source(node));
    const isPure = sources.every((source) => this.#pure.has(source));
    const block = this.#blockFor(sources, isPure);
    return this.#add(new KeyedColumn(this, settings, Number.NaN, { sources, compute, block }), isPure);
  }

  /** See {@link KeyedNodes.add}. */
  add(key: K): boolean {
    const { propagation, rows, columns } = this;
    this.assertUsable();
    if (rows.has(key)) return false;
    if (rows.size === this.#maxKeys) throw new OverflowError(`maxKeys is ${this.#maxKeys}: no room for ${show(key)}`);
    const takers = propagation.ask(() => [...this.collectors].filter((collector) => collector.takes(key)));
    const row = this.#free.pop() ?? rows.size;
    if (row === this.capacity) this.#resize(Math.min(2 * row, this.#maxKeys), this.stride);
    rows.set(key, row);
    this.#keys[row] = key;
    for (const column of columns) column.begin(row);
    for (const collector of takers) collector.join(key, row);
    propagation.settle();
    return true;
  }

  /** See {@link KeyedNodes.remove}. */
  remove(key: K): boolean {
    const { propagation, rows } = this;
    propagation.assertOpen();
    const row = rows.get(key);
    if (row === undefined) return false;
    for (const collector of this.collectors) collector.leave(row);
    for (const column of this.columns) column.end(row);
    rows.delete(key);
    this.#keys[row] = undefined;
    this.#free.push(row);
    propagation.settle();
    return true;
  }

  /** See {@link KeyedNodes.dispose}. */
  dispose(): void {
    if (this.#isDisposed) return;
    const { propagation, rows, columns } = this;
    propagation.assertOpen();
    const [collector] = this.collectors;
    if (collector !== undefined)
      throw new ArgumentError(`keyed nodes cannot be disposed of: ${collector.step.name} needs ${collector.name}`);
    for (const column of columns) {
      for (const row of rows.values()) column.end(row);
      for (const source of column.formula?.sources ?? []) if (!(source instanceof KeyedColumn)) source.detach(column);
    }
    rows.clear();
    this.#keys.length = this.#free.length = 0;
    this.data = new Float64Array();
    propagation.tables.delete(this);
    this.#isDisposed = true;
  }

  /** The same as `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Refuses changes by user code that may only read, and any after `dispose`. */
  assertUsable(): void {
    this.propagation.assertOpen();
    this.assertThere();
  }

  /** Refuses any use after `dispose`. */
  assertThere(): void {
    if (this.#isDisposed) throw new ClosedError('these keyed nodes were disposed of');
  }

  /** See {@link KeyedNodes.has}. */
  has(key: K): boolean {
    return this.rows.has(key);
  }

  /** See {@link KeyedNodes.keys}. */
  keys(): IterableIterator<K> {
    return this.rows.keys();
  }

  /** The row of a key. */
  rowOf(key: K): number {
    const row = this.rows.get(key);
    if (row !== undefined) return row;
    this.assertThere();
    throw new ArgumentError(`there is no key ${show(key)}: add it first`);
  }

  /** The key of a row in use. */
  keyAt(row: number): K {
    // There, because the row is in use.
    return this.#keys[row] as K;
  }

  #source(node: unknown): KeyedColumn<K> | SingleNode {
    return this.columns.find((column) => column === node) ?? toNode(this.propagation, node);
  }

  #blockFor(sources: readonly (KeyedColumn<K> | SingleNode)[], isPure: boolean): Block<K> {
    const shared = this.#shared;
    if (isPure && shared !== undefined && shared.columns.length < MOST_COLUMNS) return shared;
    const height = sources.reduce(
      (most, source) => Math.max(most, source.height + 1),
      ((isPure && shared?.height) || 0) + 1,
    );
    const block = new Block(this, height);
    if (isPure) this.#shared = block;
    this.#blocks.push(block);
    return block;
  }

  #add(column: KeyedColumn<K>, isPure: boolean): KeyedColumn<K> {
    if (isPure) this.#pure.add(column);
    this.columns.push(column);
    if (column.index === this.stride) this.#resize(this.capacity, 2 * this.stride);
    for (const row of this.rows.values()) column.begin(row);
    this.propagation.settle();
    return column;
  }

  #resize(capacity: number, stride: number): void {
    const { data: old, stride: width } = this;
    this.data = new Float64Array(capacity * stride);
    for (const row of this.rows.values()) this.data.set(old.subarray(row * width, (row + 1) * width), row * stride);
    this.capacity = capacity;
    this.stride = stride;
    for (const block of this.#blocks) block.grow();
  }
}
