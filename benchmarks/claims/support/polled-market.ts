import type { VirtualClock } from 'tickwise/core';
import { SeriesRing } from 'tickwise/ring';
import { minuteBars, MINUTES_SOURCE } from './minutes.js';
import type { Columns } from './models.js';

const SYMBOLS = 3;
const BARS = 240;
const WINDOW = 60;
const MINUTE = 60_000;
const LONG_BAR = 5;
/** Milliseconds between two looks of a bot at a symbol. */
const EVERY = 500;

/** How often symbols are asked, in milliseconds, and by how many at once. */
export interface Polling {
  readonly every: number;
  readonly models: number;
}

/** Looks between bars, which have nothing new. */
export const OFTEN: Polling = { every: EVERY, models: 1 };
/** The least a bot does: each model asks once a bar. */
export const ONCE_A_BAR: Polling = { every: MINUTE, models: 3 };

/** A symbol's closed bars: of one minute, and of five. */
export interface PolledSymbol {
  readonly symbol: string;
  readonly minutes: SeriesRing<Columns>;
  readonly fives: SeriesRing<Columns>;
}

/** The input and the rate, for the text of a claim. */
export const POLLED = `${SYMBOLS} symbols and ${BARS} bars each of ${MINUTES_SOURCE}; every symbol is asked twice a second of market time`;

/** Looks at every symbol twice a second while bars close once a minute. Time is that of the market. */
export async function pollMarket(
  clock: VirtualClock,
  look: (symbol: PolledSymbol) => void,
  { every, models }: Polling = OFTEN,
): Promise<void> {
  const market = new Market(BARS, WINDOW);
  for (let minute = 0; minute < BARS; minute++) {
    market.close(minute);
    for (let time = 0; time < MINUTE; time += every) {
      for (const symbol of market.symbols) for (let model = 0; model < models; model++) look(symbol);
      await clock.advance(every);
    }
  }
}

/** Bars and longest window of a replay: the documents look at 200 bars. */
export const LONG = { bars: 500, window: 200 };

/** The same for {@link replayMarket}. */
export const REPLAYED = `${SYMBOLS} symbols and ${LONG.bars} bars each of ${MINUTES_SOURCE}, windows of up to ${LONG.window}; every symbol is asked 120 times between two bars`;

/** The same looks without a clock, for measuring what they take. */
export function replayMarket(look: (symbol: PolledSymbol) => void, { bars, window } = LONG): void {
  const market = new Market(bars, window);
  for (let minute = 0; minute < bars; minute++) {
    market.close(minute);
    for (let time = 0; time < MINUTE; time += EVERY) for (const symbol of market.symbols) look(symbol);
  }
}

/** Symbols whose bars close once a minute. */
class Market {
  readonly symbols: readonly PolledSymbol[];
  readonly #bars: ReturnType<typeof minuteBars>;

  constructor(bars: number, window: number) {
    this.#bars = minuteBars(SYMBOLS, bars);
    this.symbols = this.#bars.map(({ symbol }) => ({ symbol, minutes: ringOf(window), fives: ringOf(window) }));
  }

  close(minute: number): void {
    this.symbols.forEach(({ minutes, fives }, index) => {
      const bar = this.#bars[index]?.bars[minute];
      if (bar === undefined) return;
      minutes.append(bar.close, bar.volume);
      if (minute % LONG_BAR === 0) fives.append(bar.close, bar.volume);
    });
  }
}

function ringOf(capacity: number): SeriesRing<Columns> {
  return new SeriesRing({ capacity, columns: { close: 'f64', volume: 'f64' } });
}
