import { serialize } from 'node:v8';
import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { writeFlatRow } from './flat-row.js';
import type { JournalSettings } from './journal-options.js';
import type { RowWriter } from './row-queue.js';

/** Writes rows by `encode`, or in the form of `v8.serialize`. */
export function rowWriter<T>({ encode, maxBytes }: JournalSettings<T>): RowWriter<T> {
  // Two such rows have to find place, else one that is stuck would block all others.
  const limit = maxBytes / 2;
  if (encode !== undefined) return (item, bytes, at) => copy(checked(encode(item)), bytes, at, limit);
  return (item, bytes, at) => {
    const end = writeFlatRow(item, bytes, at);
    return end === -1 ? copy(serialize(item), bytes, at, limit) : end;
  };
}

function checked(encoded: unknown): Uint8Array {
  if (encoded instanceof Uint8Array) return encoded;
  throw new ArgumentError(`journal.encode must return a Uint8Array, got ${show(encoded)}`);
}

function copy(encoded: Uint8Array, bytes: Buffer, at: number, limit: number): number {
  const { length } = encoded;
  if (length > limit) {
    throw new ArgumentError(`a row must take at most half of journal.maxBytes (${limit} bytes), got ${length} bytes`);
  }
  if (at + length > bytes.length) return -2;
  bytes.set(encoded, at);
  return at + length;
}
