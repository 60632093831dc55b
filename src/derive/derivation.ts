// Change travels upwards. An input that is set queues what depends on it, by height, and a pass runs the queue from
// the lowest up (propagation.ts): each node once, after all it depends on, so that nobody sees half of a change. A
// node that comes out the same queues nothing, which ends most changes early.
//
// Nodes made one by one are objects (single-node.ts). Keyed nodes are columns of a table with a row per key
// (key-table.ts): what is due in a row is a set of bits, and computing it allocates nothing (block.ts). So a
// thousand symbols cost one declaration, and a change of one symbol its own nodes only.
//
// Sources: height order and cut-off as in Jane Street's Incremental; backdating of equal values as in Salsa.
import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { explainValue } from './explain.js';
import { KeyTable } from './key-table.js';
import { KeyedColumn } from './keyed-column.js';
import type { KeyedNode, KeyedNodes } from './keyed-node.js';
import type { ComputedNode, GraphNode, InputNode, NodeExplanation, ValuesOf } from './node.js';
import { type DerivationOptions, type KeyedOptions, type NodeOptions, readSettings } from './options.js';
import { Propagation } from './propagation.js';
import { SingleNode, toNode, toNodes } from './single-node.js';

/** What a {@link Derivation} did: `recomputed = changed + cutOff + failed`. */
export interface DerivationStats {
  /** Nodes of the graph now, keyed ones not counted. */
  readonly nodes: number;
  /** Those of `nodes` that are inputs. */
  readonly inputs: number;
  /** Keyed nodes declared. */
  readonly keyedNodes: number;
  /** Keys of all sets of keyed nodes now. */
  readonly keys: number;
  /** Calls of `set`. */
  readonly sets: number;
  /** Those of `sets` whose value was the same. */
  readonly unchanged: number;
  /** Passes over what had changed. */
  readonly passes: number;
  /** Values computed. */
  readonly recomputed: number;
  /** Computed values that were not those before. */
  readonly changed: number;
  /** Computed values that were the same, so that nothing above them was computed. */
  readonly cutOff: number;
  /** Functions that threw. */
  readonly failed: number;
  /** Values not computed because one they depend on is missing. */
  readonly blocked: number;
  /** Errors of functions and listeners that were reported. */
  readonly failures: number;
}

/**
 * Keeps computed values up to date, and computes no more than what changed.
 *
 * `set` brings everything that depends on the input up to date before it returns, `batch` does so once for many.
 * `get` then only reads. In a pass a node is computed at most once, after all it depends on; one whose value stays
 * the same ends the change there.
 *
 * A function that throws takes its node's value away, and that of all that depends on it; the rest goes on. The
 * error reaches `onError`, and `get` throws it as `cause` until a later value succeeds. Functions must be
 * synchronous and change nothing: setting inputs inside one is refused.
 *
 * Cost: a node of the graph is an object of some 300 bytes; a keyed node takes 8 bytes per key, and a change of one
 * key costs as much as the functions that run, and some ten nanoseconds for each.
 *
 * @example
 * const graph = new Derivation();
 * const bid = graph.input(100);
 * const ask = graph.input(102);
 * const mid = graph.computed([bid, ask], (b, a) => (b + a) / 2);
 * const side = graph.computed([mid], (value) => (value > 100 ? 'long' : 'flat'));
 * graph.batch(() => { bid.set(101); ask.set(103); }); // one pass; side is computed and found the same
 * side.get(); // 'long'
 */
export class Derivation {
  readonly #propagation: Propagation;

  /** @throws ConfigError (ERR_CONFIG) when an option is unknown or wrong. */
  constructor(options?: DerivationOptions) {
    this.#propagation = new Propagation(readSettings('Derivation', options).onError);
  }

  /**
   * Makes a node whose value comes from outside.
   * @throws ConfigError (ERR_CONFIG) when an option is unknown or wrong.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) inside a compute function.
   */
  input<T>(value: T, options?: NodeOptions<NoInfer<T>>): InputNode<T> {
    this.#propagation.assertOpen();
    const node = SingleNode.input(this.#propagation, value, readSettings('node', options));
    // It holds a T and nothing else.
    return node as InputNode<unknown> as InputNode<T>;
  }

  /**
   * Makes a node that is computed from others, and computes it, in a batch at its end.
   * @param compute Receives the values of the dependencies in their order.
   * @throws ConfigError (ERR_CONFIG) when an option is unknown or wrong.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when a dependency is no node of this graph, `compute` is no
   * function, or inside a compute function.
   */
  computed<const Nodes extends readonly GraphNode<unknown>[], T>(
    dependencies: Nodes,
    compute: (...values: ValuesOf<Nodes>) => T,
    options?: NodeOptions<T>,
  ): ComputedNode<T> {
    this.#propagation.assertOpen();
    const settings = readSettings('node', options);
    const node = SingleNode.computed(this.#propagation, toNodes(this.#propagation, dependencies), compute, settings);
    // It computes a T.
    return node as ComputedNode<unknown> as ComputedNode<T>;
  }

  /**
   * Makes a set of keyed nodes: declared once, there for each key, such as thousands of symbols.
   * @throws ConfigError (ERR_CONFIG) when an option is unknown or wrong.
   */
  keyed<K = string>(options?: KeyedOptions): KeyedNodes<K> {
    return new KeyTable<K>(this.#propagation, options);
  }

  /**
   * Runs `change` and brings everything up to date once at its end, also when it throws. A batch within a batch is
   * part of it. Answers what `change` returned.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) inside a compute function, and when `change` returns a promise, as
   * an async function does. What it had set by then stays set; what it sets later is no part of the batch.
   */
  batch<T>(change: () => T): T {
    return this.#propagation.batch(change);
  }

  /**
   * Says why a node has the value it has; of a keyed node, its value for a key.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when `node` is none of this graph, or the key was not added.
   */
  explain(node: GraphNode<unknown>): NodeExplanation;
  explain<K>(node: KeyedNode<K>, key: K): NodeExplanation;
  explain(node: unknown, key?: unknown): NodeExplanation {
    const { pass } = this.#propagation;
    if (!(node instanceof KeyedColumn)) return explainValue(pass, { holder: toNode(this.#propagation, node), row: 0 });
    if (node.propagation !== this.#propagation)
      throw new ArgumentError(`explain takes a node of the same Derivation, got ${show(node.name)}`);
    return explainValue(pass, { holder: node, row: node.rowOf(key) });
  }

  /** What happened so far, as a plain object. */
  stats(): DerivationStats {
    const { counts, tables, failures } = this.#propagation;
    const { nodes, inputs, sets, unchanged, passes, changed, cutOff, failed, blocked } = counts;
    return {
      nodes,
      inputs,
      keyedNodes: [...tables].reduce((sum, { columns }) => sum + columns.length, 0),
      keys: [...tables].reduce((sum, { size }) => sum + size, 0),
      sets,
      unchanged,
      passes,
      recomputed: changed + cutOff + failed,
      changed,
      cutOff,
      failed,
      blocked,
      failures: failures.count,
    };
  }
}
