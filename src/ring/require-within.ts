import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';

/** Largest price, quantity or size: the product of two, and the sum of 1e108 such products, is finite. */
export const LARGEST = 1e100;

/** Smallest positive price or size. */
export const SMALLEST = 1e-100;

/** Whether a value is a number from `min` to `max`. */
export function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max;
}

/** Refuses what is no number from `min` to `max`. @throws ArgumentError that names the argument. */
export function requireWithin(owner: string, name: string, value: unknown, min: number, max: number): void {
  if (!isWithin(value, min, max))
    throw new ArgumentError(`${owner}: ${name} must be a number from ${min} to ${max}, got ${show(value)}`);
}
