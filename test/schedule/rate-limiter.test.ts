import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { ClosedError, type Clock, OverflowError, systemClock, type Timer, VirtualClock } from 'tickwise';
import { RateLimiter, type RateLimiterOptions, type RateWindow } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { HoldingClock } from '../holding-clock.js';

/** A limiter on a clock of its own, and the times at which requests started. */
function setUp(windows: readonly RateWindow[], options: Partial<RateLimiterOptions> = {}) {
  const clock = new VirtualClock(1_700_000_000_000);
  const limiter = new RateLimiter({ windows, clock, ...options });
  const starts: { readonly name: string; readonly at: number }[] = [];
  const ask = (name: string, weight = 1, scope: Parameters<RateLimiter['acquire']>[1] = {}): Promise<void> =>
    limiter.acquire(weight, scope).then(() => void starts.push({ name, at: clock.now() }));
  return { clock, limiter, starts, ask };
}

const names = (starts: readonly { readonly name: string }[]): string[] => starts.map(({ name }) => name);

describe('requests within one window', () => {
  it('start at once while there is room', async () => {
    const { clock, limiter, ask, starts } = setUp([{ limit: 10, interval: 1_000 }]);

    await ask('a', 4);
    await ask('b', 6);

    expect(starts).toEqual([
      { name: 'a', at: 0 },
      { name: 'b', at: 0 },
    ]);
    expect(limiter.stats()).toMatchObject({ requested: 2, started: 2, weight: 10, delayed: 0, waiting: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('are at most 100 in any second when 400 come at once, and the last starts as early as can be', async () => {
    const { clock, ask, starts } = setUp([{ limit: 100, interval: 1_000 }]);
    await ask('first');
    await clock.advance(950);

    for (let index = 0; index < 400; index++) void ask(`task ${index}`);
    await clock.advance(10_000);

    const times = starts.map(({ at }) => at);
    const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
    expect(most).toBe(100);
    expect(times).toHaveLength(401);
    expect(times.at(-1)).toBe(4_000);
  });

  it('start in the order they came, so that a heavy one is not overtaken by light ones', async () => {
    const { clock, ask, starts } = setUp([{ limit: 10, interval: 1_000 }]);
    await ask('filler', 5);
    await clock.advance(100);
    void ask('heavy', 8);
    void ask('light', 1);

    await clock.advance(899);
    const before = names(starts);
    await clock.advance(1);

    expect(before).toEqual(['filler']);
    expect(starts.slice(1)).toEqual([
      { name: 'heavy', at: 1_000 },
      { name: 'light', at: 1_000 },
    ]);
  });

  it('of weight 0 count as requests only', async () => {
    const { limiter } = setUp([
      { limit: 1, interval: 1_000 },
      { limit: 2, interval: 1_000, counts: 'requests' },
    ]);

    expect([limiter.tryAcquire(0), limiter.tryAcquire(0), limiter.tryAcquire(0)]).toEqual([0, 0, 1_000]);
  });

  it('wait on the same timer', async () => {
    const { clock, ask } = setUp([{ limit: 1, interval: 1_000 }]);

    for (let index = 0; index < 50; index++) void ask(`task ${index}`);

    expect(clock.pendingTimers).toBe(1);
    await clock.advance(49_000);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('several windows at once', () => {
  it('all hold: the second, the aligned minute and the day', async () => {
    const { clock, ask, starts } = setUp([
      { limit: 3, interval: 1_000 },
      { limit: 8, interval: 60_000, alignment: 'clock' },
      { limit: 10, interval: 86_400_000, alignment: 'clock' },
    ]);

    for (let index = 0; index < 11; index++) void ask(`task ${index}`);
    await clock.advance(86_400_000);

    // 1 700 000 000 000 is 22:13:20: the next minute starts in 40 s, the next day in 6 400 s.
    expect(starts.map(({ at }) => at)).toEqual([0, 0, 0, 1_000, 1_000, 1_000, 2_000, 2_000, 40_000, 40_000, 6_400_000]);
  });

  it('never let more start than any of them allows, for any load', async () => {
    const window = fc.record({
      limit: fc.integer({ min: 5, max: 30 }),
      interval: fc.constantFrom(100, 250, 1_000),
      alignment: fc.constantFrom('rolling' as const, 'clock' as const),
      counts: fc.constantFrom('weight' as const, 'requests' as const),
    });
    const request = fc.record({ wait: fc.integer({ min: 0, max: 120 }), weight: fc.integer({ min: 0, max: 5 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(window, { minLength: 1, maxLength: 4 }),
        fc.array(request, { minLength: 1, maxLength: 60 }),
        async (windows, requests) => {
          const clock = new VirtualClock(1_700_000_000_370);
          const limiter = new RateLimiter({ windows, clock });
          const starts: { at: number; weight: number; order: number }[] = [];
          for (const [order, { wait, weight }] of requests.entries()) {
            await clock.advance(wait);
            void limiter.acquire(weight).then(() => starts.push({ at: clock.wallTime(), weight, order }));
          }
          await clock.advance(60_000);

          expect(starts.map(({ order }) => order)).toEqual(requests.map((_, index) => index));
          for (const { alignment, counts, interval, limit } of windows) {
            for (const { at } of starts) {
              const from = alignment === 'clock' ? Math.floor(at / interval) * interval : at;
              const within = starts.filter((start) => start.at >= from && start.at < from + interval);
              const used = within.reduce((sum, { weight }) => sum + (counts === 'weight' ? weight : 1), 0);
              expect(used).toBeLessThanOrEqual(limit);
            }
          }
          expect(limiter.stats()).toMatchObject({ started: requests.length, waiting: 0 });
          expect(clock.pendingTimers).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('let each request start in the first millisecond in which it fits, for any load', async () => {
    const request = fc.record({ wait: fc.integer({ min: 0, max: 60 }), weight: fc.integer({ min: 1, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 50 }), async (requests) => {
        const { clock, ask, starts } = setUp([{ limit: 10, interval: 200 }]);
        // The slow way: walk the milliseconds, and give the first in line its turn when it fits.
        const expected: number[] = [];
        let arrival = 0;
        let turn = 0;
        for (const { wait, weight } of requests) {
          arrival += wait;
          turn = Math.max(turn, arrival);
          const used = (at: number): number =>
            expected.reduce((sum, start, index) => sum + (start + 200 > at ? (requests[index]?.weight ?? 0) : 0), 0);
          while (used(turn) + weight > 10) turn++;
          expected.push(turn);
        }

        for (const { wait, weight } of requests) {
          await clock.advance(wait);
          void ask('task', weight);
        }
        await clock.advance(20_000);

        expect(starts.map(({ at }) => at)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('count a window of 200 per second to the server second: no request too many from +370 ms on', async () => {
    for (const latency of [0, 80]) {
      const clock = new VirtualClock(1_700_000_000_370);
      const limiter = new RateLimiter({
        windows: [{ limit: 200, interval: 1_000, alignment: 'clock' }],
        clock,
        latency,
      });
      const arrivals = new Map<number, number>();
      for (let index = 0; index < 900; index++) {
        const weight = [1, 2, 5][index % 3] ?? 1;
        const arrive = (): void => {
          const second = Math.floor((clock.wallTime() + ((index * 37) % (latency + 1))) / 1_000);
          arrivals.set(second, (arrivals.get(second) ?? 0) + weight);
        };
        void limiter.acquire(weight).then(arrive);
      }

      await clock.advance(15_000);

      expect([...arrivals.values()].reduce((sum, weight) => sum + weight, 0)).toBe(2_400);
      expect(Math.max(...arrivals.values())).toBeLessThanOrEqual(200);
    }
  });
});

describe('windows per key', () => {
  const pacing = [
    { limit: 60, interval: 600_000 },
    { limit: 5, interval: 2_000, per: 'contract' },
    { limit: 1, interval: 15_000, counts: 'requests', per: 'request' },
  ] as const;

  it('hold up only the requests of that key', async () => {
    const { clock, ask, starts } = setUp(pacing);
    for (let index = 0; index < 6; index++) {
      void ask(`AAPL ${index}`, 1, { keys: { contract: 'AAPL', request: `AAPL ${index}` } });
    }
    void ask('MSFT', 1, { keys: { contract: 'MSFT', request: 'MSFT' } });

    await clock.advance(0);
    const first = names(starts);
    await clock.advance(2_000);

    expect(first).toEqual(['AAPL 0', 'AAPL 1', 'AAPL 2', 'AAPL 3', 'AAPL 4', 'MSFT']);
    expect(starts.at(-1)).toEqual({ name: 'AAPL 5', at: 2_000 });
  });

  it('make the identical request wait, and let a different one of its contract pass', async () => {
    const { clock, ask, starts } = setUp(pacing);
    const keys = { contract: 'AAPL', request: 'AAPL 1 D' };
    await ask('first', 1, { keys });
    void ask('again', 1, { keys });
    void ask('other', 1, { keys: { contract: 'AAPL', request: 'AAPL 2 D' } });

    await clock.advance(20_000);

    expect(starts).toEqual([
      { name: 'first', at: 0 },
      { name: 'other', at: 0 },
      { name: 'again', at: 15_000 },
    ]);
  });

  it('do not hold for requests that name no key', async () => {
    const { limiter } = setUp(pacing);

    for (let index = 0; index < 60; index++) expect(limiter.tryAcquire()).toBe(0);

    expect(limiter.tryAcquire()).toBe(600_000);
  });

  it('never let more start per key than allowed, nor starve a key, for any mix', async () => {
    const request = fc.record({
      wait: fc.integer({ min: 0, max: 40 }),
      key: fc.constantFrom('a', 'b', 'c', undefined),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 80 }), async (requests) => {
        const clock = new VirtualClock();
        const windows = [
          { limit: 12, interval: 300 },
          { limit: 3, interval: 500, per: 'contract' },
        ];
        const limiter = new RateLimiter({ windows, clock });
        const starts: { at: number; key: string | undefined; order: number }[] = [];
        for (const [order, { wait, key }] of requests.entries()) {
          await clock.advance(wait);
          const scope = key === undefined ? {} : { keys: { contract: key } };
          void limiter.acquire(1, scope).then(() => starts.push({ at: clock.now(), key, order }));
        }
        await clock.advance(30_000);

        expect(starts).toHaveLength(requests.length);
        for (const { at, key } of starts) {
          const all = starts.filter((start) => start.at >= at && start.at < at + 300);
          const same = starts.filter((start) => start.key === key && start.at >= at && start.at < at + 500);
          expect(all.length).toBeLessThanOrEqual(12);
          if (key !== undefined) expect(same.length).toBeLessThanOrEqual(3);
        }
        for (const key of ['a', 'b', 'c', undefined]) {
          const orders = starts.filter((start) => start.key === key).map(({ order }) => order);
          expect(orders).toEqual(orders.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are bounded: a further key is refused when maxKeys count, and the others go on', async () => {
    const { clock, ask, limiter, starts } = setUp([{ limit: 1, interval: 1_000, per: 'request' }], { maxKeys: 70 });
    for (let index = 0; index < 70; index++) await ask(`${index}`, 1, { keys: { request: `${index}` } });

    const refused = await limiter.acquire(1, { keys: { request: 'x' } }).catch((error: unknown) => error);
    void ask('again', 1, { keys: { request: '0' } });
    await clock.advance(1_000);

    expect(refused).toBeInstanceOf(OverflowError);
    expect(starts.at(-1)).toEqual({ name: 'again', at: 1_000 });
    expect(limiter.stats()).toMatchObject({ requested: 72, started: 71, refused: 1, waiting: 0 });
  });
});

describe('tryAcquire', () => {
  it('returns 0 when the request may start, else the milliseconds to wait', async () => {
    const { clock, limiter } = setUp([{ limit: 2, interval: 1_000 }]);
    const taken = [limiter.tryAcquire(), limiter.tryAcquire()];
    await clock.advance(300);

    const wait = limiter.tryAcquire();
    await clock.advance(wait);

    expect(taken).toEqual([0, 0]);
    expect(wait).toBe(700);
    expect(limiter.tryAcquire()).toBe(0);
    expect(limiter.stats()).toMatchObject({ requested: 3, started: 3, delayed: 0 });
  });

  it('does not overtake those who wait', async () => {
    const { clock, limiter, ask, starts } = setUp([{ limit: 10, interval: 1_000 }]);
    await ask('filler', 8);
    void ask('heavy', 5);

    const wait = limiter.tryAcquire(1);
    await clock.advance(1_000);

    expect(wait).toBe(1_000);
    expect(names(starts)).toEqual(['filler', 'heavy']);
    expect(limiter.tryAcquire(1)).toBe(0);
  });

  it('may start beside those who wait for a key of their own', () => {
    const { limiter } = setUp([{ limit: 1, interval: 1_000, per: 'contract' }]);
    limiter.tryAcquire(1, { keys: { contract: 'a' } });
    void limiter.acquire(1, { keys: { contract: 'a' } });

    expect(limiter.tryAcquire(1, { keys: { contract: 'a' } })).toBe(1_000);
    expect(limiter.tryAcquire(1, { keys: { contract: 'b' } })).toBe(0);
    expect(limiter.tryAcquire()).toBe(0);
  });

  it('gives those who wait their turn first when the timer is late', async () => {
    const clock = new VirtualClock();
    let shift = 0;
    // The event loop was busy: time has passed and no timer has fired yet.
    const late: Clock = {
      now: () => clock.now() + shift,
      wallTime: () => clock.wallTime() + shift,
      setTimeout: (callback, delay) => clock.setTimeout(callback, delay),
    };
    const limiter = new RateLimiter({ windows: [{ limit: 1, interval: 1_000 }], clock: late });
    const started: string[] = [];
    await limiter.acquire();
    void limiter.acquire().then(() => started.push('waiter'));

    shift = 1_500;
    const wait = limiter.tryAcquire();
    await clock.advance(0);

    expect(started).toEqual(['waiter']);
    expect(wait).toBe(1_000);
  });
});

describe('room to be left for others', () => {
  it('keeps a part of each window free from those who have to leave it', async () => {
    const { clock, limiter } = setUp([
      { limit: 10, interval: 1_000 },
      { limit: 4, interval: 2_000, counts: 'requests', per: 'contract' },
    ]);
    const scope = { keys: { contract: 'a' } };

    const data = [limiter.tryAcquire(5, { leave: 0.5 }), limiter.tryAcquire(1, { leave: 0.5 })];
    const order = limiter.tryAcquire(1, { leave: 0 });
    await clock.advance(1_000);
    const keyed = [1, 2, 3].map(() => limiter.tryAcquire(1, { leave: 0.5, ...scope }));

    expect(data).toEqual([0, 1_000]);
    expect(order).toBe(0);
    expect(keyed).toEqual([0, 0, 2_000]);
    expect(limiter.tryAcquire(1, scope)).toBe(0);
  });

  it('is never more than an empty window has', () => {
    const { limiter } = setUp([{ limit: 10, interval: 1_000 }]);

    expect(limiter.tryAcquire(8, { leave: 0.5 })).toBe(0);
    expect(limiter.tryAcquire(1, { leave: 1 })).toBe(1_000);
    expect(() => limiter.tryAcquire(11, { leave: 0.5 })).toThrow('above a limit');
  });

  it.each([Number.NaN, -0.1, 1.1, null, '1'])('is refused as %s', (leave) => {
    const { limiter } = setUp([{ limit: 10, interval: 1_000 }]);

    expect(() => limiter.tryAcquire(1, { leave: leave as number })).toThrow(/leave must be a number from 0 to 1, got/);
  });
});

describe('a signal', () => {
  it('gives up waiting with its own reason, and the next in line moves up', async () => {
    const { clock, limiter, ask, starts } = setUp([{ limit: 10, interval: 1_000 }]);
    const controller = new AbortController();
    await ask('filler', 8);
    const heavy = ask('heavy', 9, { signal: controller.signal });
    void ask('light', 2);
    const reason = { why: 'operator' };

    controller.abort(reason);
    await expect(heavy).rejects.toBe(reason);
    await clock.advance(0);

    expect(names(starts)).toEqual(['filler', 'light']);
    expect(limiter.stats()).toMatchObject({ requested: 3, started: 2, aborted: 1, waiting: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('that is aborted before starts nothing', async () => {
    const { limiter } = setUp([{ limit: 1, interval: 1_000 }]);
    const signal = AbortSignal.abort('too late');

    await expect(limiter.acquire(1, { signal })).rejects.toBe('too late');

    expect(limiter.stats()).toMatchObject({ requested: 1, started: 0, aborted: 1 });
    expect(limiter.tryAcquire()).toBe(0);
  });

  it('shared by 16 000 requests has one listener, and none afterwards', async () => {
    const { clock, limiter } = setUp([{ limit: 1, interval: 1_000 }]);
    const { signal, abort } = withAbort();
    const settled: Promise<unknown>[] = [];
    for (let index = 0; index < 16_000; index++) settled.push(limiter.acquire(1, { signal }).catch(() => 'aborted'));
    const listeners = getEventListeners(signal, 'abort').length;

    abort();
    const results = await Promise.all(settled);

    expect(listeners).toBe(1);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(results.filter((result) => result === 'aborted')).toHaveLength(15_999);
    expect(limiter.stats()).toMatchObject({ requested: 16_000, started: 1, aborted: 15_999, waiting: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('has no listener any more when all its requests have started', async () => {
    const { clock, ask } = setUp([{ limit: 1, interval: 1_000 }]);
    const { signal } = withAbort();
    for (let index = 0; index < 3; index++) void ask(`${index}`, 1, { signal });
    const before = getEventListeners(signal, 'abort').length;

    await clock.advance(2_000);

    expect([before, getEventListeners(signal, 'abort').length]).toEqual([1, 0]);
  });

  it('gives up a request of a blocked key, and its neighbours keep their turns', async () => {
    const { clock, ask, starts } = setUp([{ limit: 4, interval: 1_000, per: 'contract' }]);
    const { signal, abort } = withAbort();
    const scope = { keys: { contract: 'a' } };
    await ask('filler', 2, scope);
    const heavy = ask('heavy', 4, { ...scope, signal });
    void ask('light', 2, scope);

    abort();
    await expect(heavy).rejects.toThrow('aborted');
    await clock.advance(0);

    expect(names(starts)).toEqual(['filler', 'light']);
  });

  function withAbort() {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort() };
  }
});

describe('what does not fit', () => {
  it('is refused: a weight above a limit would wait for ever', async () => {
    const { limiter } = setUp([{ limit: 10, interval: 1_000 }]);

    await expect(limiter.acquire(11)).rejects.toThrow('weight 11 is above a limit');
    expect(() => limiter.tryAcquire(11)).toThrow('weight 11 is above a limit');
    expect(limiter.explain(11).wait).toBe(Infinity);
    expect(limiter.stats()).toMatchObject({ requested: 1, refused: 1 });
  });

  it('is refused when maxWaiting requests wait', async () => {
    const { clock, limiter } = setUp([{ limit: 1, interval: 1_000 }], { maxWaiting: 2 });
    const results = Array.from({ length: 4 }, () =>
      limiter.acquire().then(
        () => 'started',
        (error: unknown) => error,
      ),
    );
    await clock.advance(3_000);

    const settled = await Promise.all(results);

    expect(settled.slice(0, 3)).toEqual(['started', 'started', 'started']);
    expect(settled[3]).toBeInstanceOf(OverflowError);
  });

  it.each([Number.NaN, -1, Infinity, '1', null])('is refused at once: the weight %s', (weight) => {
    const { limiter } = setUp([{ limit: 10, interval: 1_000 }]);

    expect(() => void limiter.acquire(weight as number)).toThrow(/weight must be a finite number from 0 up, got/);
    expect(() => limiter.tryAcquire(weight as number)).toThrow(/weight must be/);
    expect(() => limiter.explain(weight as number)).toThrow(/weight must be/);
    expect(limiter.stats().requested).toBe(0);
  });

  it('is refused at once: a key that no window goes by, which would leave a limit out', () => {
    const { limiter } = setUp([{ limit: 1, interval: 1_000, per: 'contract' }]);

    expect(() => limiter.tryAcquire(1, { keys: { contrcat: 'AAPL' } })).toThrow(
      "no window goes by the key 'contrcat'; known are [ 'contract' ]",
    );
    expect(() => limiter.tryAcquire(1, { keys: { endpoint: '/depth' } })).toThrow("the key 'endpoint'");
    expect(() => limiter.tryAcquire(1, { keys: { contract: 5 as unknown as string } })).toThrow(
      'keys.contract must be',
    );
    expect(() => limiter.tryAcquire(1, { endpoint: 5 as unknown as string })).toThrow('endpoint must be a text');
    expect(() => limiter.tryAcquire(1, { keys: null as unknown as Record<string, string> })).toThrow('keys must be');
  });
});

describe('close', () => {
  it('rejects all who wait, blocked or not, and whatever comes later', async () => {
    const { clock, limiter, ask, starts } = setUp([
      { limit: 2, interval: 1_000 },
      { limit: 1, interval: 500, per: 'contract' },
    ]);
    const { signal } = new AbortController();
    await ask('first', 1, { keys: { contract: 'a' } });
    const waiting = [ask('blocked', 1, { keys: { contract: 'a' } }), ask('heavy', 2, { signal }), ask('last')];
    const outcomes = Promise.allSettled(waiting);

    await limiter.close();
    await limiter[Symbol.asyncDispose]();
    await clock.advance(5_000);

    const results = await outcomes;
    expect(results.every((result) => result.status === 'rejected' && result.reason instanceof ClosedError)).toBe(true);
    expect(names(starts)).toEqual(['first']);
    await expect(limiter.acquire()).rejects.toBeInstanceOf(ClosedError);
    expect(() => limiter.tryAcquire()).toThrow(ClosedError);
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(limiter.stats()).toMatchObject({ requested: 5, started: 1, refused: 4, waiting: 0 });
  });
});

describe('explain', () => {
  it('names everything that holds a request up', async () => {
    const { clock, limiter } = setUp([
      { limit: 10, interval: 1_000 },
      { limit: 1, interval: 15_000, counts: 'requests', per: 'request' },
    ]);
    const scope = { endpoint: '/depth', keys: { request: 'x' } };
    const before = limiter.explain(9, scope);
    limiter.tryAcquire(9, scope);
    await clock.advance(100);
    limiter.observe({ pauseFor: 200, endpoint: '/depth' });
    limiter.observe({ pauseFor: 50 });
    void limiter.acquire(5);

    const after = limiter.explain(2, scope);

    expect(before).toEqual({ isFree: true, wait: 0, reasons: [] });
    expect(after).toEqual({
      isFree: false,
      wait: 14_900,
      reasons: [
        { type: 'pause', endpoint: undefined, wait: 50 },
        { type: 'pause', endpoint: '/depth', wait: 200 },
        { type: 'window', limit: 10, interval: 1_000, per: undefined, key: undefined, used: 9, wait: 900 },
        { type: 'window', limit: 1, interval: 15_000, per: 'request', key: 'x', used: 1, wait: 14_900 },
        { type: 'queue', waiting: 1 },
      ],
    });
  });
});

describe('stats', () => {
  it('are plain, add up, and show each window', async () => {
    const { clock, limiter, ask } = setUp([
      { limit: 10, interval: 1_000 },
      { limit: 6, interval: 60_000, alignment: 'clock' },
      { limit: 15, interval: 45_000, alignment: 'decay' },
      { limit: 1, interval: 1_000, per: 'contract', counts: 'requests' },
    ]);
    await ask('a', 4, { keys: { contract: 'a' } });
    void ask('b', 4);
    await clock.advance(3_000);

    const stats = limiter.stats();

    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
    expect(stats).toEqual({
      requested: 2,
      started: 1,
      weight: 4,
      waiting: 1,
      delayed: 1,
      aborted: 0,
      refused: 0,
      pauses: 0,
      pausedFor: 0,
      observed: 0,
      unused: 0,
      windows: [
        { limit: 10, interval: 1_000, alignment: 'rolling', counts: 'weight', per: null, used: 0, keys: 0 },
        { limit: 6, interval: 60_000, alignment: 'clock', counts: 'weight', per: null, used: 4, keys: 0 },
        { limit: 15, interval: 45_000, alignment: 'decay', counts: 'weight', per: null, used: 3, keys: 0 },
        { limit: 1, interval: 1_000, alignment: 'rolling', counts: 'requests', per: 'contract', used: null, keys: 1 },
      ],
    });
  });
});

describe('on the system clock', () => {
  it('a waiting request holds the process, and none does afterwards', async () => {
    const clock = new HoldingClock();
    const controller = new AbortController();
    const limiter = new RateLimiter({ windows: [{ limit: 1, interval: 3_600_000 }], clock });
    await limiter.acquire();

    const waiting = limiter.acquire(1, { signal: controller.signal });
    const during = clock.held;
    controller.abort();
    await expect(waiting).rejects.toThrow('aborted');

    expect(during).toBe(1);
    expect(clock.held).toBe(0);
  });

  it('a request that waits starts when its time has come, not before', async () => {
    const limiter = new RateLimiter({ windows: [{ limit: 1, interval: 40 }] });
    const began = systemClock.now();

    for (let index = 0; index < 3; index++) await limiter.acquire();

    expect(systemClock.now() - began).toBeGreaterThanOrEqual(80);
  });

  it('a timer that fires early only makes it look again', async () => {
    const inner = new VirtualClock();
    // Fires 0.4 ms before its time, as Node's own timers may.
    const early: Clock = {
      now: () => inner.now(),
      wallTime: () => inner.wallTime(),
      setTimeout: (callback, delay): Timer => inner.setTimeout(callback, Math.max(0.005, delay - 0.4)),
    };
    const limiter = new RateLimiter({ windows: [{ limit: 1, interval: 100 }], clock: early });
    const starts: number[] = [];
    for (let index = 0; index < 3; index++) void limiter.acquire().then(() => starts.push(inner.now()));

    await inner.advance(250);

    expect(starts[1]).toBeGreaterThanOrEqual(100);
    expect(starts[1]).toBeLessThan(100.02);
    expect(starts[2]).toBeGreaterThanOrEqual(200);
  });
});
