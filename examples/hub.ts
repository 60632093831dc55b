/**
 * One upstream subscription for nine models. The source counts what is asked of it, as a venue would.
 *
 * Prints:
 *   9 models, 1 upstream subscription
 *   27 values handed out, 2 of them replaced by newer ones
 *   subscribed upstream and confirmed
 *   0 upstream subscriptions after close
 */
import type { EndTopic, TopicSource } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';

interface Ticker {
  readonly price: number;
}
type Topics = Record<`tickers.${string}`, Ticker>;

/** A venue that sends three prices after it has confirmed a topic. */
class Venue implements TopicSource<Topics> {
  subscribed = 0;

  async subscribe(_topic: string, emit: (value: Ticker) => void): Promise<EndTopic> {
    this.subscribed++;
    await Promise.resolve();
    for (const price of [61_250, 61_251, 61_249]) emit({ price });
    return () => void this.subscribed--;
  }
}

const venue = new Venue();
const hub = new SubscriptionHub<Topics>({ source: venue, replay: 1 });
const newest = new Map<string, number>();

for (let model = 1; model <= 8; model++) {
  hub.subscribe('tickers.BTCUSDT', ({ price }) => newest.set(`model ${model}`, price));
}
// A model that is slow gets the newest price only, and delays nobody.
hub.subscribe('tickers.BTCUSDT', ({ price }) => newest.set('slow model', price), { delivery: 'latest' });

await new Promise((resolve) => setImmediate(resolve));

const { received, conflated } = hub.stats();
console.log(`${newest.size} models, ${venue.subscribed} upstream subscription`);
console.log(`${received} values handed out, ${conflated} of them replaced by newer ones`);
console.log(hub.explain('tickers.BTCUSDT').reason);
await hub.close();
console.log(`${venue.subscribed} upstream subscriptions after close`);
