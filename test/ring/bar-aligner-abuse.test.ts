import { BarAligner, type BarErrorContext } from 'tickwise/ring';
import { describe, expect, it, vi } from 'vitest';

/** Values of any kind, as untyped code passes them. */
const any = (value: unknown): never => value as never;
const onRow = (): void => undefined;

describe('BarAligner refuses options', () => {
  const good = { symbols: ['a'], period: 1, onRow };
  it.each([
    ['nothing', undefined, /options must be/],
    ['no symbols', { ...good, symbols: [] }, /symbols must be a list of 1 to 8192 different texts, got \[\]/],
    ['a symbol twice', { ...good, symbols: ['a', 'b', 'a'] }, /symbols must be a list/],
    ['an empty symbol', { ...good, symbols: [''] }, /symbols must be a list/],
    ['a symbol that is no text', { ...good, symbols: [1] }, /symbols must be a list/],
    ['a hole', { ...good, symbols: Array.from({ length: 1 }) }, /symbols must be a list/],
    ['a hole among symbols', { ...good, symbols: Object.assign(['a'], { length: 2 }) }, /symbols must be a list/],
    ['symbols as text', { ...good, symbols: 'abc' }, /symbols must be a list/],
    [
      'too many symbols',
      { ...good, symbols: Array.from({ length: 8_193 }, (_, i) => `${i}`) },
      /symbols must be a list/,
    ],
    ['no period', { symbols: ['a'], onRow }, /period must be a whole number from 1 to 100000000000, got undefined/],
    ['a fraction of a period', { ...good, period: 1.5 }, /period must be/],
    ['unknown missing', { ...good, missing: 'zero' }, /missing must be one of 'carry', 'nan', 'wait', got 'zero'/],
    ['a negative grace', { ...good, grace: -1 }, /grace must be a number from 0/],
    ['endless grace', { ...good, grace: Infinity }, /grace must be/],
    ['unknown gaps', { ...good, gaps: 'skip' }, /gaps must be one of 'fill', 'leave'/],
    ['unknown late', { ...good, late: 'drop' }, /late must be one of 'reject', 'amend', got 'drop'/],
    ['no onRow', { symbols: ['a'], period: 1 }, /onRow must be a function/],
    ['no onAmend', { ...good, late: 'amend' }, /onAmend must be a function, got undefined/],
    ['onAmend without amending', { ...good, onAmend: onRow }, /unknown option 'onAmend'/],
    ['history without amending', { ...good, late: 'reject', history: 3 }, /unknown option 'history'/],
    ['a history of 0', { ...good, late: 'amend', onAmend: onRow, history: 0 }, /history must be a whole number from 1/],
    [
      'more rows than fit',
      { ...good, grace: 1e9 },
      /periods of grace and history must be at most 16777216, got 1 times/,
    ],
    [
      'more values than fit',
      { ...good, symbols: Array.from({ length: 8_192 }, (_, i) => `${i}`), grace: 3_000 },
      /must be at most 16777216, got 8192 times 4096/,
    ],
    ['a misspelt option', { ...good, graze: 1 }, /unknown option 'graze'; known are symbols, period/],
  ])('such as %s', (_, options, message) => {
    const make = (): unknown => new BarAligner(any(options));

    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  it('whose fields do not fit, at compile time', () => {
    const bad = [
      // @ts-expect-error -- amending needs somebody to tell
      () => new BarAligner({ symbols: ['a'], period: 1, late: 'amend', onRow }),
      // @ts-expect-error -- nothing is amended
      () => new BarAligner({ symbols: ['a'], period: 1, late: 'reject', history: 2, onRow }),
      // @ts-expect-error -- nobody takes the rows
      () => new BarAligner({ symbols: ['a'], period: 1 }),
    ];

    for (const make of bad) expect(make).toThrow(/must be|unknown option/);
  });

  it('only once: a list of symbols changed later changes nothing', () => {
    const symbols = ['a', 'b'];
    const told: unknown[] = [];
    const aligner = new BarAligner({ symbols, period: 1, onRow, onLate: (symbol) => void told.push(symbol) });
    symbols.reverse();
    aligner.update('a', 5, 1);

    aligner.update('a', 0, 1);

    expect(told).toEqual(['a']);
  });
});

describe('BarAligner refuses an update and stays as it is', () => {
  const hostile = [NaN, Infinity, -Infinity, '1', 1n, null, undefined, true, [1], { valueOf: () => 1 }, Symbol('1')];

  it.each(hostile)('when a number is %s', (value) => {
    const rows: Float64Array[] = [];
    const aligner = new BarAligner({ symbols: ['a'], period: 10, onRow: (_, values) => void rows.push(values) });
    aligner.update('a', 5, 1);
    const before = aligner.stats();
    const calls: [name: string, call: () => unknown][] = [
      ['time', () => aligner.update('a', any(value), 1)],
      ['value', () => aligner.update('a', 1_000, any(value))],
      ['time', () => aligner.advance(any(value))],
    ];

    for (const [name, call] of calls) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
      expect(call).toThrow(new RegExp(`^BarAligner: ${name} must be a number from .*, got `));
    }

    expect(aligner.stats()).toEqual(before);
    expect(rows).toEqual([]);
  });

  it.each(['b', '', 'A', 'toString', undefined, null, 0, ['a'], { toString: () => 'a' }, Symbol('a')])(
    'when the symbol is %s',
    (symbol) => {
      const aligner = new BarAligner({ symbols: ['a'], period: 10, onRow });

      expect(() => aligner.update(any(symbol), 1_000, 1)).toThrow(/symbol must be one of the symbols given, got /);
      expect(() => aligner.update(any(symbol), 1_000, 1)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      );

      expect(aligner.stats()).toMatchObject({ updates: 0, rows: 0, pending: 0 });
    },
  );

  it('but takes any finite value, and any time a date can say', () => {
    const rows: number[][] = [];
    const aligner = new BarAligner({
      symbols: ['a'],
      period: 10,
      onRow: (ts, [value = NaN]) => void rows.push([ts, value]),
    });

    for (const [ts, value] of [
      [-8.64e15, -Number.MAX_VALUE],
      [0, 5e-324],
      [8.64e15 - 1, -0],
      [8.64e15, 0],
    ] as const)
      aligner.update('a', ts, value);

    expect(rows).toEqual([
      [-8.64e15, -Number.MAX_VALUE],
      [0, 5e-324],
      [8.64e15 - 10, -0],
    ]);
  });
});

describe('a callback of a BarAligner', () => {
  it('that throws reaches onError, and the rows are as without it', () => {
    const errors: [unknown, BarErrorContext][] = [];
    const boom = new Error('boom');
    const fail = (): never => {
      throw boom;
    };
    const aligner = new BarAligner({
      symbols: ['a', 'b'],
      period: 10,
      late: 'amend',
      history: 1,
      onRow: fail,
      onAmend: fail,
      onLate: fail,
      onError: (error, context) => void errors.push([error, context]),
    });

    const answers = [
      aligner.update('a', 0, 1),
      aligner.update('a', 20, 2),
      aligner.update('b', 15, 3),
      aligner.update('b', 5, 4),
    ];

    expect(answers).toEqual([0, 2, 0, -1]);
    expect(errors).toEqual([
      [boom, { during: 'onRow', ts: 0 }],
      [boom, { during: 'onRow', ts: 10 }],
      [boom, { during: 'onAmend', ts: 10 }],
      [boom, { during: 'onLate', ts: 5 }],
    ]);
    expect(aligner.stats()).toMatchObject({ updates: 4, used: 2, amended: 1, late: 1, rows: 2, failures: 4 });
  });

  it('that throws without onError becomes a process warning', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const aligner = new BarAligner({
      symbols: ['a'],
      period: 10,
      onRow: () => {
        throw new Error('boom');
      },
    });
    for (const ts of [0, 10, 20]) aligner.update('a', ts, 1);

    expect(warn.mock.calls).toEqual([['BarAligner: Error: boom', 'TickwiseWarning']]);
  });

  it('that rejects reaches onError later', async () => {
    const failure = await new Promise((resolve) => {
      const aligner = new BarAligner({
        symbols: ['a'],
        period: 10,
        onRow: async () => {
          throw new Error('later');
        },
        onError: (error, context) => resolve([error, context]),
      });
      aligner.update('a', 0, 1);
      aligner.flush();
    });

    expect(failure).toEqual([new Error('later'), { during: 'onRow', ts: 0 }]);
  });

  it.each(['onRow', 'onAmend'] as const)('%s may not update, advance or flush the aligner', (name) => {
    const errors: unknown[] = [];
    const again = (during: string) => (): void => {
      if (during !== name) return;
      for (const call of [() => aligner.update('a', 1_000, 1), () => aligner.advance(1_000), () => aligner.flush()])
        expect(call).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
      aligner.flush();
    };
    const aligner: BarAligner = new BarAligner({
      symbols: ['a'],
      period: 10,
      late: 'amend',
      onRow: again('onRow'),
      onAmend: again('onAmend'),
      onError: (error) => void errors.push(error),
    });
    aligner.update('a', 0, 1);
    aligner.update('a', 10, 2);

    aligner.update('a', 5, 3);

    expect(errors).toMatchObject([{ message: expect.stringMatching(/onRow and onAmend must not update the aligner/) }]);
    expect(aligner.stats()).toMatchObject({ updates: 3, used: 2, amended: 1, rows: 1, failures: 1 });
  });

  it('onLate may update it at another time', () => {
    const aligner: BarAligner = new BarAligner({
      symbols: ['a'],
      period: 10,
      onRow,
      onLate: (symbol, _, value) => void aligner.update(symbol, 10, value),
    });
    aligner.update('a', 10, 1);

    expect(aligner.update('a', 5, 9)).toBe(-1);

    expect(aligner.stats()).toMatchObject({ updates: 3, used: 2, late: 1 });
  });
});

describe('stats of a BarAligner', () => {
  it('are plain data and do not change afterwards', () => {
    const aligner = new BarAligner({ symbols: ['a'], period: 10, onRow });
    const before = aligner.stats();

    aligner.update('a', 0, 1);

    expect(before).toEqual({
      updates: 0,
      used: 0,
      outdated: 0,
      amended: 0,
      late: 0,
      rows: 0,
      incomplete: 0,
      filled: 0,
      unfilled: 0,
      pending: 0,
      failures: 0,
    });
    expect(JSON.parse(JSON.stringify(aligner.stats()))).toEqual(aligner.stats());
  });
});
