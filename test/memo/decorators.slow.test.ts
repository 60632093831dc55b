import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { type Clock, VirtualClock } from 'tickwise/core';
import { cacheStats, memoize, methodCache } from 'tickwise/memo';

describe('memoize on methods (standard decorators)', () => {
  it('caches per instance', () => {
    const runs = vi.fn();
    class Scaler {
      constructor(readonly factor: number) {}
      @memoize()
      scale(value: number): number {
        runs();
        return this.factor * value;
      }
    }
    const [double, tenfold] = [new Scaler(2), new Scaler(10)];

    expect([double.scale(3), tenfold.scale(3), double.scale(3), tenfold.scale(3)]).toEqual([6, 30, 6, 30]);
    expect(runs).toHaveBeenCalledTimes(2);
  });

  it('keeps two methods apart that share one decorator', () => {
    const cached = memoize({ ttl: 1_000 });
    class Calculator {
      @cached
      add(value: number): number {
        return value + value;
      }
      @cached
      square(value: number): number {
        return value * value;
      }
    }
    const calculator = new Calculator();

    expect([calculator.add(3), calculator.square(3), calculator.add(3)]).toEqual([6, 9, 6]);
  });

  it('works with overrides, decorated or not, and with super', () => {
    const runs: string[] = [];
    class Base {
      @memoize()
      price(symbol: string): string {
        runs.push(`base ${symbol}`);
        return `base:${symbol}`;
      }
      @memoize()
      size(symbol: string): string {
        runs.push(`base size ${symbol}`);
        return `base:${symbol}`;
      }
    }
    class Sub extends Base {
      @memoize()
      override price(symbol: string): string {
        runs.push(`sub ${symbol}`);
        return `sub+${super.price(symbol)}`;
      }
      override size(symbol: string): string {
        return `plain+${super.size(symbol)}`;
      }
    }
    const [sub, base] = [new Sub(), new Base()];

    expect([sub.price('x'), sub.price('x'), base.price('x')]).toEqual(['sub+base:x', 'sub+base:x', 'base:x']);
    expect([sub.size('x'), sub.size('x')]).toEqual(['plain+base:x', 'plain+base:x']);
    expect(runs).toEqual(['sub x', 'base x', 'base x', 'base size x']);
  });

  it('works on static methods, per class', () => {
    class Base {
      static readonly factor: number = 2;
      @memoize()
      static scale(value: number): number {
        return this.factor * value;
      }
    }
    class Sub extends Base {
      static override readonly factor = 3;
    }

    expect([Base.scale(2), Sub.scale(2), Base.scale(2), Sub.scale(2)]).toEqual([4, 6, 4, 6]);
    expect(methodCache(Base, 'scale').stats()).toMatchObject({ calls: 2, hits: 1 });
  });

  it('works on methods named by symbols, even of one description', () => {
    const first: unique symbol = Symbol('run');
    const second: unique symbol = Symbol('run');
    class Model {
      @memoize()
      [first](value: number): string {
        return `first ${value}`;
      }
      @memoize()
      [second](value: number): string {
        return `second ${value}`;
      }
    }
    const model = new Model();

    expect([model[first](1), model[second](1), model[first](1)]).toEqual(['first 1', 'second 1', 'first 1']);
    expect(methodCache(model, first).stats().name).toBe('Model.Symbol(run)');
  });

  it('works on private methods', () => {
    const runs = vi.fn();
    class Model {
      @memoize()
      #compute(value: number): number {
        runs();
        return value * 2;
      }
      compute(value: number): number {
        return this.#compute(value);
      }
    }
    const model = new Model();

    expect([model.compute(2), model.compute(2)]).toEqual([4, 4]);
    expect(runs).toHaveBeenCalledTimes(1);
  });

  it('lets methods read private fields', () => {
    class Account {
      #balance = 5;
      @memoize()
      total(extra: number): number {
        return this.#balance + extra;
      }
    }

    expect(new Account().total(1)).toBe(6);
  });

  it.each([0, 1, 2, 3, 4, 6])('passes on %i arguments', (count) => {
    const runs = vi.fn();
    class Counter {
      @memoize()
      count(...args: unknown[]): number {
        runs();
        return args.length;
      }
    }
    const counter = new Counter();
    const args = Array.from({ length: count }, (_, index) => index);

    expect([counter.count(...args), counter.count(...args)]).toEqual([count, count]);
    expect(runs).toHaveBeenCalledTimes(1);
  });

  it('shares async loads per instance', async () => {
    const runs = vi.fn();
    class Api {
      @memoize({ timeout: 1_000, ioClock: new VirtualClock() })
      async quote(symbol: string): Promise<string> {
        runs();
        return symbol;
      }
    }
    const [a, b] = [new Api(), new Api()];

    expect(await Promise.all([a.quote('x'), a.quote('x'), b.quote('x')])).toEqual(['x', 'x', 'x']);
    expect(runs).toHaveBeenCalledTimes(2);
  });

  it('takes a key of the arguments', () => {
    class Model {
      @memoize({ key: (symbol: string) => symbol })
      predict(symbol: string, at: number): number {
        return symbol.length + at;
      }
    }
    const model = new Model();

    expect([model.predict('BTC', 1), model.predict('BTC', 2)]).toEqual([4, 4]);
  });

  it('follows the clock of each instance', async () => {
    const chosen = vi.fn((self: object): Clock => (self as Model).clock);
    class Model {
      readonly clock = new VirtualClock();
      runs = 0;
      @memoize({ ttl: 100, clock: chosen })
      predict(value: number): number {
        this.runs++;
        return value;
      }
    }
    const [a, b] = [new Model(), new Model()];
    a.predict(1);
    b.predict(1);

    await a.clock.advance(100);
    a.predict(1);
    b.predict(1);

    expect([a.runs, b.runs]).toEqual([2, 1]);
    expect(chosen).toHaveBeenCalledTimes(2);
  });

  it('follows one clock for all instances', async () => {
    const clock = new VirtualClock();
    class Model {
      runs = 0;
      @memoize({ ttl: 100, clock })
      predict(value: number): number {
        this.runs++;
        return value;
      }
    }
    const model = new Model();
    model.predict(1);

    await clock.advance(100);
    model.predict(1);

    expect(model.runs).toBe(2);
  });

  it.each([[undefined], [{}], [5]])('refuses a clock function that returns %j, at the call', (clock) => {
    class Model {
      @memoize({ clock: () => clock as never })
      predict(): number {
        return 1;
      }
    }

    expect(() => new Model().predict()).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(/clock must return a Clock/) }),
    );
  });

  it('keeps the name and the parameter count of the method', () => {
    class Model {
      @memoize()
      predict(symbol: string, _bars: number): string {
        return symbol;
      }
    }

    expect(Model.prototype.predict.name).toBe('predict');
    expect(Model.prototype.predict).toHaveLength(2);
  });

  it('names the cache by the class that holds the method, also when an instance of a subclass comes first', () => {
    class NamedBase {
      @memoize()
      run(): number {
        return 1;
      }
    }
    class NamedSub extends NamedBase {}
    const sub = new NamedSub();

    sub.run();

    expect(methodCache(sub, 'run').stats().name).toBe('NamedBase.run');
  });

  it('caches calls without an instance together', () => {
    const runs = vi.fn();
    class Tool {
      @memoize()
      twice(value: number): number {
        runs();
        return value * 2;
      }
    }
    const twice: (value: number) => number = Reflect.get(Tool.prototype, 'twice');

    expect([twice(2), twice(2)]).toEqual([4, 4]);
    expect(runs).toHaveBeenCalledTimes(1);
  });

  it('lets 10,000 dropped instances be collected, and keeps their counts', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    class Dropped {
      readonly ballast = new Uint8Array(100);
      @memoize({ name: 'dropped' })
      run(value: number): number {
        return value + this.ballast.length;
      }
    }
    const references: WeakRef<Dropped>[] = [];
    (() => {
      for (let index = 0; index < 10_000; index++) {
        const instance = new Dropped();
        instance.run(1);
        instance.run(1);
        references.push(new WeakRef(instance));
      }
    })();

    for (let round = 0; round < 4; round++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    await new Promise((resolve) => setImmediate(resolve));

    expect(references.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(100);
    expect(cacheStats().caches['dropped']).toMatchObject({ calls: 20_000, hits: 10_000, misses: 10_000 });
    expect(cacheStats().caches['dropped']?.entries).toBeLessThan(100);
  });
});

