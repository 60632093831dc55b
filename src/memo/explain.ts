import type { CallKey } from './call-key.js';
import type { Departure } from './departures.js';
import {
  type Entry,
  type EntrySource,
  type EntryWindows,
  freshUntil,
  isError,
  servedUntil,
  sourceOf,
  valueOf,
} from './entry.js';
import type { EntryTable } from './entry-table.js';
import { splitKey } from './split-key.js';

/** Why a call is answered as it is. */
export interface MemoExplanation {
  /** What the next such call gets: a stored value, a stale one, a cached error, or the result of a load. */
  readonly state: 'fresh' | 'stale' | 'error' | 'absent' | 'bypassed';
  /**
   * Why there is no value to serve, when there is none: nobody asked before ('cold'; or long ago), or what became of
   * it. 'failed' means that the last load threw, 'not-stored' that its result was not storable or out of date, 'too-large'
   * that it alone was above `maxBytes`.
   */
  readonly reason?: 'cold' | Departure;
  /** Whether a load of this call is running. */
  readonly isLoading: boolean;
  /** Milliseconds since the entry was stored. */
  readonly age?: number;
  /** Milliseconds until the entry stops being fresh; negative when it has; Infinity when it never does. */
  readonly expiresIn?: number;
  /** How the entry came to be. */
  readonly source?: EntrySource;
  /** The error of the last load, as far as it is remembered. */
  readonly lastError?: unknown;
  /**
   * For an absent call: the positions, from 1, of the arguments in which it differs from the most similar
   * of the 256 entries used last; 0 stands for `this`. Empty when there is none to compare with.
   */
  readonly differs?: readonly number[];
}

/** What the table does not know. */
interface ExplainContext {
  /** The time, in milliseconds of the market clock. */
  readonly now: number;
  /** Whether a load of the key is running. */
  readonly isLoading: boolean;
  /** How long entries are served, and whether the cache is switched off. */
  readonly settings: EntryWindows & { readonly isBypassed: boolean };
}

/** Entries that are compared with an absent call. */
const COMPARED = 256;

/** Explains the entry of a key, or its absence. */
export function explain(table: EntryTable, key: CallKey, context: ExplainContext): MemoExplanation {
  const { isLoading, settings, now } = context;
  if (settings.isBypassed) return { state: 'bypassed', isLoading };
  const entry = table.peek(key);
  const departure = table.departure(key);
  const lastError = entry !== undefined && isError(entry) ? valueOf(entry) : departure?.error;
  const shared = { isLoading, ...(lastError === undefined ? {} : { lastError }) };
  const state = entry === undefined ? 'absent' : stateOf(entry, now, settings);
  const age = entry === undefined ? {} : ageOf(entry, now, settings);
  if (state !== 'absent') return { state, ...shared, ...age };
  const reason = entry === undefined ? (departure?.reason ?? 'cold') : 'expired';
  return { state, reason, ...shared, ...age, differs: differences(table, key) };
}

function stateOf(entry: Entry, now: number, windows: EntryWindows): 'fresh' | 'stale' | 'error' | 'absent' {
  if (now < freshUntil(entry)) return 'fresh';
  if (now >= servedUntil(entry, windows)) return 'absent';
  return isError(entry) ? 'error' : 'stale';
}

function ageOf(
  entry: Entry,
  now: number,
  windows: EntryWindows,
): Pick<MemoExplanation, 'age' | 'expiresIn' | 'source'> {
  const until = isError(entry) ? servedUntil(entry, windows) : freshUntil(entry);
  return { age: now - entry.storedAt, expiresIn: until - now, source: sourceOf(entry) };
}

function differences(table: EntryTable, key: CallKey): readonly number[] {
  const pieces = splitKey(key);
  let fewest: readonly number[] = [];
  for (const other of table.recentKeys(COMPARED)) {
    if (other === key) continue;
    const positions = compare(pieces, splitKey(other));
    if (fewest.length === 0 || positions.length < fewest.length) fewest = positions;
  }
  return fewest;
}

/** Positions at which two calls differ: the arguments from 1, what the call was made on as 0. */
function compare(pieces: readonly string[], others: readonly string[]): readonly number[] {
  const own = withThis(pieces);
  const other = withThis(others);
  const positions = Array.from({ length: Math.max(own.length, other.length) }, (_, index) => index);
  return positions.filter((position) => own[position] !== other[position]);
}

/** Puts the text of `this` at index 0, empty when the call was a plain one. */
function withThis(pieces: readonly string[]): readonly string[] {
  return /^[@p]/.test(pieces[0] ?? '') ? pieces : ['', ...pieces];
}
