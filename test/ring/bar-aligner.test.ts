import { BarAligner, type BarAlignerOptions, BarBuilder } from 'tickwise/ring';
import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';

const MINUTE = 60_000;

interface Watched {
  readonly aligner: BarAligner;
  /** Rows as emitted: minute, then the values. */
  readonly rows: number[][];
  readonly amends: [minute: number, symbol: string, value: number][];
  readonly refused: [symbol: string, ts: number, value: number][];
}

type Some = Partial<Omit<BarAlignerOptions, 'late' | 'onRow' | 'onLate' | 'onError'>>;

function watched(options: Some = {}, history = 0): Watched {
  const rows: number[][] = [];
  const amends: Watched['amends'] = [];
  const refused: Watched['refused'] = [];
  const common = {
    symbols: ['BTC', 'ETH'],
    period: MINUTE,
    ...options,
    onRow: (ts: number, values: Float64Array) => void rows.push([ts / MINUTE, ...values]),
    onLate: (...update: Watched['refused'][number]) => void refused.push(update),
  };
  const onAmend = (ts: number, symbol: string, value: number): void => void amends.push([ts / MINUTE, symbol, value]);
  const aligner = new BarAligner(history === 0 ? common : { ...common, late: 'amend', history, onAmend });
  return { aligner, rows, amends, refused };
}

/** Updates at minutes. */
function feed(aligner: BarAligner, ...updates: readonly [symbol: string, minute: number, value: number][]): number[] {
  return updates.map(([symbol, minute, value]) => aligner.update(symbol, minute * MINUTE, value));
}

describe('a row', () => {
  it('holds the latest value of each symbol, and comes when market time reaches its end', () => {
    const { aligner, rows } = watched();

    const emitted = feed(aligner, ['ETH', 0.1, 10], ['BTC', 0.2, 100], ['BTC', 0.9, 101], ['BTC', 1, 102]);

    expect(emitted).toEqual([0, 0, 0, 1]);
    expect(rows).toEqual([[0, 101, 10]]);
    expect(aligner.stats()).toMatchObject({ updates: 4, used: 4, rows: 1, incomplete: 0, filled: 0, pending: 1 });
  });

  it('holds the latest by time, not by arrival; of equal times the one that arrived last', () => {
    const { aligner, rows } = watched();

    feed(aligner, ['BTC', 0.5, 1], ['BTC', 0.4, 2], ['BTC', 0.5, 3], ['ETH', 0, 4], ['BTC', 0.1, 5]);
    aligner.flush();

    expect(rows).toEqual([[0, 3, 4]]);
    expect(aligner.stats()).toMatchObject({ updates: 5, used: 3, outdated: 2 });
  });

  it('is an array of its own, in the order of the symbols', () => {
    const rows: Float64Array[] = [];
    const aligner = new BarAligner({ symbols: ['b', 'a'], period: 10, onRow: (_, values) => void rows.push(values) });
    aligner.update('a', 0, 1);
    aligner.update('b', 0, 2);
    aligner.advance(10);
    rows[0]?.fill(99);
    aligner.advance(20);

    expect(rows).toEqual([new Float64Array([99, 99]), new Float64Array([2, 1])]);
  });

  it('starts at a multiple of the period since the epoch', () => {
    const { aligner, rows } = watched();

    feed(aligner, ['BTC', -2.5, 1], ['ETH', -0.000_01, 2], ['BTC', 0, 3], ['BTC', 1, 4]);

    expect(rows).toEqual([
      [-3, 1, NaN],
      [-2, 1, NaN],
      [-1, 1, 2],
      [0, 3, 2],
    ]);
  });

  it('comes when a clock says so', () => {
    const { aligner, rows } = watched();
    feed(aligner, ['BTC', 0, 1], ['ETH', 0, 2]);

    expect([59_999, 60_000, 60_000, 0].map((now) => aligner.advance(now))).toEqual([0, 1, 0, 0]);

    expect(rows).toEqual([[0, 1, 2]]);
  });

  it('takes stragglers until grace has passed in market time', () => {
    const { aligner, rows, refused } = watched({ grace: 5_000 });

    const answers = [
      aligner.update('BTC', 10_000, 1),
      aligner.update('BTC', 64_999, 2),
      aligner.update('ETH', 59_999, 3),
      aligner.update('BTC', 65_000, 4),
      aligner.update('ETH', 59_999, 5),
    ];

    expect(answers).toEqual([0, 0, 0, 1, -1]);
    expect(rows).toEqual([[0, 1, 3]]);
    expect(refused).toEqual([['ETH', 59_999, 5]]);
  });

  it('may be made of an update older than the first, as long as none was emitted', () => {
    const { aligner, rows } = watched({ grace: 2 * MINUTE });

    expect(feed(aligner, ['BTC', 2.5, 1], ['ETH', 1.5, 2], ['ETH', 0.9, 3], ['ETH', 0.4, 4])).toEqual([0, 0, 0, 0]);
    expect(feed(aligner, ['BTC', 4, 5], ['ETH', 0.4, 6])).toEqual([2, -1]);

    expect(rows).toEqual([
      [0, NaN, 3],
      [1, NaN, 2],
    ]);
  });

  it('is refused to the first update when a clock is past its grace', () => {
    const { aligner } = watched();
    aligner.advance(5 * MINUTE);

    expect(feed(aligner, ['BTC', 4.9, 1], ['BTC', 5, 2])).toEqual([-1, 0]);
  });
});

