import { SubscriptionHub } from 'tickwise/hub';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

describe('examples in the doc comments', () => {
  let printed: unknown[];
  beforeEach(() => {
    printed = [];
    vi.spyOn(console, 'log').mockImplementation((line: unknown) => void printed.push(line));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('SubscriptionHub prints the price that is published', () => {
    const hub = new SubscriptionHub<{ 'tickers.BTCUSDT': { price: number } }>({ replay: 1 });
    using subscription = hub.subscribe('tickers.BTCUSDT', ({ price }) => console.log(price));
    hub.publish('tickers.BTCUSDT', { price: 61_250 });

    expect(printed).toEqual([61_250]);
    expect(subscription.stats().delivered).toBe(1);
  });

  it('stream feeds a model', async () => {
    const model = { prices: [] as number[], update: (price: number) => void model.prices.push(price) };
    const hub = new SubscriptionHub<{ 'trades.BTCUSDT': number }>();
    const stream = hub.stream('trades.BTCUSDT');
    for (const price of [1, 2, 3]) hub.publish('trades.BTCUSDT', price);

    for await (const trade of stream) {
      model.update(trade);
      if (trade === 3) break;
    }

    expect(model.prices).toEqual([1, 2, 3]);
  });
});

describe('examples/hub.ts', () => {
  it('prints what its first comment says', async () => {
    const printed: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: unknown) => void printed.push(line));

    await import('../../examples/hub.js');

    expect(printed).toEqual([
      '9 models, 1 upstream subscription',
      '27 values handed out, 2 of them replaced by newer ones',
      'subscribed upstream and confirmed',
      '0 upstream subscriptions after close',
    ]);
  });
});
