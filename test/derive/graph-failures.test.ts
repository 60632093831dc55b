import { Derivation, type DerivationErrorContext } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

const MISUSE = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

/** A graph, and what reached its `onError`. */
function watched(): { graph: Derivation; reports: { error: unknown; context: DerivationErrorContext }[] } {
  const reports: { error: unknown; context: DerivationErrorContext }[] = [];
  const graph = new Derivation({ onError: (error, context) => void reports.push({ error, context }) });
  return { graph, reports };
}

/** A ratio that cannot be computed of 0. */
function inverse(value: number): number {
  if (value === 0) throw new RangeError('no price');
  return 1 / value;
}

describe('a compute function that throws', () => {
  it('is reported once, its dependents do not run, and all others are updated', () => {
    const { graph, reports } = watched();
    const price = graph.input(1);
    const node = graph.computed([price], inverse, { name: 'inverse' });
    const compute = vi.fn((value: number) => value);
    const dependents = [graph.computed([node], compute), graph.computed([price, node], compute)];
    const other = graph.computed([price], (value) => value + 1);
    compute.mockClear();

    price.set(0);

    expect(reports).toEqual([
      { error: new RangeError('no price'), context: { operation: 'compute', node: 'inverse' } },
    ]);
    expect(compute).not.toHaveBeenCalled();
    expect(other.get()).toBe(1);
    for (const lost of [node, ...dependents]) {
      expect(() => lost.get()).toThrow(/has no value: inverse threw RangeError: no price/);
      expect(() => lost.get()).toThrow(MISUSE);
      expect(() => lost.get()).toThrow(expect.objectContaining({ cause: reports[0]?.error }));
      expect(lost.error).toBe(reports[0]?.error);
    }
  });

  it('recovers with all that depends on it, which is a change even if the value was the same before', () => {
    const { graph, reports } = watched();
    const price = graph.input(1);
    const node = graph.computed([price], inverse);
    const dependent = graph.computed([graph.computed([node], (value) => value)], (value) => value * 2);
    const listener = vi.fn();
    dependent.onChange(listener);

    price.set(0);
    expect(listener).not.toHaveBeenCalled();
    price.set(1);

    expect([node.get(), dependent.get(), node.error, dependent.error]).toEqual([1, 2, undefined, undefined]);
    expect(listener.mock.calls).toEqual([[2]]);
    expect(reports).toHaveLength(1);
  });

  it('is reported again when it throws again, and says what it threw last', () => {
    const { graph, reports } = watched();
    const price = graph.input(0);
    const node = graph.computed([price], (value): number => {
      throw new RangeError(`no price at ${value}`);
    });
    const dependent = graph.computed([node], (value) => value);

    price.set(1);

    expect(reports.map(({ error }) => String(error))).toEqual([
      'RangeError: no price at 0',
      'RangeError: no price at 1',
    ]);
    expect(dependent.error).toBe(reports[1]?.error);
    price.set(1);
    expect(reports).toHaveLength(2);
  });

  it('leaves nodes blocked until all they depend on have values', () => {
    const { graph } = watched();
    const [a, b] = [graph.input(0), graph.input(0)];
    const sum = graph.computed([graph.computed([a], inverse), graph.computed([b], inverse)], (x, y) => x + y);

    a.set(1);
    expect(() => sum.get()).toThrow(/computed 5 has no value: computed 4 threw/);
    b.set(1);

    expect([sum.get(), sum.error]).toEqual([2, undefined]);
  });

  it('leads to an explanation that follows: first its own error, then that of its dependency', () => {
    const { graph } = watched();
    const price = graph.input(1);
    const low = graph.computed([price], inverse, { name: 'low' });
    const high = graph.computed([price, low], (value) => inverse(value - 1), { name: 'high' });

    expect(() => high.get()).toThrow(/high has no value: high threw/);
    price.set(0);
    expect(() => high.get()).toThrow(/high has no value: low threw/);
    price.set(2);
    expect(high.get()).toBe(1);
  });

  it.each([undefined, null, 'text', 0, { message: 'odd' }])('may throw %j', (thrown) => {
    const { graph, reports } = watched();
    const price = graph.input(0);
    const node = graph.computed([price], (value) => {
      // oxlint-disable-next-line typescript/only-throw-error -- user code may throw anything
      if (value === 0) throw thrown;
      return value;
    });

    expect(reports.map(({ error }) => error)).toEqual([thrown]);
    expect(() => node.get()).toThrow(/has no value: computed 2 threw/);
    expect(node.error).toBe(thrown);
    price.set(1);
    expect(node.get()).toBe(1);
  });

  it('may throw when it is made or rewired; the node is part of the graph all the same', () => {
    const { graph, reports } = watched();
    const price = graph.input(0);
    const node = graph.computed([price], inverse);

    node.rewire([price], (value) => value + 5);
    expect(node.get()).toBe(5);
    node.rewire([price], inverse);
    expect(() => node.get()).toThrow(/no price/);
    price.set(1);

    expect([node.get(), reports.length]).toEqual([1, 2]);
  });

  it('is reported after the pass, when inputs may be set', () => {
    const graph = new Derivation({
      onError: () => {
        expect(other.get()).toBe(1);
        price.set(4);
      },
    });
    const price = graph.input(1);
    const node = graph.computed([price], inverse);
    const other = graph.computed([price], (value) => value + 1);

    price.set(0);

    expect([node.get(), other.get()]).toEqual([0.25, 5]);
  });

  it('does not harm the graph when onError throws as well', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const graph = new Derivation({
      onError: () => {
        throw new TypeError('no log');
      },
    });
    const price = graph.input(0);
    const node = graph.computed([price], inverse);

    price.set(2);

    expect(node.get()).toBe(0.5);
    expect(warn.mock.calls).toEqual([['Derivation: TypeError: no log', 'TickwiseWarning']]);
  });

  it('becomes a warning without onError', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const graph = new Derivation();

    graph.computed([graph.input(0)], inverse);

    expect(warn.mock.calls).toEqual([['Derivation: RangeError: no price', 'TickwiseWarning']]);
  });
});

