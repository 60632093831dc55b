/**
 * The key of a call. A single string or number is its own key, without any text being made. Everything
 * else is text that starts with NUL, and a string that starts with NUL is written as such a text too, so that
 * the two kinds never meet.
 */
import { LOCAL_MARK } from '../core/cache-key.js';
import { identityOf } from './identity.js';
import { checkKeyLength, MAX_KEY_LENGTH } from './key-limits.js';
import { encode } from './structural-key.js';

/** What a cache finds its entries by. */
export type CallKey = string | number;

/** First character of every key that is a text made by `encode`. */
export const ENCODED = '\0';

/** Whether a value is the whole key of a call with it alone. Hot path. */
export function isOwnKey(value: unknown): value is CallKey {
  if (typeof value === 'string') return value.charCodeAt(0) !== 0 && value.length <= MAX_KEY_LENGTH;
  // A Map takes -0 for 0.
  return typeof value === 'number' && (value !== 0 || 1 / value > 0);
}

/** The exact key of a call with any number of arguments; what all faster ways must agree with. */
export function keyOfList(args: readonly unknown[]): CallKey {
  const [first] = args;
  if (args.length === 1 && isOwnKey(first)) return first;
  return checkKeyLength(ENCODED + args.map((value) => encode(value, 0)).join(''), args);
}

/**
 * Adds what the call was made on to its key: an object or class by identity, which is a local key, anything else by
 * value.
 */
export function keyWithThis(self: unknown, key: CallKey): CallKey {
  if (self === undefined) return key;
  const isObject = (typeof self === 'object' && self !== null) || typeof self === 'function';
  const owner = isObject ? `@${LOCAL_MARK}${identityOf(self)};` : `p${encode(self, 0)}`;
  return `${ENCODED}${owner}${typeof key === 'string' && key.startsWith(ENCODED) ? key.slice(1) : encode(key, 0)}`;
}

/**
 * Whether any part of a key, however deep, means something in this process only: a [cacheKey], a class or what the
 * call was made on by identity. Such a key must never reach another process, where it may mean something else.
 *
 * Cost: one search through the text.
 */
export function isLocalKey(key: CallKey): boolean {
  return typeof key === 'string' && key.includes(LOCAL_MARK);
}
