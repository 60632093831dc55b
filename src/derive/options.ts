import * as z from 'zod/mini';
import type { ErrorHandler } from '../core/failures.js';
import { callback, MAX_CAPACITY, readOptions, text, wholeNumber } from '../core/options.js';

/** Where a failure that reaches `onError` happened. */
export interface DerivationErrorContext {
  /**
   * What failed: a compute function or the `equals` of its node, a listener, or the promise of a batch, which had
   * been refused.
   */
  readonly operation: 'compute' | 'listener' | 'batch';
  /** Name of the node, with the key of a keyed one. Empty for a batch, and when listeners change inputs without end. */
  readonly node: string;
}

/** Options of a {@link Derivation}. */
export interface DerivationOptions {
  /** Receives what compute functions and listeners throw, after the pass in which they did. */
  readonly onError?: ErrorHandler<DerivationErrorContext>;
}

/** Whether a new value of a node is the same as the one before. */
export type Equality<T> = (before: T, after: T) => boolean;

/** Options of a node. */
export interface NodeOptions<T> {
  /**
   * Name in errors and explanations.
   * @default 'input 1', 'computed 2', … in the order of creation
   */
  readonly name?: string;
  /**
   * Whether a new value is the same as the one before. Then the one before is kept, and nothing that depends on it
   * is computed. A tolerance goes here: `(before, after) => Math.abs(after - before) < 0.01`.
   * @default Object.is
   */
  readonly equals?: Equality<T>;
}

/** Options of a set of keyed nodes. */
export interface KeyedOptions {
  /**
   * Most keys at a time, from 1 to 16777216. One more is refused.
   * @default 10_000
   */
  readonly maxKeys?: number;
}

/** Options of a node that is computed from the values of many keys. */
export interface CollectOptions<K, T> extends NodeOptions<T> {
  /** Which keys take part; asked once per key. Without it all do. */
  readonly where?: (key: K) => boolean;
}

/** Options as they were read. */
export interface Settings<K = never> {
  /** See {@link NodeOptions.name}. */
  readonly name?: string | undefined;
  /** See {@link NodeOptions.equals}. */
  readonly equals?: Equality<never> | undefined;
  /** See {@link CollectOptions.where}. */
  readonly where?: ((key: K) => boolean) | undefined;
  /** See {@link KeyedOptions.maxKeys}. */
  readonly maxKeys?: number | undefined;
  /** See {@link DerivationOptions.onError}. */
  readonly onError?: ErrorHandler<DerivationErrorContext> | undefined;
}

const NODE = { name: z.optional(text()), equals: z.optional(callback<Equality<never>>()) };
const SCHEMAS = {
  Derivation: z.strictObject({ onError: z.optional(callback<ErrorHandler<DerivationErrorContext>>()) }),
  keyed: z.strictObject({ maxKeys: z.optional(wholeNumber(1, MAX_CAPACITY)) }),
  node: z.strictObject(NODE),
  collect: z.strictObject({ ...NODE, where: z.optional(callback<(key: never) => boolean>()) }),
};

/** Checks the options of a derivation, a set of keyed nodes or a node. */
export function readSettings<K = never>(kind: keyof typeof SCHEMAS, options: object | undefined): Settings<K> {
  // A graph may have a million nodes, most of them without options.
  if (options === undefined) return {};
  // What the callbacks take and give, the public types have checked.
  return readOptions<z.ZodMiniType>(kind, SCHEMAS[kind], options) as Settings<K>;
}
