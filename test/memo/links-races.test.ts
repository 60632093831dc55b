/** What a second level, a bus, refreshes and callers who leave make of each other. Two caches stand for two processes. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo, memoize, type Memoized, methodCache } from 'tickwise/memo';
import { Loads, settle } from './deferred.js';
import { collectGarbage } from './garbage.js';
import { MemoryBus } from './memory-bus.js';
import { MemoryStore } from './memory-store.js';

const unhandled = vi.fn<(reason: unknown) => void>();

beforeEach(() => {
  unhandled.mockClear();
  process.on('unhandledRejection', unhandled);
});

afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  expect(unhandled).not.toHaveBeenCalled();
});

/** A bus that can be down, and knows how many listen. */
class WatchedBus extends MemoryBus {
  isDown = false;
  subscribers = 0;

  override async publish(message: string): Promise<void> {
    if (this.isDown) throw new Error('bus down');
    await super.publish(message);
  }

  override subscribe(onMessage: (message: string) => void, onGap: () => void): Disposable {
    const subscription = super.subscribe(onMessage, onGap);
    this.subscribers++;
    return {
      [Symbol.dispose]: () => {
        this.subscribers--;
        subscription[Symbol.dispose]();
      },
    };
  }
}

const clockOf2023 = (): VirtualClock => new VirtualClock(1_700_000_000_000);

describe('a stale result of the store', () => {
  it('is served as a value while and after a warm load that fails', async () => {
    const clock = clockOf2023();
    const store = new MemoryStore(clock);
    const load = vi.fn(async (symbol: string) => `${symbol} 1`);
    const onError = vi.fn();
    const options = { name: 'x', store, clock, ioClock: clock, ttl: 100, staleWhileRevalidate: 1_000, onError };
    const [here, there] = [memo(load, options), memo(load, options)];
    await here('BTC');
    await clock.advance(200);
    const loads = new Loads<string>();
    load.mockImplementation(loads.run);

    const warming = there.warm([['BTC']]);
    await vi.waitFor(() => expect(loads.count).toBe(1));
    const during = there('BTC');
    loads.at(0).reject(new Error('venue down'));
    await warming;

    expect(await during).toBe('BTC 1');
    load.mockRejectedValue(new Error('venue down'));
    expect(await there('BTC')).toBe('BTC 1');
    expect(there.stats()).toMatchObject({ calls: 2, staleHits: 2 });
  });
});

describe('set', () => {
  it('takes the old value out of the store and of other processes when the new one cannot be stored', async () => {
    const clock = clockOf2023();
    const [store, bus] = [new MemoryStore(clock), new MemoryBus()];
    let version = 0;
    const load = async (_symbol: string): Promise<number> => ++version;
    const options = { name: 'x', store, bus, clock, ioClock: clock, isStorable: (value: number) => value > 0 };
    const [here, there] = [memo(load, options), memo(load, options)];
    for (const value of [-1, Promise.resolve(-1)]) {
      const old = await here('BTC');
      await clock.advance(0);
      expect(await there('BTC')).toBe(old);

      here.set(['BTC'], value);
      await clock.advance(0);

      expect(there.has('BTC')).toBe(false);
      expect(await here('BTC')).toBe(old + 1);
      await clock.advance(0);
    }
  });

  it('of a promise is shared once it settles, in the place of what was there', async () => {
    const clock = clockOf2023();
    const store = new MemoryStore(clock);
    const loads = new Loads<string>();
    const options = { name: 'x', store, clock, ioClock: clock, tags: () => ['position'] };
    const load = async (_symbol: string): Promise<string> => 'loaded';
    const [here, there, third] = [memo(load, options), memo(load, options), memo(load, options)];
    await there('BTC');
    await there.invalidateTag('position');
    await there('BTC');
    await there.flush();

    here.set(['BTC'], loads.run());
    await clock.advance(1);
    loads.at(0).resolve('set');
    await clock.advance(1);
    await here.flush();

    expect(await third('BTC')).toBe('set');
  });

  it.each([
    ['invalidate', (there: Memoized<(symbol: string) => Promise<string>>) => there.invalidate('BTC')],
    ['invalidateTag', (there: Memoized<(symbol: string) => Promise<string>>) => there.invalidateTag('position')],
    ['clear', (there: Memoized<(symbol: string) => Promise<string>>) => there.clear()],
  ])('of a promise is not shared when another process calls %s before it settles', async (_, happen) => {
    const clock = clockOf2023();
    const store = new MemoryStore(clock);
    const loads = new Loads<string>();
    const load = async (_symbol: string): Promise<string> => 'new';
    const options = { name: 'x', store, clock, ioClock: clock, tags: () => ['position'] };
    const [here, there, third] = [memo(load, options), memo(load, options), memo(load, options)];
    here.set(['BTC'], loads.run());
    await clock.advance(1);

    await happen(there);
    loads.at(0).resolve('old');
    await clock.advance(1);
    await here.flush();

    expect(await third('BTC')).toBe('new');
  });

  it('of a promise makes calls wait for it, whatever was there', async () => {
    const loads = new Loads<string>();
    const cached = memo(async (_symbol: string) => 'old', { clock: new VirtualClock() });
    await cached('BTC');

    cached.set(['BTC'], loads.run());
    const call = cached('BTC');
    loads.at(0).resolve('new');

    expect(await call).toBe('new');
    expect(cached.stats()).toMatchObject({ calls: 2, misses: 1, coalesced: 1 });
  });
});

