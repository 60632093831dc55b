import { describe, expect, it, vi } from 'vitest';
import { memo } from 'tickwise/memo';

describe('memo of a sync function', () => {
  it('computes once and returns the very same result', () => {
    const compute = vi.fn((symbol: string) => ({ symbol }));
    const cached = memo(compute);

    const first = cached('BTC');
    const second = cached('BTC');

    expect(second).toBe(first);
    expect(compute).toHaveBeenCalledTimes(1);
    expect(compute).toHaveBeenCalledWith('BTC');
  });

  it('returns a value, not a promise', () => {
    const double = memo((value: number) => value * 2);

    expect(double(2)).toBe(4);
    expect(double(2)).toBe(4);
  });

  it.each([[undefined], [null], [0], [-0], [''], [false], [NaN], [0n]])('computes the result %s once', (result) => {
    const compute = vi.fn(() => result);
    const cached = memo(compute);

    const first = cached();
    const second = cached();

    expect(first).toBe(result);
    expect(second).toBe(result);
    expect(compute).toHaveBeenCalledTimes(1);
    expect(cached.stats()).toMatchObject({ calls: 2, hits: 1, misses: 1, entries: 1 });
  });

  it('passes on each number of arguments', () => {
    const compute = vi.fn((...args: number[]) => args.length);
    const cached = memo(compute);
    const lists = [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6]];

    for (const list of [...lists, ...lists]) expect(cached(...list)).toBe(list.length);

    expect(compute.mock.calls).toEqual(lists);
  });

  it('tells a missing argument from an undefined one', () => {
    const count = memo((...args: unknown[]) => args.length);

    expect([count(), count(undefined), count(undefined, undefined)]).toEqual([0, 1, 2]);
    expect([count(1), count(1, undefined), count(1, undefined, undefined)]).toEqual([1, 2, 3]);
    expect([count(1, 2, 3), count(1, 2, 3, undefined)]).toEqual([3, 4]);
  });

  it('applies default parameters as the function does', () => {
    const add = memo((a: number, b = 10) => a + b);

    expect([add(1), add(1, undefined), add(1, 2), add(1)]).toEqual([11, 11, 3, 11]);
  });

  it('never takes one list of arguments for another', () => {
    const join = memo((...args: unknown[]) => args.map(String).join('|'));

    expect(join(1, '2')).toBe('1|2');
    expect(join('1', 2)).toBe('1|2');
    expect(join.stats().misses).toBe(2);
    expect(join('a,b')).toBe('a,b');
    expect(join('a', 'b')).toBe('a|b');
    expect(join('a', 'b', 'c')).toBe('a|b|c');
    expect(join('a', 'b,c')).toBe('a|b,c');
    expect(join.stats()).toMatchObject({ misses: 6, hits: 0 });
  });

  it.each([['__proto__'], ['constructor'], ['toString'], ['hasOwnProperty'], ['']])(
    'has no entry for %j at first',
    (name) => {
      const compute = vi.fn((key: string) => key.length);
      const cached = memo(compute);

      expect(cached(name)).toBe(name.length);
      expect(cached(name)).toBe(name.length);
      expect(compute).toHaveBeenCalledTimes(1);
    },
  );

  it('recognises arguments by content', () => {
    const compute = vi.fn((query: { symbol: string; limit: number }) => query.limit);
    const cached = memo(compute);

    cached({ symbol: 'BTC', limit: 5 });
    cached({ limit: 5, symbol: 'BTC' });

    expect(compute).toHaveBeenCalledTimes(1);
  });

  it('computes anew when an argument was changed in place', () => {
    const sum = memo((values: number[]) => values.reduce((a, b) => a + b, 0));
    const bars = [1, 2];

    const before = sum(bars);
    bars.push(3);

    expect([before, sum(bars)]).toEqual([3, 6]);
  });

  it('keeps recursion working', () => {
    const fibonacci: (n: number) => bigint = memo((n: number): bigint =>
      n < 2 ? BigInt(n) : fibonacci(n - 1) + fibonacci(n - 2),
    );

    expect(fibonacci(90)).toBe(2_880_067_194_370_816_120n);
  });

  it('throws what the function throws and computes again next time', () => {
    const failure = new Error('no data');
    const compute = vi.fn<() => number>().mockImplementationOnce(() => {
      throw failure;
    });
    const cached = memo(compute.mockReturnValue(5));

    expect(() => cached()).toThrow(failure);
    expect(cached()).toBe(5);
    expect(compute).toHaveBeenCalledTimes(2);
    expect(cached.stats()).toMatchObject({ calls: 2, misses: 2, loads: 2, loadErrors: 1, hits: 0 });
  });

  it('keeps functions apart that have one name', () => {
    const a = memo(function run() {
      return 'a';
    });
    const b = memo(function run() {
      return 'b';
    });

    expect([a(), b(), a(), b()]).toEqual(['a', 'b', 'a', 'b']);
  });

  it('caches per function when one function is wrapped twice', () => {
    const compute = vi.fn((value: number) => value);

    const [a, b] = [memo(compute), memo(compute)];
    a(1);
    b(1);

    expect(compute).toHaveBeenCalledTimes(2);
  });
});

