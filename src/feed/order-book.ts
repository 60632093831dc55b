/**
 * An order book from a snapshot and deltas that is either right or says that it is not.
 *
 * States: `empty` (nothing came) → `waiting` (deltas came, or a snapshot, but they do not join yet) →
 * `ready` → `gap` (a change is missing, or a checksum disagrees). Only a ready book holds levels: a
 * book with a hole reads as empty, never as a stale market. Deltas of a joined sequence are kept while
 * the book is not ready, so that a snapshot fetched meanwhile can be caught up with.
 */
import * as z from 'zod/mini';
import { ArgumentError } from '../core/errors.js';
import { callback, oneOf, readOptions, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';
import { id, SEQUENCE_RULES, type SequenceRule } from './book-sequence.js';
import { BookSide } from './book-side.js';
import type { BookChange, BookLevel } from './event.js';
import type { BookExplanation, BookStatus, BookView, OrderBookOptions, OrderBookStats } from './order-book-options.js';

const schema = z.strictObject({
  sequence: z.optional(oneOf('none', 'ranges', 'chained', 'linked', 'increment')),
  depth: z.optional(wholeNumber(1, 2 ** 20)),
  maxBuffered: z.optional(wholeNumber(1, 2 ** 20)),
  checksum: z.optional(callback<(book: BookView) => number>()),
});

/**
 * Keeps the levels of one instrument, sorted, from snapshots and deltas.
 *
 * Cost: a change is a binary search per level plus a few moves; a read by position is O(1) and
 * makes nothing but the number it returns. Memory: one entry per level, the level objects are those of the event.
 *
 * @example
 * const book = new OrderBook(protocol.book('btcusdt@depth@100ms'));
 * if (book.apply(change) !== 'ready' && book.needsSnapshot) book.applySnapshot(await fetchSnapshot());
 */
export class OrderBook {
  readonly #rule: SequenceRule;
  readonly #depth: number;
  readonly #maxBuffered: number;
  readonly #checksum: ((book: BookView) => number) | undefined;
  readonly #bids = new BookSide('bid');
  readonly #asks = new BookSide('ask');
  readonly #counts = { snapshots: 0, applied: 0, stale: 0, ignored: 0, dropped: 0, gaps: 0, truncated: 0 };
  #checksums = { checksumFailures: 0, checksumsVerified: 0 };
  #status: BookStatus = 'empty';
  #reason = 'nothing has come yet';
  #lastId: number | undefined;
  #buffer: BookChange[] = [];
  /** A snapshot that no delta has joined yet. */
  #pending: BookChange | undefined;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: OrderBookOptions = {}) {
    const { sequence, depth, maxBuffered, checksum } = readOptions('OrderBook', schema, options);
    this.#rule = SEQUENCE_RULES[sequence ?? 'none'];
    this.#depth = depth ?? 65_536;
    this.#maxBuffered = maxBuffered ?? 10_000;
    this.#checksum = checksum;
  }

  /** Where the book stands. Only a `ready` book holds levels. */
  get status(): BookStatus {
    return this.#status;
  }

  /** Whether only a new snapshot can make the book ready: fetch one, or subscribe again. */
  get needsSnapshot(): boolean {
    return this.#status !== 'ready' && this.#status !== 'empty' && this.#pending === undefined;
  }

  /** Last id in the book, undefined without one. */
  get lastId(): number | undefined {
    return this.#lastId;
  }

  /** Best bid price; NaN without one. */
  get bestBid(): number {
    return this.bidPrice(0);
  }

  /** Best ask price; NaN without one. */
  get bestAsk(): number {
    return this.askPrice(0);
  }

  /** Levels of the bid side. */
  get bidCount(): number {
    return this.#bids.length;
  }

  /** Levels of the ask side. */
  get askCount(): number {
    return this.#asks.length;
  }

  /** Price of a bid level, 0 the best; NaN outside. */
  bidPrice(position: number): number {
    return this.#bids.at(position)?.price ?? NaN;
  }

  /** Quantity of a bid level, 0 the best; NaN outside. */
  bidSize(position: number): number {
    return this.#bids.at(position)?.size ?? NaN;
  }

  /** Price of an ask level, 0 the best; NaN outside. */
  askPrice(position: number): number {
    return this.#asks.at(position)?.price ?? NaN;
  }

  /** Quantity of an ask level, 0 the best; NaN outside. */
  askSize(position: number): number {
    return this.#asks.at(position)?.size ?? NaN;
  }

  /**
   * How much more is bid than asked over the best `depth` levels a side: (bids - asks) / (bids + asks) of their
   * quantities, from -1 to 1. NaN without levels. Allocates nothing.
   * @throws ArgumentError when `depth` is no number from 1 up.
   */
  imbalance(depth = Infinity): number {
    if (typeof depth !== 'number' || !(depth >= 1)) {
      throw new ArgumentError(`depth must be a number from 1 up, got ${show(depth)}`);
    }
    const bids = this.#bids.sizeOf(depth);
    const asks = this.#asks.sizeOf(depth);
    return (bids - asks) / (bids + asks);
  }

  /**
   * The best `count` bid levels, best first; fewer when there are fewer.
   * @throws ArgumentError when `count` is negative or NaN.
   */
  bids(count = Infinity): BookLevel[] {
    return take(this.#bids, count);
  }

  /**
   * The best `count` ask levels, best first; fewer when there are fewer.
   * @throws ArgumentError when `count` is negative or NaN.
   */
  asks(count = Infinity): BookLevel[] {
    return take(this.#asks, count);
  }

  /**
   * Takes the next change of the stream, in the order received, and returns the status after it.
   *
   * All levels of a change are applied, or none.
   * @throws ArgumentError when a level is no finite price with a size from 0 up, or an id that the
   * sequence needs is missing. The book is then as before.
   */
  apply(change: BookChange): BookStatus {
    check(change);
    if (change.type === 'snapshot') return this.#takeSnapshot(change);
    if (this.#status === 'ready') this.#follow(change);
    else if (this.#rule.isJoined) this.#join(change);
    else this.#awaitSnapshot(change);
    return this.#status;
  }

  /**
   * Takes a snapshot that was fetched beside the stream and returns the status after it.
   *
   * In a joined sequence (`ranges`, `chained`) the book is ready only once a delta that reaches over the
   * snapshot is applied: a kept one at once, else the next. A snapshot older than the kept deltas is
   * refused: the book goes on waiting, `needsSnapshot` stays true. Call it at any time to start again.
   * @throws ArgumentError as `apply`, and for a change of type `delta`.
   */
  applySnapshot(snapshot: BookChange): BookStatus {
    if (snapshot.type !== 'snapshot') throw new ArgumentError(`snapshot must have the type 'snapshot', got 'delta'`);
    check(snapshot);
    return this.#takeSnapshot(snapshot);
  }

  /** Forgets everything but the counters, as after a reconnect of a venue that sends no ids. */
  reset(): void {
    this.#drop();
    this.#counts.dropped += this.#buffer.length;
    this.#buffer = [];
    this.#become('empty', 'the book was reset');
  }

  /** Counters and sizes, as plain data. */
  stats(): OrderBookStats {
    return {
      status: this.#status,
      lastId: this.#lastId ?? null,
      bids: this.#bids.length,
      asks: this.#asks.length,
      buffered: this.#buffer.length,
      ...this.#counts,
      ...this.#checksums,
    };
  }

  /** Says why the book stands where it does. */
  explain(): BookExplanation {
    return { status: this.#status, reason: this.#reason, needsSnapshot: this.needsSnapshot };
  }

  #takeSnapshot(snapshot: BookChange): BookStatus {
    if (!this.#rule.isJoined) {
      this.#load(snapshot);
      this.#verify(snapshot);
      return this.#status;
    }
    id('lastId', snapshot.lastId);
    const buffered = this.#buffer;
    this.#drop();
    this.#buffer = [];
    this.#pending = snapshot;
    this.#become('waiting', `snapshot ${snapshot.lastId} waits for a change that reaches over it`);
    for (const delta of buffered) {
      if (this.#status === 'ready') this.#follow(delta);
      else this.#join(delta);
    }
    return this.#status;
  }

  /** Judges a delta of a joined sequence while the book is not ready. */
  #join(delta: BookChange): void {
    if (this.#pending === undefined) {
      this.#keep(delta);
      return;
    }
    const snapshot = id('lastId', this.#pending.lastId);
    const verdict = this.#rule.join(snapshot, delta);
    if (verdict === 'stale') this.#counts.stale++;
    else if (verdict === 'apply') {
      this.#load(this.#pending);
      this.#write(delta);
    } else {
      this.#pending = undefined;
      this.#become('waiting', `snapshot ${snapshot} is older than the changes kept; a newer one is needed`);
      this.#keep(delta);
    }
  }

  /** Judges a delta while the book is ready. */
  #follow(delta: BookChange): void {
    const last = this.#lastId ?? 0;
    const verdict = this.#rule.follow(last, delta);
    if (verdict === 'apply') this.#write(delta);
    else if (verdict === 'stale') this.#counts.stale++;
    else if (verdict === 'replace') this.#load(delta);
    else {
      this.#counts.gaps++;
      this.#break(`changes are missing between ${last} and ${delta.firstId ?? delta.lastId}`);
      if (this.#rule.isJoined) this.#keep(delta);
      else this.#counts.ignored++;
    }
  }

  #awaitSnapshot(delta: BookChange): void {
    // Whatever the last id was, a delta may be a whole book.
    if (this.#rule.follow(0, delta) === 'replace') this.#load(delta);
    else {
      this.#counts.ignored++;
      if (this.#status === 'empty') this.#become('waiting', 'changes came before the first snapshot');
    }
  }

  #keep(delta: BookChange): void {
    // Judged now, so that a delta without its ids is refused when it comes and not when the snapshot does.
    this.#rule.join(0, delta);
    if (this.#status === 'empty') this.#become('waiting', 'changes are kept until a snapshot is applied');
    this.#buffer.push(delta);
    if (this.#buffer.length <= this.#maxBuffered) return;
    this.#buffer.shift();
    this.#counts.dropped++;
  }

  #load(snapshot: BookChange): void {
    this.#drop();
    this.#counts.snapshots++;
    this.#set(snapshot);
    this.#become('ready', 'every change since the snapshot was applied');
  }

  #write(delta: BookChange): void {
    this.#counts.applied++;
    this.#set(delta);
    this.#verify(delta);
  }

  /** Hot path. */
  #set(change: BookChange): void {
    for (const level of change.bids) this.#bids.set(level);
    for (const level of change.asks) this.#asks.set(level);
    this.#counts.truncated += this.#bids.truncate(this.#depth) + this.#asks.truncate(this.#depth);
    if (change.lastId !== undefined) this.#lastId = change.lastId;
  }

  #verify(change: BookChange): void {
    if (this.#checksum === undefined || change.checksum === undefined) return;
    const computed = this.#checksum(this);
    if (computed === change.checksum) this.#checksums.checksumsVerified++;
    else {
      this.#checksums.checksumFailures++;
      this.#break(`the venue's checksum is ${change.checksum}, that of the book ${computed}`);
    }
  }

  #break(reason: string): void {
    this.#drop();
    this.#become('gap', reason);
  }

  #become(status: BookStatus, reason: string): void {
    this.#status = status;
    this.#reason = reason;
  }

  #drop(): void {
    this.#bids.clear();
    this.#asks.clear();
    this.#lastId = undefined;
    this.#pending = undefined;
  }
}

function check(change: BookChange): void {
  checkLevels(change.bids);
  checkLevels(change.asks);
}

/** Hot path. */
function checkLevels(levels: readonly BookLevel[]): void {
  for (const level of levels) {
    if (Number.isFinite(level.price) && level.size >= 0 && level.size < Infinity) continue;
    throw new ArgumentError(`level must have a finite price and a size from 0 up, got ${show(level)}`);
  }
}

function take(side: BookSide, count: number): BookLevel[] {
  if (typeof count !== 'number' || !(count >= 0))
    throw new ArgumentError(`count must be a number from 0 up, got ${show(count)}`);
  const levels: BookLevel[] = [];
  for (let position = 0; position < count; position++) {
    const level = side.at(position);
    if (level === undefined) break;
    levels.push(level);
  }
  return levels;
}
