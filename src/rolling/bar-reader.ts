import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';

const OWNER = 'RollingCorrelation';

/** A bar as users give it: values in the order of the symbols, or by symbol. */
export type BarValues = ArrayLike<number> | Readonly<Record<string, number>>;

/**
 * Reads a bar into `out`, NaN for a symbol that a record leaves out.
 * @throws ArgumentError when the length differs, a symbol is unknown or a value is not a number.
 */
export function readBar(values: BarValues, indices: ReadonlyMap<string, number>, out: Float64Array): void {
  if (isArrayLike(values)) readArray(values, out);
  else readRecord(values, indices, out);
}

/**
 * Copies a list of numbers.
 * @throws ArgumentError when it is something else.
 */
export function readNumbers(name: string, values: unknown): Float64Array {
  if (!isArrayLike(values)) throw new ArgumentError(`${OWNER}: ${name} must be a list of numbers, got ${show(values)}`);
  const out = new Float64Array(values.length);
  readArray(values, out);
  return out;
}

function readArray(values: ArrayLike<number>, out: Float64Array): void {
  if (values.length !== out.length) {
    throw new ArgumentError(`${OWNER}: a bar must have ${out.length} values, got ${show(values.length)}`);
  }
  if (values instanceof Float64Array) {
    out.set(values);
    return;
  }
  for (let index = 0; index < out.length; index++) {
    const value: unknown = values[index];
    if (typeof value !== 'number') throw notANumber(index, value);
    out[index] = value;
  }
}

function readRecord(
  values: Readonly<Record<string, number>>,
  indices: ReadonlyMap<string, number>,
  out: Float64Array,
): void {
  if (typeof values !== 'object' || values === null) {
    throw new ArgumentError(`${OWNER}: a bar must be an array or an object by symbol, got ${show(values)}`);
  }
  out.fill(NaN);
  for (const [symbol, value] of Object.entries(values)) {
    if (typeof value !== 'number') throw notANumber(symbol, value);
    const index = indices.get(symbol);
    if (index === undefined) throw new ArgumentError(`${OWNER}: symbol must be a known symbol, got ${show(symbol)}`);
    out[index] = value;
  }
}

function notANumber(place: number | string, value: unknown): ArgumentError {
  return new ArgumentError(`${OWNER}: value of ${show(place)} must be a number, got ${show(value)}`);
}

function isArrayLike(values: unknown): values is ArrayLike<number> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && 'length' in values);
}