describe('the key option', () => {
  it('tells calls apart by what it returns', () => {
    const compute = vi.fn((symbol: string, at: number) => `${symbol}@${at}`);
    const cached = memo(compute, { key: (symbol) => symbol });

    expect(cached('BTC', 1)).toBe('BTC@1');
    expect(cached('BTC', 2)).toBe('BTC@1');
    expect(cached('ETH', 2)).toBe('ETH@2');
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('may return anything that has a key', () => {
    const cached = memo((symbol: string, bars: { ts: number }[]) => symbol + bars.length, {
      key: (symbol, bars) => [symbol, bars.at(-1)?.ts],
    });

    cached('BTC', [{ ts: 1 }, { ts: 2 }]);

    expect(cached.has('BTC', [{ ts: 2 }])).toBe(true);
    expect(cached.has('BTC', [{ ts: 1 }])).toBe(false);
  });

  it('lets arguments be anything', () => {
    const cached = memo((name: string, format: (text: string) => string) => format(name), { key: (name) => name });

    expect(cached('a', (text) => `${text}!`)).toBe('a!');
    expect(cached('a', (text) => `${text}?`)).toBe('a!');
  });

  it('sees more than three arguments', () => {
    const cached = memo((a: number, b: number, c: number, d: number, e: number) => a + b + c + d + e, {
      key: (_a, _b, _c, _d, e) => e,
    });

    expect(cached(1, 1, 1, 1, 5)).toBe(9);
    expect(cached(9, 9, 9, 9, 5)).toBe(9);
    expect(cached(9, 9, 9, 9, 6)).toBe(42);
  });

  it('makes the call throw what it throws', () => {
    const failure = new Error('no symbol');
    const cached = memo((value: number) => value, {
      key: () => {
        throw failure;
      },
    });

    expect(() => cached(1)).toThrow(failure);
    expect(cached.stats()).toMatchObject({ calls: 0, loads: 0 });
  });

  it('makes the call throw when what it returns has no key', () => {
    const cached = memo((value: number) => value, { key: () => () => 1 });

    expect(() => cached(1)).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_KEY' }));
  });
});

describe('this', () => {
  it('is passed on', () => {
    const account = {
      balance: 5,
      total: memo(function total(this: { balance: number }, extra: number) {
        return this.balance + extra;
      }),
    };

    expect(account.total(1)).toBe(6);
  });

  it('is part of the key by identity when it is an object', () => {
    const total = memo(function total(this: { balance: number }) {
      return this.balance;
    });
    const [a, b] = [{ balance: 5 }, { balance: 5 }];

    expect(total.call(a)).toBe(5);
    b.balance = 7;
    expect(total.call(b)).toBe(7);
    a.balance = 9;
    expect(total.call(a)).toBe(5);
    expect(total.stats()).toMatchObject({ hits: 1, misses: 2 });
  });

  it('is part of the key when it is a class', () => {
    class A {
      static readonly factor: number = 2;
      static scale = memo(function scale(this: typeof A, value: number) {
        return this.factor * value;
      });
    }
    class B extends A {
      static override readonly factor = 3;
    }

    expect([A.scale(2), B.scale(2), A.scale(2)]).toEqual([4, 6, 4]);
  });

  it('is part of the key by value when it is a primitive', () => {
    const describeThis = memo(function describeThis(this: unknown) {
      return `${typeof this}:${String(this)}`;
    });

    expect(describeThis.call(5)).toBe('number:5');
    expect(describeThis.call('5')).toBe('string:5');
    expect(describeThis.call(null)).toBe('object:null');
    expect(describeThis.call(undefined)).toBe('undefined:undefined');
    expect(describeThis()).toBe('undefined:undefined');
    expect(describeThis.stats()).toMatchObject({ misses: 4, hits: 1 });
  });

  it.each([0, 1, 2, 3, 4, 5])('stays part of the key with %i arguments', (count) => {
    const owner = memo(function owner(this: { id: number }, ...args: unknown[]) {
      return `${this.id}/${args.length}`;
    });
    const args = Array.from({ length: count }, (_, index) => index);
    const [a, b] = [{ id: 1 }, { id: 2 }];

    expect(owner.apply(a, args)).toBe(`1/${count}`);
    expect(owner.apply(b, args)).toBe(`2/${count}`);
    expect(owner.apply(a, args)).toBe(`1/${count}`);
    expect(owner.stats()).toMatchObject({ misses: 2, hits: 1 });
  });

  it('is given to the key option', () => {
    const quote = {
      venue: 'x',
      version: 1,
      read: memo(
        function read(this: { version: number }) {
          return this.version;
        },
        {
          key(this: unknown) {
            return (this as { version: number }).version;
          },
        },
      ),
    };

    const first = quote.read();
    quote.version = 2;

    expect([first, quote.read()]).toEqual([1, 2]);
  });

  it('is chosen by forThis for the members', () => {
    const api = {
      rate: 2,
      convert: memo(function convert(this: { rate: number }, amount: number) {
        return this.rate * amount;
      }),
    };
    api.convert(3);

    const controls = api.convert.forThis(api);

    expect(api.convert.has(3)).toBe(false);
    expect(controls.has(3)).toBe(true);
    expect(controls.peek(3)).toBe(6);
    void controls.invalidate(3);
    expect(controls.has(3)).toBe(false);
  });
});
