import { isDeepStrictEqual } from 'node:util';
import type { Measured } from '../../runner/claim.js';

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** A number as people read it: 12,345 or 0.0123. */
export function shown(value: number): string {
  return (Math.abs(value) >= 100 ? WHOLE : SHORT).format(value);
}

/** How much less the second is than the first, as a share: 0.8 for 80 % less. */
export function saving(what: string, before: number, after: number): Measured {
  const value = 1 - after / before;
  const percent = `${Math.abs(value * 100).toFixed(1)} % ${value < 0 ? 'more' : 'less'}`;
  return { value, text: `${percent}: ${shown(before)} → ${shown(after)} ${what}` };
}

/** How many times the first is the second. */
export function ratio(what: string, before: number, after: number): Measured {
  const value = before / after;
  return { value, text: `${shown(value)} times: ${shown(before)} → ${shown(after)} ${what}` };
}

/**
 * Refuses a saving that changes results.
 * @throws Error when the two are not deeply and strictly equal.
 */
export function mustEqual(usual: unknown, ours: unknown): void {
  if (!isDeepStrictEqual(usual, ours)) throw new Error('the two ways gave different results');
}
