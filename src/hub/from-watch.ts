import { ArgumentError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { show } from '../core/show.js';
import type { TopicSource } from '../core/topic-source.js';
import { WatchLoop } from './watch-loop.js';
import { readWatchOptions, type WatchErrorContext, type WatchOptions } from './watch-options.js';

/** Waits for the next value of a topic, as `exchange.watchTicker(symbol)` does. `signal` aborts once nobody wants it. */
export type Watch<Value> = (topic: string, signal: AbortSignal) => Promise<Value> | Value;

/**
 * Makes a source of a function that waits for the next value, as those of ccxt pro do: one loop per topic.
 *
 * What such loops lose, which no adapter can give back: a value that comes between two calls is seen by nobody
 * (the promise takes the first value of a burst, so the last one is missing until the next comes); a list or
 * book that the library changes in place is the same object each time (copy it in `watch` when it is kept); and
 * how much was lost is not told, so no gap is. Where every value counts, use a `FeedPool`.
 *
 * A failure of `watch` is told to the subscribers as `failed` and to `onError`, and the loop goes on after a
 * delay: a random part of a bound that doubles from `minDelay` to `maxDelay`; the next value is told as `live`.
 * What a call brings after its topic has ended is ignored.
 *
 * Cost: per topic one promise per value and no timer while it succeeds.
 *
 * @throws ArgumentError when `watch` is not a function.
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * const source = fromWatch((symbol) => exchange.watchTicker(symbol), { unwatch: (symbol) => exchange.unWatchTicker(symbol) });
 * const hub = new SubscriptionHub({ source, replay: 1 });
 */
export function fromWatch<Value>(watch: Watch<Value>, options: WatchOptions = {}): TopicSource<Record<string, Value>> {
  if (typeof watch !== 'function') throw new ArgumentError(`watch must be a function, got ${show(watch)}`);
  const plan = readWatchOptions(options);
  const failures = new FailureReporter<WatchErrorContext>('fromWatch', plan.onError);
  return {
    subscribe(topic, emit, notify) {
      const loop = new WatchLoop<Value>({ topic, watch, emit, notify, plan, failures });
      void loop.run();
      return () => loop.end();
    },
  };
}
