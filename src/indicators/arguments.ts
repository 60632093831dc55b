import * as z from 'zod/mini';
import { ArgumentError, ConfigError } from '../core/errors.js';
import { claim, MAX_CAPACITY, readOptions } from '../core/options.js';
import { show } from '../core/show.js';

/** Where a batch function writes its result. */
export interface OutOption {
  /**
   * Receives the result in place of a new array: as long as the input, and not sharing memory with it.
   * @default a new array
   */
  readonly out?: Float64Array;
}

/** Most values of an input that is no array: 2 GiB as floats. */
const MOST_VALUES = 2 ** 28;

/** What the options of a batch call may hold: by name, whether a value is right. */
export type CallClaims = Readonly<Record<string, (value: unknown) => boolean>>;

/** Schema of {@link OutOption}. Its length is checked against the input. */
export const OUT = z.optional(claim<Float64Array>('a Float64Array', (value) => value instanceof Float64Array));
/** Schema of a batch function that has no option but {@link OutOption}. */
export const OUT_SCHEMA = z.strictObject({ out: OUT });
/** The same for {@link readCallOptions}. */
export const OUT_CLAIMS: CallClaims = { out: isOut };

/**
 * Checks the options of one batch call. Right ones, which is all but a mistake, are returned as they are, without the
 * cost of a schema; the schema says what is wrong with others.
 * @throws ConfigError that names the option, what was expected and what came.
 */
export function readCallOptions<Options extends object>(
  owner: string,
  claims: CallClaims,
  schema: z.ZodMiniType,
  options: Options,
): Options {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) readOptions(owner, schema, options);
  for (const name in options) {
    const isRight = Object.hasOwn(claims, name) && claims[name]?.(options[name]) === true;
    if (!isRight) readOptions(owner, schema, options);
  }
  return options;
}

/** Whether a value may stand where an output is optional. */
export function isOut(value: unknown): boolean {
  return value === undefined || value instanceof Float64Array;
}

/** Whether a value may stand where a whole number from 0 up is optional. */
export function isCount(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0);
}

/** Whether a line of NaN is all there is: the input is shorter than the period. Then it is written. */
export function isTooShort(input: Float64Array, period: number, ...lines: readonly Float64Array[]): boolean {
  if (input.length >= period) return false;
  for (const line of lines) line.fill(NaN);
  return true;
}

/**
 * Checks a period.
 * @throws ConfigError when it is not a whole number from 1 to 16777216.
 */
export function requirePeriod(owner: string, period: unknown, name = 'period'): number {
  if (typeof period !== 'number' || !Number.isInteger(period) || period < 1 || period > MAX_CAPACITY) {
    throw new ConfigError(`${owner}: ${name} must be a whole number from 1 to ${MAX_CAPACITY}, got ${show(period)}`);
  }
  return period;
}

/**
 * Gives the input as a Float64Array: itself without a copy if it is one, else a checked copy.
 * @throws ArgumentError when it is not array-like or an item is not a number.
 */
export function readValues(owner: string, name: string, values: ArrayLike<number>): Float64Array {
  if (values instanceof Float64Array) return values;
  if (ArrayBuffer.isView(values) && 'length' in values) return Float64Array.from(values, Number);
  if (!Array.isArray(values) && !hasLength(values)) {
    throw new ArgumentError(`${owner}: ${name} must be an array of numbers, got ${show(values)}`);
  }
  const copy = new Float64Array(values.length);
  for (let index = 0; index < copy.length; index++) {
    const value: unknown = values[index];
    if (typeof value !== 'number') {
      throw new ArgumentError(`${owner}: ${name}[${index}] must be a number, got ${show(value)}`);
    }
    copy[index] = value;
  }
  return copy;
}

/**
 * Refuses columns of different lengths.
 * @throws ArgumentError
 */
export function requireEqualLengths(owner: string, columns: Readonly<Record<string, Float64Array>>): void {
  const lengths = Object.values(columns).map((column) => column.length);
  if (new Set(lengths).size > 1) {
    throw new ArgumentError(`${owner}: ${Object.keys(columns).join(', ')} must be equally long, got ${show(lengths)}`);
  }
}

/**
 * Gives the array to write to, as long as the inputs.
 * @throws ArgumentError when `out` has another length than the input or shares memory with it.
 */
export function readOut(
  owner: string,
  out: Float64Array | undefined,
  ...inputs: readonly Float64Array[]
): Float64Array {
  const length = inputs[0]?.length ?? 0;
  if (out === undefined) return new Float64Array(length);
  if (out.length !== length) {
    throw new ArgumentError(`${owner}: out must have the length of the input (${length}), got ${out.length}`);
  }
  if (inputs.some((input) => overlap(input, out))) {
    throw new ArgumentError(`${owner}: out must not share memory with the input or another output`);
  }
  return out;
}

function overlap(one: Float64Array, other: Float64Array): boolean {
  const isApart =
    one.byteOffset + one.byteLength <= other.byteOffset || other.byteOffset + other.byteLength <= one.byteOffset;
  return one.buffer === other.buffer && !isApart;
}

function hasLength(values: unknown): boolean {
  if (typeof values !== 'object' || values === null) return false;
  const length: unknown = Reflect.get(values, 'length');
  return Number.isSafeInteger(length) && Number(length) >= 0 && Number(length) <= MOST_VALUES;
}
