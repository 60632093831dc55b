import { Derivation } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

/** Bid, ask and mid for symbols, with what failed. */
function market(maxKeys?: number) {
  const failed: { error: unknown; node: string; operation: string }[] = [];
  const graph = new Derivation({
    onError: (error, { node, operation }) => void failed.push({ error, node, operation }),
  });
  const symbols = graph.keyed(maxKeys === undefined ? {} : { maxKeys });
  const bid = symbols.input(1, { name: 'bid' });
  const ask = symbols.input(3, { name: 'ask' });
  const mid = symbols.computed([bid, ask], (b, a) => (b + a) / 2, { name: 'mid' });
  return { graph, symbols, bid, ask, mid, failed };
}

describe('keys', () => {
  it('begin with the initial values of inputs and what is computed from them', () => {
    const { symbols, bid, mid } = market();

    expect(symbols.add('BTC')).toBe(true);

    expect(bid.get('BTC')).toBe(1);
    expect(mid.get('BTC')).toBe(2);
    expect(mid.error('BTC')).toBeUndefined();
  });

  it('are told apart from those that are there, and listed in the order they were added', () => {
    const { symbols } = market();
    for (const key of ['C', 'A', 'B']) symbols.add(key);

    expect(symbols.add('A')).toBe(false);
    expect(symbols.remove('C')).toBe(true);
    expect(symbols.remove('C')).toBe(false);
    symbols.add('C');

    expect([...symbols.keys()]).toEqual(['A', 'B', 'C']);
    expect([symbols.size, symbols.has('C'), symbols.has('D')]).toEqual([3, true, false]);
  });

  it('that are added again keep their values', () => {
    const { symbols, bid } = market();
    symbols.add('BTC');
    bid.set('BTC', 5);

    symbols.add('BTC');

    expect(bid.get('BTC')).toBe(5);
  });

  it('that were removed and added again begin anew', () => {
    const { symbols, bid, mid } = market();
    symbols.add('BTC');
    bid.set('BTC', 5);

    symbols.remove('BTC');
    symbols.add('BTC');

    expect([bid.get('BTC'), mid.get('BTC')]).toEqual([1, 2]);
  });

  it('take over no value and no error from the key that had their place', () => {
    const { graph, symbols, bid, failed } = market();
    const root = symbols.computed([bid], (value) => {
      if (value < 0) throw new RangeError('negative');
      return Math.sqrt(value);
    });
    symbols.add('BTC');
    bid.set('BTC', -4);

    graph.batch(() => {
      symbols.remove('BTC');
      symbols.add('ETH');
      expect([bid.get('ETH'), root.error('ETH')]).toEqual([1, undefined]);
      expect(() => root.get('ETH')).toThrow(/before the batch ends/);
    });

    expect([bid.get('ETH'), root.get('ETH'), root.error('ETH')]).toEqual([1, 1, undefined]);
    expect(() => root.get('BTC')).toThrow(/there is no key 'BTC'/);
    expect(failed).toHaveLength(1);
  });

  it('grow beyond the first sixteen, and beyond any power of two, with their values', () => {
    const { symbols, bid, mid } = market();

    for (let i = 0; i < 1_025; i++) {
      symbols.add(`S${i}`);
      bid.set(`S${i}`, i);
    }

    expect(symbols.size).toBe(1_025);
    expect([...symbols.keys()].map((key) => mid.get(key))).toEqual(
      Array.from({ length: 1_025 }, (_, i) => (i + 3) / 2),
    );
  });

  it('are refused beyond maxKeys, and taken again when there is room', () => {
    const { symbols, bid, mid } = market(3);
    for (const key of ['A', 'B', 'C']) symbols.add(key);
    bid.set('A', 7);

    expect(() => symbols.add('D')).toThrow(expect.objectContaining({ code: 'ERR_OVERFLOW' }));
    expect([...symbols.keys()]).toEqual(['A', 'B', 'C']);
    symbols.remove('B');
    symbols.add('D');

    expect([mid.get('A'), mid.get('D')]).toEqual([5, 2]);
  });
});

