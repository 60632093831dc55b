import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { Formula } from './formula.js';
import type { LinkedStep } from './height-order.js';

/** Stands for a value that is not there: not computed yet, or its function threw, or it needs a lost one. */
export const LOST: unique symbol = Symbol('lost');

/** Whether a value is LOST. Hot path: most are numbers, which the type tells without a call. */
export function isLost(value: unknown): value is typeof LOST {
  return typeof value === 'symbol' && value === LOST;
}

/** What values are computed from. */
export interface Source {
  /** Name in errors. */
  readonly name: string;
  /** Steps that depend on it are higher. */
  readonly height: number;
  /** The value for a row, or LOST. */
  read(row: number): unknown;
  /** Where the value for a row is, if it is lost. */
  lostSpot(row: number): Spot | undefined;
  /** Whether the value for a row changed in a pass, or in what led to it. */
  changedIn(pass: number, row: number): boolean;
  /** Tells `target` of changes from now on. */
  attach(target: Target): void;
  /** Tells `target` no longer. */
  detach(target: Target): void;
}

/** Hears of changes. */
export interface Target {
  /** What is computed then. */
  readonly step: LinkedStep;
  /** A value changed, or was lost: that of a node, or that of a keyed node for a row. */
  touch(row: number): void;
}

/** Has values by row: a node of the graph has row 0, a keyed node a row per key. */
export interface Holder extends Source {
  /** What computes them; undefined for an input. */
  readonly formula: Formula | undefined;
  /** Name of the value of a row. */
  label(row: number): string;
  /** The last pass that concerned the row. */
  ranIn(row: number): number;
  /** Whether that pass computed the value of the row. */
  wasReached(row: number): boolean;
}

/** Where a value is. */
export interface Spot {
  /** Who has it. */
  readonly holder: Holder;
  /** Its row there. */
  readonly row: number;
}

/** Why a value is lost: where which error was thrown. `undefined` when it is there, or was not computed yet. */
export function lossOf(spot: Spot): { readonly by: string; readonly error: unknown } | undefined {
  let at: Spot | undefined = spot;
  // A loop, because chains may be as long as memory allows.
  while (at !== undefined) {
    const { holder, row }: Spot = at;
    const formula: Formula | undefined = holder.formula;
    if (formula?.errors?.has(row) === true) return { by: holder.label(row), error: formula.errors.get(row) };
    at = formula?.lostSpot(row);
  }
  return undefined;
}

/** The error of those who ask for a lost value. */
export function lostError(spot: Spot): ArgumentError {
  const label = spot.holder.label(spot.row);
  const loss = lossOf(spot);
  if (loss === undefined) return new ArgumentError(`${label} has no value before the batch ends`);
  return new ArgumentError(`${label} has no value: ${loss.by} threw ${show(loss.error)}`, { cause: loss.error });
}
