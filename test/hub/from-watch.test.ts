import { VirtualClock } from 'tickwise/core';
import { fromWatch, SubscriptionHub, type WatchErrorContext, type WatchOptions } from 'tickwise/hub';
import { describe, expect, it } from 'vitest';
import { settle } from './test-source.js';

/** One call of `watch`, to be answered by the test. */
interface Call {
  readonly topic: string;
  readonly signal: AbortSignal;
  readonly resolve: (price: number) => void;
  readonly reject: (error: unknown) => void;
}

/** A watch function as ccxt has it, in the test's hands. */
function watched(options: WatchOptions = {}) {
  const calls: Call[] = [];
  const errors: [string, WatchErrorContext][] = [];
  const ioClock = new VirtualClock();
  const source = fromWatch(
    (topic, signal) =>
      new Promise<number>((resolve, reject) => {
        calls.push({ topic, signal, resolve, reject });
      }),
    { ioClock, random: () => 1, onError: (error, context) => void errors.push([String(error), context]), ...options },
  );
  const hub = new SubscriptionHub<Record<string, number>>({ source, ioClock });
  const log: unknown[] = [];
  const listen = (topic: string) =>
    hub.subscribe(topic, (value) => log.push(value), { onStatus: ({ type }) => log.push(type) });
  const last = (): Call => {
    const call = calls.at(-1);
    if (call === undefined) throw new Error('nothing is watched');
    return call;
  };
  return { calls, errors, ioClock, hub, log, listen, last };
}