describe('inputs', () => {
  it.each([[Number.NaN], [-0], [0], [Infinity], [-Infinity], [5e-324], [Number.MAX_VALUE]])(
    'keep %d as it is',
    (value) => {
      const { graph, symbols } = market();
      const input = symbols.input(8);
      const same = symbols.computed([input], (each) => each);
      const other = graph.input(value);
      const both = symbols.computed([input, other], (each) => each);
      symbols.add('BTC');

      input.set('BTC', value);

      expect([input, same, both].map((node) => node.get('BTC'))).toEqual([value, value, value]);
    },
  );

  it.each([
    ['NaN is set again', Number.NaN, Number.NaN, 0],
    ['0 is set again', 0, 0, 0],
    ['0 becomes -0', 0, -0, 1],
    ['-0 becomes 0', -0, 0, 1],
    ['Infinity becomes -Infinity', Infinity, -Infinity, 1],
    ['NaN becomes a number', Number.NaN, 1, 1],
  ])('call functions as Object.is says when %s', (_, before, after, calls) => {
    const { symbols } = market();
    const input = symbols.input(8);
    const same = symbols.computed([input], (value) => value);
    const compute = vi.fn((value: number) => value);
    symbols.computed([same], compute);
    symbols.add('BTC');
    input.set('BTC', before);
    compute.mockClear();

    input.set('BTC', after);

    expect(compute).toHaveBeenCalledTimes(calls);
    expect(same.get('BTC')).toBe(after);
  });

  it('keep the value before when equals finds the new one the same', () => {
    const { symbols } = market();
    const input = symbols.input(100, { equals: (before, after) => Math.abs(after - before) < 1 });
    symbols.add('BTC');

    const seen = [100.5, 100.9, 101, 101.9].map((value) => {
      input.set('BTC', value);
      return input.get('BTC');
    });

    expect(seen).toEqual([100, 100, 101, 101]);
  });

  it('that nothing depends on hold values all the same', () => {
    const { symbols, ask } = market();
    const alone = symbols.input(0);
    symbols.add('BTC');

    alone.set('BTC', 4);

    expect([alone.get('BTC'), ask.get('BTC')]).toEqual([4, 3]);
  });
});

describe('computed values', () => {
  it('end a change where equals finds the value the same', () => {
    const { symbols, bid } = market();
    const rough = symbols.computed([bid], (value) => value, { equals: (a, b) => Math.abs(a - b) < 10 });
    const compute = vi.fn((value: number) => value * 2);
    const twice = symbols.computed([rough], compute);
    symbols.add('BTC');
    compute.mockClear();

    bid.set('BTC', 10);
    expect([rough.get('BTC'), compute.mock.calls.length]).toEqual([1, 0]);
    bid.set('BTC', 11);

    expect([rough.get('BTC'), twice.get('BTC'), compute.mock.calls.length]).toEqual([11, 22, 1]);
  });

  it('are computed once, after all they depend on, however many ways a change comes', () => {
    const { symbols, bid } = market();
    const left = symbols.computed([bid], (value) => value + 1);
    const right = symbols.computed([left], (value) => value + 1);
    const compute = vi.fn((a: number, b: number, c: number) => a + b + c);
    symbols.computed([right, left, bid], compute);
    symbols.add('BTC');
    compute.mockClear();

    bid.set('BTC', 10);

    expect(compute.mock.calls).toEqual([[12, 11, 10]]);
  });

  it('run once per key for a batch of many', () => {
    const { graph, symbols, bid, ask } = market();
    const compute = vi.fn((b: number, a: number) => a - b);
    const spread = symbols.computed([bid, ask], compute);
    const keys = Array.from({ length: 100 }, (_, i) => `S${i}`);

    graph.batch(() => {
      for (const key of keys) symbols.add(key);
      for (const key of keys) bid.set(key, 5);
      for (const key of keys) ask.set(key, Number(key.slice(1)));
      bid.set('S7', 6);
      expect(() => spread.get('S7')).toThrow(/has no value before the batch ends/);
      expect(bid.get('S7')).toBe(6);
    });

    expect(compute).toHaveBeenCalledTimes(100);
    expect([spread.get('S7'), spread.get('S99')]).toEqual([1, 94]);
  });

  it('that are declared when keys are there are computed for them', () => {
    const { symbols, bid, mid } = market();
    for (const key of ['A', 'B', 'C']) symbols.add(key);
    bid.set('B', 5);
    symbols.remove('A');

    const size = symbols.input(10);
    const worth = symbols.computed([mid, size], (price, amount) => price * amount);

    expect(['B', 'C'].map((key) => [size.get(key), worth.get(key)])).toEqual([
      [10, 40],
      [10, 20],
    ]);
  });

  it.each([15, 16, 17, 31, 32, 33, 62, 63, 100])('form chains of %d', (length) => {
    const { symbols, bid } = market();
    symbols.add('before');
    const chain = [bid];
    for (let i = 0; i < length; i++)
      chain.push(symbols.computed([chain.at(-1) ?? bid, bid], (a, b) => a + b) as typeof bid);
    symbols.add('after');

    bid.set('after', 2);

    const values = (key: string): number[] => chain.map((node) => node.get(key));
    expect(values('before')).toEqual(chain.map((_, i) => i + 1));
    expect(values('after')).toEqual(chain.map((_, i) => 2 * (i + 1)));
  });

  it('take any number of dependencies, none and the same one twice included', () => {
    const { symbols, bid } = market();
    const inputs = Array.from({ length: 40 }, (_, i) => symbols.input(i));
    const constant = symbols.computed([], () => 7);
    const twice = symbols.computed([bid, bid, constant], (a, b, c) => a + b + c);
    const sum = symbols.computed(inputs, (...values) => values.reduce((total, value) => total + value, 0));
    symbols.add('BTC');

    bid.set('BTC', 10);
    inputs[39]?.set('BTC', 139);

    expect([constant, twice, sum].map((node) => node.get('BTC'))).toEqual([7, 27, 880]);
  });

  it('mix with nodes of the graph, whose value is the same for all keys', () => {
    const { graph, symbols, bid, mid } = market();
    const fee = graph.input(1);
    const doubled = graph.computed([fee], (value) => value * 2);
    const net = symbols.computed([mid, doubled, fee], (price, a, b) => price - a - b);
    const after = symbols.computed([net, mid], (a, b) => a + b);
    for (const key of ['A', 'B']) symbols.add(key);

    fee.set(2);
    bid.set('B', 5);

    expect(['A', 'B'].map((key) => [net.get(key), after.get(key)])).toEqual([
      [-4, -2],
      [-2, 2],
    ]);
  });

  it('follow a node of the graph to its new place when it is rewired', () => {
    const { graph, symbols, bid } = market();
    const top = bid.collect((values) => Math.max(...values));
    const deep = graph.computed([graph.computed([top], (value) => value + 1)], (value) => value + 1);
    const level = graph.computed([graph.input(10)], (value) => value);
    const compute = vi.fn((value: number, limit: number) => limit - value);
    const room = symbols.computed([bid, level], compute);
    symbols.add('BTC');

    level.rewire([deep], (value) => value);
    compute.mockClear();
    bid.set('BTC', 5);

    expect([compute.mock.calls, room.get('BTC')]).toEqual([[[5, 7]], 2]);
  });

  it('may hold objects in nodes of the graph they depend on', () => {
    const { graph, symbols, bid } = market();
    const config = graph.input({ factor: 3 });
    const scaled = symbols.computed([bid, config], (value, { factor }) => value * factor);
    symbols.add('BTC');

    config.set({ factor: 5 });

    expect(scaled.get('BTC')).toBe(5);
  });
});

