import type { Equality } from './options.js';

/** Whether a value counts as the one before. */
export function isSame(before: unknown, after: unknown, equals: Equality<never> | undefined): boolean {
  // Hot path. Pairs that differ are found without a call of Object.is.
  if (equals !== undefined) return equals(before as never, after as never);
  return before === after ? after !== 0 || Object.is(before, after) : Number.isNaN(after) && Number.isNaN(before);
}
