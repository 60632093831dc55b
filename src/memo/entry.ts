/** How an entry came to be: by a call, a refresh, `warm`, `set`, or from the second level. */
export type EntrySource = 'load' | 'refresh' | 'warm' | 'set' | 'store';

/**
 * One stored result, or one stored error. All entries have one shape, and a small one: with 100 000 entries
 * each field is 800 kB. What few entries need is in `extra`.
 */
export interface Entry {
  /** What a call returns: the value, or the promise of it; or the error. */
  readonly answer: unknown;
  /** When it was stored, in milliseconds of the market clock. */
  readonly storedAt: number;
  /** How long a value is fresh, in milliseconds; negative for errors, so that the hot path passes them by. */
  readonly ttl: number;
  /** How long the load took, in whole microseconds: a small integer needs no memory of its own. */
  readonly loadTime: number;
  /** Bits of {@link EntryFlag} and the source. */
  flags: number;
  /** When it was used last, as the store counts; 0 when the store has no number for it. */
  use: number;
  /** What only some entries have. */
  readonly extra: EntryExtra | undefined;
}

/** The rarer part of an entry. */
export interface EntryExtra {
  /** The value behind the promise of an asynchronous function. */
  readonly value: unknown;
  /** What it can be invalidated by. */
  readonly tags: readonly string[];
}

/** What an entry is. */
export const EntryFlag = { async: 1, error: 2, expired: 4 } as const;

/** The `ttl` of an error. */
export const ERROR_TTL = -1;

const SOURCES: readonly EntrySource[] = ['load', 'refresh', 'warm', 'set', 'store'];
const SOURCE_SHIFT = 3;
const NO_TAGS: readonly string[] = [];

/** How long entries are of use after their ttl, in milliseconds; one for all entries of a cache. */
export interface EntryWindows {
  /** Time a value is served while it is refreshed. */
  readonly staleWhileRevalidate: number;
  /** Time a value may stand in for a load's error. */
  readonly staleIfError: number;
  /** Time an error is served, from when it was stored. */
  readonly errorTtl: number;
}

/** The flags of a new entry. */
export function flagsOf(source: EntrySource, isPromise: boolean, isFailure: boolean): number {
  return (
    (isPromise ? EntryFlag.async : 0) | (isFailure ? EntryFlag.error : 0) | (SOURCES.indexOf(source) << SOURCE_SHIFT)
  );
}

/** How an entry came to be. */
export function sourceOf(entry: Entry): EntrySource {
  return SOURCES[entry.flags >> SOURCE_SHIFT] ?? 'load';
}

/** Whether the entry is a stored error. */
export function isError(entry: Entry): boolean {
  return (entry.flags & EntryFlag.error) !== 0;
}

/** Whether calls get a promise. */
export function isAsync(entry: Entry): boolean {
  return (entry.flags & EntryFlag.async) !== 0;
}

/** The value, or the error. */
export function valueOf(entry: Entry): unknown {
  return isAsync(entry) && !isError(entry) ? entry.extra?.value : entry.answer;
}

/** What the entry can be invalidated by. */
export function tagsOf(entry: Entry): readonly string[] {
  return entry.extra?.tags ?? NO_TAGS;
}

/** Until when a value is fresh; -Infinity for errors. */
export function freshUntil(entry: Entry): number {
  return isError(entry) ? -Infinity : entry.storedAt + entry.ttl;
}

/** Until when the entry answers calls: a value while it is refreshed, or an error. */
export function servedUntil(entry: Entry, windows: EntryWindows): number {
  return isError(entry) ? entry.storedAt + windows.errorTtl : entry.storedAt + entry.ttl + windows.staleWhileRevalidate;
}

/** Until when a value may stand in for a load's error; -Infinity for errors. */
export function fallbackUntil(entry: Entry, windows: EntryWindows): number {
  return freshUntil(entry) + windows.staleIfError;
}

/** Whether the entry is of any use still. */
export function isUseful(entry: Entry, now: number, windows: EntryWindows): boolean {
  return now < servedUntil(entry, windows) || now < fallbackUntil(entry, windows);
}