describe('memoize called by hand as a legacy decorator', () => {
  class Model {
    constructor(readonly factor: number) {}
    scale(value: number): number {
      return this.factor * value;
    }
    static double(value: number): number {
      return value * 2;
    }
  }

  const descriptorOf = (target: object, name: string): TypedPropertyDescriptor<(value: number) => number> =>
    Object.getOwnPropertyDescriptor(target, name) as TypedPropertyDescriptor<(value: number) => number>;

  it('returns a descriptor with the cached method and the same attributes', () => {
    const before = descriptorOf(Model.prototype, 'scale');

    const after = memoize()(Model.prototype, 'scale', before);

    expect(after).toMatchObject({ writable: true, enumerable: false, configurable: true });
    expect(after.value).not.toBe(before.value);
    expect(after.value?.name).toBe('scale');
  });

  it('caches per instance', () => {
    const descriptor = memoize()(Model.prototype, 'scale', descriptorOf(Model.prototype, 'scale'));
    const [a, b] = [new Model(2), new Model(10)];

    const results = [a, b, a].map((model) => descriptor.value?.call(model, 3));

    expect(results).toEqual([6, 30, 6]);
  });

  it('takes static methods', () => {
    const descriptor = memoize({ name: 'x' })(Model, 'double', descriptorOf(Model, 'double'));

    expect([descriptor.value?.call(Model, 2), descriptor.value?.call(Model, 2)]).toEqual([4, 4]);
  });
});

