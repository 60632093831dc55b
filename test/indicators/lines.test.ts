import * as fc from 'fast-check';
import { Bollinger, bollinger, Macd, macd } from 'tickwise/indicators';
import { describe, expect, it } from 'vitest';

const value = fc.oneof(
  { weight: 14, arbitrary: fc.double({ min: 1, max: 1e4, noNaN: true }) },
  { weight: 3, arbitrary: fc.integer({ min: 99, max: 101 }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -1e200) },
);
const columns = fc.array(value, { maxLength: 40 });
const period = fc.integer({ min: 1, max: 6 });

const isGap = (one: number): boolean => !(Math.abs(one) <= 1e150);
const add = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0);

/** Exponential average of the values so far, gaps left out; NaN at a gap and in the warm-up. */
function averages(values: readonly number[], length: number): number[] {
  return values.map((newest, end) => {
    const present = values.slice(0, end + 1).filter((one) => !isGap(one));
    if (isGap(newest) || present.length < length) return NaN;
    const seed = add(present.slice(0, length)) / length;
    return present.slice(length).reduce((average, one) => average + (2 / (length + 1)) * (one - average), seed);
  });
}

function subtract(left: readonly number[], right: readonly number[]): number[] {
  return left.map((one, index) => one - (right[index] ?? NaN));
}

describe('the three lines of macd', () => {
  const periods = fc.record({ fast: period, slow: period, signal: period });

  it('equal averages of averages to the bit, whichever period is the longer one', () => {
    fc.assert(
      fc.property(columns, periods, (values, options) => {
        const lines = macd(values, options);

        const line = subtract(averages(values, options.fast), averages(values, options.slow));
        const signal = averages(line, options.signal);
        expect([...lines.macd]).toEqual(line);
        expect([...lines.signal]).toEqual(signal);
        expect([...lines.histogram]).toEqual(subtract(line, signal));
      }),
      { numRuns: 80 },
    );
  });

  it('change sign when fast and slow are exchanged', () => {
    fc.assert(
      fc.property(columns, periods, (values, { fast, slow, signal }) => {
        const lines = macd(values, { fast, slow, signal });
        const exchanged = macd(values, { fast: slow, slow: fast, signal });

        expect(exchanged.macd.map((one) => 0 - one)).toEqual(lines.macd.map((one) => one + 0));
      }),
      { numRuns: 40 },
    );
  });

  it('come from a stream as from the batch, whatever was pushed before an amend', () => {
    fc.assert(
      fc.property(columns, periods, value, (values, options, draft) => {
        const lines = macd(values, options);
        const stream = new Macd(options);
        values.forEach((one, index) => {
          stream.push(draft);
          stream.amend(NaN);
          stream.amend(one);

          expect([stream.value, stream.signal, stream.histogram]).toEqual([
            lines.macd[index],
            lines.signal[index],
            lines.histogram[index],
          ]);
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('the three lines of bollinger', () => {
  const settings = fc.record({ deviations: fc.double({ min: 0, max: 5, noNaN: true }), ddof: fc.nat({ max: 2 }) });

  it('equal mean and deviation by two passes', () => {
    fc.assert(
      fc.property(columns, period, settings, (values, length, options) => {
        const { middle, upper, lower } = bollinger(values, length, options);

        values.forEach((_, end) => {
          const window = values.slice(Math.max(0, end + 1 - length), end + 1);
          const isWhole = window.length === length && !window.some(isGap);
          const mean = isWhole ? add(window) / length : NaN;
          const distance = options.deviations * deviationOf(window, mean, options.ddof);
          const expected = [mean, mean + distance, mean - distance];
          const slack = 1e-12 * Math.max(1, ...window.filter((one) => !isGap(one)).map(Math.abs));
          [middle[end], upper[end], lower[end]].forEach((found, line) => {
            expect(Math.abs((found ?? 0) - (expected[line] ?? 0)) > slack).toBe(false);
            expect(Number.isNaN(found)).toBe(Number.isNaN(expected[line]));
          });
        });
      }),
      { numRuns: 80 },
    );
  });

  it('have the middle without the bands when the period is not above ddof', () => {
    const { middle, upper, lower } = bollinger([1, 3, 5], 2, { ddof: 2 });

    expect([...middle]).toEqual([NaN, 2, 4]);
    expect([...upper, ...lower]).toEqual(Array.from({ length: 6 }, () => NaN));
  });

  it('come from a stream as from the batch, whatever was pushed before an amend', () => {
    fc.assert(
      fc.property(columns, period, settings, value, (values, length, options, draft) => {
        const lines = bollinger(values, length, options);
        const stream = new Bollinger(length, options);
        values.forEach((one, index) => {
          stream.push(draft);
          stream.amend(one);

          expect([stream.value, stream.upper, stream.lower]).toEqual([
            lines.middle[index],
            lines.upper[index],
            lines.lower[index],
          ]);
        });
      }),
      { numRuns: 40 },
    );
  });
});

function deviationOf(window: readonly number[], mean: number, ddof: number): number {
  if (window.length <= ddof) return NaN;
  if (window.every((one) => one === window[0])) return 0;
  return Math.sqrt(add(window.map((one) => (one - mean) * (one - mean))) / (window.length - ddof));
}
