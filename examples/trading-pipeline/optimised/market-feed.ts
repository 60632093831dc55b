import type { TopicStatus, VirtualClock } from 'tickwise/core';
import {
  ActivityMonitor,
  type FeedErrorContext,
  type FeedEvent,
  FeedPool,
  type FeedProtocol,
  SyncedBook,
  type SyncedBookStats,
  type Trade,
} from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import type { BotJob, SymbolJob } from '../bot/job.js';
import type { Survival } from '../bot/result.js';
import { streamUrl } from '../bot/venue-address.js';
import { DepthSnapshots } from './depth-snapshots.js';
import { Desk } from './desk.js';
import { protocolOf } from './protocol-of.js';
import { CLOCK_TOPIC, type ClockEvent, withReplayClock } from './replay-clock.js';

type Topics = Record<string, FeedEvent | ClockEvent>;

/** Market time without a word on any stream after which prices are no longer current, in milliseconds. */
const SILENCE = 1_000;

/** What the feed tells the pipeline. */
export interface FeedListener {
  /** The recording's time has reached a bar boundary, and all desks have closed their bar. */
  onBoundary(at: number): void;
  onEnd(): void;
  onError(error: unknown): void;
}

/** One connection and one subscription per stream, shared by everybody who looks at a desk. */
export class MarketFeed {
  readonly desks: readonly Desk[];
  readonly #job: BotJob;
  readonly #pool: FeedPool<FeedEvent | ClockEvent>;
  readonly #hub: SubscriptionHub<Topics>;
  readonly #listener: FeedListener;
  readonly #clock: VirtualClock;
  readonly #snapshots: DepthSnapshots;
  readonly #monitor: ActivityMonitor;
  /** Whether books cannot notice that an update is missing. */
  readonly #isBlind: boolean;
  /** Whether a book is told right now that its stream has begun anew. */
  #isBeginning = false;
  #marks = 0;
  #failures = 0;

