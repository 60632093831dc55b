import { readLines } from 'tickwise/feed';

import { UserError } from '../user-error.js';

/** First line of a file of bars. */
const HEADER = 'ts_ms,symbol,open,high,low,close,volume';

/** Longest line read, in bytes. */
const MAX_LINE_BYTES = 4_096;

/** Bars held at most, as numbers: ten days of twenty coins are 236,586. */
const MAX_BARS = 5_000_000;

/** Symbols at most; the usual way has a connection for each of them and each model. */
const MAX_SYMBOLS = 64;

/** Highest price: up to here a number tells apart half a step of eight decimals, which a mid price may be. */
const MAX_PRICE = 2 ** 25;

/** Malformed lines reported one by one; the others are only counted. */
const MALFORMED_SHOWN = 5;

/** One-minute bars of many symbols, in the order of their time. */
export interface BarTable {
  /** Every symbol, in the order of their first bars. */
  readonly symbols: readonly string[];
  readonly bars: readonly Bar[];
  readonly malformedLines: readonly { readonly line: number; readonly reason: string }[];
  readonly malformed: number;
}

/** One minute of one symbol. */
export interface Bar {
  /** Start of the minute, epoch milliseconds. */
  readonly ts: number;
  /** Place in the table's symbols. */
  readonly symbol: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** A line of the file. */
type BarLine = Omit<Bar, 'symbol'> & { readonly name: string };

/** A pair of coins, `ETH/BTC`, as the venue has it. */
export function symbolOf(name: string): string {
  return name.replace('/', '');
}

/**
 * Reads a CSV of bars, gzip or plain, up to a duration in milliseconds after the first. Lines that make no sense, or go
 * back in time, are counted and left out.
 * @throws UserError when the file cannot be read, holds something else, or too much, or what cannot be played.
 */
export async function readBars(path: string, duration = Infinity): Promise<BarTable> {
  const places = new Map<string, number>();
  const bars: Bar[] = [];
  const malformedLines: { line: number; reason: string }[] = [];
  let malformed = 0;
  for await (const { number, text = '' } of linesOf(path)) {
    if (number === 1 && text.trimEnd() !== HEADER) throw new UserError(`${path} does not begin with "${HEADER}"`);
    if (number === 1 || text === '') continue;
    const bar = barOf(text, bars.at(-1)?.ts ?? 0);
    if (typeof bar === 'string') {
      malformed += 1;
      if (malformedLines.length < MALFORMED_SHOWN) malformedLines.push({ line: number, reason: bar });
    } else if (bar.ts >= (bars[0]?.ts ?? bar.ts) + duration) break;
    else if (bars.push(placed(bar, places, path)) > MAX_BARS)
      throw new UserError(`${path} holds more than ${MAX_BARS} bars: cut it into parts`);
  }
  if (bars.length === 0) throw new UserError(`${path} holds no bar`);
  return { symbols: [...places.keys()], bars, malformed, malformedLines };
}

async function* linesOf(path: string): ReturnType<typeof readLines> {
  try {
    yield* readLines(path, MAX_LINE_BYTES);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** The bar of a line, or what is wrong with it. */
function barOf(text: string, last: number): BarLine | string {
  const [time = '', name = '', ...rest] = text.trimEnd().split(',');
  const [ts, [open = 0, high = 0, low = 0, close = 0, volume = Number.NaN]] = [Number(time), rest.map(Number)];
  if (rest.length !== 5 || [time, ...rest].includes('') || !Number.isInteger(ts)) return 'it has not seven fields';
  if (ts < last || ts % 60_000 !== 0) return 'its time is before the line above, or no whole minute';
  if (!/^[A-Z0-9]{1,12}\/[A-Z0-9]{1,12}$/.test(name)) return 'its symbol is no pair of coins';
  if (!(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close) && high < Infinity)) {
    return 'its prices cannot be those of a bar';
  }
  if (!(volume >= 0 && volume < Infinity)) return 'its volume is no amount';
  return { ts, name, open, high, low, close, volume };
}

/** The bar of a line that is played. */
function placed({ name, ...bar }: BarLine, places: Map<string, number>, path: string): Bar {
  if (bar.high > MAX_PRICE) {
    throw new UserError(
      `${path} has ${name} at ${bar.high}; prices over ${MAX_PRICE} cannot be played: divide those of ${name} by 1000`,
    );
  }
  const symbol = places.get(name) ?? newPlace(name, places, path);
  return { ...bar, symbol };
}

function newPlace(name: string, places: Map<string, number>, path: string): number {
  const twin = [...places.keys()].find((other) => symbolOf(other) === symbolOf(name));
  if (twin !== undefined)
    throw new UserError(
      `${path} has ${twin} and ${name}, which are both ${symbolOf(name)} at the venue: leave one out`,
    );
  if (places.size === MAX_SYMBOLS)
    throw new UserError(`${path} holds more than ${MAX_SYMBOLS} symbols: leave out those you do not trade`);
  const place = places.size;
  places.set(name, place);
  return place;
}
