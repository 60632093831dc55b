import { callsOf } from './hit-drive.js';

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT', 'ADAUSDT', 'DOGEUSDT', 'BNBUSDT', 'LTCUSDT'];
const FRAMES = ['1m', '3m', '5m', '15m', '1h', '4h', '1d', '1w'];

/** Bars per window. */
export const BARS = 200;

/** What a bot asks for most: a symbol and a time frame. */
function symbolOf(i: number): string {
  return SYMBOLS[i & 7] ?? '';
}

function frameOf(i: number): string {
  return FRAMES[(i >> 3) & 7] ?? '';
}

/** One text of a symbol and more, 64 of them. Joined anew for each call, as a parser makes them. */
export const oneString = callsOf<[string]>(64, (i) => [[symbolOf(i), frameOf(i), 'ticker'].join(':')]);

/** Three primitives, 64 of them. */
export const threePrimitives = callsOf<[string, string, number]>(64, (i) => [symbolOf(i), frameOf(i), 200 + (i % 3)]);

/** An object of options. */
export interface Query {
  readonly symbol: string;
  readonly timeframe: string;
  readonly limit: number;
  readonly from: number;
  readonly closed: boolean;
}

/** Objects of five fields, 64 of them. */
export const fiveFields = callsOf<[Query]>(64, (i) => [
  {
    symbol: symbolOf(i),
    timeframe: frameOf(i),
    limit: 200 + i,
    from: 1_700_000_000_000 + i * 60_000,
    closed: i % 2 === 0,
  },
]);

/** A bar as exchanges give it. */
export interface Bar {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Windows of bars, 16 of them. */
export const windows = callsOf<[readonly Bar[]]>(16, (i) => [barsOf(i)]);

/** A window of bars with prices that have all digits, as a random walk has. */
function barsOf(seed: number): Bar[] {
  let price = 100 + seed * 37.3;
  return Array.from({ length: BARS }, (_, i) => {
    const open = price;
    price *= 1 + Math.sin(seed * 1_000 + i * 7.7) * 0.01;
    return {
      time: 1_700_000_000_000 + i * 60_000,
      open,
      high: Math.max(open, price) * 1.001,
      low: Math.min(open, price) * 0.999,
      close: price,
      volume: (1 + Math.cos(seed + i)) * 5_000.5,
    };
  });
}
