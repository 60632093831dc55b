/** memo with a second level and a bus. Two caches of one function stand for two processes. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cacheKey, VirtualClock } from 'tickwise/core';
import { type AsyncMemoOptions, memo, memoize, type Memoized } from 'tickwise/memo';
import { Loads, settle } from './deferred.js';
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
  expect(unhandled).not.toHaveBeenCalled();
});

type Load = (symbol: string) => Promise<string>;

/** Two processes with one store and one bus, and the versions of what they load. */
function twoProcesses(options: Partial<AsyncMemoOptions<readonly [symbol: string], string>> = {}): {
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  readonly bus: MemoryBus;
  readonly load: ReturnType<typeof vi.fn<Load>>;
  readonly here: Memoized<Load>;
  readonly there: Memoized<Load>;
  readonly onError: ReturnType<typeof vi.fn>;
} {
  const clock = new VirtualClock(1_700_000_000_000);
  const store = new MemoryStore(clock);
  const bus = new MemoryBus();
  const onError = vi.fn();
  let version = 0;
  const load = vi.fn<Load>(async (symbol) => `${symbol} ${++version}`);
  const shared = { name: 'quotes', store, bus, clock, ioClock: clock, onError, ttl: 1_000, ...options };
  return { clock, store, bus, load, here: memo(load, shared), there: memo(load, shared), onError };
}

/** Lets a virtual clock's timers of now fire and all promises settle, so that background writes are done. */
const written = async (clock: VirtualClock): Promise<void> => await clock.advance(0);

