/** Checks for what a venue sends. A frame that fails one is counted and reported by the pool as malformed. */
import { CorruptDataError } from 'tickwise/core';
import type { BookLevel } from 'tickwise/feed';

/** An object from outside: any field may be missing or of any type. */
export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new CorruptDataError('expected an object');
  return value as Fields; // Its fields are unknown; each is checked where it is read.
}

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new CorruptDataError('expected an array');
  return value;
}

export function word(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new CorruptDataError('expected a text');
  return value;
}

/** A number from decimal text or a number. */
export function decimal(value: unknown): number {
  const parsed = typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : NaN;
  if (!Number.isFinite(parsed)) throw new CorruptDataError('expected a decimal number');
  return parsed;
}

/** A level of a book with both texts kept, from its price and size. */
export function level(price: unknown, size: unknown): BookLevel {
  return { price: decimal(price), size: decimal(size), priceText: word(price), sizeText: word(size) };
}