describe('a symbol without an update in the period', () => {
  it('stands with its value before under carry, NaN before its first', () => {
    const { aligner, rows } = watched({ missing: 'carry' });

    feed(aligner, ['BTC', 0, 1], ['BTC', 1, 2], ['ETH', 2, 3], ['BTC', 3, 4], ['BTC', 4, 5]);

    expect(rows).toEqual([
      [0, 1, NaN],
      [1, 2, NaN],
      [2, 2, 3],
      [3, 4, 3],
    ]);
    expect(aligner.stats()).toMatchObject({ rows: 4, incomplete: 4, filled: 0 });
  });

  it('stands as NaN under nan', () => {
    const { aligner, rows } = watched({ missing: 'nan' });

    feed(aligner, ['BTC', 0, 1], ['ETH', 0, 9], ['BTC', 1, 2], ['ETH', 2, 3]);

    expect(rows).toEqual([
      [0, 1, 9],
      [1, 2, NaN],
    ]);
  });

  it('is waited for under wait, and later rows with it', () => {
    const { aligner, rows } = watched({ missing: 'wait', grace: 5 * MINUTE });

    const emitted = feed(
      aligner,
      ['BTC', 0, 1],
      ['BTC', 1, 2],
      ['ETH', 1, 3],
      ['BTC', 2, 4],
      ['BTC', 3, 5],
      ['ETH', 0.5, 6],
    );

    expect(emitted).toEqual([0, 0, 0, 0, 0, 2]);
    expect(rows).toEqual([
      [0, 1, 6],
      [1, 2, 3],
    ]);
    expect(aligner.stats()).toMatchObject({ pending: 2, incomplete: 0 });
  });

  it('is not waited for before the period is over: its value may still change', () => {
    const { aligner, rows } = watched({ missing: 'wait' });

    feed(aligner, ['BTC', 0, 1], ['ETH', 0, 2], ['ETH', 0.5, 3], ['BTC', 1, 4]);

    expect(rows).toEqual([[0, 1, 3]]);
  });

  it('is waited for up to grace, by default one period, and then stands as NaN', () => {
    const { aligner, rows } = watched({ missing: 'wait' });
    feed(aligner, ['BTC', 0, 1]);

    expect([1, 1.999, 2].map((minute) => aligner.advance(minute * MINUTE))).toEqual([0, 0, 1]);

    expect(rows).toEqual([[0, 1, NaN]]);
    expect(aligner.stats().incomplete).toBe(1);
  });

  it('does not hold up more rows than fit into grace', () => {
    const { aligner, rows } = watched({ missing: 'wait', grace: 2 * MINUTE });

    let most = 0;
    for (let minute = 0; minute < 100; minute++) {
      feed(aligner, ['BTC', minute + 0.5, minute]);
      most = Math.max(most, aligner.stats().pending);
    }

    expect(most).toBe(3);
    expect(rows).toHaveLength(97);
  });
});

describe('a period without any update', () => {
  it.each([
    ['carry', [1, 1, 2]],
    ['nan', [1, NaN, NaN]],
    ['wait', [1, NaN, NaN]],
  ] as const)('gives a row by missing: %s', (missing, [, btc, eth]) => {
    const { aligner, rows } = watched({ missing, grace: 0 });

    feed(aligner, ['BTC', 0, 1], ['ETH', 0, 2], ['BTC', 3, 5]);

    expect(rows).toEqual([
      [0, 1, 2],
      [1, btc, eth],
      [2, btc, eth],
    ]);
    expect(aligner.stats()).toMatchObject({ rows: 3, filled: 2, incomplete: 0 });
  });

  it('gives none with gaps: leave', () => {
    const { aligner, rows } = watched({ gaps: 'leave' });

    feed(aligner, ['BTC', 0, 1], ['BTC', 3, 5], ['BTC', 9, 6], ['ETH', 10, 7]);

    expect(rows.map(([minute]) => minute)).toEqual([0, 3, 9]);
    expect(aligner.stats()).toMatchObject({ filled: 0, unfilled: 0 });
  });

  it('gives none in a gap longer than maxFill, which is counted', () => {
    const { aligner, rows } = watched({ maxFill: 2 });

    feed(aligner, ['BTC', 0, 1], ['BTC', 3, 5], ['BTC', 7, 6], ['BTC', 8, 6]);

    expect(rows.map(([minute]) => minute)).toEqual([0, 1, 2, 3, 7]);
    expect(aligner.stats()).toMatchObject({ filled: 2, unfilled: 3 });
  });

  it.each(['update', 'advance'] as const)('is not looped over when %s jumps ten years', (method) => {
    const later = 10 * 365 * 86_400_000;
    const rows: number[] = [];
    const aligner = new BarAligner({ symbols: ['a'], period: 1, onRow: (ts) => void rows.push(ts) });
    aligner.update('a', 0, 1);

    const emitted = method === 'update' ? aligner.update('a', later, 2) : aligner.advance(later);

    expect(emitted).toBe(1);
    expect(rows).toEqual([0]);
    expect(aligner.stats().unfilled).toBe(later - 1);
    expect(aligner.update('a', later + 1, 3)).toBe(1);
  });
});

