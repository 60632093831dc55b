import { Derivation, type GraphNode } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

const plus = (...values: number[]): number => values.reduce((total, value) => total + value, 0);

// Work that grew with the square of the size would take minutes.
describe('a large graph', { timeout: 30_000 }, () => {
  it('is made in one batch: 100 000 nodes on one input', () => {
    const graph = new Derivation();
    const price = graph.input(1);

    const nodes = graph.batch(() =>
      Array.from({ length: 100_000 }, (_, i) => graph.computed([price], (value) => value + i)),
    );

    expect(nodes.every((node, i) => node.get() === 1 + i)).toBe(true);
    expect(graph.stats()).toMatchObject({ nodes: 100_001, passes: 1, recomputed: 100_000 });
  });

  it('is made in one batch: a chain of 100 000 nodes, after its input was set', () => {
    const graph = new Derivation();
    const price = graph.input(1);

    const last = graph.batch(() => {
      price.set(2);
      let node: GraphNode<number> = price;
      for (let i = 0; i < 100_000; i++) node = graph.computed([node], (value) => value + 1);
      return node;
    });

    expect(last.get()).toBe(100_002);
    expect(graph.stats().recomputed).toBe(100_000);
  });

  it('is rewired in one batch: 20 000 nodes that all wait, each to another height', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    let deep: GraphNode<number> = price;
    for (let i = 0; i < 10; i++) deep = graph.computed([deep], (value) => value + 1);
    const nodes = Array.from({ length: 20_000 }, () => graph.computed([price], (value) => value));
    const { recomputed } = graph.stats();

    graph.batch(() => {
      price.set(5);
      for (const node of nodes) node.rewire([deep, price], (a, b) => a - b);
    });

    expect(new Set(nodes.map((node) => node.get()))).toEqual(new Set([10]));
    expect(graph.stats().recomputed).toBe(recomputed + 20_010);
  });

  it.each<[string, (nodes: Disposable[]) => Disposable[]]>([
    ['the oldest first', (nodes) => nodes],
    ['the newest first', (nodes) => nodes.toReversed()],
    ['from the middle', (nodes) => [...nodes.slice(50_000), ...nodes.slice(0, 50_000)]],
  ])('is disposed of, %s', (_name, order) => {
    const graph = new Derivation();
    const price = graph.input(1);
    const nodes = Array.from({ length: 100_000 }, () => graph.computed([price], (value) => value));

    for (const node of order(nodes)) node[Symbol.dispose]();
    price.set(2);

    expect(graph.stats()).toMatchObject({ nodes: 1, recomputed: 100_000 });
    expect(() => price.dispose()).not.toThrow();
  });
});

describe('what depends on a node', () => {
  it('hears of it as long as it is there, whoever goes, in whatever order, however often it names the node', () => {
    const graph = new Derivation();
    const price = graph.input(0);
    // Places among the dependents that lie far apart, so that each goes at another place.
    const nodes = Array.from({ length: 300 }, (_, i) => {
      const sources = Array.from({ length: 1 + (i % 3) }, () => price);
      return graph.computed(sources, plus);
    });
    const left = new Map(nodes.entries());

    for (let i = 0; i < 300; i++) {
      const gone = (i * 91) % 300;
      left.get(gone)?.dispose();
      left.delete(gone);
      if (i % 4 === 0) left.set(300 + i, graph.computed([price], plus));
      price.set(i + 1);
      const wrong = [...left].filter(([at, node]) => node.get() !== (at < 300 ? 1 + (at % 3) : 1) * (i + 1));
      expect(wrong).toEqual([]);
    }

    expect(left.size).toBe(75);
    for (const node of left.values()) node.dispose();
    expect(() => price.dispose()).not.toThrow();
  });
});

describe('steps that wait while their height changes', () => {
  it('run in the new order, lower as well as higher', () => {
    const graph = new Derivation();
    const price = graph.input(1);
    const low = graph.computed([price], (value) => value);
    const high = graph.computed([graph.computed([graph.computed([low], (v) => v)], (v) => v)], (value) => value);
    const compute = vi.fn((a: number, b: number, c: number) => a * 100 + b * 10 + c);
    const result = graph.computed([price, high, low], compute);
    compute.mockClear();

    graph.batch(() => {
      price.set(2);
      // What was low is now computed from what was high, and the other way round.
      high.rewire([price], (value) => value + 1);
      low.rewire([high], (value) => value + 1);
    });

    expect([result.get(), compute.mock.calls]).toEqual([234, [[2, 3, 4]]]);
    price.set(3);
    expect(result.get()).toBe(345);
  });
});

describe('the error of a way round', () => {
  /** A chain of nodes n1, n2, … on an input, whose first is rewired to the last. */
  function messageOf(length: number): string {
    const graph = new Derivation();
    const first = graph.computed([graph.input(0)], (value) => value, { name: 'n1' });
    let last = first;
    for (let i = 2; i <= length; i++) last = graph.computed([last], (value) => value, { name: `n${i}` });
    try {
      first.rewire([last], (value) => value);
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return expect.fail('not refused');
  }

  it.each([
    [1, 'n1 → n1'],
    [7, 'n1 → n2 → n3 → n4 → n5 → n6 → n7 → n1'],
    [8, 'n1 → n2 → n3 → n4 → n5 → n6 → n7 → n8 → n1'],
    [9, 'n1 → n2 → n3 → n4 → (2 more) → n7 → n8 → n9 → n1'],
    [100_000, 'n1 → n2 → n3 → n4 → (99993 more) → n99998 → n99999 → n100000 → n1'],
  ])('of %d nodes names the first and the last few', (length, way) => {
    expect(messageOf(length)).toBe(`Derivation: n1 would depend on itself: ${way}`);
  });
});
