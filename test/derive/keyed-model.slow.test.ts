import * as fc from 'fast-check';
import { Derivation } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';
import { KeyedPair, type RawPlan, type Step } from './keyed-pair.js';
import { plan, step } from './keyed-steps.js';

/** Plays steps to a graph and its twin, which are compared after each. */
function play(plans: readonly RawPlan[], declared: number, maxKeys: number, steps: readonly Step[]): void {
  const pair = new KeyedPair(plans, declared, maxKeys);
  for (const each of steps) pair.run(each);
}

describe('keyed nodes over random histories', () => {
  it('have the values, failures, notices and calls of a recompute of everything', () => {
    const plans = fc.array(plan, { minLength: 2, maxLength: 14, size: 'max' });
    const steps = fc.array(step, { maxLength: 40, size: 'max' });

    fc.assert(fc.property(plans, fc.nat(14), fc.integer({ min: 1, max: 6 }), steps, play), { numRuns: 200 });
  });

  it('have them with more than 31 nodes and more than 16 keys', { timeout: 20_000 }, () => {
    const first = (['input', 'input', 'node'] as const).map((kind): RawPlan => ({
      kind,
      from: [],
      operation: 'sum',
      flag: 1,
    }));
    const more = plan.map((each): RawPlan => ({ ...each, kind: each.kind === 'node' ? 'keyed' : each.kind }));
    const keys = Array.from({ length: 18 }, (_, key): Step => ({ do: 'add', key }));
    const plans = fc.array(more, { minLength: 45, maxLength: 60, size: 'max' });
    const steps = fc.array(step, { maxLength: 12, size: 'max' });

    fc.assert(
      fc.property(plans, fc.nat(60), steps, (rest, declared, some) =>
        play([...first, ...rest], declared, 20, [...keys, ...some]),
      ),
      { numRuns: 15 },
    );
  });
});

describe('the work that a change takes', () => {
  it.each([30, 31, 32, 61, 62, 63])('is one call per value after %d others', (others) => {
    const symbols = new Derivation().keyed();
    const price = symbols.input(1);
    const columns = Array.from({ length: others }, () => symbols.computed([price], (value) => value));
    const compute = vi.fn((...values: number[]) => values.reduce((sum, value) => sum + value, 0));
    symbols.computed([price], compute);
    symbols.computed([price, ...columns.slice(-1)], compute);
    symbols.add('BTC');
    compute.mockClear();

    price.set('BTC', 5);

    expect(compute.mock.calls).toEqual([[5], [5, 5]]);
  });

  /** A thousand keys with ten computed values each, a total and a watcher; counts calls by key. */
  function market(isCoarse: boolean) {
    const graph = new Derivation();
    const symbols = graph.keyed<number>();
    const id = symbols.input(0);
    const price = symbols.input(0);
    const calls: number[] = [];
    let totals = 0;
    const chain = [price];
    for (let i = 0; i < 10; i++) {
      // The chain reads the key of its row, so that calls can be told apart.
      const next = symbols.computed([id, chain.at(-1) ?? price], (key, value) => {
        calls[key] = (calls[key] ?? 0) + 1;
        return isCoarse && i === 4 ? Math.round(value / 100) : value + 1;
      });
      chain.push(next as typeof price);
    }
    const total = (chain.at(-1) ?? price).collect((values) => {
      totals++;
      return values.reduce((sum, value) => sum + value, 0);
    });
    graph.batch(() => {
      for (let key = 0; key < 1_000; key++) {
        symbols.add(key);
        id.set(key, key);
      }
    });
    /** Calls by key since the last time, and those of the total. */
    const taken = () => {
      const counted = { calls: Object.fromEntries(Object.entries(calls)), totals };
      calls.length = totals = 0;
      return counted;
    };
    return { graph, symbols, price, total, taken };
  }

  const everyKey = Object.fromEntries(Array.from({ length: 1_000 }, (_, key) => [key, 10]));

  it('is one call per value and key when all keys come in one batch', () => {
    const { taken } = market(false);

    expect(taken()).toEqual({ calls: everyKey, totals: expect.any(Number) as number });
  });

  it('is that of the changed key alone among a thousand', () => {
    const { price, total, taken } = market(false);
    taken();

    price.set(417, 5);

    expect(taken()).toEqual({ calls: { 417: 10 }, totals: 1 });
    expect(total.get()).toBe(10 * 1_000 + 5);
  });

  it('is that of the changed keys, and of one total, when a batch changes some more than once', () => {
    const { graph, price, taken } = market(false);
    taken();

    graph.batch(() => {
      for (const key of [3, 999, 3, 0, 3]) price.set(key, (price.get(key) || key) + 1);
    });

    expect(taken()).toEqual({ calls: { 0: 10, 3: 10, 999: 10 }, totals: 1 });
  });

  it('ends where a value stays the same', () => {
    const { price, taken } = market(true);
    taken();

    price.set(417, 5);

    expect(taken()).toEqual({ calls: { 417: 5 }, totals: 0 });
  });

  it('is none when the value set is the one there is', () => {
    const { price, taken } = market(false);
    taken();

    price.set(417, 0);

    expect(taken()).toEqual({ calls: {}, totals: 0 });
  });

  it('is only that of the total when a key goes', () => {
    const { symbols, total, taken } = market(false);
    taken();

    symbols.remove(417);

    expect(taken()).toEqual({ calls: {}, totals: 1 });
    expect(total.get()).toBe(9_990);
  });
});
