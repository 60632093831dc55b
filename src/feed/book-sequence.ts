/**
 * How the changes of a book follow one another, per family of venues. Ids are whole numbers, and
 * `last` is the last id that went into the book.
 *
 * - `ranges` (Binance spot): a delta covers U..u. After a snapshot S, deltas with u <= S are old and the
 *   first used one has U <= S + 1 <= u; later ones have U <= last + 1.
 * - `chained` (Binance futures): a delta names the last id of the one before (pu). After a snapshot S,
 *   deltas with u < S are old and the first used one has pu <= S <= u. The venue writes U <= S instead
 *   of pu <= S: ids between pu and U belong to other books, so a snapshot taken there joins as well.
 *   Later ones have pu equal to last.
 * - `increment` (Bybit V5): u is the one before + 1. u = 1 is a restart of the venue's service and holds
 *   the whole book; a snapshot replaces the book at any time, also one with the same u.
 * - `linked` (Deribit): a delta names the last id of the one before, and the snapshot comes first in the stream.
 * - `none` (Bybit 2021, Kraken v1, Coinbase): deltas carry no ids; their order is the connection's.
 */
import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { BookChange } from './event.js';

/** Which ids the changes of a book carry; see the OrderBook option `sequence`. */
export type BookSequence = 'none' | 'ranges' | 'chained' | 'linked' | 'increment';

/** What to do with a delta. */
type Verdict = 'apply' | 'stale' | 'gap' | 'replace';

/** How one family of venues numbers its deltas; its judgements throw ArgumentError when an id is missing. */
export interface SequenceRule {
  /** The snapshot comes from outside the stream: deltas are kept until one of them joins it. */
  readonly isJoined: boolean;
  /** Judges the first delta after a snapshot. */
  join(snapshot: number, delta: BookChange): Verdict;
  /** Judges a delta after another. */
  follow(last: number, delta: BookChange): Verdict;
}

const ranges: SequenceRule = {
  isJoined: true,
  join: (snapshot, delta) => followRange(snapshot, delta),
  follow: (last, delta) => followRange(last, delta),
};

const chained: SequenceRule = {
  isJoined: true,
  join(snapshot, delta) {
    if (id('lastId', delta.lastId) < snapshot) return 'stale';
    return id('previousId', delta.previousId) <= snapshot ? 'apply' : 'gap';
  },
  follow: (last, delta) => followLink(last, delta),
};

const linked: SequenceRule = {
  isJoined: false,
  join: (snapshot, delta) => followLink(snapshot, delta),
  follow: (last, delta) => followLink(last, delta),
};

const increment: SequenceRule = {
  isJoined: false,
  join: (snapshot, delta) => followIncrement(snapshot, delta),
  follow: (last, delta) => followIncrement(last, delta),
};

const none: SequenceRule = {
  isJoined: false,
  join: () => 'apply',
  follow: () => 'apply',
};

/** The rule of each value of the OrderBook option `sequence`. */
export const SEQUENCE_RULES: Readonly<Record<BookSequence, SequenceRule>> = {
  none,
  ranges,
  chained,
  linked,
  increment,
};

/**
 * An id that must be there.
 * @throws ArgumentError when it is no whole number.
 */
export function id(name: string, value: number | undefined): number {
  if (value !== undefined && Number.isSafeInteger(value)) return value;
  throw new ArgumentError(`${name} of a book change must be a whole number for this sequence, got ${show(value)}`);
}

function followRange(last: number, delta: BookChange): Verdict {
  if (id('lastId', delta.lastId) <= last) return 'stale';
  return id('firstId', delta.firstId) <= last + 1 ? 'apply' : 'gap';
}

function followLink(last: number, delta: BookChange): Verdict {
  if (id('lastId', delta.lastId) <= last) return 'stale';
  return id('previousId', delta.previousId) === last ? 'apply' : 'gap';
}

function followIncrement(last: number, delta: BookChange): Verdict {
  const current = id('lastId', delta.lastId);
  if (current === 1) return 'replace';
  if (current <= last) return 'stale';
  return current === last + 1 ? 'apply' : 'gap';
}