describe('with a store', () => {
  it('an early refresh loads, and does not take the same entry again', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.99);
    const clock = clockOf2023();
    const store = new MemoryStore(clock);
    let version = 0;
    const load = async (): Promise<number> => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
      return ++version;
    };
    const options = { name: 'x', store, clock, ioClock: clock, ttl: 1_000, earlyRefresh: true };
    const [here, there] = [memo(load, options), memo(load, options)];
    const first = here();
    await clock.advance(10);
    await first;
    await clock.advance(0);
    await there();
    await clock.advance(990);

    expect(await here()).toBe(1);
    await clock.advance(10);
    expect(await here()).toBe(2);
    await clock.advance(0);
    // The other process finds what was refreshed early, and does not load.
    const stale = there();
    await clock.advance(0);

    expect([await stale, await there()]).toEqual([2, 2]);
    expect(version).toBe(2);
  });

  it('warm loads what the store has but would expire before the next round', async () => {
    const clock = clockOf2023();
    const store = new MemoryStore(clock);
    const load = vi.fn(async (symbol: string) => symbol);
    const cached = memo(load, { name: 'x', store, clock, ioClock: clock, ttl: 1_000 });

    const warming = await cached.warm([['BTC']], { every: 600 });
    await clock.advance(600);
    await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(2));
    await clock.advance(599);

    expect(cached.explain('BTC')).toMatchObject({ state: 'fresh' });
    warming[Symbol.dispose]();
  });

  it('warm takes what another process has just stored', async () => {
    const clock = clockOf2023();
    const store = new MemoryStore(clock);
    const load = vi.fn(async (symbol: string) => symbol);
    const options = { name: 'x', store, clock, ioClock: clock, ttl: 1_000 };
    const [here, there] = [memo(load, options), memo(load, options)];
    await here('BTC');
    await clock.advance(300);

    const warming = await there.warm([['BTC']], { every: 600 });
    warming[Symbol.dispose]();

    expect(load).toHaveBeenCalledTimes(1);
  });

  it('a load that was given up before it began counts as neither load nor error', async () => {
    const clock = clockOf2023();
    const store = new MemoryStore(clock);
    store.fault = () => ({ late: 10 });
    const run = async (symbol: string, _signal: AbortSignal): Promise<string> => symbol;
    const cached = memo(run, { name: 'x', store, clock, ioClock: clock, abortable: true });
    const controller = new AbortController();
    const call = cached.withSignal(controller.signal, 'BTC');
    controller.abort(new Error('gone'));
    await expect(call).rejects.toThrow('gone');
    await clock.advance(100);

    expect(cached.stats()).toMatchObject({ calls: 1, misses: 1, loads: 0, loadErrors: 0 });
    expect(cached.explain('BTC')).toMatchObject({ reason: 'cold', isLoading: false });
  });
});

