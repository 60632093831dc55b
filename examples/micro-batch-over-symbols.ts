// Asks the models of a hundred symbols in one call instead of a hundred, and checks all their signals side by side.
// Run: npm run example -- micro-batch-over-symbols
import { microBatch } from 'tickwise/batch';
import { AdaptiveScheduler } from 'tickwise/schedule';
import { features } from './trading-pipeline/models/features.js';
import { LONG_WINDOW, type MarketWindow, WINDOW } from './trading-pipeline/models/market-window.js';
import { createModel, type Model } from './trading-pipeline/models/model.js';
import { gaussian, seededRandom } from './trading-pipeline/models/random.js';
import { rosterOf } from './trading-pipeline/models/roster.js';
import type { Signal } from './trading-pipeline/models/signal.js';

const SYMBOLS = Array.from({ length: 100 }, (_, index) => `S${index}`);
const MODELS = rosterOf('ppo,genetic,spectrum');

/** A symbol's last bars. Every tenth symbol was listed a moment ago and has too few. */
function windowOf(symbol: string): MarketWindow {
  const number = Number(symbol.slice(1));
  const random = seededRandom(number + 1);
  const bars = number % 10 === 9 ? 50 : LONG_WINDOW;
  let price = 100;
  const longClose = Float64Array.from({ length: bars }, () => (price *= 1 + gaussian(random) / 1_000));
  const volume = Float64Array.from({ length: Math.min(bars, WINDOW) }, () => 1 + random());
  return { close: longClose.subarray(-WINDOW), longClose, volume, imbalance: random() - 0.5, tilt: random() - 0.5 };
}

/** The models of one kind for all symbols, asked together; counts how often. */
function hostOf(spec: (typeof MODELS)[number]) {
  const models = new Map<string, Model>(SYMBOLS.map((symbol) => [symbol, createModel(spec)]));
  const host = {
    calls: 0,
    async predict(symbols: readonly string[]): Promise<(Signal | Error)[]> {
      host.calls++;
      return symbols.map((symbol) => {
        const window = windowOf(symbol);
        const signal = models.get(symbol)?.predict({ window, features: features(window), barNumber: 20 });
        return signal ?? new Error(`${symbol} has not enough history`);
      });
    },
  };
  return host;
}

const text = (outcome: unknown): string => (outcome instanceof Error ? outcome.message : JSON.stringify(outcome));
const signals: { readonly name: string; readonly signal: Signal }[] = [];

for (const spec of MODELS) {
  const alone = hostOf(spec);
  const oneByOne = new Map<string, string>();
  for (const symbol of SYMBOLS) {
    const [outcome] = await alone.predict([symbol]);
    oneByOne.set(symbol, text(outcome));
  }

  const together = hostOf(spec);
  const predict = microBatch((symbols: readonly string[]) => together.predict(symbols));
  const scheduler = new AdaptiveScheduler({ concurrency: SYMBOLS.length });
  const { failures, results } = await scheduler.run(SYMBOLS, (symbol) => predict(symbol));

  const isEqual = [...results, ...failures].every(([symbol, outcome]) => text(outcome) === oneByOne.get(symbol));
  console.log(
    `${spec.name}: ${alone.calls} calls one by one, ${together.calls} together; ` +
      `${results.size} signals, ${failures.size} symbols without history; equal: ${isEqual}`,
  );
  for (const [symbol, signal] of results) signals.push({ name: `${spec.name} ${symbol}`, signal });
}

// What comes from outside is checked before it becomes an order. A bad signal is reported and stops no other.
signals.push({ name: 'broken S1', signal: { action: 1, strength: Number.NaN } });
signals.push({ name: 'broken S2', signal: { action: -1, strength: 7 } });
const check = microBatch(async (batch: readonly Signal[]) =>
  batch.map((signal) =>
    signal.strength >= 0 && signal.strength <= 1
      ? signal
      : new Error(`strength must be from 0 to 1, got ${signal.strength}`),
  ),
);
const checked = await new AdaptiveScheduler({ concurrency: 64 }).run(signals, ({ signal }) => check(signal));
console.log(`${checked.results.size} signals are good, checked in ${check.stats().calls} calls`);
for (const [{ name }, error] of checked.failures) console.log(`${name}: ${text(error)}`);
