import { SeriesRing } from 'tickwise/ring';

/** Candles per message. */
export const CANDLES = 200;
/** Names of a candle's values, in the order in which they are written. */
export const NAMES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

const COLUMNS = { time: 'f64', open: 'f64', high: 'f64', low: 'f64', close: 'f64', volume: 'f64' } as const;

/** A candle as an object. */
export interface Candle {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** Candle i. Its values have as many digits as doubles have. */
export function candleAt(i: number): Candle {
  const open = priceAt(i);
  const close = priceAt(i + 1);
  return { time: 1.7e12 + i * 60_000, open, high: open + 13, low: open - 11, close, volume: (i % 256) / 7 };
}

/** The first candles. */
export function firstCandles(): Candle[] {
  return Array.from({ length: CANDLES }, (_, i) => candleAt(i));
}

/** What the last candle closes at after so many ticks. */
export function closeAfter(ticks: number): number {
  return priceAt(CANDLES + (ticks % 1_000));
}

/** The candles after so many ticks. */
export function candlesAfter(ticks: number): Candle[] {
  const candles = firstCandles();
  const last = candles.at(-1);
  if (last !== undefined && ticks > 0) last.close = closeAfter(ticks);
  return candles;
}

/** A ring that holds the first candles. */
export function ringOfCandles(): SeriesRing<typeof COLUMNS> {
  const ring = new SeriesRing({ capacity: 1_000, columns: COLUMNS });
  for (const candle of firstCandles()) ring.push(candle);
  return ring;
}

function priceAt(i: number): number {
  return 60_000 + Math.sin(i) * 500;
}
