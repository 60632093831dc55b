import { RollingCorrelation } from 'tickwise/rolling';
import { describe, expect, it } from 'vitest';
import { runFixture } from '../fixture.js';
import { heldBytes } from '../heap.js';
import { kinds, SYMBOLS, wholeBars } from './memory-kinds.js';

/** What the test runner and the compiler may take meanwhile: 10 bytes per update. */
const SLACK = 1_000_000;
/** The same with a gap now and then. */
const bars = wholeBars.map((bar, index) => (index % 100 === 77 ? bar.with(5, NaN) : bar));

// In a process of its own: what measures coverage keeps the compiler from its best.
it('a push makes no garbage, and neither does an amend of plain values', async () => {
  // Node 20 at times never compiles a function again that lost its code while it was being replaced on the stack.
  const figures = await runFixture('test/rolling/fixtures/garbage.ts', ['--no-use-osr']);

  // Bytes of a thousand updates; a number on the heap has 16.
  const { pushed, amended } = JSON.parse(figures) as Record<'pushed' | 'amended', Record<string, number>>;
  expect(Object.keys(pushed ?? {})).toEqual(kinds.map(([name]) => name));
  expect(Object.entries({ ...pushed, ...amended }).filter(([, bytes]) => bytes >= 16 * 1_000)).toEqual([]);
  expect(Object.keys(amended ?? {})).toHaveLength(3);
});

describe.each(kinds)('memory of a RollingCorrelation of %s', (_, options) => {
  it('stays the same over 100 000 updates, amended and read on the way', () => {
    const rolling = new RollingCorrelation({ symbols: SYMBOLS, window: 100, ...options });
    const out = new Float64Array(SYMBOLS.length ** 2);
    let sum = 0;
    const update = (index: number): void => {
      rolling.push(bars[index & 511] ?? []);
      if (index % 4 === 0) rolling.amend('S3', 1_000 + (index % 99));
      if (index % 64 === 0) sum += rolling.matrix(out)[1] ?? NaN;
      if (index % 16 === 0) sum += rolling.correlation('S1', 'S2') + rolling.errorBound();
    };
    for (let index = 0; index < 10_000; index++) update(index);
    const before = heldBytes();

    for (let index = 0; index < 100_000; index++) update(index);

    expect(heldBytes() - before).toBeLessThan(SLACK);
    expect(sum).not.toBe(0);
  });
});
