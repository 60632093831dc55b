import { describe, expect, it } from 'vitest';
import { binance, binanceDepthSnapshot, type BinanceMarket, type BookChange, OrderBook } from 'tickwise/feed';
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

  it('with one event missing end as the whole ones do when a snapshot is fetched at the gap', () => {
    const steps = stepsOf('binance-usdm-btc-eth-2024-08-08', 'usdm').filter(({ symbol }) => symbol === 'BTCUSDT');
    const dropped = Math.floor(steps.length / 2);
    const whole = new OrderBook({ sequence: 'chained' });
    const broken = new OrderBook({ sequence: 'chained' });
    let fetched = 0;

    for (const [index, { change }] of steps.entries()) {
      whole.apply(change);
      if (index !== dropped) broken.apply(change);
      // The snapshot comes ten events later, as a request would.
      if (index === dropped + 10 && broken.needsSnapshot) {
        fetched++;
        broken.applySnapshot({ type: 'snapshot', bids: whole.bids(), asks: whole.asks(), lastId: whole.lastId });
      }
    }

    expect(fetched).toBe(1);
    expect([broken.status, broken.lastId]).toEqual(['ready', whole.lastId]);
    expect(broken.bids()).toEqual(whole.bids());
    expect(broken.asks()).toEqual(whole.asks());
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
