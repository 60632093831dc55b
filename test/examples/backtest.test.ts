import { describe, expect, it } from 'vitest';
import { backtest, Crossover, type Market, run, type Signal, type Trade } from '../../examples/backtest.js';
import { type Clock, VirtualClock } from '../../src/core/index.js';
import { Cadence } from '../../src/schedule/index.js';

const PERIOD = 60_000;

/** Ten trades a minute along a wave. */
const TRADES: readonly Trade[] = Array.from({ length: 400 }, (_, step) => ({
  ts: 3_000 + step * 6_000,
  price: 100 + 5 * Math.sin(step / 20) + Math.sin(step * 7),
}));

type MakeStrategy = (
  market: Market,
  clock: Clock,
  trades: readonly Trade[],
) => Disposable & { readonly signals: readonly Signal[] };

const signalsOf = (trades: readonly Trade[], make: MakeStrategy): Promise<readonly Signal[]> =>
  backtest(trades, 0, (market, clock) => make(market, clock, trades));

/**
 * The first signal that is another once the trades behind it are withheld, which means that it was made of the future.
 * None may be: what has not happened yet cannot be known.
 */
async function firstLookAhead(make: MakeStrategy): Promise<Signal | undefined> {
  const whole = await signalsOf(TRADES, make);
  for (let end = 5; end < TRADES.length; end += 7) {
    const known = await signalsOf(TRADES.slice(0, end), make);
    const differing = known.findIndex(({ asOf, side }, at) => whole[at]?.asOf !== asOf || whole[at].side !== side);
    if (differing !== -1) return whole[differing];
  }
  return undefined;
}

/** Looks up the price at the end of the next bar in the trades that it was handed, as a table of the whole day allows. */
class Peeking implements Disposable {
  readonly signals: Signal[] = [];
  readonly #running: Disposable;

  constructor(clock: Clock, trades: readonly Trade[]) {
    const priceAt = (time: number): number => trades.findLast(({ ts }) => ts <= time)?.price ?? NaN;
    this.#running = new Cadence({ period: PERIOD, clock }).start({
      peek: ({ asOf }) => {
        this.signals.push({ asOf, side: priceAt(asOf + PERIOD) > priceAt(asOf) ? 'long' : 'flat' });
      },
    });
  }

  [Symbol.dispose](): void {
    this.#running[Symbol.dispose]();
  }
}

/** A machine on which every timer is three bars late. */
function lateClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    setTimeout: (callback, delay) => clock.setTimeout(callback, delay + 3 * PERIOD),
  };
}

describe('the backtest', () => {
  it('gives the signals that the same class gave live', async () => {
    const clock = new VirtualClock(1_700_000_000_000);
    const lines: string[] = [];

    const running = run((line) => lines.push(line), clock);
    await clock.advance(1_200);
    const { live, replayed } = await running;

    expect(live.length).toBeGreaterThan(15);
    expect(new Set(live.map(({ side }) => side)).size).toBe(2);
    expect(replayed).toEqual(live);
    expect(lines.at(-1)).toBe('the signals are equal');
  });

  it('gives the same signals when the trades behind them are withheld', async () => {
    const found = await firstLookAhead((market, clock) => new Crossover(market, clock, PERIOD));

    expect(found).toBeUndefined();
  });

  it('is found out when a strategy looks ahead', async () => {
    const found = await firstLookAhead((_market, clock, trades) => new Peeking(clock, trades));

    expect(found).toBeDefined();
  });

  it('gives the same signals when each decision is made three bars late', async () => {
    const timely = await signalsOf(TRADES, (market, clock) => new Crossover(market, clock, PERIOD));

    const late = await signalsOf(TRADES, (market, clock) => new Crossover(market, lateClock(clock), PERIOD));

    expect(late.length).toBeGreaterThan(20);
    expect(late).toEqual(timely.slice(0, late.length));
  });
});
