/** What the venue of these benchmarks sends: tickers of up to three symbols in turn, with prices that say which one it is. */

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] as const;

/** Ticks until prices repeat; a multiple of every number of symbols and of every burst. */
export const CYCLE = 960;

/** Names of the streams of so many symbols. */
export function topicsOf(symbols: number): string[] {
  return SYMBOLS.slice(0, symbols).map((symbol) => `tickers.${symbol}`);
}

/** Price of a tick: a multiple of 1/4, so that sums of prices are exact in any order. */
export function priceOf(tick: number): number {
  return 60_000 + (tick % CYCLE) / 4;
}

/** Text of a tick as Bybit sends the ticker of a spot pair. */
export function textOf(tick: number, symbols: number): string {
  const symbol = SYMBOLS[tick % symbols] ?? '';
  return JSON.stringify({
    topic: `tickers.${symbol}`,
    ts: 1_700_000_000_000 + (tick % CYCLE),
    type: 'snapshot',
    cs: 24_987_956_059 + (tick % CYCLE),
    data: {
      symbol,
      lastPrice: priceOf(tick).toFixed(2),
      highPrice24h: '61200.50',
      lowPrice24h: '58811.10',
      prevPrice24h: '59100.00',
      volume24h: '48113.221',
      turnover24h: '2880011221.12',
      price24hPcnt: '0.0182',
      usdIndexPrice: '60001.1',
    },
  });
}

/** The last tick of each symbol among the ticks from `from` up to `to`; undefined for a symbol that has none. */
export function lastTicks(from: number, to: number, symbols: number): (number | undefined)[] {
  return Array.from({ length: symbols }, (_, symbol) => {
    const last = to - 1 - ((to - 1 - symbol + symbols) % symbols);
    return last >= from ? last : undefined;
  });
}
