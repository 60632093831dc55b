import { Derivation, type DerivationStats } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

const NOTHING: DerivationStats = {
  nodes: 0,
  inputs: 0,
  keyedNodes: 0,
  keys: 0,
  sets: 0,
  unchanged: 0,
  passes: 0,
  recomputed: 0,
  changed: 0,
  cutOff: 0,
  failed: 0,
  blocked: 0,
  failures: 0,
};

function quiet(): Derivation {
  return new Derivation({ onError: () => {} });
}

describe('stats of a Derivation', () => {
  it('begin at nothing and are plain figures that JSON keeps', () => {
    const stats = new Derivation().stats();

    expect(stats).toEqual(NOTHING);
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  });

  it('are a snapshot, which later changes leave alone', () => {
    const graph = new Derivation();
    const before = graph.stats();

    graph.input(1).set(2);

    expect(before).toEqual(NOTHING);
    expect(graph.stats()).toMatchObject({ nodes: 1, inputs: 1, sets: 1 });
  });

  it('count what was computed, changed and cut off', () => {
    const graph = new Derivation();
    const price = graph.input(1.1);
    const whole = graph.computed([price], Math.round);
    graph.computed([whole], (value) => value * 2);
    const made = graph.stats();

    price.set(1.2);
    price.set(1.2);
    price.set(2);

    expect(made).toEqual({ ...NOTHING, nodes: 3, inputs: 1, passes: 2, recomputed: 2, changed: 2 });
    expect(graph.stats()).toEqual({ ...made, sets: 3, unchanged: 1, passes: 4, recomputed: 5, changed: 4, cutOff: 1 });
  });

  it('count one pass for a batch of any size', () => {
    const graph = new Derivation();
    const inputs = Array.from({ length: 50 }, () => graph.input(1));
    graph.computed(inputs, (...values) => values.length);
    const { passes, recomputed } = graph.stats();

    graph.batch(() => inputs.forEach((input, i) => input.set(i + 2)));

    expect(graph.stats()).toMatchObject({ passes: passes + 1, recomputed: recomputed + 1, sets: 50 });
  });

  it('count no pass for a batch in which nothing changes', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    graph.computed([price], (value) => value);
    const before = graph.stats();

    graph.batch(() => {});
    graph.batch(() => graph.batch(() => price.set(1)));
    expect(() =>
      graph.batch(() => {
        throw new RangeError('the end');
      }),
    ).toThrow(RangeError);

    expect(graph.stats()).toEqual({ ...before, sets: 1, unchanged: 1 });
  });

  it.each<[string, (graph: Derivation) => void]>([
    ['sets an input that nothing depends on', (graph) => graph.input(1).set(2)],
    ['makes a node', (graph) => void graph.computed([], () => 1)],
    ['throws after a change', (graph) => (graph.input(1).set(2), expect.fail('the end'))],
    [
      'adds a key',
      (graph) => {
        const symbols = graph.keyed();
        symbols.computed([], () => 1);
        symbols.add('BTC');
      },
    ],
  ])('count one pass for a batch that %s', (_name, change) => {
    const graph = new Derivation();

    try {
      graph.batch(() => change(graph));
    } catch (error) {
      expect(error).toMatchObject({ message: 'the end' });
    }

    expect(graph.stats().passes).toBe(1);
  });

  it('count what threw, and what could not be computed because of it', () => {
    const graph = quiet();
    const price = graph.input(0);
    const node = graph.computed([price], (value) => {
      if (value === 0) throw new RangeError('no price');
      return 1 / value;
    });
    graph.computed([graph.computed([node], (value) => value)], (value) => value);

    expect(graph.stats()).toMatchObject({ recomputed: 1, changed: 0, failed: 1, blocked: 2, failures: 1 });

    price.set(1);

    expect(graph.stats()).toMatchObject({ recomputed: 4, changed: 3, failed: 1, blocked: 2, failures: 1 });
  });

  it('count failures of listeners apart from those of functions', () => {
    const graph = quiet();
    const price = graph.input(0);
    price.onChange(() => {
      throw new RangeError('no order');
    });

    price.set(1);

    expect(graph.stats()).toMatchObject({ recomputed: 0, failed: 0, failures: 1 });
  });

  it('count nodes there are now, whoever was disposed of, and however often', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const node = graph.computed([price], (value) => value);
    graph.input(2);

    node.dispose();
    node.dispose();
    price.dispose();

    expect(graph.stats()).toMatchObject({ nodes: 1, inputs: 1 });
  });

  it('do not count what was refused', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const node = graph.computed([price], (value) => value);
    const before = graph.stats();

    expect(() => graph.computed([price], 5 as never)).toThrow(/compute must be a function/);
    expect(() => graph.computed([5 as never], () => 1)).toThrow(/must be a node/);
    expect(() => graph.input(1, { name: '' })).toThrow(/name must be/);
    expect(() => node.rewire([node], () => 1)).toThrow(/depend on itself/);
    expect(() => price.dispose()).toThrow(/needs it/);

    expect(graph.stats()).toEqual(before);
  });
});

