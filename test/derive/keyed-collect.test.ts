import { Derivation } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

/** Prices by symbol, with what failed. */
function prices(...keys: string[]) {
  const failed: string[] = [];
  const graph = new Derivation({ onError: (_, { node }) => void failed.push(node) });
  const symbols = graph.keyed();
  const price = symbols.input(0, { name: 'price' });
  const root = symbols.computed(
    [price],
    (value) => {
      if (value < 0) throw new RangeError(`no root of ${value}`);
      return Math.sqrt(value);
    },
    { name: 'root' },
  );
  for (const [i, key] of keys.entries()) {
    symbols.add(key);
    price.set(key, (i + 1) ** 2);
  }
  return { graph, symbols, price, root, failed };
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

describe('collect', () => {
  it('computes from the values of all keys, in the order they were added', () => {
    const { root } = prices('B', 'A', 'C');

    const table = root.collect((values, keys) => keys.map((key, i) => `${key}=${values[i]}`).join(' '));

    expect(table.get()).toBe('B=1 A=2 C=3');
  });

  it('gives Float64Array and keys of the same length, empty without keys', () => {
    const { symbols, root } = prices();
    const shape = root.collect((values, keys) => [values instanceof Float64Array, values.length, keys.length]);

    expect(shape.get()).toEqual([true, 0, 0]);
    symbols.add('A');

    expect(shape.get()).toEqual([true, 1, 1]);
  });

  it('follows values, keys that come and keys that go', () => {
    const { symbols, price, root } = prices('A', 'B');
    const total = root.collect(sum);
    const seen = [total.get()];
    const see = () => seen.push(total.get());

    price.set('A', 100);
    see();
    symbols.add('C');
    see();
    price.set('C', 9);
    see();
    symbols.remove('A');
    see();
    symbols.remove('B');
    symbols.remove('C');
    see();

    expect(seen).toEqual([3, 12, 12, 15, 5, 0]);
  });

  it('runs once per pass, and not when no value of it changed', () => {
    const { graph, symbols, price, root } = prices('A', 'B', 'C');
    const compute = vi.fn(sum);
    const coarse = symbols.computed([root], (value) => Math.floor(value / 10));
    coarse.collect(compute);
    compute.mockClear();

    price.set('A', 4);
    expect(compute).not.toHaveBeenCalled();
    graph.batch(() => {
      price.set('A', 400);
      price.set('B', 900);
      symbols.remove('C');
      symbols.add('D');
    });

    expect(compute).toHaveBeenCalledTimes(1);
    expect(compute).toHaveReturnedWith(5);
  });

  it('keeps the order when a key goes and comes back', () => {
    const { graph, symbols, price } = prices('A', 'B', 'C');
    const order = price.collect((values, keys) => `${keys.join('')} ${values.join()}`);

    graph.batch(() => {
      symbols.remove('A');
      symbols.add('A');
    });

    expect(order.get()).toBe('BCA 4,9,0');
    expect([...symbols.keys()].join('')).toBe('BCA');
  });

  it('collects inputs as well as computed values, those of mixed dependencies included', () => {
    const { graph, symbols, price, root } = prices('A', 'B');
    const factor = graph.input(10);
    const scaled = symbols.computed([root, factor], (value, by) => value * by);
    const totals = [price, root, scaled].map((node) => node.collect(sum));

    factor.set(100);

    expect(totals.map((total) => total.get())).toEqual([5, 3, 300]);
  });

  it('feeds nodes of the graph and keyed values again, one pass for all', () => {
    const { graph, symbols, price } = prices('A', 'B');
    const total = price.collect(sum);
    const double = graph.computed([total], (value) => value * 2);
    const compute = vi.fn((value: number, all: number) => value / all);
    const share = symbols.computed([price, double], compute);
    const shares = share.collect((values) => [...values]);
    compute.mockClear();

    price.set('A', 6);

    expect(shares.get()).toEqual([0.3, 0.2]);
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('takes equals, name and listeners as other nodes do', () => {
    const { symbols, price } = prices('A');
    const total = price.collect(sum, { name: 'total', equals: (a, b) => Math.abs(a - b) < 5 });
    const listener = vi.fn();
    total.onChange(listener);

    price.set('A', 5);
    price.set('A', 6);
    symbols.add('B');

    expect(total.name).toBe('total');
    expect(listener.mock.calls).toEqual([[6]]);
  });

  it('passes NaN, -0 and infinities on', () => {
    const { price } = prices('A', 'B', 'C', 'D');
    const all = price.collect((values) => [...values]);

    for (const [key, value] of [
      ['A', Number.NaN],
      ['B', -0],
      ['C', Infinity],
      ['D', -Infinity],
    ] as const)
      price.set(key, value);

    expect(all.get()).toEqual([Number.NaN, -0, Infinity, -Infinity]);
  });

  it('has no value while that of a key is missing, names it, and recovers', () => {
    const { price, root, failed } = prices('A', 'B');
    const total = root.collect(sum, { name: 'total' });
    const listener = vi.fn();
    total.onChange(listener);

    price.set('B', -1);
    expect(() => total.get()).toThrow(/total has no value: root of 'B' threw RangeError: no root of -1/);
    expect(total.error).toBeInstanceOf(RangeError);
    price.set('A', 9);
    expect(total.error).toBeInstanceOf(RangeError);
    price.set('B', 16);

    expect(total.get()).toBe(7);
    expect(failed).toEqual(["root of 'B'"]);
    expect(listener.mock.calls).toEqual([[7]]);
  });

  it('recovers when the key whose value is missing goes', () => {
    const { symbols, price, root } = prices('A', 'B');
    const total = root.collect(sum);
    price.set('B', -1);

    symbols.remove('B');

    expect([total.get(), total.error]).toEqual([1, undefined]);
  });

  it('hears nothing more after it was disposed of', () => {
    const { symbols, price } = prices('A');
    const compute = vi.fn(sum);
    const where = vi.fn(() => true);
    const total = price.collect(compute, { where });
    total.dispose();
    for (const spy of [compute, where]) spy.mockClear();

    symbols.add('B');
    price.set('A', 5);
    symbols.remove('A');

    expect([compute.mock.calls, where.mock.calls]).toEqual([[], []]);
    expect(() => total.get()).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
  });

  it('is not disposed of while something is computed from it', () => {
    const { symbols, price } = prices('A');
    const total = price.collect(sum);
    symbols.computed([price, total], (a, b) => a / b, { name: 'share' });

    expect(() => total.dispose()).toThrow(/share/);

    price.set('A', 5);
    expect(total.get()).toBe(5);
  });

  it.each([
    ['no function', undefined, undefined],
    ['a text as function', 'sum', undefined],
  ])('refuses %s', (_, compute, options) => {
    const { symbols, price, failed } = prices('A');

    expect(() => price.collect(compute as never, options)).toThrow(/compute must be a function/);

    symbols.add('B');
    expect(failed).toEqual([]);
  });

  it.each([[{ where: 'all' }], [{ were: () => true }], [{ equals: 1 }], [{ name: '' }]])(
    'refuses the options %j',
    (options) => {
      const { price } = prices('A');

      expect(() => price.collect(sum, options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
    },
  );
});

describe('where', () => {
  it('leaves keys out, and their changes', () => {
    const { symbols, price } = prices('A1', 'B1', 'A2');
    const compute = vi.fn(sum);
    const total = price.collect(compute, { where: (key) => key.startsWith('A') });
    compute.mockClear();

    price.set('B1', 1_000);
    symbols.remove('B1');
    symbols.add('B2');
    expect(compute).not.toHaveBeenCalled();
    symbols.add('A3');
    price.set('A3', 5);
    symbols.remove('A1');

    expect(total.get()).toBe(14);
  });

  it('is not misled when a key takes the place of one that took part', () => {
    const { symbols, price } = prices('A', 'B');
    const compute = vi.fn(sum);
    const total = price.collect(compute, { where: (key) => key !== 'C' });

    symbols.remove('B');
    symbols.add('C');
    compute.mockClear();
    price.set('C', 100);

    expect([total.get(), compute.mock.calls.length]).toEqual([1, 0]);
  });

  it('is asked once per key', () => {
    const { symbols, price } = prices('A', 'B');
    const where = vi.fn((key: string) => key !== 'B');
    price.collect(sum, { where });

    symbols.add('C');
    price.set('C', 5);
    symbols.add('C');

    expect(where.mock.calls).toEqual([['A'], ['B'], ['C']]);
  });

  it('refuses the key it throws for, and nothing has happened', () => {
    const { symbols, price } = prices('A');
    const where = (key: string): boolean => {
      if (key === 'X') throw new RangeError('unknown');
      return true;
    };
    const [all, some] = [price.collect(sum), price.collect((_, keys) => keys.join(), { where })];

    expect(() => symbols.add('X')).toThrow(RangeError);

    expect([symbols.has('X'), symbols.size]).toEqual([false, 1]);
    symbols.add('B');
    price.set('B', 2);
    expect([all.get(), some.get()]).toEqual([3, 'A,B']);
  });

  it('passes on what it throws for a key that is there, and is forgotten', () => {
    const { symbols, price } = prices('A');
    const where = vi.fn((): boolean => {
      throw new RangeError('unknown');
    });

    expect(() => price.collect(sum, { where })).toThrow(RangeError);

    expect(symbols.add('B')).toBe(true);
    expect(where).toHaveBeenCalledTimes(1);
  });

  it('may only read', () => {
    const { symbols, price } = prices('A');
    let isMeddling = false;
    price.collect(sum, { where: (key) => !isMeddling || symbols.add(`${key}!`) });
    isMeddling = true;

    expect(() => symbols.add('B')).toThrow(/may only read/);

    expect([...symbols.keys()]).toEqual(['A']);
    price.set('A', 3);
    expect(price.get('A')).toBe(3);
  });
});

describe('at', () => {
  it('follows one key', () => {
    const { graph, price, root } = prices('A', 'B');
    const compute = vi.fn((value: number) => value * 2);
    const twice = graph.computed([root.at('B')], compute);
    compute.mockClear();

    price.set('A', 100);
    price.set('B', 25);

    expect([twice.get(), compute.mock.calls]).toEqual([10, [[5]]]);
  });

  it('fails while the key is missing, and follows it when it comes back', () => {
    const { symbols, price, root, failed } = prices();
    const node = root.at('A');

    expect(() => node.get()).toThrow(/root of 'A' has no value: .*there is no key 'A'/);
    symbols.add('A');
    price.set('A', 9);
    expect(node.get()).toBe(3);
    symbols.remove('A');
    expect(node.error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    symbols.add('A');

    expect(node.get()).toBe(0);
    expect(failed).toEqual(["root of 'A'", "root of 'A'"]);
  });

  it('takes what a key depends on from nodes of the graph as well', () => {
    const { symbols, price, root } = prices('BTC', 'ETH');
    const beta = symbols.computed([root, root.at('BTC')], (value, base) => value / base);

    price.set('BTC', 4);

    expect(['BTC', 'ETH'].map((key) => beta.get(key))).toEqual([1, 1]);
  });

  it.each([[Number.NaN], [undefined], [null], ['__proto__'], [Symbol('BTC')], [{ symbol: 'BTC' }], [10n], [0]])(
    'finds the key %o',
    (key) => {
      const symbols = new Derivation().keyed<unknown>();
      const price = symbols.input(5);
      const node = symbols.add(key) ? price.at(key) : undefined;

      price.set(key, 6);

      expect(node?.get()).toBe(6);
    },
  );

  it('takes 0 and -0 for the same key, as a Map does', () => {
    const symbols = new Derivation().keyed<number>();
    const price = symbols.input(5);
    symbols.add(-0);

    const nodes = [price.at(0), price.at(-0)];

    expect(price.get(0)).toBe(5);
    expect(nodes.map((node) => node.get())).toEqual([5, 5]);
  });
});
