import { UnsupportedKeyError } from '../core/errors.js';
import { show } from '../core/show.js';

/** Deepest nesting of a value that is part of a key. A cycle ends here too. */
export const MAX_KEY_DEPTH = 64;

/** Longest key, in UTF-16 code units: 4 Mi, some 30 000 bars of six numbers. */
export const MAX_KEY_LENGTH = 2 ** 22;

/** Makes the error for a value whose content a key cannot hold. `reason` completes "because …". */
export function unsupported(value: unknown, reason: string): UnsupportedKeyError {
  return new UnsupportedKeyError(
    `cannot make a cache key from ${show(value)}, because ${reason}; ` +
      `leave it out with the key option, or give the object a [cacheKey] method`,
  );
}

/** Returns `text`. @throws UnsupportedKeyError when it is longer than a key may be. */
export function checkKeyLength(text: string, value: unknown): string {
  if (text.length > MAX_KEY_LENGTH) throw unsupported(value, `its key is longer than ${MAX_KEY_LENGTH} characters`);
  return text;
}