describe('the instances of a method with a store or a bus', () => {
  it.each(['invalidate', 'invalidateTag', 'clear', 'set'] as const)('all hear of %s on one of them', async (member) => {
    const clock = clockOf2023();
    const [store, bus] = [new MemoryStore(clock), new MemoryBus()];
    let version = 0;
    class Api {
      @memoize({
        name: 'Api.load',
        store,
        bus,
        clock,
        ioClock: clock,
        key: (symbol: string) => symbol,
        tags: () => ['all'],
      })
      async load(_symbol: string): Promise<number> {
        return ++version;
      }
    }
    const [one, two] = [new Api(), new Api()];
    await one.load('BTC');
    await clock.advance(0);
    expect(await two.load('BTC')).toBe(1);

    const cache = methodCache(one, 'load');
    if (member === 'invalidate') void cache.invalidate('BTC');
    else if (member === 'invalidateTag') void cache.invalidateTag('all');
    else if (member === 'clear') void cache.clear();
    else cache.set(['BTC'], 7);

    expect(methodCache(two, 'load').has('BTC')).toBe(false);
    expect(cache.has('BTC')).toBe(member === 'set');
    await clock.advance(0);
    expect(await two.load('BTC')).toBe(member === 'set' ? 7 : 2);
    await clock.advance(0);
    expect(await one.load('BTC')).toBe(member === 'set' ? 7 : 2);
  });
});

describe('a dropped cache with a bus', () => {
  /** Makes a cache whose owner is reached from its options, as a class with a memo in a field is. */
  function drop(bus: WatchedBus): WeakRef<object> {
    const owner: { cached?: unknown } = {};
    owner.cached = memo((value: number) => value, { name: 'x', bus, onError: () => owner.cached });
    return new WeakRef(owner);
  }

  it('is collected, and hears no more', async () => {
    const bus = new WatchedBus();
    const dropped = Array.from({ length: 20 }, () => drop(bus));

    await collectGarbage(() => bus.subscribers === 0);

    expect(dropped.map((each) => each.deref())).toEqual(dropped.map(() => undefined));
    expect(bus.subscribers).toBe(0);
  });

  it('is told first to the others what the bus has not taken yet', async () => {
    const bus = new WatchedBus();
    const ioClock = new VirtualClock();
    const heard = memo(async (value: number) => value, { name: 'x', bus, ioClock });
    await heard(1);
    bus.isDown = true;
    await (async () => {
      const cached = memo(async (value: number) => value, { name: 'x', bus, ioClock, onError: () => undefined });
      await cached.invalidate(1);
    })();
    await collectGarbage(() => bus.subscribers === 1, 20);

    bus.isDown = false;
    await ioClock.advance(60_000);
    await collectGarbage(() => bus.subscribers === 1);
    await ioClock.advance(60_000);

    expect(heard.has(1)).toBe(false);
    expect(bus.subscribers).toBe(1);
  });
});