describe('a compute function that returns a promise', () => {
  it('has no value, which is reported', () => {
    const { graph, reports } = watched();

    const node = graph.computed([graph.input(1)], async (value) => value);

    expect(reports).toMatchObject([{ error: { code: 'ERR_INVALID_ARGUMENT' }, context: { operation: 'compute' } }]);
    expect(() => node.get()).toThrow(/a compute function must return its value, got a promise/);
  });

  it('has its rejection reported too, so that the process lives', async () => {
    const { graph, reports } = watched();

    graph.computed([graph.input(1)], async () => {
      throw new RangeError('no answer');
    });
    await new Promise(setImmediate);

    expect(reports.map(({ error }) => String(error))).toEqual([
      expect.stringMatching(/got a promise/),
      'RangeError: no answer',
    ]);
  });
});

describe('an equals that throws', () => {
  it('costs a computed node its value until it is computed anew', () => {
    const { graph, reports } = watched();
    const price = graph.input(1);
    const equals = vi.fn((before: number, after: number) => before === after);
    const node = graph.computed([price], (value) => value, { equals });
    equals.mockImplementationOnce(() => {
      throw new RangeError('no order');
    });

    price.set(2);
    expect(() => node.get()).toThrow(/no order/);
    price.set(3);

    expect([node.get(), reports.length]).toEqual([3, 1]);
  });

  it('reaches the caller of set, and the input keeps its value', () => {
    const { graph, reports } = watched();
    const equals = vi.fn((before: number, after: number) => before === after);
    const price = graph.input(1, { equals });
    const node = graph.computed([price], (value) => value);
    equals.mockImplementationOnce(() => {
      throw new RangeError('no order');
    });

    expect(() => price.set(2)).toThrow(/^no order$/);
    expect([price.get(), node.get(), reports.length]).toEqual([1, 1, 0]);
    price.set(2);
    expect(node.get()).toBe(2);
  });
});

describe('a compute function that changes the graph', () => {
  const actions: Record<string, (graph: Derivation, spare: ReturnType<typeof spareNodes>) => unknown> = {
    'sets an input': (_graph, { input }) => input.set(5),
    'sets an input to the value it has': (_graph, { input }) => input.set(0),
    'rewires a node': (_graph, { input, node }) => node.rewire([input], () => 5),
    'disposes of a node': (_graph, { node }) => node.dispose(),
    'makes an input': (graph) => graph.input(1),
    'makes a node': (graph, { input }) => graph.computed([input], () => 5),
    'runs a batch': (graph) => graph.batch(() => 5),
  };

  function spareNodes(graph: Derivation) {
    const input = graph.input(0);
    return { input, node: graph.computed([input], (value) => value) };
  }

  it.each(Object.keys(actions))('and %s is refused', (name) => {
    const { graph, reports } = watched();
    const spare = spareNodes(graph);
    const price = graph.input(1);

    const node = graph.computed([price], (value) => (value === 1 ? actions[name]?.(graph, spare) : value));

    expect(reports).toMatchObject([{ error: { code: 'ERR_INVALID_ARGUMENT' } }]);
    expect(() => node.get()).toThrow(/functions that compute may only read/);
    price.set(2);
    spare.input.set(3);
    expect([node.get(), spare.node.get()]).toEqual([2, 3]);
  });

  it('is refused in equals as well', () => {
    const { graph, reports } = watched();
    const { input } = spareNodes(graph);
    const price = graph.input(1);
    graph.computed([price], (value) => value, { equals: () => (input.set(5), true) });

    price.set(2);

    expect(reports).toMatchObject([{ error: { code: 'ERR_INVALID_ARGUMENT' } }]);
    expect(input.get()).toBe(0);
  });

  it('may read other nodes', () => {
    const { graph } = watched();
    const { input } = spareNodes(graph);

    expect(graph.computed([graph.input(1)], (value) => value + input.get()).get()).toBe(1);
  });
});

