/**
 * An object with a method of this name supplies its own cache key.
 *
 * Rings do, from a process-local id and a version, so that a window of 200 bars is a key in O(1).
 * Such a key is valid in this process only.
 */
export const cacheKey: unique symbol = Symbol.for('tickwise.cacheKey');

/** An object that knows its own cache key. */
export interface CacheKeyed {
  /** Returns a value that is equal exactly while the object's content is unchanged. */
  [cacheKey](): string | number;
}

/**
 * Part of every key text that means something in this process only, so that one look at a key tells whether it may
 * leave. A noncharacter of Unicode: no text of a program's own has it.
 */
export const LOCAL_MARK = '\uFFFF';
