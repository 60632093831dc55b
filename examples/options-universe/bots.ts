import { VirtualClock } from 'tickwise/core';
import { UniverseFilter } from 'tickwise/feed';
import { SubscriptionHub } from 'tickwise/hub';
import type { Listing, Ticker, VenueEvent } from './session.js';

/** What a bot did and what it took. */
export interface BotReport {
  /** Trades in order: time, side, symbol. */
  readonly trades: readonly string[];
  /** Most subscriptions at a time, and how many were ever made. */
  readonly mostSubscriptions: number;
  readonly subscribed: number;
  /** Tickers received and parsed, and their bytes. */
  readonly tickers: number;
  readonly bytes: number;
  /** Time of the bot's part, in milliseconds. */
  readonly busyMs: number;
  /** The newest ticker of every option it has seen. */
  readonly latest: ReadonlyMap<string, Ticker>;
}

/** Which options are worth trading, and which are no longer worth following. */
interface Worth {
  readonly isLiquid: (listing: Listing) => boolean;
  readonly isDry: (listing: Listing) => boolean;
}

/** Rules by name. */
export const WORTH = {
  /** Enough is traded and enough is held; less keeps one, so that options do not come and go every minute. */
  strict: {
    isLiquid: ({ volume, openInterest }) => volume >= 20_000 && openInterest >= 20,
    isDry: ({ volume, openInterest }) => volume < 5_000 || openInterest < 20,
  },
  /** Anything is traded or held that matters at all. */
  wide: {
    isLiquid: ({ volume, openInterest }) => volume > 1_000 || openInterest > 100,
    isDry: ({ volume, openInterest }) => volume <= 1_000 && openInterest <= 100,
  },
} satisfies Record<string, Worth>;

/** Quotes this far from the worth are traded. */
const EDGE = 0.004;

/** Buys liquid options that are offered below their worth, and sells what it holds above. Only the newest ticker counts. */
class Rule {
  readonly trades: string[] = [];
  readonly held = new Set<string>();
  readonly #liquid = new Set<string>();
  readonly #isLiquid: Worth['isLiquid'];

  constructor({ isLiquid }: Worth) {
    this.#isLiquid = isLiquid;
  }

  list(listings: readonly Listing[]): void {
    this.#liquid.clear();
    for (const listing of listings) if (this.#isLiquid(listing)) this.#liquid.add(listing.symbol);
  }

  /** @returns whether it has traded. */
  ticker(ts: number, { symbol, ask_price: ask, bid_price: bid, mark_price: mark }: Ticker): boolean {
    const isHeld = this.held.has(symbol);
    if (isHeld && bid > mark * (1 + EDGE)) this.held.delete(symbol);
    else if (!isHeld && this.#liquid.has(symbol) && ask < mark * (1 - EDGE)) this.held.add(symbol);
    else return false;
    this.trades.push(`${ts} ${isHeld ? 'sell' : 'buy'} ${symbol}`);
    return true;
  }
}

/** A bot's end of the venue: which tickers it gets, and what they cost. */
class Desk {
  readonly rule: Rule;
  readonly open = new Set<string>();
  readonly latest = new Map<string, Ticker>();
  #most = 0;
  #subscribed = 0;
  #tickers = 0;
  #bytes = 0;

  constructor(worth: Worth) {
    this.rule = new Rule(worth);
  }

  subscribe(symbol: string): void {
    this.open.add(symbol);
    this.#subscribed++;
    this.#most = Math.max(this.#most, this.open.size);
  }

  take(ts: number, text: string): boolean {
    this.#tickers++;
    this.#bytes += text.length;
    const ticker = JSON.parse(text) as Ticker; // written by the session
    this.latest.set(ticker.symbol, ticker);
    return this.rule.ticker(ts, ticker);
  }

  report(busyMs: number): BotReport {
    const { latest, rule } = this;
    const [tickers, bytes] = [this.#tickers, this.#bytes];
    const counts = { mostSubscriptions: this.#most, subscribed: this.#subscribed, tickers, bytes };
    return { trades: rule.trades, ...counts, busyMs, latest };
  }
}

/** The usual way: follows every instrument of the venue, and looks at all that comes. */
export function followEverything(session: Iterable<VenueEvent>, worth: Worth = WORTH.strict): BotReport {
  const desk = new Desk(worth);
  const watch = new Watch();
  for (const event of session) {
    watch.time(() => {
      if (event.kind === 'list') {
        desk.rule.list(event.listings);
        for (const { symbol } of event.listings) if (!desk.open.has(symbol)) desk.subscribe(symbol);
      } else if (desk.open.has(event.symbol)) desk.take(event.ts, event.text);
    });
  }
  return desk.report(watch.total);
}

/** What may be chosen, to see what it is good for. */
export interface FilterChoice {
  /** @default true */
  readonly pinsHoldings?: boolean;
  /** @default WORTH.strict */
  readonly worth?: Worth;
}

/** With a filter in front: a ticker is subscribed to while its option is worth it, or held. */
export async function followUniverse(session: Iterable<VenueEvent>, choice: FilterChoice = {}): Promise<BotReport> {
  const { pinsHoldings = true, worth = WORTH.strict } = choice;
  const desk = new Desk(worth);
  const watch = new Watch();
  const clock = new VirtualClock();
  const upstream = new Map<string, (value: { readonly ts: number; readonly text: string }) => void>();
  const hub = new SubscriptionHub<Record<string, { readonly ts: number; readonly text: string }>>({
    source: {
      subscribe(symbol, emit) {
        desk.subscribe(symbol);
        upstream.set(symbol, emit);
        return () => {
          upstream.delete(symbol);
          desk.open.delete(symbol);
        };
      },
    },
    clock,
  });
  const filter = new UniverseFilter<Listing>({
    enter: worth.isLiquid,
    leave: worth.isDry,
    ...(pinsHoldings && { pinned: (symbol: string) => desk.rule.held.has(symbol) }),
    minStay: 120_000,
    clock,
  });
  filter.follow((symbol) => hub.subscribe(symbol, ({ ts, text }) => void desk.take(ts, text)));
  for (const event of session) {
    if (event.kind === 'list') {
      await clock.advanceTo(event.ts);
      watch.time(() => {
        desk.rule.list(event.listings);
        for (const listing of event.listings) filter.update(listing.symbol, listing);
      });
      // The hub opens and ends subscriptions in turns of their own.
      await new Promise((resolve) => setImmediate(resolve));
    } else watch.time(() => upstream.get(event.symbol)?.(event));
  }
  await filter.close();
  await hub.close();
  return desk.report(watch.total);
}

/** Time of one part of a program, between others. */
class Watch {
  #nanos = 0n;

  time(part: () => void): void {
    const started = process.hrtime.bigint();
    part();
    this.#nanos += process.hrtime.bigint() - started;
  }

  get total(): number {
    return Number(this.#nanos) / 1e6;
  }
}
