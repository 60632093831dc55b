import { binance, binanceDepthSnapshot, bybit2021, type FeedEvent, FeedPool, type FeedProtocol } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import type { BotJob, SymbolJob } from '../bot/job.js';
import { Desk } from './desk.js';
import { CLOCK_TOPIC, type ClockEvent, withReplayClock } from './replay-clock.js';

type Topics = Record<string, FeedEvent | ClockEvent>;

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
  #marks = 0;

  constructor(job: BotJob, listener: FeedListener) {
    const venue = protocolOf(job);
    const path = job.venue === 'binance' ? 'stream' : 'realtime_public';
    const onError = (error: unknown): void => listener.onError(error);
    this.#job = job;
    this.#listener = listener;
    this.#pool = new FeedPool({
      protocol: withReplayClock(venue, `ws://127.0.0.1:${job.port}/${path}`),
      maxConnections: 1,
      onError,
    });
    this.#hub = new SubscriptionHub<Topics>({ source: this.#pool, onError });
    this.desks = job.symbols.map((symbol) => new Desk(symbol, venue.book?.(symbol.topics.book ?? '') ?? {}));
  }

  /** Subscribes everything; settles when the venue has confirmed and the books have their snapshots. */
  async start(): Promise<void> {
    const live = this.#job.symbols.flatMap((symbol, index) => this.#subscribeDesk(symbol, this.desks[index]));
    live.push(this.#subscribe(CLOCK_TOPIC, (event) => this.#onClock(event)));
    await Promise.all(live);
    if (this.#job.venue === 'binance') await Promise.all(this.desks.map((desk) => this.#loadSnapshot(desk)));
  }

  /** Stops reading until {@link MarketFeed.resume}, so that decisions can catch up. */
  pause(): void {
    this.#pool.pause();
  }

  resume(): void {
    this.#pool.resume();
  }

  /** Market frames parsed, the replay's own clock marks left out, and frames that could not be read. */
  get counts(): { readonly framesParsed: number; readonly framesMalformed: number } {
    const { events, malformed } = this.#pool.stats();
    return { framesParsed: events - this.#marks, framesMalformed: malformed };
  }

  async close(): Promise<void> {
    await this.#hub.close();
    await this.#pool.close();
  }

  #subscribeDesk({ topics }: SymbolJob, desk: Desk | undefined): Promise<void>[] {
    if (desk === undefined) return [];
    return [topics.book, topics.trade, topics.quote]
      .filter((topic) => topic !== undefined)
      .map((topic) => this.#subscribe(topic, (event) => deliver(desk, event)));
  }

  #subscribe(topic: string, handler: (event: FeedEvent | ClockEvent) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#hub.subscribe(topic, handler, {
        onStatus: (status) => {
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

  async #loadSnapshot(desk: Desk): Promise<void> {
    const path = { usdm: 'fapi/v1', coinm: 'dapi/v1' }[this.#job.market as string] ?? 'api/v3';
    const query = `symbol=${encodeURIComponent(desk.symbol)}&limit=1000`;
    const response = await fetch(`http://127.0.0.1:${this.#job.port}/${path}/depth?${query}`);
    if (!response.ok) throw new Error(`the venue has no order book of ${desk.symbol} (status ${response.status})`);
    desk.book.applySnapshot(binanceDepthSnapshot(await response.json()));
  }
}

function deliver(desk: Desk, event: FeedEvent | ClockEvent): void {
  if (event.kind === 'book') for (const change of event.items) desk.onBook(change);
  else if (event.kind === 'trade') desk.onTrades(event.items);
  else if (event.kind === 'quote') for (const quote of event.items) desk.onQuote(quote);
}

function protocolOf({ venue, market }: BotJob): FeedProtocol {
  if (venue === 'bybit-2021') return bybit2021(market === 'inverse' ? 'inverse' : 'linear');
  return binance(market === 'usdm' || market === 'coinm' ? market : 'spot');
}
