import type { Callback } from '../core/callback.js';
import type { CollectOptions, NodeOptions } from './options.js';
import type { GraphNode, ValuesOf } from './node.js';

/** A node with a number per key, such as the mid price of each symbol. */
export interface KeyedNode<K> {
  /** Name in errors and explanations. */
  readonly name: string;
  /**
   * The value of a key, as of the last pass.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) for a key that was not added, and when there is no value, for the
   * reasons of {@link GraphNode.get}.
   */
  get(key: K): number;
  /** What was thrown by its function for this key, or by one it depends on; `undefined` while there is a value. */
  error(key: K): unknown;
  /** Calls `listener` after each pass, once per key whose value changed; see {@link GraphNode.onChange}. */
  onChange(listener: Callback<[key: K, value: number]>): Disposable;
  /**
   * Makes a node computed from the values of all keys, or of some.
   *
   * `compute` receives the values and their keys in the order the keys were added, in lists that are used again:
   * copy what is kept. It runs when one of the values changed, and when a key came or went.
   */
  collect<T>(compute: (values: Float64Array, keys: readonly K[]) => T, options?: CollectOptions<K, T>): GraphNode<T>;
  /** Makes a node that follows one key. It fails while the key is missing. */
  at(key: K): GraphNode<number>;
}

/** A keyed node whose values come from outside. */
export interface KeyedInput<K> extends KeyedNode<K> {
  /** Gives a key a value; see {@link InputNode.set}. */
  set(key: K, value: number): void;
}

/**
 * Keyed nodes that share their keys. Inputs and functions are declared once and hold for every key that is added.
 *
 * Values are numbers, 8 bytes each, and computing them leaves no garbage.
 */
export interface KeyedNodes<K> extends Disposable {
  /** Keys there are now. */
  readonly size: number;
  /** Declares an input. Every key begins with `initial`. */
  input(initial: number, options?: NodeOptions<number>): KeyedInput<K>;
  /**
   * Declares a value that is computed for every key: from keyed nodes of this set, whose values for the same key
   * it receives, and from nodes of the graph, whose value is the same for all keys.
   */
  computed<const Nodes extends readonly (KeyedNode<K> | GraphNode<unknown>)[]>(
    dependencies: Nodes,
    compute: (...values: ValuesOf<Nodes>) => number,
    options?: NodeOptions<number>,
  ): KeyedNode<K>;
  /**
   * Adds a key and computes its values. False when it is there.
   *
   * @throws OverflowError (ERR_OVERFLOW) beyond `maxKeys`.
   */
  add(key: K): boolean;
  /** Removes a key and its values. False when it is not there. */
  remove(key: K): boolean;
  /** Whether a key is there. */
  has(key: K): boolean;
  /** The keys, in the order they were added. */
  keys(): IterableIterator<K>;
  /**
   * Takes the keyed nodes and their keys out of the graph, which holds nothing of them then. Idempotent. A single
   * keyed node stays as long as its set. Afterwards there are no keys, and reads and changes are refused with a
   * ClosedError (ERR_CLOSED).
   *
   * Cost: a visit to each key per node.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) while a node that `collect` or `at` made is there: dispose of that
   * first; and inside a compute function.
   */
  dispose(): void;
}
