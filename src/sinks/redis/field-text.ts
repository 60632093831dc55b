import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { isWellFormed } from '../row/well-formed.js';

/** Writes one value of a field. @throws ArgumentError for one that would not read back as it was. */
export function fieldText(name: string, value: unknown): string | Uint8Array {
  // `String` writes the shortest text that reads back as the same double, but for minus zero.
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' && isWellFormed(value)) return value;
  if (value instanceof Uint8Array) return value;
  throw new ArgumentError(
    `field ${show(name)} takes a number, bigint, boolean, well-formed string or Uint8Array, got ${show(value)}`,
  );
}
