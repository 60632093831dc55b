import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomBars } from './bars.js';
import { type Bars, CONTENDERS } from './contenders.js';

const period = fc.integer({ min: 1, max: 6 });
const GAP = NaN;

/** Bars of which only one, at `index`, is another one. */
function withBar(bars: Bars, index: number, value: number): Bars {
  const replace = (column: readonly number[]): number[] =>
    column.map((one, position) => (position === index ? value : one));
  return {
    high: replace(bars.high),
    low: replace(bars.low),
    close: replace(bars.close),
    volume: replace(bars.volume),
  };
}

function steady(count: number): Bars {
  const close = Array.from({ length: count }, (_, index) => 100 + ((index * 17) % 23) / 4);
  return {
    high: close.map((value) => value + 2),
    low: close.map((value) => value - 1),
    close,
    volume: close.map((value) => value * 10),
  };
}

describe.each(CONTENDERS.map((contender) => [contender.name, contender] as const))('amending %s', (_, contender) => {
  it('gives after any sequence of amends what a push of the last value gives', () => {
    fc.assert(
      fc.property(randomBars(24), period, fc.array(fc.nat({ max: 23 }), { maxLength: 6 }), (bars, length, drafts) => {
        const amended = contender.stream(length);
        const direct = contender.stream(length);
        bars.close.forEach((__, index) => {
          amended.push(bars, drafts[0] ?? index);
          for (const draft of drafts) amended.amend(bars, draft);

          expect(amended.amend(bars, index)).toEqual(direct.push(bars, index));
        });
      }),
      { numRuns: 25 },
    );
  });

  it.each([1, 2, 5])('takes back a gap, in the warm-up and after it, for a period of %i', (length) => {
    const bars = steady(16);
    const amended = contender.stream(length);
    const direct = contender.stream(length);

    bars.close.forEach((__, index) => {
      amended.push(withBar(bars, index, GAP), index);
      const isUndefined = Number.isNaN(amended.value());
      const found = amended.amend(bars, index);

      expect(isUndefined).toBe(true);
      expect(found).toEqual(direct.push(bars, index));
    });
  });

  it('takes back an outlier without a trace', () => {
    const bars = steady(16);
    const amended = contender.stream(3);
    const direct = contender.stream(3);

    bars.close.forEach((__, index) => {
      amended.push(withBar(bars, index, 1e149), index);
      amended.amend(withBar(bars, index, -1e149), index);

      expect(amended.amend(bars, index)).toEqual(direct.push(bars, index));
    });
  });

  it('shows the amended value, and nothing when it is amended to the same', () => {
    const bars = steady(16);
    const stream = contender.stream(3);
    bars.close.forEach((__, index) => stream.push(bars, index));

    const once = stream.amend(bars, 3);
    const again = stream.amend(bars, 3);

    expect(again).toEqual(once);
    expect(stream.value()).toBe(once[0]);
  });
});