describe('a caller with a signal', () => {
  it('ends the wait for another process when it leaves', async () => {
    const clock = clockOf2023();
    const store = new MemoryStore(clock);
    const loads = new Loads<string>();
    const load = (symbol: string, signal?: AbortSignal): Promise<string> => loads.run(symbol, signal);
    const options = { name: 'x', store, clock, ioClock: clock, lease: true, abortable: true };
    const [here, there] = [memo(load, options), memo(load, options)];
    const other = there('BTC');
    await clock.advance(5);
    const controller = new AbortController();
    const call = here.withSignal(controller.signal, 'BTC');
    const outcome = call.catch((error: unknown) => error);
    await clock.advance(50);

    controller.abort(new Error('left'));
    expect(await outcome).toMatchObject({ message: 'left' });
    await clock.advance(100);
    const looks = store.count('get');
    await clock.advance(1_000);

    expect(store.count('get')).toBe(looks);
    loads.at(0).resolve('v1');
    expect(await other).toBe('v1');
    expect(loads.count).toBe(1);
  });

  it('may leave while the cache is bypassed', async () => {
    vi.stubEnv('TICKWISE_BYPASS', 'memo:x');
    const loads = new Loads<string>();
    const signals: AbortSignal[] = [];
    const run = async (_symbol: string, signal: AbortSignal): Promise<string> => {
      signals.push(signal);
      return await loads.run();
    };
    const cached = memo(run, { name: 'x', abortable: true });
    const controller = new AbortController();

    const call = cached.withSignal(controller.signal, 'BTC');
    const other = cached('BTC');
    controller.abort(new Error('gone'));

    await expect(call).rejects.toThrow('gone');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    loads.at(0).reject(new Error('late'));
    loads.at(1).resolve('BTC');
    expect(await other).toBe('BTC');
    expect(cached.stats()).toMatchObject({ calls: 2, misses: 2, loads: 2, entries: 0 });
  });

  it('leaves at once when the load itself aborts the signal before it returns', async () => {
    const controller = new AbortController();
    const run = async (): Promise<string> => {
      controller.abort(new Error('gone'));
      return await new Promise(() => undefined);
    };
    const cached = memo(run, { clock: new VirtualClock() });

    await expect(cached.withSignal(controller.signal)).rejects.toThrow('gone');
  });

  it('does not take the load along for which warm waits', async () => {
    const loads = new Loads<string>();
    const run = async (_symbol: string, _signal: AbortSignal): Promise<string> => await loads.run();
    const cached = memo(run, { abortable: true });
    const controller = new AbortController();
    const call = cached.withSignal(controller.signal, 'BTC');

    const warming = cached.warm([['BTC']]);
    await vi.waitFor(() => expect(loads.count).toBe(1));
    await settle();
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('gone'));
    await expect(call).rejects.toThrow('gone');
    loads.at(0).resolve('BTC');

    expect(await warming).toMatchObject({ present: 1, failed: 0 });
    expect(cached.peek('BTC')).toBe('BTC');
  });
});

describe('a call that joins the load of another', () => {
  /** A function that reads its list late, the list of the first call, and a copy of it. */
  function lateReader(): {
    readonly cached: Memoized<(list: readonly number[]) => Promise<number>>;
    readonly begin: () => void;
    readonly bars: number[];
  } {
    const loads = new Loads<undefined>();
    const run = async (list: readonly number[]): Promise<number> => {
      await loads.run();
      return list.reduce((sum, value) => sum + value, 0);
    };
    const begin = (): void => {
      for (const { load } of loads.started) load.resolve(undefined);
    };
    return { cached: memo(run), begin, bars: [1, 2] };
  }

  it('gets the result for its own arguments when those of the load change', async () => {
    const { cached, begin, bars } = lateReader();
    const first = cached(bars);
    const { signal } = new AbortController();
    const others = [cached([1, 2]), cached([1, 2]), cached.withSignal(signal, [1, 2]), cached(bars)];

    bars.push(3);
    begin();
    expect(await first).toBe(6);
    await settle();
    begin();

    expect(await Promise.all(others)).toEqual([3, 3, 3, 6]);
    expect(cached.stats()).toMatchObject({ calls: 5, misses: 1, coalesced: 4, loads: 2, entries: 1 });
    expect(cached.peek([1, 2])).toBe(3);
  });

  it('gets the result of the load when nothing changes', async () => {
    const { cached, begin, bars } = lateReader();
    const calls = [cached(bars), cached([1, 2])];

    begin();

    expect(await Promise.all(calls)).toEqual([3, 3]);
    expect(cached.stats().loads).toBe(1);
  });
});
