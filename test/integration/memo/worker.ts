/**
 * A process that calls one cached function with a store in Redis, by orders that come one per message, and says
 * what came of each.
 */
import { Redis } from 'ioredis';
import { systemClock } from 'tickwise/core';
import { memo, type MemoStats } from 'tickwise/memo';
import { SeriesRing } from 'tickwise/ring';
import { redisBus, redisStore } from 'tickwise/stores/redis';

/** What the process is asked to do. */
export type Order =
  | { readonly type: 'call'; readonly symbol: string; readonly bars?: readonly number[] }
  | { readonly type: 'invalidate'; readonly symbol: string }
  | { readonly type: 'invalidateTag'; readonly tag: string }
  | { readonly type: 'peek'; readonly symbol: string }
  | { readonly type: 'stats' };

/** What came of it. */
export interface Answer {
  readonly value?: unknown;
  /** Milliseconds the call took. */
  readonly took: number;
  readonly error?: string;
}

/** How the process is set up; the first message. */
export interface Setup {
  readonly port: number;
  /** Milliseconds that a load takes. */
  readonly loadTime: number;
  readonly lease: boolean;
  readonly storeTimeout: number;
  /** Never ends a load: stands for a process that hangs, or is killed. */
  readonly hangs: boolean;
}

process.once('message', (setup: Setup) => {
  serve(setup).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
});

async function serve({ port, loadTime, lease, storeTimeout, hangs }: Setup): Promise<void> {
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20 });
  client.on('error', () => undefined);
  const bus = redisBus({ client, onError: () => undefined });
  const store = redisStore({ client, onError: () => undefined });
  await Promise.all([store.ready(), bus.ready()]);
  let loads = 0;
  const cached = memo(
    async (symbol: string, bars: unknown): Promise<unknown> => {
      loads++;
      process.send?.({ type: 'load', loads });
      await new Promise<void>((resolve) => systemClock.setTimeout(resolve, hangs ? 2 ** 30 : loadTime));
      const closes = bars instanceof SeriesRing ? Array.from(bars.window('close', bars.size)) : bars;
      return { symbol, closes, from: process.pid, load: loads };
    },
    {
      name: 'features',
      ttl: 60_000,
      tags: (_result, symbol) => [symbol.slice(0, 3)],
      store,
      bus,
      storeTimeout,
      lease,
      onError: () => undefined,
    },
  );
  const run = async (order: Order): Promise<unknown> => {
    switch (order.type) {
      case 'call':
        return await cached(order.symbol, order.bars === undefined ? undefined : ringOf(order.bars));
      case 'peek':
        return cached.peek(order.symbol, undefined);
      case 'invalidate':
        return await cached.invalidate(order.symbol, undefined);
      case 'invalidateTag':
        return await cached.invalidateTag(order.tag);
      case 'stats':
      default:
        return cached.stats() satisfies MemoStats;
    }
  };
  process.on('message', ({ id, order }: { id: number; order: Order }) => {
    const start = performance.now();
    run(order).then(
      (value) => process.send?.({ type: 'answer', id, value, took: performance.now() - start }),
      (error: unknown) => process.send?.({ type: 'answer', id, error: String(error), took: performance.now() - start }),
    );
  });
  process.send?.({ type: 'ready' });
}

function ringOf(bars: readonly number[]): unknown {
  const ring = new SeriesRing({ capacity: 8, columns: { close: 'f64' } });
  for (const close of bars) ring.append(close);
  return ring;
}
