import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';

/** Longest key taken, in UTF-16 units. */
const LONGEST_KEY = 65_536;

/** Longest time kept, in milliseconds: 142 000 years. Longer ones are this long; sums with it stay exact. */
const LONGEST_TTL = 2 ** 52;

/**
 * Checks a key.
 *
 * @throws ArgumentError when it is not a string, is too long, or holds half a surrogate pair: as UTF-8, all of those
 * become the same character, so that two keys would share a value.
 */
export function checkKey(owner: string, key: unknown): void {
  if (typeof key === 'string' && key.length <= LONGEST_KEY && !/\p{Surrogate}/u.test(key)) return;
  throw new ArgumentError(
    `${owner}: key must be a text of at most ${LONGEST_KEY} characters without half surrogate pairs, got ${show(key)}`,
  );
}

/**
 * Checks a value's bytes.
 *
 * @throws ArgumentError when they are no bytes or more than `maxBytes`.
 */
export function checkBytes(owner: string, bytes: unknown, maxBytes: number): void {
  if (!(bytes instanceof Uint8Array))
    throw new ArgumentError(`${owner}: bytes must be a Uint8Array, got ${show(bytes)}`);
  if (bytes.byteLength > maxBytes) {
    throw new ArgumentError(`${owner}: a value must have at most ${maxBytes} bytes, got ${bytes.byteLength}`);
  }
}

/**
 * The whole milliseconds, from 1 to 2^52 or Infinity, that a value is kept for: fractions are rounded up.
 *
 * @throws ArgumentError when `ttl` is not a number above 0.
 */
export function wholeTtl(owner: string, ttl: unknown): number {
  if (typeof ttl !== 'number' || !(ttl > 0)) {
    throw new ArgumentError(`${owner}: ttl must be a number of milliseconds above 0, or Infinity, got ${show(ttl)}`);
  }
  return ttl === Infinity ? Infinity : Math.min(Math.ceil(ttl), LONGEST_TTL);
}

/**
 * The whole milliseconds of a lease.
 *
 * @throws ArgumentError when `ttl` is not a finite number above 0, or the token no text.
 */
export function checkLease(owner: string, token: unknown, ttl: unknown): number {
  checkToken(owner, token);
  const whole = wholeTtl(owner, ttl);
  if (whole === Infinity) throw new ArgumentError(`${owner}: the ttl of a lease must be finite, got Infinity`);
  return whole;
}

/** @throws ArgumentError when a lease's token is not a text of 1 to 1 024 characters. */
export function checkToken(owner: string, token: unknown): void {
  if (typeof token === 'string' && token.length > 0 && token.length <= 1_024 && !/\p{Surrogate}/u.test(token)) return;
  throw new ArgumentError(`${owner}: token must be a text of 1 to 1024 characters, got ${show(token)}`);
}