  constructor(job: BotJob, clock: VirtualClock, listener: FeedListener) {
    const venue = protocolOf(job);
    const onError = (error: unknown): void => listener.onError(error);
    // A lost connection is opened again by the pool.
    const onFeedError = (error: unknown, { where }: FeedErrorContext): void =>
      where === 'connection' || where === 'connect' ? this.#survive() : onError(error);
    this.#job = job;
    this.#listener = listener;
    this.#clock = clock;
    this.#snapshots = new DepthSnapshots(job, clock);
    const { sequence = 'none', checksum } = venue.book(job.symbols[0]?.topics.book ?? '');
    this.#isBlind = sequence === 'none' && checksum === undefined;
    this.#monitor = new ActivityMonitor({
      // A replay without faults has quiet hours.
      silence: job.faults === undefined ? Infinity : SILENCE,
      onSilent: () => this.#setStale(true),
      onActive: () => this.#onActive(),
      clock,
    });
    this.#pool = new FeedPool({
      protocol: withReplayClock(withoutRepeats(venue, job), streamUrl(job)),
      maxConnections: 1,
      onError: onFeedError,
    });
    this.#hub = new SubscriptionHub<Topics>({ source: this.#pool, onError });
    this.desks = job.symbols.map((symbol) => new Desk(symbol, this.#bookOf(symbol, venue)));
  }

  /** Subscribes everything; settles when the venue has confirmed and the books have their snapshots. */
  async start(): Promise<void> {
    const live = this.#job.symbols.flatMap((symbol, index) => this.#subscribeDesk(symbol, this.desks[index]));
    live.push(this.#subscribe(CLOCK_TOPIC, (event) => this.#onClock(event)));
    await Promise.all(live);
    if (!this.#hasRest) return;
    await Promise.all(this.desks.map(async (desk) => desk.onBook(await this.#snapshots.fetch(desk.symbol))));
  }

  /** Stops reading until {@link MarketFeed.resume}, so that decisions can catch up. */
  pause(): void {
    this.#pool.pause();
  }

  resume(): void {
    this.#pool.resume();
  }

  /** How the feed lived through faults. */
  get survival(): Omit<Survival, 'staleMs' | 'staleAt'> {
    const books = this.desks.map(({ synced }) => synced.stats());
    const sum = (read: (book: SyncedBookStats) => number): number => books.reduce((all, book) => all + read(book), 0);
    return {
      gaps: sum(({ gaps, checksumFailures }) => gaps + checksumFailures),
      // The first snapshot is none.
      recoveries: sum(({ snapshots }) => Math.max(0, snapshots - 1)),
      tradesDropped: this.#pool.stats().repeated,
      failures: this.#failures,
    };
  }

  /** Frames of the streams subscribed to, the replay's own clock marks left out, and frames that could not be read. */
  get counts(): { readonly framesParsed: number; readonly framesMalformed: number } {
    const { events, stray, malformed } = this.#pool.stats();
    return { framesParsed: events - stray - this.#marks, framesMalformed: malformed };
  }

  /** Calls made to the venue: connections, subscribe requests, snapshots. */
  get calls(): number {
    const { opened, requests } = this.#pool.stats();
    return opened + requests + this.#snapshots.requests;
  }

  async close(): Promise<void> {
    await this.#hub.close();
    await this.#monitor.close();
    await this.#pool.close();
    await Promise.all(this.desks.map((desk) => desk.synced.close()));
  }

  /** Binance's books start from a snapshot over REST; the others come in the stream. */
  get #hasRest(): boolean {
    return this.#job.venue === 'binance';
  }

  #bookOf({ symbol, topics }: SymbolJob, venue: FeedProtocol): SyncedBook {
    return new SyncedBook({
      book: venue.book(topics.book ?? ''),
      resync: (signal) =>
        this.#hasRest ? this.#snapshots.fetch(symbol, signal) : this.#snapshotInStream(topics.book ?? '', signal),
      onError: () => this.#survive(),
      // A replay waits in market time, and each time the same.
      ioClock: this.#clock,
      random: () => 1,
    });
  }

  /** Has the venue send a snapshot in the stream; the market waits for it, so that a replay is reproducible. */
  #snapshotInStream(topic: string, signal: AbortSignal): Promise<undefined> {
    // Without faults a replay has no later snapshot. A stream that has just begun anew brings it by itself.
    if (this.#job.faults !== undefined && !this.#isBeginning) this.#pool.renew(topic);
    if (this.#job.faults !== undefined)
      void this.#clock.hold(new Promise((resolve) => signal.addEventListener('abort', resolve)));
    return Promise.resolve(undefined);
  }

  #onActive(): void {
    this.#setStale(false);
    // What the silence has swallowed would never show in a book whose updates have neither numbers nor checksums.
    if (this.#isBlind) for (const desk of this.desks) desk.synced.restart();
  }

  #setStale(isStale: boolean): void {
    for (const desk of this.desks) desk.isStale = isStale;
  }

  #survive(): void {
    this.#failures++;
  }

  #subscribeDesk({ topics }: SymbolJob, desk: Desk | undefined): Promise<void>[] {
    if (desk === undefined) return [];
    const streams = { book: onBook, trade: onTrade, quote: onQuote };
    return Object.entries(streams).flatMap(([stream, deliver]) => {
      const topic = topics[stream as keyof typeof streams]; // the keys are its own
      if (topic === undefined) return [];
      const handle = (event: FeedEvent | ClockEvent): void => {
        this.#monitor.note('market');
        deliver(desk, event);
      };
      return [
        this.#subscribe(topic, handle, (status) => {
          this.#isBeginning = status.type === 'gap';
          if (stream === 'book') desk.onStatus(status);
          this.#isBeginning = false;
        }),
      ];
    });
  }

  #subscribe(
    topic: string,
    handler: (event: FeedEvent | ClockEvent) => void,
    onStatus: (status: TopicStatus) => void = () => undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#hub.subscribe(topic, handler, {
        onStatus: (status) => {
          onStatus(status);
          if (status.type === 'live') resolve();
          if (status.type === 'failed') reject(status.error);
        },
      });
    });
  }

  #onClock(event: FeedEvent | ClockEvent): void {
    if (event.kind !== 'clock') return;
    this.#marks++;
    for (const { at, isEnd } of event.items) {
      if (isEnd) return this.#listener.onEnd();
      for (const desk of this.desks) desk.closeBar(at);
      this.#listener.onBoundary(at);
    }
  }
}

function onBook(desk: Desk, event: FeedEvent | ClockEvent): void {
  if (event.kind === 'book') for (const change of event.items) desk.onBook(change);
}

/** With faults the venue may send a trade twice: it is known by its id, or where it has none by all that it tells. */
function withoutRepeats(venue: FeedProtocol, { faults, symbols }: BotJob): FeedProtocol {
  if (faults === undefined) return venue;
  const trades = new Set(symbols.map(({ topics }) => topics.trade));
  return {
    ...venue,
    resends: (topic) => trades.has(topic),
    // Events of the kind `trade` hold trades.
    identify: (event) =>
      event.kind === 'trade' ? (event.items as readonly Trade[]).map(identityOf).join() : venue.identify(event),
  };
}

function identityOf({ id, ts, price, size, side }: Trade): string {
  return id === '' ? [ts, price, size, side].join(' ') : id;
}

function onTrade(desk: Desk, event: FeedEvent | ClockEvent): void {
  if (event.kind === 'trade') desk.onTrades(event.items);
}

/** The best sizes come as quotes, in a ticker, or as a book of one level. */
function onQuote(desk: Desk, event: FeedEvent | ClockEvent): void {
  if (event.kind === 'quote' || event.kind === 'ticker') for (const quote of event.items) desk.onQuote(quote);
  if (event.kind === 'book')
    for (const { bids, asks } of event.items) desk.onQuote({ bidSize: bids[0]?.size, askSize: asks[0]?.size });
}
