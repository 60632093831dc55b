import { describe, expect, it } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import {
  binance,
  binanceDepthSnapshot,
  type BinanceMarket,
  type BookChange,
  OrderBook,
  SyncedBook,
} from 'tickwise/feed';
import { hasRecordings, recordedFrames, recordedSnapshots } from './recordings.js';

/** A depth event or a REST snapshot, in the order they came. */
interface Step {
  readonly t: number;
  readonly symbol: string;
  readonly change: BookChange;
}

const INLINE: readonly [name: string, market: BinanceMarket][] = [
  ['binance-usdm-btc-eth-2024-08-08', 'usdm'],
  ['binance-spot-btc-eth-2024-08-08', 'spot'],
];

const BESIDE: readonly [name: string, market: BinanceMarket][] = [
  ['binance-usdm-small-2021-07-22', 'usdm'],
  ['binance-spot-small-2021-10-12', 'spot'],
];

// The largest recording is 22 MB of text: slow on a busy machine.
describe.skipIf(!hasRecordings)('recordings of Binance', { timeout: 60_000 }, () => {
  it.each([...INLINE, ...BESIDE])('replay without a gap: %s', (name, market) => {
    const books = replayWhole(name, market);

    const stats = [...books.values()].map((book) => book.stats());
    expect(stats.map(({ status, gaps, buffered }) => [status, gaps, buffered])).toEqual(
      stats.map(() => ['ready', 0, 0]),
    );
    expect(stats.length).toBeGreaterThanOrEqual(2);
    for (const book of books.values()) expect(book.bestBid).toBeLessThan(book.bestAsk);
  });

  it('drop as many events before the snapshot as the venue prescribes', () => {
    const usdm = replayWhole('binance-usdm-btc-eth-2024-08-08', 'usdm');
    const spot = replayWhole('binance-spot-btc-eth-2024-08-08', 'spot');

    const stale = [usdm.get('BTCUSDT'), usdm.get('ETHUSDT'), spot.get('BTCUSDT'), spot.get('ETHUSDT')];
    expect(stale.map((book) => book?.stats().stale)).toEqual([4, 5, 2, 2]);
  });

  it('join every later event to the one before by its ids', () => {
    const chained = deltasOf(stepsOf('binance-usdm-btc-eth-2024-08-08', 'usdm'), 'BTCUSDT');
    const ranges = deltasOf(stepsOf('binance-spot-btc-eth-2024-08-08', 'spot'), 'BTCUSDT');

    expect(chained.slice(1).every((delta, index) => delta.previousId === chained[index]?.lastId)).toBe(true);
    expect(ranges.slice(1).every((delta, index) => delta.firstId === (ranges[index]?.lastId ?? NaN) + 1)).toBe(true);
    expect(chained.length).toBeGreaterThan(1_000);
  });

  it.each(INLINE)('with one depth event missing have a gap in that symbol only: %s', (name, market) => {
    const steps = stepsOf(name, market);
    const missing = steps.findLastIndex(({ symbol }) => symbol === 'BTCUSDT') - 400;
    const dropped = steps.findIndex(({ symbol }, index) => index >= missing && symbol === 'BTCUSDT');

    const whole = replayWhole(name, market);
    const broken = replay(steps.toSpliced(dropped, 1), market);

    expect(broken.get('BTCUSDT')?.stats()).toMatchObject({ status: 'gap', gaps: 1, bids: 0 });
    expect(broken.get('BTCUSDT')?.needsSnapshot).toBe(true);
    expect(broken.get('ETHUSDT')?.stats()).toEqual(whole.get('ETHUSDT')?.stats());
    expect(broken.get('ETHUSDT')?.bids(50)).toEqual(whole.get('ETHUSDT')?.bids(50));
  });

  it('with one event missing cause one resync, of that symbol only, and end as the whole ones do', async () => {
    const steps = stepsOf('binance-usdm-btc-eth-2024-08-08', 'usdm');
    const whole = new Map(SYMBOLS.map((symbol) => [symbol, new OrderBook({ sequence: 'chained' })]));
    const broken = new Map(SYMBOLS.map((symbol) => [symbol, syncedBook()]));
    const dropped = steps.findIndex(({ symbol }, index) => index > steps.length / 2 && symbol === 'BTCUSDT');

    for (const [index, { symbol, change }] of steps.entries()) {
      whole.get(symbol)?.apply(change);
      if (change.type === 'snapshot') await broken.get(symbol)?.answer(change);
      else if (index !== dropped) broken.get(symbol)?.book.apply(change);
      // The snapshot comes some events later, as the answer to a request would.
      if (index === dropped + 20) await broken.get('BTCUSDT')?.answer(snapshotOf(whole.get('BTCUSDT')));
    }

    for (const symbol of SYMBOLS) {
      const book = broken.get(symbol)?.book.book;
      expect([book?.status, book?.lastId]).toEqual(['ready', whole.get(symbol)?.lastId]);
      expect(book?.bids()).toEqual(whole.get(symbol)?.bids());
      expect(book?.asks()).toEqual(whole.get(symbol)?.asks());
    }
    // One at the start of each, and one for the gap.
    expect([...broken.values()].map(({ book }) => book.stats().resyncs)).toEqual([2, 1]);
    expect([...broken.values()].map(({ book }) => book.stats().gaps)).toEqual([1, 0]);
  });

  it('hold nothing the protocol does not know', () => {
    const counts = new Map<string, number>();
    for (const { text, for: symbol } of recordedFrames('binance-spot-btc-eth-2024-08-08')) {
      if (symbol !== undefined) continue;
      const incoming = binance('spot').read(JSON.parse(text));
      const key = incoming.type === 'event' ? incoming.event.kind : incoming.type;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }

    expect(Object.fromEntries(counts)).toEqual({ quote: 23_206, trade: 5_336, book: 3_009 });
  });
});

