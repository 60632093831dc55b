import type { SharedReaderStats, SharedRing, SharedRingHandle } from 'tickwise/ring';
import { ANNOUNCED, ERA, HEAD, RECORDS_PER_ERA, TAIL } from '../../src/ring/shared-memory.js';

/** What a thread at the other end of a ring does. */
export interface ThreadTask {
  readonly handle: SharedRingHandle;
  readonly role: 'write' | 'read';
  /** Records to write. */
  readonly records: number;
  /** How a reader waits for more. */
  readonly waits: 'wait' | 'spin' | 'ready';
  /** A reader stops before its first record, a writer behind its last one, and neither ends nor returns. */
  readonly hangs: boolean;
}

/** What a reader found. */
export interface ThreadReport {
  /** The record that would come next. */
  next: number;
  read: number;
  missed: number;
  /** Records that were not those expected. */
  wrong: number;
  stats?: SharedReaderStats;
}

/** The numbers of a record, all different from those of the records near it. */
export function recordOf(record: number, width: number): number[] {
  return Array.from({ length: width }, (_, field) => record + field / 16);
}

/**
 * Puts a new ring into the state after so many records, all of them read. Before its writer and readers are made.
 */
export function startAt(ring: SharedRing, records: number): void {
  const words = new Int32Array(ring.handle.memory, 0, 128);
  for (const word of [HEAD, TAIL, ANNOUNCED]) words[word] = records | 0;
  words[ERA] = Math.floor(records / RECORDS_PER_ERA);
}

/** Counts near which a 32-bit word changes its sign, starts anew, or enters another era. */
export const TURNING_POINTS = [0, 2 ** 30, 2 ** 31, 3 * 2 ** 30, 2 ** 32, 2 ** 32 + 2 ** 31, 2 ** 45];