describe('what a Derivation explains', () => {
  it('is why a node changed, and how long ago', () => {
    const graph = new Derivation();
    const [bid, ask] = [graph.input(1, { name: 'bid' }), graph.input(3, { name: 'ask' })];
    const mid = graph.computed([bid, ask], (b, a) => (b + a) / 2, { name: 'mid' });
    const explanation = { name: 'mid', dependencies: ['bid', 'ask'], failedBy: undefined, error: undefined };

    ask.set(5);
    expect(graph.explain(mid)).toEqual({ ...explanation, state: 'changed', because: ['ask'], passesAgo: 0 });

    graph.input(1).set(2);
    expect(graph.explain(mid)).toMatchObject({ state: 'changed', because: ['ask'], passesAgo: 1 });

    graph.batch(() => {
      bid.set(2);
      ask.set(4);
    });
    expect(graph.explain(mid)).toEqual({ ...explanation, state: 'cut off', because: ['bid', 'ask'], passesAgo: 0 });
  });

  it('is of an input that it changed when it was made, then when it was set', () => {
    const graph = new Derivation();
    const price = graph.input(1, { name: 'price' });
    const made = graph.explain(price);
    // The next pass is the one that its making was part of.
    for (const value of [2, 3]) graph.input(1).set(value);
    const later = graph.explain(price);
    price.set(1);
    const unchanged = graph.explain(price);
    price.set(2);

    const explanation = { name: 'price', dependencies: [], because: [], failedBy: undefined, error: undefined };
    expect(made).toEqual({ ...explanation, state: 'changed', passesAgo: 0 });
    expect(later).toEqual({ ...explanation, state: 'changed', passesAgo: 1 });
    expect(unchanged).toEqual(later);
    expect(graph.explain(price)).toEqual(made);
  });

  it('is of a keyed input that it changed when its key came, then when it was set', () => {
    const graph = new Derivation();
    const symbols = graph.keyed();
    const price = symbols.input(1);
    symbols.add('BTC');

    const made = graph.explain(price, 'BTC');
    symbols.add('ETH');
    const later = graph.explain(price, 'BTC');
    price.set('BTC', 2);

    expect([made, later, graph.explain(price, 'BTC')]).toMatchObject([
      { state: 'changed', passesAgo: 0 },
      { state: 'changed', passesAgo: 1 },
      { state: 'changed', passesAgo: 0 },
    ]);
  });

  it('is in a batch of the pass at its end', () => {
    const graph = new Derivation();
    const price = graph.input(1);

    graph.batch(() => {
      price.set(2);
      const node = graph.computed([price], (value) => value);

      expect(graph.explain(price)).toMatchObject({ state: 'changed', passesAgo: 0 });
      expect(graph.explain(node)).toMatchObject({ state: 'waiting', passesAgo: 0 });
    });
  });

  it('is whose function threw, or that there is no value yet', () => {
    const graph = quiet();
    const price = graph.input(0, { name: 'price' });
    const error = new RangeError('no price');
    const node = graph.computed(
      [price],
      (): number => {
        throw error;
      },
      { name: 'inverse' },
    );
    const dependent = graph.computed([graph.computed([node], (value) => value)], (value) => value);

    expect(graph.explain(node)).toMatchObject({ state: 'failed', failedBy: 'inverse', error });
    expect(graph.explain(dependent)).toMatchObject({ state: 'blocked', failedBy: 'inverse', error });
    graph.batch(() => {
      const waiting = graph.computed([price], (value) => value);
      expect(graph.explain(waiting)).toMatchObject({ state: 'waiting', failedBy: undefined, error: undefined });
    });
  });

  it('computes nothing and counts nothing', () => {
    const graph = new Derivation();
    const compute = vi.fn((value: number) => value);
    const node = graph.computed([graph.input(1)], compute);
    const before = graph.stats();

    graph.explain(node);

    expect(graph.stats()).toEqual(before);
    expect(compute).toHaveBeenCalledTimes(1);
  });

  it.each<[string, (graph: Derivation) => unknown, string]>([
    ['a node of another one', () => new Derivation().input(1), 'ERR_INVALID_ARGUMENT'],
    ['something else', () => ({ name: 'price' }), 'ERR_INVALID_ARGUMENT'],
    ['nothing', () => undefined, 'ERR_INVALID_ARGUMENT'],
    [
      'a node that was disposed of',
      (graph) => {
        const node = graph.input(1);
        node.dispose();
        return node;
      },
      'ERR_CLOSED',
    ],
  ])('is nothing of %s', (_name, make, code) => {
    const graph = new Derivation();
    const node = make(graph);

    // What a caller without types may pass.
    expect(() => graph.explain(node as ReturnType<typeof graph.input>)).toThrow(expect.objectContaining({ code }));
  });
});
