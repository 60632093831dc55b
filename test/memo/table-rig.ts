import { VirtualClock } from '../../src/core/virtual-clock.js';
import type { CallKey } from '../../src/memo/call-key.js';
import { type Entry, flagsOf } from '../../src/memo/entry.js';
import { EntryTable, type TableSettings } from '../../src/memo/entry-table.js';
import { type MemoCounters, newCounters } from '../../src/memo/memo-stats.js';

/** What decides about an entry in these tests. */
export interface EntryParts {
  readonly tags?: readonly string[];
  readonly ttl?: number;
  readonly storedAt?: number;
  readonly error?: unknown;
}

/** Makes an entry of an answer. */
export function entryOf(answer: unknown, { tags = [], ttl = Infinity, storedAt = 0, error }: EntryParts = {}): Entry {
  const isError = error !== undefined;
  return {
    answer: isError ? error : answer,
    storedAt,
    ttl: isError ? -1 : ttl,
    loadTime: 0,
    flags: flagsOf('load', false, isError),
    use: 0,
    extra: tags.length > 0 ? { value: answer, tags } : undefined,
  };
}

/** A table with what it writes to. */
export interface TableRig {
  readonly table: EntryTable;
  readonly clock: VirtualClock;
  readonly counters: MemoCounters;
}

/** Makes a table without limits, save those given. */
export function newTable(settings: Partial<TableSettings> = {}): TableRig {
  const clock = new VirtualClock();
  const counters = newCounters();
  const table = new EntryTable(
    {
      maxEntries: 10_000,
      maxBytes: Infinity,
      policy: 'lru',
      staleWhileRevalidate: 0,
      staleIfError: 0,
      errorTtl: 0,
      ...settings,
    },
    clock,
    counters,
  );
  return { table, clock, counters };
}

/** Stores keys as their own answers, in order. */
export function fillTable(table: EntryTable, keys: readonly CallKey[], parts: EntryParts = {}): void {
  for (const key of keys) table.set(key, entryOf(key, parts));
}

/** The keys of a range of numbers. */
export function keysTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `k${index}`);
}
