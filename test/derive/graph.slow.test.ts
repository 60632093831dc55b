import { Derivation } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

/** The refusals of misuse. */
const MISUSE = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

describe('a Derivation', () => {
  it('computes a node when it is made, and again when what it depends on changes', () => {
    const graph = new Derivation();
    const bid = graph.input(61_800);
    const ask = graph.input(61_802);
    const mid = graph.computed([bid, ask], (b, a) => (b + a) / 2);

    const first = mid.get();
    bid.set(61_801);

    expect([first, mid.get(), bid.get()]).toEqual([61_801, 61_801.5, 61_801]);
  });

  it.each([0, 1, 2, 3, 4, 7])('passes %d values in the order of the dependencies', (count) => {
    const graph = new Derivation();
    const inputs = Array.from({ length: count }, (_, i) => graph.input(i));
    const list = graph.computed(inputs, (...values) => values);

    inputs.at(-1)?.set(-1);

    expect(list.get()).toEqual(Array.from({ length: count }, (_, i) => (i === count - 1 ? -1 : i)));
  });

  it('passes a node that is named several times as often', () => {
    const graph = new Derivation();
    const price = graph.input(2);
    const compute = vi.fn((...values: number[]) => values.join(' '));
    const text = graph.computed([price, price, price], compute);

    price.set(3);

    expect(text.get()).toBe('3 3 3');
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it.each([undefined, null, Number.NaN, -0, '', false, 5n, Symbol.iterator, Object.freeze({}), () => 1])(
    'holds %s as a value like any other',
    (value) => {
      const graph = new Derivation();
      const input = graph.input<unknown>(value);
      const same = graph.computed([input], (one) => one);

      expect([input.get(), same.get()]).toEqual([value, same.get()]);
      expect(Object.is(same.get(), value)).toBe(true);
      expect(same.error).toBeUndefined();
    },
  );

  it('reads without computing', () => {
    const graph = new Derivation();
    const compute = vi.fn((value: number) => value);
    const node = graph.computed([graph.input(1)], compute);

    for (let i = 0; i < 10; i++) node.get();

    expect(compute).toHaveBeenCalledTimes(1);
  });

  it('names nodes in the order they are made, unless they have names', () => {
    const graph = new Derivation();
    const bid = graph.input(1);
    const mid = graph.computed([bid], (value) => value);

    expect([bid.name, mid.name, graph.input(1, { name: 'ask' }).name]).toEqual(['input 1', 'computed 2', 'ask']);
  });
});

describe('early cut-off', () => {
  it('computes nothing when an input is set to the value it has', () => {
    const graph = new Derivation();
    const compute = vi.fn((value: number) => value);
    const inputs = [1, Number.NaN, -0].map((value) => graph.input(value));
    for (const input of inputs) graph.computed([input], compute);
    compute.mockClear();

    for (let i = 0; i < 100; i++) for (const input of inputs) input.set(input.get());

    expect(compute).not.toHaveBeenCalled();
  });

  it.each([
    [0, -0],
    [-0, 0],
    [1, '1'],
    [undefined, null],
    [{}, {}],
  ])('takes %s and %s for different', (before, after) => {
    const graph = new Derivation();
    const input = graph.input<unknown>(before);
    const compute = vi.fn((value: unknown) => value);
    const node = graph.computed([input], compute);

    input.set(after);

    expect(compute).toHaveBeenCalledTimes(2);
    expect(Object.is(node.get(), after)).toBe(true);
  });

  it('ends at a node whose new value is the same', () => {
    const graph = new Derivation();
    const price = graph.input(1.2);
    const rounded = vi.fn(Math.round);
    const dependent = vi.fn((value: number) => value * 2);
    const whole = graph.computed([price], (value) => rounded(value));
    const last = graph.computed([graph.computed([whole], dependent)], dependent);
    dependent.mockClear();

    for (const value of [1.3, 1.1, 0.9]) price.set(value);

    expect(rounded).toHaveBeenCalledTimes(4);
    expect(dependent).not.toHaveBeenCalled();
    price.set(2);
    expect([last.get(), dependent.mock.calls.length]).toEqual([8, 2]);
  });

  it('computes only the nodes of one symbol out of 1 000 when its price changes', () => {
    const graph = new Derivation();
    const computed: number[] = [];
    const prices = Array.from({ length: 1_000 }, (_, symbol) => {
      const price = graph.input(1);
      const double = graph.computed([price], (value) => (computed.push(symbol), value * 2));
      graph.computed([price, double], (a, b) => (computed.push(symbol), a + b));
      return price;
    });
    computed.length = 0;

    prices[700]?.set(2);

    expect(computed).toEqual([700, 700]);
  });

  it('keeps the value before when equals finds the new one the same', () => {
    const graph = new Derivation();
    const equals = vi.fn((before: number, after: number) => Math.abs(after - before) < 0.01);
    const price = graph.input(1, { equals });
    const double = graph.computed([price], (value) => value * 2);

    price.set(1.005);

    expect([price.get(), double.get()]).toEqual([1, 2]);
    expect(equals.mock.calls).toEqual([[1, 1.005]]);
    price.set(1.02);
    expect([price.get(), double.get()]).toEqual([1.02, 2.04]);
  });

  it('asks equals of a computed node, and keeps the object it had', () => {
    const graph = new Derivation();
    const price = graph.input(1.2);
    const level = graph.computed([price], (value) => ({ at: Math.round(value) }), {
      equals: (before, after) => before.at === after.at,
    });
    const dependent = vi.fn(({ at }: { at: number }) => at);
    graph.computed([level], dependent);
    const before = level.get();

    price.set(1.3);

    expect(level.get()).toBe(before);
    expect(dependent).toHaveBeenCalledTimes(1);
    price.set(2);
    expect([level.get(), dependent.mock.calls.length]).toEqual([{ at: 2 }, 2]);
  });

  it('takes equal values for a change when equals says so', () => {
    const graph = new Derivation();
    const tick = graph.input(1, { equals: () => false });
    const compute = vi.fn((value: number) => value);
    graph.computed([tick], compute);

    tick.set(1);

    expect(compute).toHaveBeenCalledTimes(2);
  });
});

describe('one pass', () => {
  it('computes each node of a diamond once, from values of one moment', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const left = graph.computed([price], (value) => value + 1);
    const longer = graph.computed([graph.computed([left], (value) => value)], (value) => value);
    const differences: number[] = [];
    graph.computed([price, left, longer], (a, b, c) => (differences.push(b - a, c - a), a));

    for (const value of [2, 3, 4]) price.set(value);

    expect(differences).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('computes a node once that 64 ways of different length lead to', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const ways = Array.from({ length: 64 }, (_, length) => {
      let node = graph.computed([price], (value) => value);
      for (let i = 0; i < length; i++) node = graph.computed([node], (value) => value);
      return node;
    });
    const sum = vi.fn((...values: number[]) => values.reduce((total, value) => total + value, 0));
    const total = graph.computed(ways, sum);

    price.set(2);

    expect([total.get(), sum.mock.calls.length]).toEqual([128, 2]);
  });

  it('passes through a chain of 100 000 nodes without running out of stack', { timeout: 60_000 }, () => {
    const graph = new Derivation({ onError: () => {} });
    const price = graph.input(0);
    const first = graph.computed([price], (value) => value + 1);
    let last = first;
    for (let i = 1; i < 100_000; i++) last = graph.computed([last], (value) => value + 1);

    const before = last.get();
    price.set(1);
    const after = last.get();
    first.rewire([price], (value) => value + 10);

    expect([before, after, last.get()]).toEqual([100_000, 100_001, 100_010]);
    expect(() => first.rewire([last], (value) => value)).toThrow(/computed 2 would depend on itself/);
    first.rewire([price], () => {
      throw new RangeError('no price');
    });
    expect(() => last.get()).toThrow(/has no value: computed 2 threw RangeError: no price/);
  });

  it('reaches 10 000 nodes that depend on one, each once', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const compute = vi.fn((value: number) => value + 1);
    const nodes = Array.from({ length: 10_000 }, () => graph.computed([price], compute));
    compute.mockClear();

    price.set(2);

    expect(compute).toHaveBeenCalledTimes(10_000);
    expect(new Set(nodes.map((node) => node.get()))).toEqual(new Set([3]));
  });

  it('reaches one node that depends on 10 000', () => {
    const graph = new Derivation();
    const inputs = Array.from({ length: 10_000 }, () => graph.input(1));
    const compute = vi.fn((...values: number[]) => values.reduce((total, value) => total + value, 0));
    const total = graph.computed(inputs, compute);

    inputs[5_000]?.set(11);

    expect([total.get(), compute.mock.calls.length]).toEqual([10_010, 2]);
  });
});

describe('a batch', () => {
  it('is one pass, and returns what its function returns', () => {
    const graph = new Derivation();
    const bid = graph.input(1);
    const ask = graph.input(3);
    const compute = vi.fn((b: number, a: number) => (b + a) / 2);
    const mid = graph.computed([bid, ask], compute);

    const result = graph.batch(() => {
      bid.set(5);
      ask.set(7);
      ask.set(9);
      return [mid.get(), bid.get()];
    });

    // A computed node has the value of the last pass until the batch ends.
    expect(result).toEqual([2, 5]);
    expect([mid.get(), compute.mock.calls.length]).toEqual([7, 2]);
  });

  it('inside another ends with the other', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const compute = vi.fn((value: number) => value);
    const node = graph.computed([price], compute);

    graph.batch(() => {
      graph.batch(() => price.set(2));
      expect(node.get()).toBe(1);
      price.set(3);
    });

    expect([node.get(), compute.mock.calls]).toEqual([3, [[1], [3]]]);
  });

  it.each([[0], [1]])('that throws keeps what it has set, %d batches deep, and passes the error on', (depth) => {
    const graph = new Derivation();
    const price = graph.input(1);
    const node = graph.computed([price], (value) => value * 2);
    const fail = (): never => {
      price.set(2);
      throw new RangeError('no ask');
    };

    const run = () => graph.batch(depth === 0 ? fail : () => graph.batch(fail));

    expect(run).toThrow(/^no ask$/);
    expect(node.get()).toBe(4);
    price.set(3);
    expect(node.get()).toBe(6);
  });

  it('that sets nothing computes nothing', () => {
    const graph = new Derivation();
    const compute = vi.fn((value: number) => value);
    graph.computed([graph.input(1)], compute);

    expect(graph.batch(() => 'nothing')).toBe('nothing');
    expect(compute).toHaveBeenCalledTimes(1);
  });

  it('gives nodes made in it their values at its end', () => {
    const graph = new Derivation();
    const price = graph.input(1);

    const [node, dependent] = graph.batch(() => {
      const made = graph.computed([price], (value) => value + 1);
      expect(() => made.get()).toThrow(/computed 2 has no value before the batch ends/);
      expect(() => made.get()).toThrow(MISUSE);
      price.set(5);
      return [made, graph.computed([made, price], (a, b) => a + b)] as const;
    });

    expect([node.get(), dependent.get(), node.error]).toEqual([6, 11, undefined]);
  });
});