describe('memoize on anything but a method', () => {
  const context = (kind: string): object => ({ kind, name: 'x', addInitializer: () => undefined, static: false });
  const uses: [string, readonly unknown[]][] = [
    ['a standard field', [undefined, context('field')]],
    ['a standard getter', [() => 1, context('getter')]],
    ['a standard setter', [() => 1, context('setter')]],
    ['a standard accessor', [{ get: () => 1 }, context('accessor')]],
    ['a standard class', [class A {}, context('class')]],
    ['a legacy field', [{}, 'x', undefined]],
    ['a legacy field of Babel', [{}, 'x', { initializer: () => 1, enumerable: true }]],
    ['a legacy getter', [{}, 'x', { get: () => 1, configurable: true }]],
    ['a legacy property that is no function', [{}, 'x', { value: 5 }]],
    ['a legacy parameter', [{}, 'x', 0]],
    ['a legacy class', [class A {}]],
    ['a function', [() => 1]],
    ['nothing', []],
  ];

  it.each(uses)('refuses %s', (_, use) => {
    expect(() => Reflect.apply(memoize() as never, undefined, use)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringMatching(/memoize decorates methods, got/),
      }),
    );
  });
});

describe('methodCache', () => {
  class Model {
    @memoize({ tags: (_result: number, symbol: string) => [symbol] })
    predict(symbol: string, bars: number): number {
      return symbol.length + bars;
    }
    plain(): number {
      return 1;
    }
  }

  it('reaches the cache of one instance', async () => {
    const [a, b] = [new Model(), new Model()];
    a.predict('BTC', 1);
    b.predict('BTC', 1);
    const controls = methodCache(a, 'predict');

    expect([controls.has('BTC', 1), controls.peek('BTC', 1)]).toEqual([true, 4]);
    await controls.invalidateTag('BTC');

    expect(controls.has('BTC', 1)).toBe(false);
    expect(methodCache(b, 'predict').has('BTC', 1)).toBe(true);
    controls.set(['ETH', 2], 42);
    expect(a.predict('ETH', 2)).toBe(42);
    expect(b.predict('ETH', 2)).toBe(5);
  });

  it('warms and clears', async () => {
    const model = new Model();

    expect(await methodCache(model, 'predict').warm([['BTC', 1]])).toEqual({ loaded: 1, present: 0, failed: 0 });
    expect(methodCache(model, 'predict').explain('BTC', 1)).toMatchObject({ state: 'fresh', source: 'warm' });
    await methodCache(model, 'predict').clear();

    expect(methodCache(model, 'predict').stats()).toMatchObject({ entries: 0, loads: 1 });
  });

  it.each(['plain', 'missing', 'toString', 'constructor'])('refuses %s, which is not decorated', (name) => {
    expect(() => methodCache(new Model(), name as 'plain')).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringMatching(/not a decorated method/),
      }),
    );
  });
});