describe('memo with a store', () => {
  it('takes the result of another process, and keeps it for the rest of its ttl', async () => {
    const { clock, load, here, there } = twoProcesses();
    await here('BTC');
    await written(clock);
    await clock.advance(400);

    expect(await there('BTC')).toBe('BTC 1');

    expect(there.explain('BTC')).toMatchObject({ state: 'fresh', source: 'store', age: 400, expiresIn: 600 });
    expect(await there('BTC')).toBe('BTC 1');
    expect(there.stats()).toMatchObject({ calls: 2, hits: 1, misses: 1, loads: 0, store: { storeHits: 1 } });
    await clock.advance(600);
    expect(await there('BTC')).toBe('BTC 2');
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('asks the store once for calls that come together', async () => {
    const { clock, store, here, there } = twoProcesses();
    await here('BTC');
    await written(clock);
    const before = store.count('get');

    const answers = await Promise.all(Array.from({ length: 50 }, async () => there('BTC')));

    expect(new Set(answers)).toEqual(new Set(['BTC 1']));
    expect(there.stats()).toMatchObject({ misses: 1, coalesced: 49, store: { storeReads: 1 } });
    expect(store.count('get') - before).toBeLessThan(10);
  });

  it('serves a stale result of the store at once, and refreshes it', async () => {
    const { clock, load, here, there } = twoProcesses({ staleWhileRevalidate: 500 });
    await here('BTC');
    await written(clock);
    await clock.advance(1_200);

    expect(await there('BTC')).toBe('BTC 1');
    await written(clock);

    expect(load).toHaveBeenCalledTimes(2);
    expect(await there('BTC')).toBe('BTC 2');
  });

  it('serves an old result of the store in the place of an error, within its window', async () => {
    const { clock, load, here, there, onError } = twoProcesses({ staleIfError: 5_000 });
    await here('BTC');
    await written(clock);
    await clock.advance(3_000);
    load.mockRejectedValue(new Error('venue down'));

    expect(await there('BTC')).toBe('BTC 1');
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { name: 'quotes', during: 'load' });
    await clock.advance(3_000);

    await expect(there('BTC')).rejects.toThrow('venue down');
  });

  it('stores undefined, null, NaN and -0 as what they are', async () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock);
    const values = [undefined, null, NaN, -0, '', false, 5n, new Map([[1, new Set([2])]])];
    const load = vi.fn(async (index: number): Promise<unknown> => values[index]);
    const options = { name: 'values', store, clock, ioClock: clock };
    const [here, there] = [memo(load, options), memo(load, options)];
    for (const index of values.keys()) await here(index);
    await written(clock);
    load.mockClear();

    for (const [index, value] of values.entries()) expect(await there(index)).toStrictEqual(value);

    expect(load).not.toHaveBeenCalled();
  });

  it('never gives the store a key that is good in this process only', async () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock);
    const ring = { [cacheKey]: () => '7:1' };
    const options = { name: 'rings', store, clock, ioClock: clock };
    const cached = memo(async (_value: unknown) => 1, options);
    const method = { cached };

    await cached(ring);
    await cached([{ deep: ring }]);
    await cached(new Map([['ring', ring]]));
    await method.cached('BTC');
    await written(clock);

    expect(store.operations).toEqual([]);
    expect(cached.stats()).toMatchObject({ loads: 4, store: { localOnly: 4, storeReads: 0 } });
    expect(await cached(ring)).toBe(1);
    expect(cached.stats().hits).toBe(1);
  });

  it('costs a store that never answers its timeout, then nothing', async () => {
    const { clock, store, load, here } = twoProcesses({ storeTimeout: 50 });
    store.fault = () => 'hang';
    const call = here('BTC');
    await clock.advance(49);
    expect(load).not.toHaveBeenCalled();
    await clock.advance(1);

    expect(await call).toBe('BTC 1');
    for (const symbol of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const next = here(symbol);
      await clock.advance(50);
      await next;
    }
    const skipped = here('last');
    await clock.advance(0);

    expect(await skipped).toBe('last 8');
    expect(here.stats().store?.storeSkipped).toBeGreaterThan(0);
  });

  it.each(['reject', 'throw', 'corrupt'] as const)('answers when the store says %s', async (fault) => {
    const { clock, store, here, there } = twoProcesses();
    await here('BTC');
    await written(clock);
    store.fault = () => fault;

    expect(await there('BTC')).toBe('BTC 2');
  });

  it('does not keep a result of the store that was invalidated while it was read', async () => {
    const { clock, store, here, there } = twoProcesses();
    await here('BTC');
    await written(clock);
    store.fault = ({ name }) => (name === 'get' ? { late: 10 } : undefined);
    const call = there('BTC');
    await clock.advance(5);

    void there.invalidate('BTC');
    await clock.advance(100);
    await call;

    expect(there.has('BTC')).toBe(false);
  });

  it('does not run the function for a caller who left while the store was read', async () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock);
    store.fault = () => ({ late: 10 });
    const load = vi.fn(async (symbol: string, _signal: AbortSignal) => symbol);
    const cached = memo(load, { name: 'x', store, clock, ioClock: clock, abortable: true });
    const controller = new AbortController();
    const call = cached.withSignal(controller.signal, 'BTC');

    controller.abort(new Error('gone'));
    await expect(call).rejects.toThrow('gone');
    await clock.advance(100);

    expect(load).not.toHaveBeenCalled();
  });

  it('runs the function alone when it is bypassed', async () => {
    vi.stubEnv('TICKWISE_BYPASS', 'memo:quotes');
    const { clock, store, bus, load, here } = twoProcesses();

    await here('BTC');
    await here('BTC');
    await here.invalidate('BTC');
    await written(clock);
    vi.unstubAllEnvs();

    expect(load).toHaveBeenCalledTimes(2);
    expect(store.operations).toEqual([]);
    expect(bus.sent).toEqual([]);
  });

  it('counts the bytes of what comes from the store', async () => {
    const sizes = { maxBytes: 20, sizeOf: (text: string) => text.length };
    const { clock, here, there } = twoProcesses(sizes);
    for (const symbol of ['aaaaaa', 'bbbbbb', 'cccccc']) await here(symbol);
    await written(clock);

    for (const symbol of ['aaaaaa', 'bbbbbb', 'cccccc']) await there(symbol);

    expect(there.stats()).toMatchObject({ loads: 0, entries: 2, evictions: 1 });
  });

  it('gives a method with a key one second level for all its instances', async () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock);
    const runs = vi.fn();
    class Api {
      constructor(readonly venue: string) {}

      @memoize({
        name: 'Api.load',
        store,
        clock,
        ioClock: clock,
        key(this: Api, symbol: string) {
          return [this.venue, symbol];
        },
      })
      async load(symbol: string): Promise<string> {
        runs();
        return `${this.venue} ${symbol}`;
      }
    }

    await new Api('bybit').load('BTC');
    await written(clock);

    expect(await new Api('bybit').load('BTC')).toBe('bybit BTC');
    expect(await new Api('binance').load('BTC')).toBe('binance BTC');
    expect(runs).toHaveBeenCalledTimes(2);
  });
});