describe('listeners', () => {
  it('are told of each key whose value changed, after the pass', () => {
    const { graph, symbols, bid, mid } = market();
    const told: [string, number, number][] = [];
    for (const key of ['A', 'B', 'C']) symbols.add(key);
    mid.onChange((key, value) => void told.push([key, value, mid.get(key)]));

    graph.batch(() => {
      bid.set('A', 5);
      bid.set('C', 7);
      bid.set('A', 9);
    });

    expect(told).toEqual([
      ['A', 6, 6],
      ['C', 5, 5],
    ]);
  });

  it('of inputs are told of values that were set, not of those that were the same', () => {
    const { symbols, bid } = market();
    const listener = vi.fn();
    bid.onChange(listener);
    symbols.add('BTC');

    bid.set('BTC', 1);
    bid.set('BTC', 2);

    expect(listener.mock.calls).toEqual([['BTC', 2]]);
  });

  it('hear nothing after their end, also when another listener ends them', () => {
    const { symbols, bid, mid } = market();
    symbols.add('BTC');
    const late = vi.fn();
    mid.onChange(() => handle[Symbol.dispose]());
    const handle = mid.onChange(late);

    bid.set('BTC', 5);
    handle[Symbol.dispose]();
    bid.set('BTC', 6);

    expect(late).not.toHaveBeenCalled();
  });

  it.each([
    ['BTC', 'ETH'],
    ['BTC', 'BTC'],
    ['BTC', undefined],
  ])('hear nothing of %s that went in the same batch, nor of %s that came for it', (gone, came) => {
    const { graph, symbols, bid, mid } = market();
    const listener = vi.fn();
    bid.onChange(listener);
    symbols.add(gone);
    const after = vi.fn();
    mid.onChange(after);

    graph.batch(() => {
      bid.set(gone, 5);
      symbols.remove(gone);
      if (came !== undefined) symbols.add(came);
    });

    expect(listener).not.toHaveBeenCalled();
    expect(after.mock.calls).toEqual(came === undefined ? [] : [[came, 2]]);
  });

  it('may set inputs, add keys and remove them: that is the next pass', () => {
    const { symbols, bid, ask, mid } = market();
    symbols.add('BTC');
    const told: [string, number][] = [];
    mid.onChange((key, value) => {
      told.push([key, value]);
      if (key !== 'BTC') return;
      if (value < 10) ask.set('BTC', 100);
      else if (symbols.add('ETH')) symbols.remove('BTC');
    });

    bid.set('BTC', 5);

    expect(told).toEqual([
      ['BTC', 4],
      ['BTC', 52.5],
      ['ETH', 2],
    ]);
    expect([...symbols.keys()]).toEqual(['ETH']);
  });
});
