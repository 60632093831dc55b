import { Derivation } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

const CLOSED = expect.objectContaining({ code: 'ERR_CLOSED' });
const MISUSE = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

/** Prices of two symbols less a fee, which all symbols share. */
function market() {
  const graph = new Derivation({ onError: () => {} });
  const fee = graph.input(1, { name: 'fee' });
  const symbols = graph.keyed();
  const price = symbols.input(10, { name: 'price' });
  const compute = vi.fn((value: number, cost: number) => value - cost);
  const net = symbols.computed([price, fee], compute, { name: 'net' });
  for (const key of ['BTC', 'ETH']) symbols.add(key);
  compute.mockClear();
  return { graph, fee, symbols, price, net, compute };
}

describe('disposing of a set of keyed nodes', () => {
  it('takes its nodes and keys out of the graph', () => {
    const { graph, symbols } = market();

    symbols.dispose();

    expect(graph.stats()).toMatchObject({ nodes: 1, keyedNodes: 0, keys: 0 });
    expect([symbols.size, symbols.has('BTC'), [...symbols.keys()]]).toEqual([0, false, []]);
  });

  it('ends its part in changes of the nodes it was computed from, which may then go as well', () => {
    const { fee, symbols, compute } = market();

    symbols.dispose();
    fee.set(2);

    expect(compute).not.toHaveBeenCalled();
    expect(() => fee.dispose()).not.toThrow();
  });

  it('refuses later uses', () => {
    const { graph, symbols, price, net } = market();
    symbols.dispose();

    for (const use of [
      () => symbols.add('SOL'),
      () => symbols.input(1),
      () => symbols.computed([price], (value) => value),
      () => price.get('BTC'),
      () => price.set('BTC', 5),
      () => net.error('BTC'),
      () => net.at('BTC'),
      () => net.collect(() => 1),
      () => void net.onChange(() => {}),
      () => graph.explain(net, 'BTC'),
    ])
      expect(use).toThrow(CLOSED);
    expect(symbols.remove('BTC')).toBe(false);
  });

  it('is done once, by `using` as well', () => {
    const { graph, symbols } = market();
    const other = graph.keyed();
    other.add('BTC');

    symbols[Symbol.dispose]();
    symbols.dispose();

    expect(graph.stats().keys).toBe(1);
  });

  it('is refused while a node is computed from it, and changes nothing', () => {
    const { graph, symbols, price, net } = market();
    const total = net.collect((values) => values.reduce((sum, value) => sum + value, 0), { name: 'total' });

    expect(() => symbols.dispose()).toThrow(/keyed nodes cannot be disposed of: total needs net/);
    expect(() => symbols.dispose()).toThrow(MISUSE);
    price.set('BTC', 20);
    expect(total.get()).toBe(28);

    total.dispose();
    symbols.dispose();
    expect(graph.stats().keys).toBe(0);
  });

  it('is refused inside a compute function', () => {
    const { graph, symbols } = market();

    const node = graph.computed([], () => symbols.dispose());

    expect(() => node.get()).toThrow(/functions that compute may only read/);
    expect(symbols.size).toBe(2);
  });

  it('in a batch after a change computes nothing of it and tells nobody', () => {
    const { graph, fee, symbols, price, net, compute } = market();
    const listener = vi.fn();
    price.onChange(listener);
    net.onChange(listener);

    graph.batch(() => {
      price.set('BTC', 5);
      fee.set(3);
      symbols.add('SOL');
      symbols.dispose();
    });

    expect([compute.mock.calls, listener.mock.calls]).toEqual([[], []]);
  });

  it('by a listener of it ends the delivery under way', () => {
    const { graph, symbols, price } = market();
    const second = vi.fn();
    price.onChange(() => symbols.dispose());
    price.onChange(second);

    graph.batch(() => {
      price.set('BTC', 5);
      price.set('ETH', 5);
    });

    expect(second).not.toHaveBeenCalled();
    expect(graph.stats().failures).toBe(0);
  });

  it('leaves other sets as they are', () => {
    const { graph, fee, symbols } = market();
    const others = graph.keyed();
    const doubled = others.computed([fee], (value) => value * 2);
    others.add('BTC');

    symbols.dispose();
    fee.set(4);

    expect(doubled.get('BTC')).toBe(8);
  });
});
