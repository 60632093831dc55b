import { Derivation, type InputNode } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

const MISUSE = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
const CLOSED = expect.objectContaining({ code: 'ERR_CLOSED' });

const plus = (...values: number[]): number => values.reduce((total, value) => total + value, 0);

describe('rewiring a computed node', () => {
  it('computes it from other nodes by another function, and no longer from those before', () => {
    const graph = new Derivation();
    const [a, b] = [graph.input(1), graph.input(10)];
    const node = graph.computed([a], (value) => value);
    const compute = vi.fn((value: number) => -value);
    const dependent = graph.computed([node], (value) => value * 2);

    node.rewire([b], compute);

    expect([node.get(), dependent.get()]).toEqual([-10, -20]);
    a.set(2);
    expect(compute).toHaveBeenCalledTimes(1);
    b.set(20);
    expect([node.get(), dependent.get()]).toEqual([-20, -40]);
  });

  it('cuts off when the value is the same', () => {
    const graph = new Derivation();
    const node = graph.computed([graph.input(1)], (value) => value);
    const compute = vi.fn(plus);
    graph.computed([node], compute);

    node.rewire([graph.input(0.5), graph.input(0.5)], plus);

    expect(compute).toHaveBeenCalledTimes(1);
  });

  it('keeps the order when it becomes deeper than what depends on it was', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const low = graph.computed([price], (value) => value);
    const compute = vi.fn((a: number, b: number) => a - b);
    const difference = graph.computed([price, low], compute);
    let deep = graph.computed([price], (value) => value);
    for (let i = 0; i < 20; i++) deep = graph.computed([deep], (value) => value);

    low.rewire([deep], (value) => value);
    compute.mockClear();
    price.set(2);

    expect(difference.get()).toBe(0);
    expect(compute.mock.calls).toEqual([[2, 2]]);
  });

  it('in a batch after a change runs it once, by the function it has at the end', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const old = vi.fn(plus);
    const node = graph.computed([price], old);
    const compute = vi.fn((a: number, b: number) => a * b);

    graph.batch(() => {
      price.set(3);
      node.rewire([price, price], plus);
      node.rewire([price, price], compute);
      expect(node.get()).toBe(1);
    });

    expect([node.get(), old.mock.calls.length, compute.mock.calls.length]).toEqual([9, 1, 1]);
  });

  it('refuses a way round, naming it, and changes nothing', () => {
    const graph = new Derivation();
    const price = graph.input(1, { name: 'price' });
    const mid = graph.computed([price], (value) => value, { name: 'mid' });
    const mark = graph.computed([mid], (value) => value + 1, { name: 'mark' });
    const signal = graph.computed([mark, price], plus, { name: 'signal' });
    const compute = vi.fn(plus);

    const rewire = () => mid.rewire([price, signal], compute);

    expect(rewire).toThrow(/mid would depend on itself: mid → (mark → )?signal → mid/);
    expect(rewire).toThrow(MISUSE);
    expect(() => mid.rewire([mid], compute)).toThrow(/mid would depend on itself: mid → mid/);
    expect(compute).not.toHaveBeenCalled();
    price.set(2);
    expect([mid.get(), mark.get(), signal.get()]).toEqual([2, 3, 5]);
  });

  it('refuses bad arguments and changes nothing', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const node = graph.computed([price], (value) => value);
    const foreign = new Derivation().input(5);
    // What a caller without types may pass.
    const rewire = node.rewire.bind(node) as (nodes: unknown, compute: unknown) => void;

    expect(() => rewire([price], 'mid')).toThrow(/compute must be a function, got 'mid'/);
    expect(() => rewire(price, plus)).toThrow(/dependencies must be a list of nodes/);
    expect(() => rewire([price, foreign], plus)).toThrow(/must be a node of the same Derivation/);
    price.set(2);
    expect(node.get()).toBe(2);
  });

  it('refuses an input', () => {
    const graph = new Derivation();
    const price: unknown = graph.input(1, { name: 'price' });

    expect(() => (price as ReturnType<typeof graph.computed>).rewire([], plus)).toThrow(/price cannot be rewired/);
  });
});

