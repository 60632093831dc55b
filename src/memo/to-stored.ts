import type { EntryWindows } from './entry.js';
import type { StoredResult } from './second-level.js';
import type { StorageTerms } from './storage-rules.js';

/** A result as the second level takes it. `loadTime` in microseconds, `storedAt` in milliseconds of the market clock. */
export function toStored(
  { staleWhileRevalidate, staleIfError }: EntryWindows,
  value: unknown,
  { ttl, tags }: StorageTerms,
  loadTime: number,
  storedAt: number,
): StoredResult {
  const freshUntil = storedAt + ttl;
  return {
    value,
    tags,
    storedAt,
    loadTime: loadTime / 1_000,
    freshUntil,
    staleUntil: freshUntil + staleWhileRevalidate,
    fallbackUntil: freshUntil + staleIfError,
  };
}
