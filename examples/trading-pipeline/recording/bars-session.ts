import { basename } from 'node:path';

import { BarSymbol, framesOfBars } from './bar-frames.js';
import { readBars } from './bar-table.js';
import type { Playable, Topic } from './recording.js';

/** Which bars to play. */
export interface BarsOptions {
  /** A CSV of one-minute bars, gzip or plain. */
  readonly path: string;
  /** Milliseconds from the first bar on. Default: all. */
  readonly duration?: number | undefined;
}

/**
 * A session made from one-minute bars: the bars are held as numbers, the frames made while they are iterated. Bybit V5
 * spot, since its books come in the stream: a coin may begin to trade on the last day.
 * @throws UserError when the file cannot be read or holds no bars.
 */
export async function openBars({ path, duration }: BarsOptions): Promise<Playable> {
  const { symbols: table, bars, malformed, malformedLines } = await readBars(path, duration);
  // Each run through the frames has books of its own.
  const symbols = (): BarSymbol[] => table.map((one) => new BarSymbol(one));
  const start = bars[0]?.ts ?? 0;
  return {
    name: basename(path).replace(/\.csv(\.gz)?$/, ''),
    kind: 'bars',
    venue: 'bybit-v5',
    market: 'spot',
    symbols: symbols()
      .map(({ symbol }) => symbol)
      .toSorted(),
    start,
    end: (bars.at(-1)?.ts ?? start) + 59_999,
    malformed,
    malformedLines,
    reversals: 0,
    topics: new Map(symbols().flatMap(({ book, trade }) => [book, trade].map(named))),
    snapshots: new Map(),
    listings: new Map(
      symbols().map(({ symbol, book, trade, decimals }) => [
        symbol,
        { topics: { book: book.topic, trade: trade.topic }, priceDecimals: decimals },
      ]),
    ),
    frames: { [Symbol.iterator]: () => framesOfBars(bars, symbols()) },
  };
}

function named(topic: Topic): [string, Topic] {
  return [topic.topic, topic];
}
