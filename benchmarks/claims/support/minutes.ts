import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const MINUTE = 60_000;
const FOLDER = process.env['TICKWISE_DATA'] ?? join(import.meta.dirname, '../../../../../shared/data');
const PATH = join(FOLDER, 'bars/crypto-1m-20pairs-2017-11.csv.gz');
/** Symbols of the made session, and their bars. */
const MADE = { symbols: 3, bars: 400 };

/** Closed one-minute bars of one symbol, in order of time. */
export interface MinuteBars {
  readonly symbol: string;
  readonly bars: readonly { readonly ts: number; readonly close: number; readonly volume: number }[];
}

/** Where the bars come from, for the text of a claim. */
export const MINUTES_SOURCE = existsSync(PATH)
  ? 'recorded one-minute bars (20 pairs, 2017-11)'
  : 'one-minute bars made with seed 7 (no recordings in TICKWISE_DATA)';

let read: MinuteBars[] | undefined;

/** The bars of some symbols, those with the most bars first. */
export function minuteBars(symbols: number, most: number): MinuteBars[] {
  read ??= existsSync(PATH) ? recorded() : made();
  const all = read;
  return all
    .toSorted((a, b) => b.bars.length - a.bars.length)
    .slice(0, symbols)
    .map(({ symbol, bars }) => ({ symbol, bars: bars.slice(0, most) }));
}

function recorded(): MinuteBars[] {
  const bySymbol = new Map<string, { ts: number; close: number; volume: number }[]>();
  for (const line of gunzipSync(readFileSync(PATH)).toString().trim().split('\n').slice(1)) {
    const [ts = '', symbol = '', , , , close = '', volume = ''] = line.split(',');
    const bars = bySymbol.get(symbol) ?? [];
    bars.push({ ts: Number(ts), close: Number(close), volume: Number(volume) });
    bySymbol.set(symbol, bars);
  }
  return [...bySymbol].map(([symbol, bars]) => ({ symbol, bars: bars.toSorted((a, b) => a.ts - b.ts) }));
}

function made(): MinuteBars[] {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: MADE.symbols }, (_, symbol) => {
    let close = 100;
    const bars = Array.from({ length: MADE.bars }, (__, i) => {
      close *= 1 + (random() - 0.5) / 500;
      return { ts: 1_509_836_520_000 + i * MINUTE, close, volume: random() * 10 };
    });
    return { symbol: `COIN${symbol}`, bars };
  });
}
