/**
 * One strategy, live and in a backtest: the same class, the same signals, and no look into the future.
 *
 *   npm run example -- backtest
 *
 * The strategy takes trades and a clock and knows nothing else. "Live" is a market that this program plays, bar after
 * bar of 40 ms instead of a minute; every trade is kept. The backtest hands the trades kept to a new strategy, and
 * moves a virtual clock from one to the next.
 */
import { pathToFileURL } from 'node:url';
import { type Clock, systemClock, VirtualClock } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';
import { BAR_COLUMNS, BarBuilder, SeriesRing } from 'tickwise/ring';
import { Cadence } from 'tickwise/schedule';

/** A trade of the market, and when it came, in epoch milliseconds. */
export interface Trade {
  readonly ts: number;
  readonly price: number;
}

/** What a strategy decided at the end of a bar. */
export interface Signal {
  readonly asOf: number;
  readonly side: 'long' | 'flat';
}

/** What strategies hear of: a live market and a replayed one publish the same. */
export type Market = SubscriptionHub<{ trades: Trade }>;

/** Is long while the mean of the newest 3 closes is above that of the newest 8. Decides at the end of each bar. */
export class Crossover implements Disposable {
  readonly signals: Signal[] = [];
  readonly #period: number;
  readonly #bars = new SeriesRing({ capacity: 500, columns: BAR_COLUMNS, order: { column: 'ts', late: 'reject' } });
  readonly #builder: BarBuilder;
  readonly #handles: Disposable[];

  constructor(market: Market, clock: Clock, period: number) {
    this.#period = period;
    this.#builder = new BarBuilder({ by: 'time', period, onBar: (bar) => this.#bars.push(bar) });
    this.#handles = [
      market.subscribe('trades', ({ ts, price }) => void this.#builder.add(ts, price, 1)),
      new Cadence({ period, clock, missed: 'catch-up' }).start({ decide: ({ asOf }) => this.#decide(asOf) }),
    ];
  }

  [Symbol.dispose](): void {
    for (const handle of this.#handles) handle[Symbol.dispose]();
  }

  #decide(asOf: number): void {
    this.#builder.advance(asOf);
    // Bars carry the time they began: the last that is over began a period ago. Later ones are not to be had here,
    // however late this runs, nor in a backtest that has them all.
    const closes = this.#bars.windowAsOf('close', asOf - this.#period, Math.min(8, this.#bars.size));
    if (closes.length === 8) this.signals.push({ asOf, side: mean(closes.slice(-3)) > mean(closes) ? 'long' : 'flat' });
  }
}

/** Runs a strategy over trades that were kept, on their time, as fast as it goes. */
export async function backtest(
  trades: readonly Trade[],
  from: number,
  makeStrategy: (market: Market, clock: Clock) => Disposable & { readonly signals: readonly Signal[] },
): Promise<readonly Signal[]> {
  const clock = new VirtualClock(from);
  await using market: Market = new SubscriptionHub({ clock });
  using strategy = makeStrategy(market, clock);
  for (const trade of trades) {
    await clock.advanceTo(trade.ts); // what is due before the trade happens before it
    market.publish('trades', trade);
  }
  return strategy.signals;
}

/** Trades live for 25 bars, then runs the same strategy over what was kept. Returns both lists of signals. */
export async function run(print: (line: string) => void = console.log, clock: Clock = systemClock) {
  const period = 40;
  const market: Market = new SubscriptionHub();
  const kept: Trade[] = [];
  const from = clock.wallTime();
  const strategy = new Crossover(market, clock, period);
  for (let step = 0; step < 250; step++) {
    await pause(clock, period / 10);
    const trade = { ts: clock.wallTime(), price: 100 + 5 * Math.sin(step / 20) + Math.sin(step * 7) };
    kept.push(trade);
    market.publish('trades', trade);
  }
  const until = clock.wallTime();
  await pause(clock, 2 * period); // for a decision that is late on a busy machine
  strategy[Symbol.dispose]();
  await market.close();

  const live = strategy.signals.filter(({ asOf }) => asOf <= until);
  const replayed = await backtest(kept, from, (source, time) => new Crossover(source, time, period));
  print(`${kept.length} trades, ${live.length} signals live, ${replayed.length} in the backtest`);
  print(JSON.stringify(live) === JSON.stringify(replayed) ? 'the signals are equal' : 'the signals DIFFER');
  return { live, replayed };
}

function pause(clock: Clock, duration: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, duration));
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run();
