import { Derivation } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

describe('listeners of an input', () => {
  it('hear nothing when a batch sets it back to the value it had', () => {
    const graph = new Derivation();
    const price = graph.input(0);
    const listener = vi.fn();
    price.onChange(listener);

    graph.batch(() => {
      price.set(1);
      price.set(0);
    });
    expect(listener).not.toHaveBeenCalled();
    price.set(1);

    expect(listener.mock.calls).toEqual([[1]]);
  });

  it.each([
    [0, -0, 1],
    [Number.NaN, Number.NaN, 0],
    [Infinity, Infinity, 0],
  ])('compare as Object.is does: %d, something else, %d', (before, after, times) => {
    const graph = new Derivation();
    const price = graph.input(before);
    const listener = vi.fn();
    price.onChange(listener);

    graph.batch(() => {
      price.set(7);
      price.set(after);
    });

    expect(listener).toHaveBeenCalledTimes(times);
  });

  it('hear nothing of a keyed value that was set back, and of the others all the same', () => {
    const graph = new Derivation();
    const symbols = graph.keyed();
    const price = symbols.input(0);
    for (const key of ['BTC', 'ETH']) symbols.add(key);
    const listener = vi.fn();
    price.onChange(listener);

    graph.batch(() => {
      price.set('BTC', 1);
      price.set('ETH', 2);
      price.set('BTC', 0);
    });

    expect(listener.mock.calls).toEqual([['ETH', 2]]);
  });

  it('hear a value that its equals takes for a change, even from itself', () => {
    const graph = new Derivation();
    const tick = graph.input(1, { equals: () => false });
    const listener = vi.fn();
    tick.onChange(listener);

    tick.set(1);
    graph.batch(() => {
      tick.set(2);
      tick.set(1);
    });

    expect(listener.mock.calls).toEqual([[1], [1]]);
  });

  it('hear a value that its equals allows to creep away from the one they know', () => {
    const graph = new Derivation();
    const price = graph.input(0, { equals: (before, after) => Math.abs(after - before) < 1 });
    const listener = vi.fn();
    price.onChange(listener);

    graph.batch(() => {
      price.set(1.5);
      price.set(0.5);
    });

    expect([price.get(), listener.mock.calls]).toEqual([0.5, [[0.5]]]);
  });

  it('hear the value when equals throws while they are about to be told, which is reported', () => {
    const reports: unknown[] = [];
    const graph = new Derivation({ onError: (error, context) => void reports.push([error, context]) });
    const equals = vi.fn((before: number, after: number) => before === after);
    const price = graph.input(0, { equals, name: 'price' });
    const listener = vi.fn();
    price.onChange(listener);

    graph.batch(() => {
      price.set(1);
      price.set(0);
      equals.mockImplementationOnce(() => {
        throw new RangeError('no order');
      });
    });

    expect(listener.mock.calls).toEqual([[0]]);
    expect(reports).toEqual([[new RangeError('no order'), { operation: 'compute', node: 'price' }]]);
  });

  it('hear each value once, in order, when the first of them sets the next one', () => {
    const graph = new Derivation();
    const price = graph.input(0);
    const half = graph.computed([price], (value) => value / 2);
    const heard: [string, number, number][] = [];
    price.onChange((value) => {
      heard.push(['first', value, half.get()]);
      if (value === 10) price.set(20);
    });
    price.onChange((value) => void heard.push(['second', value, half.get()]));

    price.set(10);

    // What is computed follows the value that is told, for the second listener as for the first.
    expect(heard).toEqual([
      ['first', 10, 5],
      ['second', 10, 5],
      ['first', 20, 10],
      ['second', 20, 10],
    ]);
  });

  it('hear of a value that one of them sets back', () => {
    const graph = new Derivation();
    const price = graph.input(0);
    const heard: number[][] = [[], []];
    price.onChange((value) => {
      heard[0]?.push(value);
      price.set(0);
    });
    price.onChange((value) => void heard[1]?.push(value));

    price.set(10);

    expect(heard).toEqual([
      [10, 0],
      [10, 0],
    ]);
  });

  it('hear each value of a key once when the first of them sets the next one', () => {
    const symbols = new Derivation().keyed();
    const price = symbols.input(0);
    symbols.add('BTC');
    const second = vi.fn();
    price.onChange((key, value) => (value === 10 ? price.set(key, 20) : undefined));
    price.onChange(second);

    price.set('BTC', 10);

    expect(second.mock.calls).toEqual([
      ['BTC', 10],
      ['BTC', 20],
    ]);
  });

  it('that join in a batch after a change hear what the batch makes of it, if others were there', () => {
    const graph = new Derivation();
    const price = graph.input(0);
    price.onChange(() => {});
    const late = vi.fn();

    graph.batch(() => {
      price.set(1);
      price.onChange(late);
      price.set(2);
    });

    expect(late.mock.calls).toEqual([[2]]);
  });
});

describe('listeners of a key that goes', () => {
  it('hear no more of it in the delivery under way', () => {
    const symbols = new Derivation().keyed();
    const price = symbols.input(0);
    symbols.add('BTC');
    const second = vi.fn();
    price.onChange((key) => void symbols.remove(key));
    price.onChange(second);

    price.set('BTC', 5);

    expect(second).not.toHaveBeenCalled();
  });

  it('hear of the one that comes in its place by its own values only', () => {
    const symbols = new Derivation().keyed();
    const price = symbols.input(0);
    symbols.add('BTC');
    const heard: [string, number][] = [];
    price.onChange((key, value) => {
      heard.push([key, value]);
      if (!symbols.remove('BTC')) return;
      symbols.add('ETH');
      price.set('ETH', 7);
    });
    price.onChange((key, value) => void heard.push([key, value]));

    price.set('BTC', 5);

    expect(heard).toEqual([
      ['BTC', 5],
      ['ETH', 7],
      ['ETH', 7],
    ]);
  });
});