const SYMBOLS: readonly string[] = ['BTCUSDT', 'ETHUSDT'];

function syncedBook(): { book: SyncedBook; answer: (snapshot: BookChange) => Promise<void> } {
  const clock = new VirtualClock();
  let take: (snapshot: BookChange) => void = () => undefined;
  const resync = (): Promise<BookChange> => new Promise((resolve) => void (take = resolve));
  const book = new SyncedBook({ book: { sequence: 'chained' }, resync, ioClock: clock, minDelay: 0 });
  const answer = async (snapshot: BookChange): Promise<void> => {
    take(snapshot);
    await clock.advance(0);
  };
  return { book, answer };
}

function snapshotOf(book: OrderBook | undefined): BookChange {
  return { type: 'snapshot', bids: book?.bids() ?? [], asks: book?.asks() ?? [], lastId: book?.lastId };
}

const stepsRead = new Map<string, Step[]>();
const booksReplayed = new Map<string, Map<string, OrderBook>>();

/** The books after a whole recording; replayed once for all tests, which only read them. */
function replayWhole(name: string, market: BinanceMarket): Map<string, OrderBook> {
  const books = booksReplayed.get(name) ?? replay(stepsOf(name, market), market);
  booksReplayed.set(name, books);
  return books;
}

function stepsOf(name: string, market: BinanceMarket): Step[] {
  const known = stepsRead.get(name);
  if (known !== undefined) return known;
  const protocol = binance(market);
  const fetched = hasFile(name) ? recordedSnapshots(name).map(({ t, symbol, body }) => rest(t, symbol, body)) : [];
  // The other streams of the recording are not looked at, which saves most of the time.
  const frames = recordedFrames(name, (line) => line.includes('@depth') || line.includes('"for":'));
  const streamed = frames.flatMap(({ t, text, for: symbol }) => {
    if (symbol !== undefined) return [rest(t, symbol, JSON.parse(text))];
    const incoming = protocol.read(protocol.decode(text));
    if (incoming.type !== 'event' || incoming.event.kind !== 'book') return [];
    return incoming.event.items.map((change) => ({ t, symbol: incoming.event.symbol, change }));
  });
  const steps = [...streamed, ...fetched].toSorted((a, b) => a.t - b.t);
  stepsRead.set(name, steps);
  return steps;
}

function hasFile(name: string): boolean {
  return BESIDE.some(([beside]) => beside === name);
}

function rest(t: number, symbol: string, body: unknown): Step {
  return { t, symbol, change: binanceDepthSnapshot(body) };
}

function deltasOf(steps: readonly Step[], name: string): BookChange[] {
  return steps.filter(({ symbol, change }) => symbol === name && change.type === 'delta').map(({ change }) => change);
}

function replay(steps: readonly Step[], market: BinanceMarket): Map<string, OrderBook> {
  const books = new Map<string, OrderBook>();
  for (const { symbol, change } of steps) {
    const book = books.get(symbol) ?? new OrderBook(binance(market).book(`${symbol.toLowerCase()}@depth`));
    books.set(symbol, book);
    book.apply(change);
  }
  return books;
}
