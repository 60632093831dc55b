/**
 * Caches for a trading bot: a sync function, an async one, decorated methods, and what they saved.
 * Run: npm run example -- memo
 */
import { VirtualClock } from 'tickwise/core';
import { cachePredictions, cacheStats, memo, memoize, methodCache } from 'tickwise/memo';

// Market time, as in a replay: every ttl below follows it.
const clock = new VirtualClock(Date.UTC(2024, 7, 8));

// The same bars give the same features: compute them once.
const features = memo(
  function features(symbol: string, closes: readonly number[]) {
    const mean = closes.reduce((sum, close) => sum + close, 0) / closes.length;
    return { symbol, mean, momentum: (closes.at(-1) ?? NaN) / mean - 1 };
  },
  { ttl: 60_000, maxEntries: 1_000, clock },
);

// Calls that come while a request is under way share it. An old answer is better than none, or than waiting.
let requests = 0;
const fundingRate = memo(
  async function fundingRate(symbol: string): Promise<number> {
    requests++;
    if (requests === 3) throw new Error('venue down');
    return symbol.length / 10_000;
  },
  {
    ttl: 1_000,
    staleWhileRevalidate: 5_000,
    staleIfError: 60_000,
    timeout: 2_000,
    clock,
    onError: (error, { name, during }) => console.log(`${name}: ${during} failed: ${String(error)}`),
  },
);

class Model {
  @cachePredictions({ clock })
  predict(symbol: string, momentum: number): 'buy' | 'sell' {
    return momentum > 0 && symbol.startsWith('BTC') ? 'buy' : 'sell';
  }

  @memoize({ key: (symbol: string) => symbol, clock })
  tickSize(symbol: string): number {
    return symbol.startsWith('BTC') ? 0.1 : 0.01;
  }
}

const closes = [64_000, 64_100, 64_250];
console.log('same object:', features('BTCUSDT', closes) === features('BTCUSDT', [...closes]));
closes.push(64_400);
console.log('changed bars are a new call:', features('BTCUSDT', closes).mean);

const rates = await Promise.all(Array.from({ length: 100 }, () => fundingRate('BTCUSDT')));
console.log(`${rates.length} calls, ${requests} request`);
await clock.advance(2_000);
console.log('stale at once:', await fundingRate('BTCUSDT'), fundingRate.explain('BTCUSDT').state);
await clock.advance(10_000);
console.log('stale instead of an error:', await fundingRate('BTCUSDT'));

const model = new Model();
console.log(model.predict('BTCUSDT', 0.01), model.predict('BTCUSDT', 0.01), model.tickSize('BTCUSDT'));
console.log('why:', methodCache(model, 'predict').explain('BTCUSDT', 0.02));

for (const { name, calls, hits, staleHits, coalesced, hitRate } of Object.values(cacheStats().caches)) {
  console.log({ name, calls, hits, staleHits, coalesced, hitRate: Number(hitRate.toFixed(2)) });
}
