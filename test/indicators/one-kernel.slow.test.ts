import * as fc from 'fast-check';
import * as indicators from 'tickwise/indicators';
import { describe, expect, it } from 'vitest';
import { joinBars, randomBars, sliceBars } from './bars.js';
import { CONTENDERS, slackAt } from './contenders.js';
import { TWINS } from './naive.js';

const period = fc.integer({ min: 1, max: 8 });

describe.each(CONTENDERS.map((contender) => [contender.name, contender] as const))('%s', (name, contender) => {
  it('gives in batch what it gives in a stream, to the bit', () => {
    fc.assert(
      fc.property(randomBars(40), period, (bars, length) => {
        const batch = contender.batch(bars, length);
        const stream = contender.stream(length);
        bars.close.forEach((_, index) => {
          const lines = stream.push(bars, index);

          expect(
            difference(
              lines,
              batch.map((line) => line[index] ?? NaN),
            ),
          ).toBe('');
          expect(difference([stream.value()], lines.slice(0, 1))).toBe('');
        });
        expect(batch.every((line) => line.length === bars.close.length)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('equals its naive twin, to the bit but for means and deviations, gaps included', () => {
    const twin = TWINS[name];
    fc.assert(
      fc.property(randomBars(30), period, (bars, length) => {
        const [line] = contender.batch(bars, length);

        const expected = bars.close.map((_, index) => twin?.(bars, index, length) ?? NaN);

        expected.forEach((value, end) => {
          expect(difference([line?.[end] ?? NaN], [value], slackAt(contender, bars, end, length))).toBe('');
        });
      }),
      { numRuns: 60 },
    );
  });

  it('forgets an amended value', () => {
    fc.assert(
      fc.property(randomBars(30), randomBars(30), period, (bars, drafts, length) => {
        const amended = contender.stream(length);
        const direct = contender.stream(length);
        bars.close.forEach((_, index) => {
          const draft = index % 3 === 0 ? drafts : bars;
          amended.push(draft, index);
          if (index % 3 === 0) {
            amended.amend(drafts, index + 1);
            amended.amend(bars, index);
          }

          expect(difference([amended.value()], direct.push(bars, index).slice(0, 1))).toBe('');
        });
      }),
      { numRuns: 60 },
    );
  });

  it('recovers after a stretch of gaps', () => {
    fc.assert(
      fc.property(
        randomBars(20, 40),
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 0, max: 1_000 }),
        (bars, length, start) => {
          const column = Array.from({ length: 40 }, (_, index) => 100 + ((start + index * 7) % 13));
          const sound = {
            high: column.map((value) => value + 1),
            low: column.map((value) => value - 1),
            close: column,
            volume: column,
          };
          const all = contender.batch(joinBars(bars, sound), length);

          for (const line of all) expect(Number.isFinite(line.at(-1)), `${line.at(-1)}`).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has a reach as documented: over its last bars alone it gives the same last value, or says that it does not', () => {
    const reach = contender.reach(5);
    const history = Array.from(
      { length: 300 },
      (_, index) => 100 + Math.sin(index * 1.7) * 20 + ((index * 31) % 17) / 10,
    );
    const bars = {
      high: history.map((value) => value + 1),
      low: history.map((value) => value - 2),
      close: history,
      volume: history,
    };
    const full = contender.batch(bars, 5).map((line) => line.at(-1) ?? NaN);

    const tail = (count: number): number[] =>
      contender.batch(sliceBars(bars, 300 - count), 5).map((line) => line.at(-1) ?? NaN);

    const slack = slackAt(contender, bars, 299, 5);
    const isSame = (count: number): boolean => difference(tail(count), full, slack) === '';
    const forgets = reach < Infinity;
    expect(isSame(forgets ? reach : 20)).toBe(forgets);
    expect(isSame(forgets ? 200 : 50)).toBe(forgets);
  });
});

it('is asked of every indicator there is, in both forms', () => {
  const compared = new Set(CONTENDERS.map((contender) => contender.name.split(/[, ]/, 1)[0]?.toLowerCase()));

  const exported = Object.keys(indicators).map((name) => name.toLowerCase());

  expect(compared).toEqual(new Set(exported));
  expect(exported).toHaveLength(2 * compared.size);
});

describe('indicators that depend on a window alone', () => {
  const windowed = CONTENDERS.filter(({ reach }) => reach(5) < Infinity);

  it.each(windowed.map((contender) => [contender.name, contender] as const))(
    'gives live what a recompute over the last bars gives, whatever was seen before: %s',
    (_, contender) => {
      fc.assert(
        fc.property(randomBars(40, 4), randomBars(20, 0), period, (before, recent, length) => {
          const stream = contender.stream(length);
          const bars = joinBars(before, recent);
          bars.close.forEach((_bar, index) => {
            const live = stream.push(bars, index);
            const from = index + 1 - contender.reach(length);
            if (from < 0) return;

            const recomputed = contender.batch(sliceBars(bars, from, index + 1), length);

            expect(
              difference(
                live,
                recomputed.map((line) => line.at(-1) ?? NaN),
                3 * slackAt(contender, bars, index, length), // bands are deviations away
              ),
            ).toBe('');
          });
        }),
        { numRuns: 40 },
      );
    },
  );
});

/** Says how two lines differ, by more than `slack`, or without one to the bit; empty when they do not. */
function difference(found: readonly number[], expected: readonly number[], slack = 0): string {
  const isClose = (value: number, index: number): boolean => {
    const twin = expected[index] ?? NaN;
    return slack === 0 ? Object.is(value, twin) : Object.is(value, twin) || Math.abs(value - twin) <= slack;
  };
  const isSame = found.length === expected.length && found.every(isClose);
  return isSame ? '' : `[${found.join(', ')}] is not [${expected.join(', ')}]`;
}
