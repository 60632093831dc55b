import { type OhlcvBar, BarBuilder, type BarErrorContext } from 'tickwise/ring';
import { describe, expect, it, vi } from 'vitest';

const MINUTE = 60_000;

/** Values of any kind, as untyped code passes them. */
const any = (value: unknown): never => value as never;

function timeBars(onBar: (bar: OhlcvBar) => void = () => undefined): BarBuilder {
  return new BarBuilder({ by: 'time', period: MINUTE, onBar });
}

describe('BarBuilder refuses options', () => {
  const onBar = (): void => undefined;
  it.each([
    ['nothing', undefined, /by must be one of|options must be/],
    ['null', null, /options must be/],
    ['no kind', { onBar, size: 1 }, /by must be one of 'time', 'tick', 'volume', 'dollar', got undefined/],
    ['another kind', { by: 'candles', onBar, size: 1 }, /by must be one of .*, got 'candles'/],
    ['no period', { by: 'time', onBar }, /period must be a whole number from 1 to 100000000000, got undefined/],
    ['a fraction of a period', { by: 'time', onBar, period: 0.5 }, /period must be/],
    ['a period of 0', { by: 'time', onBar, period: 0 }, /period must be/],
    ['an endless period', { by: 'time', onBar, period: Infinity }, /period must be/],
    ['a period as text', { by: 'time', onBar, period: '60000' }, /period must be/],
    ['a size for time bars', { by: 'time', onBar, period: 1, size: 1 }, /unknown option 'size'; known are by, period/],
    [
      'a period for tick bars',
      { by: 'tick', onBar, size: 1, period: 1 },
      /unknown option 'period'; known are by, size/,
    ],
    ['gaps for volume bars', { by: 'volume', onBar, size: 1, gaps: 'fill' }, /unknown option 'gaps'/],
    ['more ticks than BAR_COLUMNS can count', { by: 'tick', onBar, size: 2 ** 32 }, /size must be a whole number/],
    ['a fraction of a tick', { by: 'tick', onBar, size: 1.5 }, /size must be a whole number from 1 to 4294967295/],
    ['no volume', { by: 'volume', onBar, size: 0 }, /size must be a number from 1e-100 to 1e\+100, got 0/],
    ['negative turnover', { by: 'dollar', onBar, size: -1 }, /size must be/],
    ['NaN as size', { by: 'dollar', onBar, size: NaN }, /size must be .* got NaN/],
    ['no onBar', { by: 'tick', size: 1 }, /onBar must be a function, got undefined/],
    ['an unknown policy', { by: 'tick', size: 1, onBar, late: 'drop' }, /late must be one of 'merge', 'reject'/],
    ['unknown gaps', { by: 'time', period: 1, onBar, gaps: true }, /gaps must be one of 'fill', 'leave', got true/],
    ['a negative maxFill', { by: 'time', period: 1, onBar, maxFill: -1 }, /maxFill must be a whole number from 0/],
    ['an endless maxFill', { by: 'time', period: 1, onBar, maxFill: Infinity }, /maxFill must be/],
    ['unknown prices', { by: 'tick', size: 1, onBar, prices: 'all' }, /prices must be one of 'positive', 'any'/],
    ['no function as onLate', { by: 'tick', size: 1, onBar, onLate: 1 }, /onLate must be a function/],
    ['no function as onError', { by: 'tick', size: 1, onBar, onError: {} }, /onError must be a function/],
    ['a misspelt option', { by: 'tick', size: 1, onBar, onbar: onBar }, /unknown option 'onbar'/],
  ])('such as %s', (_, options, message) => {
    const make = (): unknown => new BarBuilder(any(options));

    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  it('whose kind and fields do not fit, at compile time', () => {
    const bad = [
      // @ts-expect-error -- tick bars have a size
      () => new BarBuilder({ by: 'tick', period: 1, onBar }),
      // @ts-expect-error -- only time bars have gaps
      () => new BarBuilder({ by: 'dollar', size: 1, gaps: 'fill', onBar }),
      // @ts-expect-error -- nobody takes the bars
      () => new BarBuilder({ by: 'time', period: 1 }),
    ];

    for (const make of bad) expect(make).toThrow(/must be|unknown option/);
  });

  it('only once, and never reads them again', () => {
    const options = { by: 'tick', size: 2, onBar: vi.fn() } as const;
    const builder = new BarBuilder(options);
    const { onBar: first } = options;
    Object.assign(options, { size: 1, onBar: () => expect.unreachable() });

    builder.add(0, 1, 1);
    builder.add(0, 1, 1);

    expect(first).toHaveBeenCalledTimes(1);
  });
});

describe('BarBuilder refuses a trade and stays as it is', () => {
  const hostile = [NaN, Infinity, -Infinity, '1', 1n, null, undefined, true, [1], { valueOf: () => 1 }, Symbol('1')];

  it.each(hostile)('when a number is %s', (value) => {
    const builder = timeBars();
    builder.add(5, 100, 1, 'buy');
    const before = [builder.current, builder.stats()];
    const calls: [name: string, call: () => unknown][] = [
      ['ts', () => builder.add(any(value), 100, 1)],
      ['price', () => builder.add(5, any(value), 1)],
      ['quantity', () => builder.add(5, 100, any(value))],
      ['ts', () => builder.quote(any(value), 1, 2)],
      ['bid', () => builder.quote(5, any(value), 2)],
      ['ask', () => builder.quote(5, 1, any(value))],
      ['now', () => builder.advance(any(value))],
    ];

    for (const [name, call] of calls) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
      expect(call).toThrow(new RegExp(`^BarBuilder: ${name} must be a number from .*, got `));
    }

    expect([builder.current, builder.stats()]).toEqual(before);
  });

  it.each([
    ['a price of 0', [0, 0, 1], /price must be a number from 1e-100/],
    ['a price of -0', [0, -0, 1], /price must be/],
    ['a negative price', [0, -1, 1], /price must be/],
    ['a price too large', [0, 1e101, 1], /price must be/],
    ['a negative quantity', [0, 1, -1], /quantity must be a number from 0/],
    ['a quantity too large', [0, 1, 1e101], /quantity must be/],
    ['a time after the last date', [8.64e15 + 2, 1, 1], /ts must be/],
    ['a time before the first date', [-8.64e15 - 2, 1, 1], /ts must be/],
    ['an unknown side', [0, 1, 1, 'BUY'], /side must be 'buy', 'sell' or undefined, got 'BUY'/],
    ['null as side', [0, 1, 1, null], /side must be .*, got null/],
    ['true as side', [0, 1, 1, true], /side must be .*, got true/],
  ])('for %s', (_, [ts, price, quantity, side], message) => {
    const builder = timeBars();

    expect(() => builder.add(any(ts), any(price), any(quantity), any(side))).toThrow(message);

    expect(builder.current).toBeUndefined();
    expect(builder.stats().received).toBe(0);
  });

  it('for prices of 1e101 and less than -1e100 with prices: any', () => {
    const builder = new BarBuilder({ by: 'tick', size: 1, prices: 'any', onBar: () => undefined });

    for (const price of [1e101, -1e101, NaN]) expect(() => builder.add(0, price, 1)).toThrow(/price must be/);
    expect(builder.add(0, -1e100, 1)).toBe(1);
  });
});

describe('a callback of a BarBuilder', () => {
  it('that throws reaches onError, and the bars are as without it', () => {
    const errors: [unknown, BarErrorContext][] = [];
    const boom = new Error('boom');
    const builder = new BarBuilder({
      by: 'time',
      period: MINUTE,
      onBar: () => {
        throw boom;
      },
      onLate: () => Promise.reject(boom),
      onError: (error, context) => void errors.push([error, context]),
    });
    builder.add(0, 1, 1);

    expect(builder.add(2 * MINUTE, 2, 1)).toBe(2);
    expect(builder.add(0, 1, 1)).toBe(-1);

    expect(errors).toEqual([
      [boom, { during: 'onBar', ts: 0 }],
      [boom, { during: 'onBar', ts: MINUTE }],
    ]);
    expect(builder.current).toMatchObject({ ts: 2 * MINUTE, open: 2 });
    expect(builder.stats()).toMatchObject({ bars: 1, filled: 1, used: 2, late: 1, failures: 2 });
  });

  it('that rejects reaches onError later', async () => {
    const failure = await new Promise((resolve) => {
      const builder = new BarBuilder({
        by: 'tick',
        size: 1,
        onBar: async () => {
          throw new Error('later');
        },
        onError: (error, context) => resolve([error, context, builder.stats().failures]),
      });
      builder.add(7, 1, 1);
    });

    expect(failure).toEqual([new Error('later'), { during: 'onBar', ts: 7 }, 1]);
  });

  it('that throws without onError becomes a process warning', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const builder = new BarBuilder({
      by: 'tick',
      size: 1,
      onBar: () => {
        throw new Error('boom');
      },
    });

    for (let i = 0; i < 3; i++) builder.add(0, 1, 1);

    expect(warn.mock.calls).toEqual([['BarBuilder: Error: boom', 'TickwiseWarning']]);
    expect(builder.stats().failures).toBe(3);
  });

  it.each(['add', 'quote', 'advance'] as const)('may not %s to the builder that called it', (method) => {
    const errors: unknown[] = [];
    const builder: BarBuilder = new BarBuilder({
      by: 'time',
      period: MINUTE,
      onBar: () => {
        if (method === 'add') builder.add(9 * MINUTE, 1, 1);
        if (method === 'quote') builder.quote(9 * MINUTE, 1, 1);
        if (method === 'advance') builder.advance(9 * MINUTE);
      },
      onError: (error) => void errors.push(error),
    });
    builder.add(0, 1, 1);

    builder.add(MINUTE, 2, 1);

    expect(errors).toMatchObject([{ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(/onBar must not/) }]);
    expect(builder.stats()).toMatchObject({ received: 2, used: 2, bars: 1 });
  });

  it('sees the closed bar in the counters, and no open one', () => {
    const seen: unknown[] = [];
    const builder: BarBuilder = new BarBuilder({
      by: 'time',
      period: MINUTE,
      onBar: ({ ts }) => void seen.push([ts, builder.current, builder.flush(), builder.stats().bars]),
    });
    builder.add(0, 1, 1);

    builder.add(2 * MINUTE, 2, 1);

    expect(seen).toEqual([
      [0, undefined, 0, 1],
      [MINUTE, undefined, 0, 1],
    ]);
  });

  it('onLate may add the trade again at another time', () => {
    const builder: BarBuilder = new BarBuilder({
      by: 'time',
      period: MINUTE,
      onBar: () => undefined,
      onLate: (_, price, quantity) => void builder.add(MINUTE, price, quantity),
    });
    builder.add(MINUTE, 1, 1);

    expect(builder.add(0, 9, 1)).toBe(-1);

    expect(builder.current).toMatchObject({ close: 9, trades: 2 });
    expect(builder.stats()).toMatchObject({ received: 3, used: 2, late: 1 });
  });
});

describe('stats of a BarBuilder', () => {
  it('are plain data and do not change afterwards', () => {
    const builder = timeBars();
    const before = builder.stats();

    builder.add(0, 1, 1);

    expect(before).toEqual({
      received: 0,
      used: 0,
      merged: 0,
      late: 0,
      bars: 0,
      filled: 0,
      unfilled: 0,
      failures: 0,
    });
    expect(JSON.parse(JSON.stringify(builder.stats()))).toEqual(builder.stats());
  });
});