describe('memo with a store and a bus', () => {
  it.each(['invalidate', 'invalidateTag', 'clear'] as const)('carries %s to the other process', async (member) => {
    const { clock, here, there } = twoProcesses({ tags: (_result, symbol) => [symbol] });
    await here('BTC');
    await written(clock);
    await there('BTC');

    if (member === 'clear') await here.clear();
    else await here[member]('BTC');

    expect(there.has('BTC')).toBe(false);
    expect(await there('BTC')).toBe('BTC 2');
    await written(clock);
    expect(await here('BTC')).toBe('BTC 2');
  });

  it('puts a value that is set in the place of the others', async () => {
    const { clock, here, there, load } = twoProcesses();
    await here('BTC');
    await written(clock);
    await there('BTC');

    here.set(['BTC'], 'set');
    await written(clock);

    expect(await there('BTC')).toBe('set');
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('keeps a load that began before another process bumped its tag from being stored anywhere', async () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(clock);
    const bus = new MemoryBus();
    const loads = new Loads<string>();
    const run = async (symbol: string): Promise<string> => await loads.run(symbol);
    const options = { name: 'x', store, bus, clock, ioClock: clock, tags: () => ['position'] };
    const [here, there] = [memo(run, options), memo(run, options)];
    const call = here('BTC');
    await written(clock);

    await there.invalidateTag('position');
    loads.at(0).resolve('old');

    expect(await call).toBe('old');
    await written(clock);
    expect(here.has('BTC')).toBe(false);
    const next = there('BTC');
    await written(clock);
    loads.at(1).resolve('new');
    expect(await next).toBe('new');
  });

  it('drops the first level after a gap in the connection', async () => {
    const { bus, here, there } = twoProcesses();
    await here('BTC');
    await there('ETH');

    bus.gap();

    expect([here.has('BTC'), there.has('ETH')]).toEqual([false, false]);
  });

  it('ignores messages of caches with another name or version', async () => {
    const clock = new VirtualClock();
    const bus = new MemoryBus();
    const load = async (symbol: string): Promise<string> => symbol;
    const other = memo(load, { name: 'other', bus, clock });
    const newer = memo(load, { name: 'x', version: '2', bus, clock });
    const cached = memo(load, { name: 'x', bus, clock });
    await Promise.all([other('BTC'), newer('BTC'), cached('BTC')]);

    await other.clear();
    await newer.invalidate('BTC');

    expect(cached.has('BTC')).toBe(true);
  });

  it('works for a sync function, and for the instances of a method', async () => {
    const bus = new MemoryBus();
    const double = (value: number): number => value * 2;
    const [here, there] = [memo(double, { name: 'double', bus }), memo(double, { name: 'double', bus })];
    class Model {
      @memoize({ name: 'Model.run', bus, tags: () => ['model'] })
      run(value: number): object {
        return { value };
      }
    }
    const models = [new Model(), new Model()];
    const before = models.map((model) => model.run(1));
    here(1);
    there(1);

    await here.invalidate(1);
    await memo(() => 1, { name: 'Model.run', bus }).invalidateTag('model');

    expect(there.has(1)).toBe(false);
    expect(models.map((model, index) => model.run(1) === before[index])).toEqual([false, false]);
  });

  it('tells no other process of what is local to this one', async () => {
    const { bus, here } = twoProcesses();
    const caller = { here };
    await caller.here('BTC');

    await here.forThis(caller).invalidate('BTC');
    await settle();

    expect(bus.sent).toEqual([]);
  });
});
