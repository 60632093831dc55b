import { Derivation, type KeyedNodes } from 'tickwise/derive';
import { describe, expect, it, vi } from 'vitest';

const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

/** Something for a promise to wait for: all that is due in this turn. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A price per symbol and a function of it that a test can break. */
function market(work: (price: number) => number = (price) => price + 1) {
  const failed: { readonly error: unknown; readonly node: string; readonly operation: string }[] = [];
  const graph = new Derivation({ onError: (error, context) => void failed.push({ error, ...context }) });
  const symbols = graph.keyed();
  const price = symbols.input(1, { name: 'price' });
  const worked = symbols.computed([price], work, { name: 'worked' });
  const after = symbols.computed([worked, price], (a, b) => a + b, { name: 'after' });
  for (const key of ['BTC', 'ETH']) symbols.add(key);
  return { graph, symbols, price, worked, after, failed };
}

/** Adds more keys than a table has room for at first. */
function addMany(symbols: KeyedNodes<string>): boolean {
  for (let i = 0; i < 40; i++) symbols.add(`S${i}`);
  return true;
}

/** Throws for negative prices. */
function positive(price: number): number {
  if (price < 0) throw new RangeError(`negative: ${price}`);
  return price + 1;
}

describe('what is refused', () => {
  it.each([
    ['get', ({ price }: ReturnType<typeof market>) => price.get('SOL')],
    ['get of a computed node', ({ worked }: ReturnType<typeof market>) => worked.get('SOL')],
    ['error', ({ worked }: ReturnType<typeof market>) => worked.error('SOL')],
    ['set', ({ price }: ReturnType<typeof market>) => price.set('SOL', 1)],
    ['explain', ({ graph, worked }: ReturnType<typeof market>) => graph.explain(worked, 'SOL')],
  ])('%s of a key that was not added', (_, attempt) => {
    const all = market();

    expect(() => attempt(all)).toThrow(misuse);
    expect(() => attempt(all)).toThrow(/there is no key 'SOL'/);

    expect(all.symbols.has('SOL')).toBe(false);
  });

  it.each([[undefined], [null], ['5'], [5n], [true], [{ valueOf: () => 5 }], [[5]], [Symbol('5')], [Object(5)]])(
    'the value %o of an input, which stays as it was',
    (value: unknown) => {
      const { symbols, price, worked } = market();

      expect(() => price.set('BTC', value as number)).toThrow(misuse);
      expect(() => symbols.input(value as number)).toThrow(misuse);

      expect([price.get('BTC'), worked.get('BTC')]).toEqual([1, 2]);
    },
  );

  it('set of a computed node', () => {
    const { worked } = market();

    expect(() => (worked as ReturnType<typeof market>['price']).set('BTC', 1)).toThrow(/worked/);

    expect(worked.get('BTC')).toBe(2);
  });

  it.each([[0], [-1], [1.5], [Number.NaN], [Infinity], [2 ** 24 + 1], ['10'], [null]])('maxKeys %o', (maxKeys) => {
    const graph = new Derivation();

    expect(() => graph.keyed({ maxKeys: maxKeys as number })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  it.each([[{ equal: Object.is }], [{ equals: true }], [{ name: 5 }], [null], ['mid']])('the options %o', (options) => {
    const { symbols, price } = market();
    const wrong = expect.objectContaining({ code: 'ERR_CONFIG' });

    expect(() => symbols.input(1, options as object)).toThrow(wrong);
    expect(() => symbols.computed([price], (value) => value, options as object)).toThrow(wrong);
  });

  it.each([
    ['no list', () => 'price'],
    ['no node', () => [1]],
    ['a hole', () => Array.from({ length: 1 })],
    ['a keyed node of another set', ({ graph }: ReturnType<typeof market>) => [graph.keyed().input(1)]],
    ['a node of another graph', () => [new Derivation().input(1)]],
    ['what looks like a node', ({ price }: ReturnType<typeof market>) => [{ ...price, get: () => 1 }]],
  ])('a dependency that is %s', (_, dependencies) => {
    const all = market();
    const compute = vi.fn(() => 1);

    expect(() => all.symbols.computed(dependencies(all) as never, compute)).toThrow(misuse);

    all.symbols.add('SOL');
    expect(compute).not.toHaveBeenCalled();
  });

  it('a compute function that is none, again and again, and all else goes on', () => {
    const { graph, symbols, price, worked } = market();
    const fee = graph.input(1);

    for (let i = 0; i < 100; i++) {
      expect(() => symbols.computed([price], 'x' as never)).toThrow(/compute must be a function/);
      expect(() => symbols.computed([price, fee], undefined as never)).toThrow(/compute must be a function/);
    }
    const more = symbols.computed([worked], (value) => value * 10);
    price.set('ETH', 4);

    expect([more.get('BTC'), more.get('ETH')]).toEqual([20, 50]);
    expect(graph.stats()).toMatchObject({ keyedNodes: 4, nodes: 1 });
  });

  it('a keyed node as dependency of a node of the graph, which has no key', () => {
    const { graph, price } = market();

    expect(() => graph.computed([price as never], (value) => value)).toThrow(misuse);
  });

  it.each([
    ['set', ({ price }: ReturnType<typeof market>) => price.set('ETH', 9)],
    ['add', ({ symbols }: ReturnType<typeof market>) => symbols.add('SOL')],
    ['remove', ({ symbols }: ReturnType<typeof market>) => symbols.remove('ETH')],
    ['input', ({ symbols }: ReturnType<typeof market>) => symbols.input(1)],
    ['computed', ({ symbols, price }: ReturnType<typeof market>) => symbols.computed([price], (value) => value)],
    ['collect', ({ price }: ReturnType<typeof market>) => price.collect(() => 1)],
    ['at', ({ price }: ReturnType<typeof market>) => price.at('ETH')],
    ['batch', ({ graph }: ReturnType<typeof market>) => graph.batch(() => 1)],
  ])('%s inside a compute function or an equals', (_, meddle) => {
    const all = market((value) => {
      if (value === 5) meddle(all);
      return value;
    });
    const picky = all.symbols.computed([all.price], (value) => value, {
      name: 'picky',
      equals: () => {
        meddle(all);
        return false;
      },
    });

    all.price.set('BTC', 5);

    for (const node of [all.worked, picky]) expect(node.error('BTC')).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(all.failed.map(({ node }) => node).toSorted()).toEqual(["picky of 'BTC'", "worked of 'BTC'"]);
    expect([...all.symbols.keys()]).toEqual(['BTC', 'ETH']);
    expect([all.price.get('ETH'), all.worked.get('ETH')]).toEqual([1, 1]);
  });
});

describe('a function that throws', () => {
  it('for one key leaves other keys and other nodes alone, and recovers', () => {
    const { graph, symbols, price, worked, after, failed } = market(positive);
    const other = symbols.computed([price], (value) => value * 2);

    graph.batch(() => {
      price.set('BTC', -1);
      price.set('ETH', 5);
    });

    expect(() => worked.get('BTC')).toThrow(/worked of 'BTC' has no value: .*RangeError: negative: -1/);
    expect(() => after.get('BTC')).toThrow(expect.objectContaining({ cause: worked.error('BTC') }));
    expect([other.get('BTC'), worked.get('ETH'), after.get('ETH')]).toEqual([-2, 6, 11]);
    expect(failed).toMatchObject([{ operation: 'compute', node: "worked of 'BTC'" }]);
    price.set('BTC', 3);

    expect([worked.get('BTC'), after.get('BTC'), after.error('BTC')]).toEqual([4, 7, undefined]);
  });

  it('tells listeners when the value is there again, the same as before included', () => {
    const { price, after } = market(positive);
    const listener = vi.fn();
    after.onChange(listener);

    price.set('BTC', -1);
    expect(listener).not.toHaveBeenCalled();
    price.set('BTC', 1);

    expect(listener.mock.calls).toEqual([['BTC', 3]]);
  });

  it('keeps its newest error, and reports each', () => {
    const { price, after, failed } = market(positive);

    price.set('BTC', -1);
    price.set('BTC', -2);

    expect(after.error('BTC')).toMatchObject({ message: 'negative: -2' });
    expect(failed).toHaveLength(2);
  });

  it('fails for the keys that come, and does not keep them from coming', () => {
    const { symbols, price } = market(() => {
      throw new RangeError('always');
    });

    expect(symbols.add('SOL')).toBe(true);

    expect(price.get('SOL')).toBe(1);
  });

  it.each([[undefined], [null], ['text'], [0], [Symbol('thrown')], [Object.create(null)]])(
    'may throw %o',
    (thrown: unknown) => {
      const { price, worked, after } = market((value) => {
        if (value === 5) throw thrown;
        return value;
      });

      price.set('BTC', 5);

      expect(worked.error('BTC')).toBe(thrown);
      expect(() => after.get('BTC')).toThrow(misuse);
      price.set('BTC', 6);
      expect(after.get('BTC')).toBe(12);
    },
  );

  it('may be the equals of a node', () => {
    const { symbols, price } = market();
    const picky = symbols.computed([price], (value) => value, {
      equals: (_, to) => {
        if (to === 5) throw new RangeError('five');
        return false;
      },
    });

    price.set('BTC', 5);
    expect(picky.error('BTC')).toMatchObject({ message: 'five' });
    price.set('BTC', 5.5);

    expect(picky.get('BTC')).toBe(5.5);
  });

  it('in the equals of an input throws at who sets it, and nothing is set', () => {
    const { symbols } = market();
    const input = symbols.input(1, {
      equals: () => {
        throw new RangeError('never equal');
      },
    });

    expect(() => input.set('BTC', 2)).toThrow(RangeError);

    expect(input.get('BTC')).toBe(1);
  });
});

describe('what is no number', () => {
  it.each([[undefined], [null], ['5'], [5n], [true], [{}], [Symbol('5')], [() => 5]])(
    'fails as an answer: %o',
    (answer: unknown) => {
      const { price, worked, after } = market((value) => (value === 5 ? (answer as number) : value));

      price.set('BTC', 5);

      expect(worked.error('BTC')).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
      expect(worked.error('BTC')).toMatchObject({ message: expect.stringMatching(/holds numbers, got/) as string });
      expect(() => after.get('BTC')).toThrow(/worked of 'BTC' threw/);
      expect(after.get('ETH')).toBe(2);
    },
  );

  it.each([
    ['resolves', () => Promise.resolve(5)],
    ['rejects', () => Promise.reject(new RangeError('late'))],
  ])('fails as an answer: a promise that %s', async (how, answer) => {
    const { price, worked, failed } = market((value) => (value === 5 ? (answer() as unknown as number) : value));

    price.set('BTC', 5);
    await turn();

    expect(worked.error('BTC')).toMatchObject({ message: expect.stringMatching(/got a promise/) as string });
    expect(failed.map(({ node }) => node)).toEqual(
      how === 'rejects' ? ["worked of 'BTC'", "worked of 'BTC'"] : ["worked of 'BTC'"],
    );
  });
});

describe('keys of any type', () => {
  it('are told apart as in a Map', () => {
    const symbols: KeyedNodes<unknown> = new Derivation().keyed<unknown>();
    const price = symbols.input(0);
    const twice = symbols.computed([price], (value) => value * 2);
    const keys = [
      undefined,
      null,
      Number.NaN,
      0,
      '0',
      1n,
      '',
      '__proto__',
      'constructor',
      Symbol('a'),
      {},
      [],
      () => 1,
    ];

    for (const [i, key] of keys.entries()) {
      expect(symbols.add(key)).toBe(true);
      price.set(key, i);
    }

    expect(symbols.add(-0)).toBe(false);
    expect(keys.map((key) => twice.get(key))).toEqual(keys.map((_, i) => 2 * i));
    for (const key of keys) expect(symbols.remove(key)).toBe(true);
    expect(symbols.size).toBe(0);
  });

  it('that cannot be shown are refused with a message all the same', () => {
    const price = new Derivation().keyed<unknown>().input(0);
    const hidden = new Proxy({}, { get: () => expect.fail('trapped'), ownKeys: () => expect.fail('trapped') });

    expect(() => price.get(hidden)).toThrow(/there is no key/);
  });
});

describe('re-entrant code', () => {
  it.each([
    ['adds keys until the table grows', (symbols: KeyedNodes<string>) => addMany(symbols)],
    ['removes the key', (symbols: KeyedNodes<string>) => symbols.remove('BTC')],
  ])('that %s in the equals of an input is refused, and nothing is set', (_, meddle) => {
    const { symbols, price } = market();
    const compute = vi.fn((value: number) => value);
    const input = symbols.input(1, { equals: () => meddle(symbols) && false });
    const same = symbols.computed([input], compute);
    compute.mockClear();

    expect(() => input.set('BTC', 7)).toThrow(misuse);

    expect([...symbols.keys()]).toEqual(['BTC', 'ETH']);
    expect([input, same, price].map((node) => node.get('BTC'))).toEqual([1, 1, 1]);
    expect(compute).not.toHaveBeenCalled();
    price.set('BTC', 2);
    expect(price.get('BTC')).toBe(2);
  });

  it('of a listener that replaces a key is not told of the new one as if it had changed', () => {
    const { graph, symbols, price } = market();
    const told: [string, number][] = [];
    price.onChange((key, value) => {
      told.push([key, value]);
      if (symbols.remove('ETH')) symbols.add('SOL');
    });

    graph.batch(() => {
      price.set('BTC', 5);
      price.set('ETH', 6);
    });

    expect(told).toEqual([['BTC', 5]]);
  });

  it('of listeners that never end gives up with an error, and works on', () => {
    const { price, worked, failed } = market();
    const handle = worked.onChange((key, value) => price.set(key, value));

    price.set('BTC', 5);
    expect(failed).toMatchObject([{ operation: 'listener', node: '' }]);
    handle[Symbol.dispose]();
    price.set('BTC', 1);

    expect([worked.get('BTC'), worked.get('ETH')]).toEqual([2, 2]);
  });

  it('of a listener that throws or rejects is reported, and the others are told', async () => {
    const { price, worked, failed } = market();
    const listener = vi.fn();
    worked.onChange(() => {
      throw new RangeError('thrown');
    });
    worked.onChange(async () => Promise.reject(new RangeError('rejected')));
    worked.onChange(listener);

    price.set('BTC', 5);
    await turn();

    expect(listener.mock.calls).toEqual([['BTC', 6]]);
    expect(failed).toMatchObject([
      { operation: 'listener', node: 'worked', error: { message: 'thrown' } },
      { operation: 'listener', node: 'worked', error: { message: 'rejected' } },
    ]);
  });
});