describe('an update of an emitted row', () => {
  it('is refused by default, counted and told', () => {
    const { aligner, rows, refused } = watched();
    feed(aligner, ['BTC', 0, 1], ['BTC', 1, 2]);

    expect(feed(aligner, ['ETH', 0, 3])).toEqual([-1]);

    expect(refused).toEqual([['ETH', 0, 3]]);
    expect(rows).toEqual([[0, 1, NaN]]);
    expect(aligner.stats()).toMatchObject({ updates: 3, used: 2, late: 1 });
  });

  it('amends it', () => {
    const { aligner, amends, refused } = watched({ missing: 'nan' }, 2);
    feed(aligner, ['BTC', 0, 1], ['BTC', 1, 2]);

    expect(feed(aligner, ['ETH', 0, 3], ['BTC', 0.5, 4])).toEqual([0, 0]);

    expect(amends).toEqual([
      [0, 'ETH', 3],
      [0, 'BTC', 4],
    ]);
    expect(refused).toEqual([]);
    expect(aligner.stats()).toMatchObject({ updates: 4, used: 2, amended: 2, late: 0 });
  });

  it('changes nothing when it is older than the value in the row', () => {
    const { aligner, amends } = watched({}, 2);
    feed(aligner, ['BTC', 0.5, 1], ['BTC', 1, 2]);

    expect(feed(aligner, ['BTC', 0.4, 9])).toEqual([0]);

    expect(amends).toEqual([]);
    expect(aligner.stats()).toMatchObject({ outdated: 1, amended: 0 });
  });

  it('amends the rows into which the old value was carried, and what is carried on', () => {
    const { aligner, rows, amends } = watched({}, 9);
    feed(aligner, ['BTC', 0, 1], ['ETH', 0, 2], ['BTC', 4, 5]);

    feed(aligner, ['ETH', 1, 7], ['BTC', 5, 6]);

    expect(amends).toEqual([
      [1, 'ETH', 7],
      [2, 'ETH', 7],
      [3, 'ETH', 7],
    ]);
    expect(rows.at(-1)).toEqual([4, 5, 7]);
  });

  it('amends them only up to a later update of the symbol', () => {
    const { aligner, rows, amends } = watched({}, 9);
    feed(aligner, ['ETH', 0, 2], ['ETH', 2, 3], ['BTC', 4, 5]);

    feed(aligner, ['ETH', 0.5, 7], ['BTC', 5, 6]);

    expect(amends).toEqual([
      [0, 'ETH', 7],
      [1, 'ETH', 7],
    ]);
    expect(rows.at(-1)).toEqual([4, 5, 3]);
  });

  it('amends them across periods that gave no row', () => {
    const { aligner, rows, amends } = watched({ gaps: 'leave' }, 9);
    feed(aligner, ['ETH', 0, 2], ['BTC', 4, 1], ['BTC', 5, 5], ['BTC', 6, 6]);

    feed(aligner, ['ETH', 0.5, 7]);

    expect(rows.map(([minute]) => minute)).toEqual([0, 4, 5]);
    expect(amends).toEqual([
      [0, 'ETH', 7],
      [4, 'ETH', 7],
      [5, 'ETH', 7],
    ]);
  });

  it('is refused beyond history, which counts periods back from the next row', () => {
    const { aligner, refused } = watched({ missing: 'nan' }, 2);
    feed(aligner, ['BTC', 0, 1], ['BTC', 1, 2], ['BTC', 2, 3], ['BTC', 3, 4]);

    expect(feed(aligner, ['ETH', 0, 9], ['ETH', 1, 9], ['ETH', 2, 9])).toEqual([-1, 0, 0]);

    expect(refused).toEqual([['ETH', 0, 9]]);
  });

  it('is refused when its period gave no row', () => {
    const { aligner, amends } = watched({ gaps: 'leave' }, 9);
    feed(aligner, ['BTC', 0, 1], ['BTC', 3, 2], ['BTC', 4, 2]);

    expect(feed(aligner, ['ETH', 2, 9])).toEqual([-1]);
    expect(amends).toEqual([]);
  });

  it('is refused after a jump, however few rows came since', () => {
    const { aligner } = watched({ maxFill: 0 }, 2);
    feed(aligner, ['BTC', 0, 1], ['BTC', 1_000_000, 2]);

    expect(feed(aligner, ['ETH', 0, 9])).toEqual([-1]);
  });
});

