/**
 * The key of a call. A single string or number is its own key, without any text being made. Everything
 * else is text that starts with NUL, and a string that starts with NUL is written as such a text too, so that
 * the two kinds never meet.
 */
import { identityOf } from './identity.js';
import { checkKeyLength, MAX_KEY_LENGTH } from './key-limits.js';
import { encode, structuralKey } from './structural-key.js';

/** What a cache finds its entries by. */
export type CallKey = string | number;

/** First character of every key that is a text made by `encode`. */
export const ENCODED = '\0';

/** The key of a call with one argument. Hot path. */
export function keyOfOne(value: unknown): CallKey {
  if (typeof value === 'string') {
    if (value.charCodeAt(0) !== 0 && value.length <= MAX_KEY_LENGTH) return value;
  } else if (typeof value === 'number') {
    // A Map takes -0 for 0.
    if (value !== 0 || 1 / value > 0) return value;
  }
  return checkKeyLength(ENCODED + encode(value, 0), value);
}

/** The key of a call with 0 to 3 arguments. Hot path. */
export function keyOfFew(count: number, first: unknown, second: unknown, third: unknown): CallKey {
  switch (count) {
    case 0:
      return ENCODED;
    case 1:
      return keyOfOne(first);
    case 2:
      return checkKeyLength(ENCODED + encode(first, 0) + encode(second, 0), first);
    default:
      return checkKeyLength(ENCODED + encode(first, 0) + encode(second, 0) + encode(third, 0), first);
  }
}

/** The key of a call with any number of arguments. */
export function keyOfList(args: readonly unknown[]): CallKey {
  return args.length === 1 ? keyOfOne(args[0]) : ENCODED + structuralKey(...args);
}

/** Adds what the call was made on to its key: an object or class by identity, anything else by value. */
export function keyWithThis(self: unknown, key: CallKey): CallKey {
  if (self === undefined) return key;
  const isObject = (typeof self === 'object' && self !== null) || typeof self === 'function';
  const owner = isObject ? `@${identityOf(self)};` : `p${encode(self, 0)}`;
  return `${ENCODED}${owner}${typeof key === 'string' && key.startsWith(ENCODED) ? key.slice(1) : encode(key, 0)}`;
}
