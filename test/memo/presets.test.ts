import { describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import {
  cacheConsensus,
  cacheDecision,
  cacheFeatures,
  type CachePreset,
  cachePredictions,
  cacheReasoning,
  cacheRegime,
} from 'tickwise/memo';

const presets: [string, CachePreset, number][] = [
  ['cacheFeatures', cacheFeatures, 60_000],
  ['cachePredictions', cachePredictions, 30_000],
  ['cacheRegime', cacheRegime, 300_000],
  ['cacheDecision', cacheDecision, 10_000],
  ['cacheConsensus', cacheConsensus, 60_000],
  ['cacheReasoning', cacheReasoning, 3_600_000],
];

describe.each(presets)('%s', (_, preset, ttl) => {
  it('caches a function for its time', async () => {
    const clock = new VirtualClock();
    const compute = vi.fn((symbol: string) => symbol.length);
    const cached = preset(compute, { clock });

    cached('BTC');
    await clock.advance(ttl - 1);
    cached('BTC');
    expect(compute).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    cached('BTC');

    expect(compute).toHaveBeenCalledTimes(2);
    expect(cached.stats()).toMatchObject({ calls: 3, hits: 1 });
  });

  it('lets the options set another ttl', async () => {
    const clock = new VirtualClock();
    const cached = preset((symbol: string) => symbol.length, { clock, ttl: 5, name: 'short' });
    cached('BTC');

    await clock.advance(5);

    expect(cached.has('BTC')).toBe(false);
    expect(cached.stats().name).toBe('short');
  });

  it('keeps its own ttl when the option is undefined', async () => {
    const clock = new VirtualClock();
    const cached = preset((symbol: string) => symbol.length, { clock, ttl: undefined } as object);
    cached('BTC');

    await clock.advance(ttl);

    expect(cached.has('BTC')).toBe(false);
  });

  it('decorates methods, with and without options', async () => {
    const clock = new VirtualClock();
    const runs: string[] = [];
    class Model {
      @preset
      bare(value: number): number {
        runs.push('bare');
        return value;
      }
      @preset()
      called(value: number): number {
        runs.push('called');
        return value;
      }
      @preset({ clock: () => clock })
      timed(value: number): number {
        runs.push('timed');
        return value;
      }
      @preset({ clock, ttl: 1 })
      short(value: number): number {
        runs.push('short');
        return value;
      }
    }
    const model = new Model();
    const callAll = (): number[] => [model.bare(1), model.called(1), model.timed(1), model.short(1)];

    callAll();
    await clock.advance(ttl - 1);
    callAll();
    expect(runs).toEqual(['bare', 'called', 'timed', 'short', 'short']);
    await clock.advance(1);
    callAll();

    expect(runs.slice(5)).toEqual(['timed', 'short']);
  });

  it('decorates static methods', () => {
    const runs = vi.fn();
    class Model {
      @preset
      static run(value: number): number {
        runs();
        return value;
      }
    }

    expect([Model.run(1), Model.run(1)]).toEqual([1, 1]);
    expect(runs).toHaveBeenCalledTimes(1);
  });

  it('decorates methods, static ones too, when called by hand as a legacy decorator', () => {
    const runs = vi.fn();
    class Model {
      run(value: number): number {
        runs();
        return value;
      }
      static run(value: number): number {
        runs();
        return value;
      }
    }
    for (const target of [Model.prototype, Model]) {
      const descriptor = Object.getOwnPropertyDescriptor(target, 'run') as TypedPropertyDescriptor<
        (v: number) => number
      >;
      Object.defineProperty(target, 'run', preset(target, 'run', descriptor));
    }
    const model = new Model();

    expect([model.run(1), model.run(1), Model.run(1), Model.run(1)]).toEqual([1, 1, 1, 1]);
    expect(runs).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['a standard field', [undefined, { kind: 'field', name: 'x', addInitializer: () => undefined }]],
    ['a legacy field', [{}, 'x', undefined]],
    ['a static legacy field', [class A {}, 'x', undefined]],
  ])('refuses %s', (_use, use) => {
    expect(() => Reflect.apply(preset as never, undefined, use)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it.each([[5], ['x'], [null], [[]]])('refuses %j for options', (options) => {
    if (options === null) {
      expect(() => preset(options as never)).not.toThrow();
      return;
    }
    expect(() => preset(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  it('names itself when an option is wrong', () => {
    expect(() => preset({ ttl: -1 })).toThrow(/^cache[A-Z]\w+: ttl/);
  });
});