describe('disposing of a node', () => {
  it('is refused while another depends on it, and changes nothing', () => {
    const graph = new Derivation();
    const price = graph.input(1, { name: 'price' });
    const mid = graph.computed([price], (value) => value, { name: 'mid' });

    expect(() => price.dispose()).toThrow(/price cannot be disposed of: mid needs it/);
    expect(() => price.dispose()).toThrow(MISUSE);
    price.set(2);
    expect(mid.get()).toBe(2);
  });

  it('takes it out, after which it is neither computed nor used', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const compute = vi.fn(plus);
    const node = graph.computed([price, price], compute, { name: 'mid' });

    node.dispose();
    node.dispose();
    price.set(2);

    expect(compute).toHaveBeenCalledTimes(1);
    expect(() => node.get()).toThrow(/mid was disposed of/);
    for (const use of [
      () => node.get(),
      () => node.rewire([price], plus),
      () => void node.onChange(() => {}),
      () => void graph.computed([node], plus),
    ])
      expect(use).toThrow(CLOSED);
    expect(node.error).toBeUndefined();
    price.dispose();
    expect(() => price.set(3)).toThrow(CLOSED);
  });

  it('works by `using` as well', () => {
    const graph = new Derivation();
    const price = graph.input(1);

    price[Symbol.dispose]();

    expect(() => price.get()).toThrow(/input 1 was disposed of/);
  });

  it.each([0, 1, 2, 3])('leaves what else depends on its dependencies: number %d of 4 goes', (gone) => {
    const graph = new Derivation();
    const price = graph.input(1);
    const nodes = Array.from({ length: 4 }, (_, i) => graph.computed([price], (value) => value + i));

    nodes[gone]?.dispose();
    price.set(10);

    const left = nodes.filter((_, i) => i !== gone);
    expect(left.map((node) => node.get())).toEqual([0, 1, 2, 3].filter((i) => i !== gone).map((i) => 10 + i));
  });

  it('in a batch after a change computes it no more', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const compute = vi.fn(plus);
    const listener = vi.fn();
    const node = graph.computed([price], compute);
    node.onChange(listener);

    graph.batch(() => {
      price.set(2);
      node.dispose();
    });

    expect([compute.mock.calls.length, listener.mock.calls.length]).toEqual([1, 0]);
  });

  it('lets a node be rewired away first', () => {
    const graph = new Derivation();
    const [old, next] = [graph.input(1), graph.input(2)];
    const node = graph.computed([old, old], plus);

    node.rewire([next], (value) => value);
    old.dispose();

    expect(node.get()).toBe(2);
  });
});

describe('listeners', () => {
  it('hear of a change once per pass, when all nodes are up to date', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const low = graph.computed([price], (value) => value * 2);
    const high = graph.computed([low], (value) => value * 2);
    const seen: number[][] = [];
    for (const node of [price, low, high]) node.onChange((value) => void seen.push([value, low.get(), high.get()]));

    graph.batch(() => {
      price.set(2);
      price.set(3);
    });

    expect(seen.toSorted(([a = 0], [b = 0]) => a - b)).toEqual([
      [3, 6, 12],
      [6, 6, 12],
      [12, 6, 12],
    ]);
  });

  it('hear nothing of values that stay the same, and nothing when they join', () => {
    const graph = new Derivation();
    const price = graph.input(1.1);
    const listener = vi.fn();
    graph.computed([price], Math.round).onChange(listener);

    price.set(1.2);

    expect(listener).not.toHaveBeenCalled();
    price.set(2);
    expect(listener.mock.calls).toEqual([[2]]);
  });

  it('set inputs for the next pass, with everything before told first', () => {
    const graph = new Derivation();
    const [price, last] = [graph.input(1), graph.input(0)];
    const compute = vi.fn((a: number, b: number) => a - b);
    const difference = graph.computed([price, last], compute);
    const seen: number[] = [];
    difference.onChange((value) => void seen.push(value));
    price.onChange((value) => {
      last.set(value);
      // Still that of the pass before.
      expect(difference.get()).not.toBe(0);
    });

    price.set(5);

    expect([seen, difference.get()]).toEqual([[5, 0], 0]);
    expect(compute.mock.calls).toEqual([
      [1, 0],
      [5, 0],
      [5, 5],
    ]);
  });

  it('make nodes, which have values once the listeners are through', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const made: { get(): number }[] = [];
    price.onChange(() => void made.push(graph.computed([price], (value) => value * 2)));

    price.set(2);
    price.set(3);

    expect(made.map((node) => node.get())).toEqual([6, 6]);
  });

  it('no longer hear after their handle is disposed of, even in the delivery under way', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const heard: string[] = [];
    const handles: Disposable[] = [];
    const join = (name: string) =>
      price.onChange(() => {
        heard.push(name);
        for (const handle of handles) handle[Symbol.dispose]();
      });
    handles.push(join('first'), join('second'));

    price.set(2);
    price.set(3);

    expect(heard).toHaveLength(1);
    expect(() => handles[0]?.[Symbol.dispose]()).not.toThrow();
  });

  it('that join in a delivery hear of the next one', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const late = vi.fn();
    const handle = price.onChange(() => {
      handle[Symbol.dispose]();
      price.onChange(late);
    });

    price.set(2);
    expect(late).not.toHaveBeenCalled();

    price.set(3);
    expect(late.mock.calls).toEqual([[3]]);
  });

  it('hear as often as they joined', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const listener = vi.fn();
    const first = price.onChange(listener);
    price.onChange(listener);

    price.set(2);
    first[Symbol.dispose]();
    price.set(3);

    expect(listener.mock.calls).toEqual([[2], [2], [3]]);
  });

  it('may dispose of the node they listen to', () => {
    const graph = new Derivation();
    const price: InputNode<number> = graph.input(1);
    const second = vi.fn();
    price.onChange(() => price.dispose());
    price.onChange(second);

    price.set(2);

    expect(second).not.toHaveBeenCalled();
    expect(() => price.get()).toThrow(CLOSED);
  });
});
