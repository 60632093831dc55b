import { ArgumentError } from '../core/errors.js';
import { isThenable } from '../core/failures.js';
import { show } from '../core/show.js';
import { isSame } from './equality.js';
import type { Equality } from './options.js';
import type { Propagation } from './propagation.js';
import { type Holder, isLost, LOST, type Source, type Spot } from './source.js';

/** Stands for a computed value that is the same as the one before. */
export const SAME: unique symbol = Symbol('same');

/** A compute function. The public types have checked its parameters. */
export type Compute = (...values: unknown[]) => unknown;

/** Whose values a formula computes. */
export interface FormulaHolder extends Holder {
  /** What runs it. */
  readonly propagation: Propagation;
  /** When a new value counts as the one before; `undefined` for `Object.is`. */
  readonly equals: Equality<never> | undefined;
  /** Whether its values are numbers. */
  readonly isNumeric: boolean;
}

const NO_ARGS: unknown[] = [];

/** How values are computed: a function, what it is called with, and what it threw. */
export class Formula {
  /** What the function is called with. */
  readonly sources: readonly Source[];
  /** The function. */
  readonly compute: Compute;
  /** What it threw, by row. */
  errors: Map<number, unknown> | undefined = undefined;
  readonly #holder: FormulaHolder;
  // Most functions take one or two values: they are called without a list.
  readonly #first: Source | undefined;
  readonly #second: Source | undefined;
  readonly #args: unknown[];

  /** @throws ArgumentError when `compute` is not a function. */
  constructor(holder: FormulaHolder, sources: readonly Source[], compute: unknown) {
    requireFunction(compute);
    this.#holder = holder;
    this.sources = sources;
    // Its parameters are the values of the sources, as the public types say.
    this.compute = compute as Compute;
    [this.#first, this.#second] = sources;
    this.#args = sources.length > 2 ? sources.map(() => undefined) : NO_ARGS;
  }

  /** Computes the value of a row, which was `before`: the new value, SAME, or LOST. */
  evaluate(row: number, before: unknown): unknown {
    // Hot path.
    const holder = this.#holder;
    const { counts } = holder.propagation;
    try {
      const value = this.#call(row);
      if (typeof value !== 'number') this.check(value, row);
      if (isLost(value)) {
        this.errors?.delete(row);
        counts.blocked++;
        return LOST;
      }
      if (isLost(before)) this.errors?.delete(row);
      else if (isSame(before, value, holder.equals)) {
        counts.cutOff++;
        return SAME;
      }
      counts.changed++;
      return value;
    } catch (error) {
      this.fail(error, row);
      return LOST;
    }
  }

  /** Notes what the function threw for a row. */
  fail(error: unknown, row: number): void {
    this.errors ??= new Map();
    this.errors.set(row, error);
    this.#holder.propagation.fail(error, this.#holder.label(row));
  }

  /** Where a lost value is that the value of a row needs. */
  lostSpot(row: number): Spot | undefined {
    for (const source of this.sources) {
      const spot = source.lostSpot(row);
      if (spot !== undefined) return spot;
    }
    return undefined;
  }

  /** The least height above all sources. */
  get height(): number {
    return this.sources.reduce((height, source) => Math.max(height, source.height + 1), 1);
  }

  #call(row: number): unknown {
    const { sources, compute } = this;
    const first = this.#first?.read(row);
    if (isLost(first)) return LOST;
    if (sources.length === 1) return compute(first);
    const second = this.#second?.read(row);
    if (isLost(second)) return LOST;
    if (sources.length === 2) return compute(first, second);
    const args = this.#args;
    for (let i = 0; i < sources.length; i++) {
      const value = sources[i]?.read(row);
      if (isLost(value)) return LOST;
      args[i] = value;
    }
    return compute(...args);
  }

  /** Refuses what cannot be a value. */
  check(value: unknown, row: number): void {
    if (isLost(value)) return;
    if (isThenable(value)) {
      const { propagation } = this.#holder;
      propagation.failures.watch(value, { operation: 'compute', node: this.#holder.label(row) });
      throw new ArgumentError('a compute function must return its value, got a promise');
    }
    if (this.#holder.isNumeric) throw new ArgumentError(`a keyed node holds numbers, got ${show(value)}`);
  }
}

/** Refuses what cannot compute. @throws ArgumentError */
export function requireFunction(compute: unknown): void {
  if (typeof compute !== 'function') throw new ArgumentError(`compute must be a function, got ${show(compute)}`);
}
