import { SeriesRing } from 'tickwise/ring';
import type { CcxtCacheModule } from './peers.js';
import { priceAt } from './prices.js';

/** Candles held: ccxt's default. */
export const CAPACITY = 1_000;
/** The file of ccxt that its candles are kept by. The whole of ccxt takes seconds to load. */
export const CCXT_FILE = 'js/src/base/ws/Cache.js';

const COLUMNS = { ts: 'f64', open: 'f64', high: 'f64', low: 'f64', close: 'f64', volume: 'f64' } as const;

/** A candle as ccxt has it: time, open, high, low, close, volume. */
export type Candle = [ts: number, open: number, high: number, low: number, close: number, volume: number];

/** A cache of candles, as far as the benchmarks use it. */
export interface CandleCache {
  /** Takes a new candle, or with the time of one that is held its next state. */
  add(candle: Candle): void;
  /** All candles, oldest first. */
  candles(): readonly (readonly number[])[];
}

/** Candle i after so many updates. */
export function candleAt(i: number, update = 0): Candle {
  const price = priceAt(i);
  return [timeOf(i), price, price + 13 + update, price - 11, price + update, (i & 255) + update];
}

/** Opening time of candle i. */
export function timeOf(i: number): number {
  return 1.7e12 + i * 60_000;
}

/** Without `isOrdered` each candle is a new one; with it a candle of the newest's time replaces it, as ccxt has it. */
export function ringOfCandles(isOrdered: boolean): SeriesRing<typeof COLUMNS> {
  const options = { capacity: CAPACITY, columns: COLUMNS };
  return new SeriesRing(isOrdered ? { ...options, order: { column: 'ts', late: 'amend' } } : options);
}

/** The candles of a ring. */
export function candlesOf(ring: SeriesRing<typeof COLUMNS>): number[][] {
  return Array.from({ length: ring.size }, (_, i) => Object.values(ring.row(i) ?? {}));
}

/** ccxt's cache as its own watch loop uses it: without `getLimit`, a set of times in it would grow for ever. */
export function ccxtCandles({ ArrayCacheByTimestamp }: CcxtCacheModule): CandleCache {
  const cache = new ArrayCacheByTimestamp(CAPACITY);
  return {
    add(candle) {
      cache.getLimit(undefined, undefined);
      cache.append(candle);
    },
    candles: () => Array.from(cache, (candle) => [...candle]),
  };
}
