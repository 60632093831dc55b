/**
 * Checks for what a venue sends, one field at a time and without allocation, since they run for every
 * item. A field of the wrong form throws CorruptDataError, which makes the frame a malformed one.
 */
import { CorruptDataError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { BookLevel } from './event.js';

/** An object from outside: any field may be missing or of any type. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object, or undefined when the value is none (arrays are none). */
export function asFields(value: unknown): Fields | undefined {
  // Every read of a field goes through a check below, so that `unknown` fields are all this promises.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** @throws CorruptDataError when the value is no object. */
export function fields(name: string, value: unknown): Fields {
  return asFields(value) ?? refuse(name, 'an object', value);
}

/** @throws CorruptDataError when the value is no array. */
export function list(name: string, value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(name, 'an array', value);
}

/** @throws CorruptDataError when the value is no text of 1 to 256 characters. */
export function word(name: string, value: unknown): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 256) return value;
  return refuse(name, 'a text of 1 to 256 characters', value);
}

/**
 * A finite number, from a number or from decimal text.
 * @throws CorruptDataError for anything else, empty text included.
 */
export function number(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && value !== '') {
    const parsed = Number(value);
    if (Number.isFinite(parsed)) return parsed;
  }
  return refuse(name, 'a finite number', value);
}

/** A number as {@link number}, or undefined for a field that is absent or empty. */
export function optionalNumber(name: string, value: unknown): number | undefined {
  return value === undefined || value === null || value === '' ? undefined : number(name, value);
}

/**
 * A whole number within the range where doubles are exact: sequence numbers must not be rounded.
 * @throws CorruptDataError for anything else.
 */
export function sequenceNumber(name: string, value: unknown): number {
  const parsed = number(name, value);
  return Number.isSafeInteger(parsed) ? parsed : refuse(name, 'a whole number below 2^53', value);
}

/**
 * One level of a book, with both texts kept.
 * @throws CorruptDataError when the price is no number, or the size is none or negative.
 */
export function level(price: unknown, size: unknown): BookLevel {
  const quantity = number('size', size);
  if (quantity < 0) return refuse('size', 'a number from 0 up', size);
  return { price: number('price', price), size: quantity, priceText: String(price), sizeText: String(size) };
}

/** Levels sent as `[price, size, …]` pairs. */
export function levels(name: string, value: unknown): BookLevel[] {
  return list(name, value).map((pair) => {
    const [price, size] = list(name, pair);
    return level(price, size);
  });
}

/** @throws CorruptDataError that names the field, what was expected and what came. */
export function refuse(name: string, expected: string, value: unknown): never {
  throw new CorruptDataError(`${name} must be ${expected}, got ${show(value)}`);
}
