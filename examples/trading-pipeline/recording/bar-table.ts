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

/** Decimals of a price; more are rounded. */
const MAX_DECIMALS = 8;

/** Steps that a price has at least, as far as its decimals allow: the books made are ten steps deep. */
const MIN_STEPS = 1_000;

/** Steps that a price has at most: up to here a number tells apart half a step, which a mid price may be. */
const MAX_STEPS = 2 ** 51;

/** Prices of a line, its first numbers. */
const PRICES = 4;

/** Malformed lines reported one by one; the others are only counted. */
const MALFORMED_SHOWN = 5;

/** One-minute bars of many symbols, in the order of their time. */
export interface BarTable {
  /** Every symbol, in the order of their first bars. */
  readonly symbols: readonly TableSymbol[];
  readonly bars: readonly Bar[];
  readonly malformedLines: readonly { readonly line: number; readonly reason: string }[];
  readonly malformed: number;
}

/** A symbol of the file. */
export interface TableSymbol {
  /** A pair of coins, `ETH/BTC`. */
  readonly name: string;
  /** Decimals of its prices. */
  readonly decimals: number;
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
type BarLine = Omit<Bar, 'symbol'> & TableSymbol;

/** What the lines so far tell of a symbol. */
interface Seen {
  readonly place: number;
  decimals: number;
  low: number;
  high: number;
}

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
  const seen = new Map<string, Seen>();
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
    else if (bars.push(placed(bar, seen, path)) > MAX_BARS)
      throw new UserError(`${path} holds more than ${MAX_BARS} bars: cut it into parts`);
  }
  if (bars.length === 0) throw new UserError(`${path} holds no bar`);
  return { symbols: [...seen].map(([name, one]) => tabled(name, one, path)), bars, malformed, malformedLines };
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
  const decimals = Math.max(...rest.slice(0, PRICES).map(decimalsOf));
  return { ts, name, decimals, open, high, low, close, volume };
}

/** The bar of a line that is played. */
function placed({ name, decimals, ...bar }: BarLine, seen: Map<string, Seen>, path: string): Bar {
  const one = seen.get(name) ?? newSymbol(name, seen, path);
  one.decimals = Math.max(one.decimals, decimals);
  one.low = Math.min(one.low, bar.low);
  one.high = Math.max(one.high, bar.high);
  return { ...bar, symbol: one.place };
}

function newSymbol(name: string, seen: Map<string, Seen>, path: string): Seen {
  const twin = [...seen.keys()].find((other) => symbolOf(other) === symbolOf(name));
  if (twin !== undefined)
    throw new UserError(
      `${path} has ${twin} and ${name}, which are both ${symbolOf(name)} at the venue: leave one out`,
    );
  if (seen.size === MAX_SYMBOLS)
    throw new UserError(`${path} holds more than ${MAX_SYMBOLS} symbols: leave out those you do not trade`);
  const one = { place: seen.size, decimals: 0, low: Infinity, high: 0 };
  seen.set(name, one);
  return one;
}

/** The grid of a symbol's prices: as many decimals as the file has, and so many that a step is a small part of a price. */
function tabled(name: string, { decimals: written, low, high }: Seen, path: string): TableSymbol {
  let decimals = written;
  while (decimals < MAX_DECIMALS && low * 10 ** decimals < MIN_STEPS) decimals += 1;
  if (high * 10 ** decimals > MAX_STEPS)
    throw new UserError(`${path} has ${name} at ${high} with ${decimals} decimals, too many digits: round its prices`);
  return { name, decimals };
}

/** Decimals of a price as it is written. */
function decimalsOf(text: string): number {
  return /e/i.test(text) ? MAX_DECIMALS : Math.min(MAX_DECIMALS, text.split('.')[1]?.length ?? 0);
}