describe('a listener that fails', () => {
  it('is reported, while the others hear all the same', () => {
    const { graph, reports } = watched();
    const price = graph.input(1, { name: 'price' });
    const others = [vi.fn(), vi.fn()] as const;
    price.onChange(others[0]);
    price.onChange(() => {
      throw new RangeError('no order');
    });
    price.onChange(others[1]);

    expect(() => price.set(2)).not.toThrow();

    expect(others.map(({ mock }) => mock.calls)).toEqual([[[2]], [[2]]]);
    expect(reports).toEqual([{ error: new RangeError('no order'), context: { operation: 'listener', node: 'price' } }]);
  });

  it('is reported when it rejects', async () => {
    const { graph, reports } = watched();
    const price = graph.input(1, { name: 'price' });
    price.onChange(async () => {
      throw new RangeError('no order');
    });

    price.set(2);
    await new Promise(setImmediate);

    expect(reports).toEqual([{ error: new RangeError('no order'), context: { operation: 'listener', node: 'price' } }]);
  });

  it('is stopped after 1 000 passes when it sets off another each time; the rest waits for the next change', () => {
    const { graph, reports } = watched();
    const price = graph.input(0);
    const node = graph.computed([price], (value) => value);
    let isEndless = true;
    node.onChange((value) => (isEndless ? price.set(value + 1) : undefined));

    price.set(1);

    expect(reports).toMatchObject([{ error: { code: 'ERR_OVERFLOW' }, context: { operation: 'listener', node: '' } }]);
    expect(String(reports[0]?.error)).toMatch(/listeners set off 1000 passes in a row/);
    expect([price.get(), node.get()]).toEqual([1_001, 1_000]);
    isEndless = false;
    graph.input(1).set(2);
    expect(node.get()).toBe(1_001);
  });
});

describe('misuse of a Derivation', () => {
  const any = (): number => 1;

  it.each<[string, (graph: Derivation) => unknown, RegExp]>([
    ['a node of another one', (graph) => graph.computed([new Derivation().input(1)], any), /same Derivation/],
    [
      'something else for a node',
      (graph) => graph.computed([{ get: any } as never], any),
      /got \{ get: function|same Derivation/,
    ],
    ['a node instead of a list', (graph) => graph.computed(graph.input(1) as never, any), /must be a list of nodes/],
    ['no function', (graph) => graph.computed([], 5 as never), /compute must be a function, got 5/],
  ])('by %s is refused', (_name, misuse, message) => {
    const { graph } = watched();

    expect(() => misuse(graph)).toThrow(message);
    expect(() => misuse(graph)).toThrow(MISUSE);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'options',
      () => new Derivation({ onerror: any } as never),
      /Derivation: unknown option 'onerror'; known are onError/,
    ],
    ['onError', () => new Derivation({ onError: 5 as never }), /onError must be a function, got 5/],
    ['names', () => new Derivation().input(1, { name: '' }), /name must be a text of at least one character, got ''/],
    ['equals', () => new Derivation().input(1, { equals: true as never }), /equals must be a function, got true/],
    [
      'options of a node',
      () => new Derivation().computed([], any, { epsilon: 1 } as never),
      /unknown option 'epsilon'/,
    ],
  ])('by wrong %s is refused', (_name, misuse, message) => {
    expect(misuse).toThrow(message);
    expect(misuse).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  it('by setting a computed node is refused', () => {
    const { graph } = watched();
    const node: unknown = graph.computed([], any, { name: 'mid' });

    expect(() => (node as ReturnType<typeof graph.input>).set(5)).toThrow(/mid cannot be set/);
  });
});
