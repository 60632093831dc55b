import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { twoPass } from './naive.js';
import { readBars } from './recordings.js';

const daily = readBars('sp500-daily-close-2012-08_2016-06.csv.gz');
const minutes = readBars('crypto-1m-20pairs-2017-11.csv.gz');

/** The stocks without a hole: their names, and a column of closes for each. */
function stocks(): { names: string[]; columns: Float64Array[] } {
  const [header = [], ...rows] = daily;
  const whole = header.flatMap((_, index) => (index > 0 && rows.every((row) => row[index] !== '') ? [index] : []));
  return {
    names: whole.map((index) => header[index] ?? ''),
    columns: whole.map((index) => Float64Array.from(rows, (row) => Number(row[index]))),
  };
}

function returnsOf(closes: Float64Array): Float64Array {
  return closes.subarray(1).map((close, index) => Math.log(close / (closes[index] ?? NaN)));
}

function deviationsOf(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < x.length; index++) sum += (x[index] ?? NaN) * (y[index] ?? NaN);
  return sum;
}

/** Largest distance of a matrix from a correlation in two passes, over all pairs. */
function largestError(matrix: Float64Array, columns: readonly Float64Array[]): number {
  const deviations = columns.map(deviationsOf);
  const roots = deviations.map((values) => Math.sqrt(dot(values, values)));
  let largest = 0;
  for (const [row, left] of deviations.entries()) {
    for (let column = row + 1; column < deviations.length; column++) {
      const expected = dot(left, deviations[column] ?? left) / ((roots[row] ?? NaN) * (roots[column] ?? NaN));
      const error = Math.abs((matrix[row * deviations.length + column] ?? NaN) - expected);
      if (!(error <= largest)) largest = error;
    }
  }
  return largest;
}

describe.runIf(daily.length > 0)('447 stocks over 976 daily log returns', () => {
  const { names, columns } = stocks();
  const returns = columns.map(returnsOf);
  const days = columns[0]?.length ?? 0;

  function fed(window: number): RollingCorrelation {
    const rolling = new RollingCorrelation({ symbols: names, window, input: 'log-returns' });
    for (let day = 0; day < days; day++) rolling.push(Float64Array.from(columns, (column) => column[day] ?? NaN));
    return rolling;
  }

  it('is within 1e-9 of two passes for all 99 681 pairs, the window as long as the data', () => {
    const rolling = fed(976);
    const matrix = rolling.matrix();

    expect([names.length, returns[0]?.length]).toEqual([447, 976]);
    expect(largestError(matrix, returns)).toBeLessThanOrEqual(1e-9);
    expect(largestError(matrix, returns)).toBeLessThanOrEqual(rolling.errorBound());
    let sum = 0;
    let strong = 0;
    for (let row = 0; row < 447; row++) {
      for (let column = row + 1; column < 447; column++) {
        const value = matrix[row * 447 + column] ?? NaN;
        sum += value;
        if (Math.abs(value) >= 0.7) strong++;
      }
    }
    expect(sum / 99_681).toBeCloseTo(0.322_027_825_2, 9);
    expect(strong).toBe(729);
  });

  it('finds the strongest pair and the weakest', () => {
    const rolling = fed(976);

    const [largest] = rolling.top(1, { direction: 'positive' });
    const [smallest] = rolling.top(1, { direction: 'negative' });

    expect(largest).toMatchObject({ a: 'GOOG', b: 'GOOGL' });
    expect(largest?.value).toBeCloseTo(0.992_526_919_2, 9);
    expect(smallest).toMatchObject({ a: 'ISRG', b: 'TMK' });
    expect(smallest?.value).toBeCloseTo(-0.154_098_268_5, 9);
  });

  it.each([20, 120])('is within 1e-9 after sliding a window of %i days over all of them', (window) => {
    const rolling = fed(window);

    const newest = returns.map((values) => values.subarray(-window));

    expect(largestError(rolling.matrix(), newest)).toBeLessThanOrEqual(1e-9);
  });
});

describe.runIf(minutes.length > 0)('coins by the minute', () => {
  const closes = (name: string): Map<string, number> =>
    new Map(minutes.filter(([, symbol]) => symbol === name).map(([ts = '', , , , , close]) => [ts, Number(close)]));

  it.each([
    [14_103, 0.088_436_903_2],
    [120, 0.100_230_217_5],
  ])('correlates ETH/BTC with LTC/BTC over the last %i returns of joint minutes', (window, expected) => {
    const [eth, ltc] = [closes('ETH/BTC'), closes('LTC/BTC')];
    const joint = [...eth.keys()].filter((ts) => ltc.has(ts));
    const rolling = new RollingCorrelation({ symbols: ['ETH', 'LTC'], window, input: 'log-returns' });

    for (const ts of joint) rolling.push([eth.get(ts) ?? NaN, ltc.get(ts) ?? NaN], Number(ts));

    expect(joint).toHaveLength(14_104);
    expect(rolling.correlation('ETH', 'LTC')).toBeCloseTo(expected, 9);
  });

  it('forgets the wrong first print of POWR with the bar that held it', () => {
    const prices = [...closes('POWR/BTC').values()];
    const rolling = new RollingCorrelation({ symbols: ['POWR'], window: 60 });
    let largest = 0;

    prices.forEach((price, bar) => {
      rolling.push([price]);
      if (bar < 60) return;
      const { variance } = twoPass(prices.slice(bar - 59, bar + 1), 1);
      largest = Math.max(largest, Math.abs(rolling.variance('POWR') / variance - 1));
    });

    expect(prices).toHaveLength(1_334);
    expect(prices[0]).toBeGreaterThan(20 * (prices[200] ?? Infinity));
    expect(largest).toBeLessThanOrEqual(1e-9);
  });
});
