/**
 * Anything whose counters can be read: every primitive of this package, `{ stats: cacheStats }`, or an object
 * of your own.
 */
export interface Measured {
  /** A snapshot of counters: plain data that JSON can hold. */
  stats(): unknown;
}

/** Whether a value has a `stats` method. Memoized functions have one too. */
export function isMeasured(value: unknown): value is Measured {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof Reflect.get(value, 'stats') === 'function';
}
