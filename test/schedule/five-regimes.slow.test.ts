import { VirtualClock } from 'tickwise';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { drive } from './support/drive.js';
import { OFFSET, type Regime, REGIMES, SimulatedExchange, SYMBOLS } from './support/exchange.js';
import { AlignedLimiter } from './support/aligned-limiter.js';
import { idealTime } from './support/ideal.js';

const SEEDS = [11, 12, 13, 14, 15, 16, 17, 18];

async function ideal(regime: Regime, seed: number): Promise<number> {
  const clock = new VirtualClock(OFFSET);
  return drive(clock, idealTime(clock, new SimulatedExchange(clock, regime, seed), regime));
}

async function adaptive(regime: Regime, seed: number, isWeightTold: boolean) {
  const clock = new VirtualClock(OFFSET);
  const exchange = new SimulatedExchange(clock, regime, seed);
  const scheduler = new AdaptiveScheduler({ clock });
  const symbols = Array.from({ length: SYMBOLS }, (_, symbol) => symbol);
  const weight = isWeightTold ? { weight: exchange.weightOf } : {};
  const report = await drive(clock, scheduler.run(symbols, exchange.request, weight));
  return { time: report.stats.duration, exchange, report, explain: scheduler.explain() };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[sorted.length / 2 - 1] ?? NaN) + (sorted[sorted.length / 2] ?? NaN)) / 2;
}

describe.each(REGIMES)('told nothing, $name', (regime) => {
  it.each([true, false])('comes close to the ideal scheduler, weights told: %s', async (isWeightTold) => {
    const ratios: number[] = [];
    const refusals: number[] = [];

    for (const seed of SEEDS) {
      const { exchange, report, time } = await adaptive(regime, seed, isWeightTold);
      ratios.push(time / (await ideal(regime, seed)));
      refusals.push(exchange.refused);
      expect(exchange.banned).toBe(0);
      expect(report.results.size + report.failures.size).toBe(SYMBOLS);
    }

    expect(median(ratios)).toBeLessThanOrEqual(1.2);
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1.3);
    expect(Math.max(...refusals)).toBeLessThanOrEqual(3);
  });
});

describe.each(REGIMES)('told both limits, $name', (regime) => {
  it('takes hardly longer than the ideal scheduler, without a refusal', async () => {
    // Where the capacity changes from 40 to 8 and back, the larger one; neither more, less nor following it is better.
    const isChanging = regime.name === 'capacity 40, 8, 40';
    const concurrency = isChanging ? 40 : 20;
    const ratios: number[] = [];

    for (const seed of SEEDS) {
      const clock = new VirtualClock(OFFSET);
      const exchange = new SimulatedExchange(clock, regime, seed);
      const rateLimit = new AlignedLimiter(clock, regime.rate);
      const scheduler = new AdaptiveScheduler({ clock, concurrency, rateLimit });
      const symbols = Array.from({ length: SYMBOLS }, (_, symbol) => symbol);
      const report = await drive(clock, scheduler.run(symbols, exchange.request, { weight: exchange.weightOf }));
      ratios.push(report.stats.duration / (await ideal(regime, seed)));
      expect(exchange.refused).toBe(0);
    }

    expect(median(ratios)).toBeLessThanOrEqual(isChanging ? 1.101 : 1.05);
  });
});
