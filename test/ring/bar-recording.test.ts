import { type OhlcvBar, BarBuilder, type BarBuilderOptions } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { hasRecordings, recordedFrames } from '../feed/recordings.js';

/** The fields of Binance's `trade` event that count: event and trade time, symbol, price, quantity, buyer is maker. */
interface TradeEvent {
  readonly stream: string;
  readonly data: {
    readonly T: number;
    readonly s: string;
    readonly p: string;
    readonly q: string;
    /** Only 'MARKET' comes in this recording; trades of the insurance fund would carry another word and price 0. */
    readonly X: string;
    readonly m: boolean;
  };
}

const EXPECTED = {
  BTCUSDT: { trades: 5_190, quantity: '389.558', vwap: '61785.05776' },
  ETHUSDT: { trades: 5_006, quantity: '2823.293', vwap: '2681.45394' },
} as const;

const symbols = ['BTCUSDT', 'ETHUSDT'] as const;

/** Read when first needed: 22 MB of lines. Nothing but the trade frames is kept, and none of them is left out. */
let read: TradeEvent['data'][] | undefined;
function trades(): TradeEvent['data'][] {
  read ??= recordedFrames('binance-usdm-btc-eth-2024-08-08', (line) => line.includes('@trade"')).map(
    // The form is documented by the venue.
    ({ text }) => (JSON.parse(text) as TradeEvent).data,
  );
  return read;
}

function barsOf(symbol: string, rule: DistributiveOmit<BarBuilderOptions, 'onBar'>): OhlcvBar[] {
  const bars: OhlcvBar[] = [];
  const builder = new BarBuilder({ ...rule, onBar: (bar: OhlcvBar) => void bars.push(bar) });
  for (const { T, s, p, q, m } of trades()) if (s === symbol) builder.add(T, Number(p), Number(q), m ? 'sell' : 'buy');
  builder.flush();
  expect(builder.stats()).toMatchObject({ late: 0, merged: 0, unfilled: 0, failures: 0 });
  return bars;
}

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

function total(bars: readonly OhlcvBar[], field: keyof OhlcvBar): number {
  return bars.reduce((sum, bar) => sum + bar[field], 0);
}

describe.skipIf(!hasRecordings)('bars of recorded futures trades', () => {
  it('are made of all 10,196 trade frames, which are all of one kind', () => {
    expect(trades()).toHaveLength(10_196);
    expect(new Set(trades().map(({ X }) => X))).toEqual(new Set(['MARKET']));
  });

  const rules = [
    { by: 'time', period: 1_000 },
    { by: 'time', period: 60_000 },
    { by: 'time', period: 250, gaps: 'leave' },
    { by: 'tick', size: 100 },
    { by: 'tick', size: 1 },
    { by: 'volume', size: 5 },
    { by: 'dollar', size: 250_000 },
  ] as const;

  it.each(symbols.flatMap((symbol) => rules.map((rule) => [symbol, rule] as const)))(
    'hold the quantity and the mean price of %s by %o',
    (symbol, rule) => {
      const bars = barsOf(symbol, rule);
      const volume = total(bars, 'volume');

      expect(total(bars, 'trades')).toBe(EXPECTED[symbol].trades);
      expect(volume.toFixed(3)).toBe(EXPECTED[symbol].quantity);
      expect((total(bars, 'turnover') / volume).toFixed(5)).toBe(EXPECTED[symbol].vwap);
    },
  );

  it.each(symbols)('of %s in one bar have sums that are right to the last digit', (symbol) => {
    const [bar] = barsOf(symbol, { by: 'tick', size: 2 ** 32 - 1 });
    const scale = (text: string, digits: number): bigint => BigInt(Math.round(Number(text) * 10 ** digits));
    const own = trades().filter(({ s }) => s === symbol);
    const volume = own.reduce((sum, { q }) => sum + scale(q, 3), 0n);
    const bought = own.reduce((sum, { q, m }) => sum + (m ? 0n : scale(q, 3)), 0n);
    const turnover = own.reduce((sum, { p, q }) => sum + scale(p, 2) * scale(q, 3), 0n);

    expect(bar?.volume).toBe(Number(volume) / 1e3);
    expect(bar?.buyVolume).toBe(Number(bought) / 1e3);
    expect(Math.abs((bar?.turnover ?? NaN) / (Number(turnover) / 1e5) - 1)).toBeLessThan(2 ** -52);
    expect(bar?.vwap.toFixed(5)).toBe(EXPECTED[symbol].vwap);
  });

  it('of quotes count every one', () => {
    let last = NaN;
    const builder = new BarBuilder({ by: 'time', period: 1_000, onBar: ({ close }) => void (last = close) });
    let quotes = 0;
    for (const { text } of recordedFrames('binance-usdm-btc-eth-2024-08-08', (line) =>
      line.includes('btcusdt@bookTicker"'),
    )) {
      const { data } = JSON.parse(text) as { data: { T: number; b: string; a: string } }; // As the venue documents it.
      builder.quote(data.T, Number(data.b), Number(data.a));
      quotes++;
    }

    expect(quotes).toBeGreaterThan(10_000);
    expect(builder.stats()).toMatchObject({ received: quotes, used: quotes, late: 0 });
    expect(last).toBeGreaterThan(61_000);
  });
});