describe('fromWatch', () => {
  it('watches once per topic, however many subscribe, and calls again after each value', async () => {
    const { calls, hub, log, listen, last } = watched();
    for (let model = 0; model < 9; model++) listen('BTC/USDT');
    await settle();
    expect(calls.map(({ topic }) => topic)).toEqual(['BTC/USDT']);
    log.length = 0;

    last().resolve(61_250);
    await settle();
    last().resolve(61_251);
    await settle();

    expect(log).toEqual([...Array.from({ length: 9 }, () => 61_250), ...Array.from({ length: 9 }, () => 61_251)]);
    expect(calls).toHaveLength(3);
    await hub.close();
  });

  it('stops with the last subscriber, unwatches, and ignores what its last call brings', async () => {
    const unwatched: string[] = [];
    const { calls, hub, log, listen, last } = watched({ unwatch: async (topic) => void unwatched.push(topic) });
    const subscription = listen('x');
    await settle();

    subscription.unsubscribe();
    await settle();
    last().resolve(1);
    await settle();

    expect(unwatched).toEqual(['x']);
    expect(last().signal.aborted).toBe(true);
    expect(log).toEqual(['live']);
    expect(calls).toHaveLength(1);
    expect(hub.stats()).toMatchObject({ topics: 0, published: 0, failures: 0 });
  });

  it('is silent about the call that unwatch made reject', async () => {
    const { errors, listen, last } = watched({ unwatch: () => last().reject(new Error('UnsubscribeError')) });
    const subscription = listen('x');
    await settle();

    subscription.unsubscribe();
    await settle();

    expect(errors).toEqual([]);
  });

  it('watches anew for who comes back, and only the new loop is heard', async () => {
    const { calls, log, listen } = watched();
    listen('x').unsubscribe();
    const first = listen('x');
    await settle();
    first.unsubscribe();
    await settle();
    listen('x');
    await settle();

    // ccxt answers all callers that wait for one topic.
    for (const { resolve } of calls) resolve(7);
    await settle();

    expect(calls).toHaveLength(3);
    expect(log.filter((entry) => entry === 7)).toEqual([7]);
  });

  it('tells failed, tries again after delays that double, and tells live with the next value', async () => {
    const { calls, errors, ioClock, log, listen, last } = watched({ minDelay: 100, maxDelay: 350 });
    listen('x');
    await settle();

    for (const delay of [100, 200, 350, 350]) {
      last().reject(new Error('429'));
      await settle();
      const asked = calls.length;
      await ioClock.advance(delay - 1);
      expect(calls).toHaveLength(asked);
      await ioClock.advance(1);
      expect(calls).toHaveLength(asked + 1);
    }
    last().resolve(5);
    await settle();
    last().reject(new Error('429'));
    await settle();
    await ioClock.advance(100);

    expect(log).toEqual(['live', 'failed', 'failed', 'failed', 'failed', 'live', 5, 'failed']);
    expect(calls).toHaveLength(7);
    expect(errors[0]).toEqual(['Error: 429', { topic: 'x', action: 'watch' }]);
  });

  it('does not hold anybody up who leaves during a delay', async () => {
    const { calls, ioClock, hub, listen, last } = watched();
    const subscription = listen('x');
    await settle();
    last().reject(new Error('refused'));
    await settle();
    expect(ioClock.pendingTimers).toBe(1);

    subscription.unsubscribe();
    await settle();

    expect(ioClock.pendingTimers).toBe(0);
    expect(hub.stats().topics).toBe(0);
    await ioClock.advance(60_000);
    expect(calls).toHaveLength(1);
  });

  it.each([NaN, -1, 2])('waits the whole delay when the random source gives %s', async (part) => {
    const { calls, ioClock, listen, last } = watched({ minDelay: 100, random: () => part });
    listen('x');
    await settle();
    last().reject(new Error('refused'));
    await settle();

    await ioClock.advance(99);
    expect(calls).toHaveLength(1);
    await ioClock.advance(1);

    expect(calls).toHaveLength(2);
  });

  it('reports a random source that throws, and waits the whole delay', async () => {
    const random = (): number => {
      throw new Error('no luck');
    };
    const { calls, errors, ioClock, listen, last } = watched({ minDelay: 100, random });
    listen('x');
    await settle();
    last().reject(new Error('refused'));
    await settle();
    await ioClock.advance(100);

    expect(calls).toHaveLength(2);
    expect(errors.map(([error]) => error)).toEqual(['Error: refused', 'Error: no luck']);
  });

  it('takes a watch that throws, and an unwatch that fails, as failures', async () => {
    const errors: unknown[] = [];
    const source = fromWatch<number>(
      () => {
        throw new Error('thrown');
      },
      {
        unwatch: () => Promise.reject(new Error('not supported')),
        onError: (error, context) => void errors.push([String(error), context]),
        ioClock: new VirtualClock(),
      },
    );
    const hub = new SubscriptionHub({ source });
    hub.subscribe('x', () => {});
    await settle();

    await hub.close();

    expect(errors).toEqual([
      ['Error: thrown', { topic: 'x', action: 'watch' }],
      ['Error: not supported', { topic: 'x', action: 'unwatch' }],
    ]);
  });

  it('lets the process run although watch always answers at once', async () => {
    let calls = 0;
    const hub = new SubscriptionHub<Record<string, number>>({ source: fromWatch(() => ++calls) });
    hub.subscribe('x', () => {});

    await settle();
    await hub.close();
    const answered = calls;
    await settle();

    expect(answered).toBeGreaterThan(1);
    expect(calls - answered).toBeLessThanOrEqual(1);
  });

  it('keeps topics apart when one fails', async () => {
    const { calls, log, listen } = watched();
    listen('good');
    listen('bad');
    await settle();
    log.length = 0;

    calls[1]?.reject(new Error('no such market'));
    calls[0]?.resolve(3);
    await settle();

    expect(new Set(log)).toEqual(new Set([3, 'failed']));
  });

  it.each([
    [{ minDelay: -1 }, 'fromWatch: minDelay must be a number of milliseconds from 0 up, got -1'],
    [{ maxDelay: NaN }, 'fromWatch: maxDelay must be a number of milliseconds from 0 up, got NaN'],
    [{ unwatch: 5 }, 'fromWatch: unwatch must be a function, got 5'],
    [{ delay: 5 }, "fromWatch: unknown option 'delay'"],
  ])('refuses the options %o', (options, message) => {
    expect(() => fromWatch(() => 1, options as WatchOptions)).toThrow(message);
  });

  it('refuses a watch that is no function', () => {
    expect(() => fromWatch('watchTicker' as never)).toThrow("watch must be a function, got 'watchTicker'");
  });
});