describe('flush', () => {
  it('emits what is pending, with the gaps between, once', () => {
    const { aligner, rows } = watched({ grace: 9 * MINUTE });
    feed(aligner, ['BTC', 0, 1], ['ETH', 2, 3], ['BTC', 2, 4]);

    expect(aligner.flush()).toBe(3);
    expect(aligner.flush()).toBe(0);

    expect(rows).toEqual([
      [0, 1, NaN],
      [1, 1, NaN],
      [2, 4, 3],
    ]);
    expect(aligner.stats().pending).toBe(0);
    expect(feed(aligner, ['BTC', 2.9, 5], ['BTC', 3, 6])).toEqual([-1, 0]);
  });

  it('does nothing before the first update', () => {
    const { aligner } = watched();
    aligner.advance(MINUTE);

    expect(aligner.flush()).toBe(0);
  });
});

describe('many symbols', () => {
  it('find their places', () => {
    const symbols = Array.from({ length: 3_000 }, (_, i) => `S${i}`);
    const rows: Float64Array[] = [];
    const aligner = new BarAligner({ symbols, period: 10, onRow: (_, values) => void rows.push(values) });

    for (const [i, symbol] of symbols.toReversed().entries()) aligner.update(symbol, 0, i);
    aligner.advance(10);

    expect(rows).toEqual([Float64Array.from(symbols, (_, i) => symbols.length - 1 - i)]);
  });

  it('may have names that objects have too', () => {
    const symbols = ['__proto__', 'constructor', 'toString', ' '];
    const rows: Float64Array[] = [];
    const aligner = new BarAligner({ symbols, period: 10, onRow: (_, values) => void rows.push(values) });

    for (const [i, symbol] of symbols.entries()) aligner.update(symbol, 0, i);
    aligner.flush();

    expect(rows).toEqual([new Float64Array([0, 1, 2, 3])]);
    expect(() => aligner.update('valueOf', 0, 1)).toThrow(/symbol must be one of the symbols given, got 'valueOf'/);
  });
});

describe('rows of a BarAligner', () => {
  it('go into a RollingCorrelation, amended ones too, as if all had come in time', () => {
    const symbols = ['BTC', 'ETH'];
    const live = new RollingCorrelation({ symbols, window: 50, tickSize: 0.5 });
    const inTime = new RollingCorrelation({ symbols, window: 50, tickSize: 0.5 });
    let newest = NaN;
    const aligner = new BarAligner({
      symbols,
      period: MINUTE,
      late: 'amend',
      history: 1,
      onRow(ts, values) {
        newest = ts;
        live.push(values);
      },
      onAmend(ts, symbol, value) {
        if (ts === newest) live.amend(symbol, value);
      },
    });

    for (let minute = 0; minute < 40; minute++) {
      const btc = Math.round(Math.sin(minute) * 40) / 2;
      const eth = Math.round(Math.sin(minute + 1) * 20) / 2;
      // ETH comes after the row of its minute was emitted.
      aligner.update('BTC', minute * MINUTE, btc);
      aligner.advance((minute + 1) * MINUTE);
      aligner.update('ETH', minute * MINUTE, eth);
      inTime.push([btc, eth]);
    }

    expect(aligner.stats()).toMatchObject({ rows: 40, amended: 40, late: 0 });
    expect(live.correlation('BTC', 'ETH')).toBe(inTime.correlation('BTC', 'ETH'));
  });

  it('are made of the bars of builders', () => {
    const { aligner, rows } = watched();
    const builders = new Map(
      ['BTC', 'ETH'].map((symbol) => [
        symbol,
        new BarBuilder({
          by: 'time',
          period: MINUTE,
          onBar: ({ ts, close }) => void aligner.update(symbol, ts, close),
        }),
      ]),
    );

    for (let second = 0; second < 240; second += 7)
      builders.get(second % 2 === 0 ? 'BTC' : 'ETH')?.add(second * 1_000, second + 1, 1);
    for (const builder of builders.values()) builder.advance(4 * MINUTE);
    aligner.advance(4 * MINUTE);

    expect(rows).toEqual([
      [0, 57, 50],
      [1, 113, 120],
      [2, 169, 176],
      [3, 239, 232],
    ]);
  });
});
