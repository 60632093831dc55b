import type { Callback } from '../core/callback.js';

/** A value of a {@link Derivation}: an input, or computed from others. */
export interface GraphNode<T> extends Disposable {
  /** Name in errors and explanations. */
  readonly name: string;
  /**
   * Its value: of an input the one set last, of a computed node that of the last pass. Cost: reads a field.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when there is none: its function threw, or that of a node it
   * depends on (`cause` is what was thrown), or it was made in a batch that has not ended.
   * @throws ClosedError (ERR_CLOSED) after `dispose`.
   */
  get(): T;
  /** What was thrown by its function, or by that of a node it depends on; `undefined` while it has a value. */
  readonly error: unknown;
  /**
   * Calls `listener` after each pass that changed the value, when all nodes are up to date. Inputs that it sets
   * are the next pass; the other listeners still hear the value of this one first, and so all hear the same. An
   * input that a batch set back has not changed. A value that is there again after an error is a change; an error
   * goes to `onError` instead.
   */
  onChange(listener: Callback<[value: T]>): Disposable;
  /**
   * Takes the node out of the graph. Idempotent. Cost: some steps per dependency, however much else depends on it; a
   * search among what else depends on a keyed node, if it was made from one.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) while another node depends on it: dispose of that first.
   */
  dispose(): void;
}

/** A node whose value comes from outside. */
export interface InputNode<T> extends GraphNode<T> {
  /**
   * Takes a value and, outside a batch, brings all that depends on it up to date before it returns. Does nothing
   * when the value is the same, by `equals`.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) inside a compute function, which may only read.
   */
  set(value: T): void;
}

/** A node whose value is computed from others. */
export interface ComputedNode<T> extends GraphNode<T> {
  /**
   * Computes it from other nodes, by another function. Cost: a visit to all that depends on it.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when it would depend on itself; the message names the way round,
   * of a long one the first and the last few nodes, and everything stays as it was.
   */
  rewire<const Nodes extends readonly GraphNode<unknown>[]>(
    dependencies: Nodes,
    compute: (...values: ValuesOf<Nodes>) => T,
  ): void;
}

/** The types of the values of nodes, in order. */
export type ValuesOf<Nodes extends readonly unknown[]> = {
  -readonly [Index in keyof Nodes]: Nodes[Index] extends {
    /** Reads the value. */
    get: (key: never) => infer T;
  }
    ? T
    : never;
};

/**
 * What the last pass that concerned a value came to: it 'changed', as an input does when it is made or set, or was
 * computed and found the same ('cut off'), or nothing it depends on changed ('unreached', for keyed nodes); its
 * function threw ('failed'), or what it depends on has no value ('blocked'); 'waiting' was made in a batch that has
 * not ended.
 */
export type NodeState = 'changed' | 'cut off' | 'unreached' | 'failed' | 'blocked' | 'waiting';

/** Why a node has the value it has. */
export interface NodeExplanation {
  /** Name of the node, with the key of a keyed one. */
  readonly name: string;
  /** What the last pass that concerned it came to. */
  readonly state: NodeState;
  /** Passes since that one, 0 while it is to come; of a keyed node, since the last that computed a value of the key. */
  readonly passesAgo: number;
  /** What it is computed from. */
  readonly dependencies: readonly string[];
  /** Those of them that changed in that pass. */
  readonly because: readonly string[];
  /** The node whose function threw, when there is no value. */
  readonly failedBy: string | undefined;
  /** What it threw. */
  readonly error: unknown;
}
