import { BatchWriter } from 'tickwise/batch';
import { VirtualClock } from 'tickwise/core';
import { SubscriptionHub } from 'tickwise/hub';
import { closeAll } from 'tickwise/metrics';
import { AdaptiveScheduler, Cadence } from 'tickwise/schedule';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClosingStage, registerClosable } from '../../src/core/life-cycle.js';

const handles: Disposable[] = [];

afterEach(() => {
  for (const handle of handles.splice(0)) handle[Symbol.dispose]();
});

/** Lists something that can be closed; it stays listed while `close` is pending, as primitives do. */
function open(stage: ClosingStage, close: () => Promise<void>): object {
  const instance = { close };
  handles.push(registerClosable(stage, instance));
  return instance;
}

describe('closeAll', () => {
  it('closes feeds, hubs, schedulers, writers and stores, in this order', async () => {
    const order: string[] = [];
    const kept = (['store', 'writer', 'scheduler', 'hub', 'feed'] as const).map((stage) =>
      open(stage, async () => {
        await Promise.resolve();
        order.push(stage);
      }),
    );

    await closeAll();

    expect(kept).toHaveLength(5);
    expect(order).toEqual(['feed', 'hub', 'scheduler', 'writer', 'store']);
  });

  it('closes what is left when one fails, and then says which failed', async () => {
    const error = new RangeError('the disk is full');
    let isClosed = false;
    const kept = [
      open('writer', () => Promise.reject(error)),
      open('store', async () => {
        isClosed = true;
      }),
    ];

    const failure: unknown = await closeAll().catch((reason: unknown) => reason);

    expect(kept).toHaveLength(2);
    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure).toMatchObject({ errors: [error], message: 'closeAll: 1 could not be closed' });
    expect(isClosed).toBe(true);
  });

  it('leaves what hangs when its time is over, and still closes the rest', async () => {
    const ioClock = new VirtualClock();
    let isClosed = false;
    const kept = [
      open('feed', () => new Promise(() => {})),
      open('writer', async () => {
        isClosed = true;
      }),
    ];

    const outcome = closeAll({ timeout: 5_000, ioClock }).catch((reason: unknown) => reason);
    await ioClock.advance(5_000);

    expect(await outcome).toMatchObject({ errors: [expect.objectContaining({ code: 'ERR_TIMEOUT' })] });
    expect(kept).toHaveLength(2);
    expect(isClosed).toBe(true);
    expect(ioClock.pendingTimers).toBe(0);
  });

  it('closes what a bot is made of, and every row is written', async () => {
    const clock = new VirtualClock();
    const stored: number[] = [];
    const writer = new BatchWriter<number>({ sink: async (rows) => void stored.push(...rows), clock });
    const hub = new SubscriptionHub<{ price: number }>();
    const cadence = new Cadence({ period: 1_000, clock });
    const scheduler = new AdaptiveScheduler();
    hub.subscribe('price', (price) => void writer.add(price));
    cadence.start({ job: () => undefined });
    hub.publish('price', 61_250);

    await closeAll();

    expect(stored).toEqual([61_250]);
    expect(() => hub.publish('price', 1)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    expect(() => writer.add(1)).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    expect(() => cadence.start({})).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    await expect(scheduler.submit(() => Promise.resolve(1))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_CLOSED' }),
    );
  });

  it('has nothing to do when nothing is open', async () => {
    await expect(closeAll()).resolves.toBeUndefined();
  });

  it('refuses options it does not know', async () => {
    const wrong = { after: 1 } as unknown as Parameters<typeof closeAll>[0];

    await expect(closeAll(wrong)).rejects.toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });
});
