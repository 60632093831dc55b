import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';

/** A bar whose keys are the names of members of every object. */
function hostileBar(value: number): Record<string, number> {
  return JSON.parse(`{ "__proto__": ${value}, "constructor": ${-value}, "toString": ${value * 2}, "length": 1 }`);
}

const base = { symbols: ['A', 'B'], window: 10 };

function build(options: Record<string, unknown>): RollingCorrelation {
  return new RollingCorrelation({ ...base, ...options });
}

const notWhole = [null, '3', NaN, -1, 1.5, Infinity, -Infinity, true, 3n, [], {}];

const wrong: readonly (readonly [string, readonly unknown[]])[] = [
  [
    'symbols',
    [undefined, null, 'AB', [], [''], ['A', 'A'], ['A', 5], { 0: 'A' }, Array.from({ length: 8_193 }, String)],
  ],
  ['window', [undefined, 0, 2 ** 20 + 1, ...notWhole]],
  ['minPeriods', [0, 11, ...notWhole]],
  ['ddof', notWhole],
  ['input', [null, '', 'prices', 5, ['values']]],
  ['missing', [null, '', 'ignore', 5]],
  ['engine', [null, '', 'native', 5]],
  ['workers', [17, ...notWhole]],
  ['psd', [null, '', 'nearest', true]],
  ['tolerance', [null, '1e-9', NaN, 0, 1e-14, -1, 1.1, Infinity]],
  ['tickSize', [null, 0, -1, NaN, Infinity, '0.1', [0.1], 5e-324, { A: 0 }, { A: '1' }, { A: NaN }, { C: 1 }]],
];

const rows = wrong.flatMap(([name, values]) => values.map((value) => [name, value] as const));

describe('options of RollingCorrelation', () => {
  it.each(rows)('refuses %s %o, naming it', (name, value) => {
    expect(() => build({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG',
        message: expect.stringMatching(new RegExp(`^RollingCorrelation: ${name} must .*, got `)),
      }),
    );
  });

  it('says which engines it accepts', () => {
    expect(() => build({ engine: 'gpu' })).toThrow("engine must be one of 'auto', 'wasm', 'js', got 'gpu'");
  });

  it.each(['auto', 'wasm', 'js'])('accepts the engine %s', (engine) => {
    expect(build({ engine }).correlation('A', 'B')).toBeNaN();
  });

  it('refuses more values than memory allows', () => {
    const symbols = Array.from({ length: 1_000 }, (_, index) => `S${index}`);

    expect(() => build({ symbols, window: 100_000 })).toThrow(
      'window must be at most 67108 for 1000 symbols, got 100000',
    );
  });

  it.each([{ windows: 10 }, { threads: 2 }, { clock: {} }])('refuses the unknown option %o', (extra) => {
    expect(() => build(extra)).toThrow(/unknown option/);
  });

  it.each([undefined, null, 5, 'x', []])('refuses %o in place of options', (options) => {
    expect(() => new RollingCorrelation(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
  });

  it('reads the options once', () => {
    const symbols = ['A', 'B'];
    const rolling = new RollingCorrelation({ symbols, window: 2 });

    symbols[0] = 'Z';
    rolling.push({ A: 1, B: 2 });

    expect(rolling.symbols).toEqual(['A', 'B']);
    expect(Object.isFrozen(rolling.symbols)).toBe(true);
  });

  it('has minPeriods of 2 by default, or of a window of 1', () => {
    const two = build({});
    const one = build({ window: 1 });

    two.push([1, 2]);
    one.push([1, 2]);

    expect(two.mean('A')).toBeNaN();
    expect(one.mean('A')).toBe(1);
  });

  it('takes names that are members of objects for what they are', () => {
    const symbols = ['__proto__', 'constructor', 'toString', 'length'];
    const rolling = new RollingCorrelation({
      symbols,
      window: 3,
      tickSize: JSON.parse('{ "__proto__": 0.5, "constructor": 0.5 }'),
    });
    for (const value of [1, 2.5, 4]) rolling.push(hostileBar(value));

    expect(rolling.correlation('__proto__', 'constructor')).toBe(-1);
    expect(rolling.reason('__proto__', 'constructor')).toBeUndefined();
    expect(rolling.reason('__proto__', 'toString')).toBe('no-tick-size');
    expect(rolling.mean('length')).toBe(1);
    expect(({} as Record<string, unknown>)['0']).toBeUndefined();
  });
});

describe('misuse of RollingCorrelation', () => {
  const refused = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

  it.each([[[1]], [[1, 2, 3]], [[]], [['1', 2]], [[1, null]], [[1, undefined]], [new Float64Array(3)], [[1, 2n]]])(
    'refuses the bar %o',
    (bar) => {
      const rolling = build({});

      expect(() => rolling.push(bar as number[])).toThrow(refused);
    },
  );

  it.each([null, undefined, 5, 'AB', { A: '1' }, { A: 1, C: 2 }, { A: undefined }, () => 1])(
    'refuses the record %o',
    (bar) => {
      const rolling = build({});

      expect(() => rolling.push(bar as never)).toThrow(refused);
    },
  );

  it('changes nothing when it refuses a bar', () => {
    const rolling = build({ window: 3 });
    for (const bar of [
      [1, 2],
      [2, 3],
      [4, 4],
    ])
      rolling.push(bar);
    const before = [...rolling.matrix()];

    expect(() => rolling.push([9, 'x' as never])).toThrow(refused);
    expect(() => rolling.push({ A: 9, nobody: 1 })).toThrow(refused);
    expect(() => rolling.amend('A', '5' as never)).toThrow(refused);
    expect(() => rolling.amend('nobody', 5)).toThrow(refused);

    expect([...rolling.matrix()]).toEqual(before);
    expect(rolling.stats()).toMatchObject({ pushes: 3, amends: 0 });
  });

  it('refuses to amend before the first bar', () => {
    expect(() => build({}).amend('A', 1)).toThrow(refused);
  });

  it.each(['correlation', 'covariance', 'beta', 'reason'] as const)(
    'refuses an unknown symbol in %s, naming it',
    (method) => {
      const rolling = build({});

      expect(() => rolling[method]('A', 'nobody')).toThrow(/known symbol, got 'nobody'/);
      expect(() => rolling[method](undefined as never, 'A')).toThrow(refused);
    },
  );

  it.each(['mean', 'variance'] as const)('refuses an unknown symbol in %s', (method) => {
    expect(() => build({})[method]('nobody')).toThrow(refused);
  });

  it('takes typed arrays of any kind for a bar', () => {
    const rolling = build({});

    rolling.push(Float32Array.of(1, 2));
    rolling.push(Int32Array.of(3, 4));

    expect(rolling.mean('B')).toBe(3);
  });
});
