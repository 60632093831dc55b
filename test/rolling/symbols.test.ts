import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { seeded } from './naive.js';

const refused = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

function walk(count: number, seed: number): number[] {
  const random = seeded(seed);
  let price = 10_000;
  return Array.from({ length: count }, () => (price += Math.round(random() * 20 - 10)) / 100);
}

const columns = [1, 2, 3, 4].map((seed) => walk(6_000, seed));
const names = ['A', 'B', 'C', 'D'];

function fed(symbols: readonly number[], bars: number, options: object = { tickSize: 0.01 }): RollingCorrelation {
  const rolling = new RollingCorrelation({
    symbols: symbols.map((index) => names[index] ?? ''),
    window: 300,
    ...options,
  });
  for (let bar = 0; bar < bars; bar++) rolling.push(symbols.map((index) => columns[index]?.[bar] ?? NaN));
  return rolling;
}

describe('a symbol that is added', () => {
  it('equals one that was there from the start, to the bit, when its history fills the window', () => {
    const rolling = fed([0, 1, 2], 5_000);

    rolling.addSymbol('D', columns[3]?.slice(4_700, 5_000));

    expect(rolling.matrix()).toEqual(fed([0, 1, 2, 3], 5_000).matrix());
    expect(rolling.reason('A', 'D')).toBeUndefined();
    expect(rolling.stats().exactSymbols).toBe(4);
  });

  it.each([{ tickSize: 0.01 }, {}])('leaves the bits of all others alone, options %o', (options) => {
    const rolling = fed([0, 1, 2], 5_000, options);
    const before = [rolling.matrix(), rolling.mean('B'), rolling.covariance('A', 'C')];

    rolling.addSymbol('D', columns[3]?.slice(4_700, 5_000));
    const during = rolling.matrix();
    rolling.removeSymbol('D');
    const without = rolling.matrix();
    rolling.addSymbol('D', columns[3]?.slice(4_700, 5_000));

    expect([without, rolling.mean('B'), rolling.covariance('A', 'C')]).toEqual(before);
    expect(rolling.matrix()).toEqual(during);
    for (const row of [0, 1, 2])
      expect(during.subarray(row * 4, row * 4 + 3)).toEqual(without.subarray(row * 3, row * 3 + 3));
  });

  it('has gaps in the bars before its history, and none once the window has passed them', () => {
    const rolling = fed([0, 1], 5_000);

    rolling.addSymbol('D', columns[3]?.slice(4_990, 5_000));
    const reasons = [rolling.reason('A', 'D'), rolling.correlation('A', 'D')];
    for (let bar = 5_000; bar < 5_300; bar++)
      rolling.push([columns[0], columns[1], columns[3]].map((one) => one?.[bar] ?? NaN));

    const direct = fed([0, 3], 5_300);
    const short = new RollingCorrelation({ symbols: ['A', 'D'], window: 300, tickSize: 0.01 });
    for (let bar = 4_990; bar < 5_000; bar++) short.push([columns[0]?.[bar] ?? NaN, columns[3]?.[bar] ?? NaN]);
    expect(reasons).toEqual([undefined, short.correlation('A', 'D')]);
    expect(rolling.correlation('A', 'D')).toBe(direct.correlation('A', 'D'));
  });

  it('may come without history, before the first bar, and many times over', () => {
    const rolling = new RollingCorrelation({ symbols: ['S0'], window: 5, tickSize: 0.5 });
    for (let index = 1; index < 40; index++) rolling.addSymbol(`S${index}`);
    for (const bar of [1, 2, 4, 3, 6, 7]) rolling.push(rolling.symbols.map((_, index) => bar * (index + 1)));

    expect(rolling.symbols).toHaveLength(40);
    expect(rolling.matrix()).toEqual(new Float64Array(1_600).fill(1));
  });

  it('has the tick size it is given, else the one of all, else none', () => {
    const ofAll = new RollingCorrelation({ symbols: ['A'], window: 3, tickSize: 0.5 });
    const ofSome = new RollingCorrelation({ symbols: ['A'], window: 3, tickSize: { A: 0.5 } });
    const ofNone = new RollingCorrelation({ symbols: ['A'], window: 3 });
    for (const one of [ofAll, ofSome, ofNone]) {
      one.push([1]);
      one.push([2]);
      one.addSymbol('B', [3, 5]);
      one.addSymbol('C', [3, 5], 1);
    }

    expect([ofAll, ofSome, ofNone].map((one) => one.reason('B', 'B'))).toEqual([
      undefined,
      'no-tick-size',
      'no-tick-size',
    ]);
    expect([ofAll, ofSome, ofNone].map((one) => one.reason('C', 'C'))).toEqual([undefined, undefined, undefined]);
    expect(ofNone.correlation('A', 'C')).toBe(1);
  });

  it.each(['A', '', 5, null, undefined])('is refused by the name %o', (name) => {
    const rolling = fed([0, 1], 5);

    expect(() => rolling.addSymbol(name as string)).toThrow(refused);
    expect(rolling.symbols).toEqual(['A', 'B']);
  });

  it.each([5, 'x', null, [1, '2'], [1, undefined], { 0: 1 }])('is refused with the history %o', (history) => {
    const rolling = fed([0, 1], 5);

    expect(() => rolling.addSymbol('Z', history as number[])).toThrow(refused);
    expect(rolling.symbols).toEqual(['A', 'B']);
  });

  it.each([-1, NaN, Infinity, '1', null])('is refused with the tick size %o', (tickSize) => {
    expect(() => fed([0], 5).addSymbol('Z', [], tickSize as number)).toThrow(refused);
    expect(() => fed([0], 5, { input: 'returns' }).addSymbol('Z', [], 0.5)).toThrow(refused);
  });
});

describe('a symbol that is removed', () => {
  it('is as if it had never been there, the others in their order', () => {
    const rolling = fed([0, 1, 2, 3], 5_000);

    rolling.removeSymbol('B');

    expect(rolling.symbols).toEqual(['A', 'C', 'D']);
    expect(rolling.matrix()).toEqual(fed([0, 2, 3], 5_000).matrix());
    expect(() => rolling.correlation('A', 'B')).toThrow(refused);
    expect(() => rolling.push([1, 2, 3, 4])).toThrow(refused);
  });

  it('may be any but the last', () => {
    const rolling = fed([0, 1], 5);
    rolling.removeSymbol('A');

    expect(() => rolling.removeSymbol('B')).toThrow(refused);
    expect(() => rolling.removeSymbol('A')).toThrow(refused);
    expect(rolling.variance('B')).toBe(fed([1], 5).variance('B'));
  });

  it('lets bars count again that it alone made incomplete', () => {
    const options = { symbols: ['A', 'B', 'C'], window: 6, missing: 'listwise', tickSize: 1 } as const;
    const rolling = new RollingCorrelation(options);
    const bars = [
      [1, 2, NaN],
      [3, 5, NaN],
      [4, 4, 1],
      [6, 9, 2],
    ];
    for (const bar of bars) rolling.push(bar);
    const before = rolling.correlation('A', 'B');

    rolling.removeSymbol('C');

    const direct = new RollingCorrelation({ ...options, symbols: ['A', 'B'] });
    for (const [a = 0, b = 0] of bars) direct.push([a, b]);
    expect(before).toBe(1);
    expect(rolling.matrix()).toEqual(direct.matrix());
    expect(rolling.stats()).toMatchObject({ droppedBars: 2, pushes: 4 });
  });
});
