import { binance, type FeedEvent, FeedPool } from 'tickwise/feed';
import type { SubscriptionHub } from 'tickwise/hub';
import { type ClockEvent, withReplayClock } from '../trading-pipeline/optimised/replay-clock.js';

export { CLOCK_TOPIC } from '../trading-pipeline/optimised/replay-clock.js';

/** What the venue sends: trades and quotes, and the marks of the replay's clock. */
export type MarketEvent = FeedEvent | ClockEvent;

/** Hands every event to all who have subscribed. */
export type Hub = SubscriptionHub<Record<string, MarketEvent>>;

/** One connection to the venue, and how many market frames it has parsed. */
export function openFeed(port: number) {
  let marks = 0;
  const venue = withReplayClock(binance('usdm'), `ws://127.0.0.1:${port}/stream`);
  const read: typeof venue.read = (message) => {
    const result = venue.read(message);
    if (result.type === 'event' && result.event.kind === 'clock') marks++;
    return result;
  };
  const pool = new FeedPool({ protocol: { ...venue, read }, maxConnections: 1 });
  return {
    pool,
    get framesParsed() {
      return pool.stats().events - marks;
    },
  };
}

/** Subscribes to topics; settles when the venue has confirmed all of them. */
export async function subscribe(
  hub: Hub,
  topics: readonly string[],
  handle: (event: MarketEvent) => void,
): Promise<void> {
  const confirmed = topics.map(
    (topic) =>
      new Promise<void>((resolve, reject) => {
        hub.subscribe(topic, handle, {
          onStatus: (status) => {
            if (status.type === 'live') resolve();
            if (status.type === 'failed') reject(status.error);
          },
        });
      }),
  );
  await Promise.all(confirmed);
}
