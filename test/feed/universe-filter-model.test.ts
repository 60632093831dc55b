import * as fc from 'fast-check';
import { VirtualClock } from 'tickwise/core';
import { UniverseFilter } from 'tickwise/feed';
import { describe, expect, it } from 'vitest';

const SYMBOLS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

type Step =
  | { readonly type: 'update'; readonly symbol: string; readonly volume: number }
  | { readonly type: 'pin'; readonly symbol: string }
  | { readonly type: 'time'; readonly ms: number }
  | { readonly type: 'review' };

const symbol = fc.constantFrom(...SYMBOLS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('update' as const), symbol, volume: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pin' as const), symbol }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('time' as const), ms: fc.nat(300) }) },
  { weight: 1, arbitrary: fc.constant({ type: 'review' as const }) },
);

/** Runs steps and looks at everything after each. */
async function run(steps: readonly Step[], minStay: number, maxTracked: number) {
  const clock = new VirtualClock();
  const pinned = new Set<string>();
  const last = new Map<string, number>();
  const entered = new Map<string, number>();
  const log = new Set<string>();
  const faults: string[] = [];
  const universe = new UniverseFilter<number>({
    enter: (volume) => volume >= 10,
    leave: (volume) => volume < 5,
    rank: (volume) => volume,
    pinned: (name) => pinned.has(name),
    minStay,
    maxTracked,
    clock,
    onChange: (name, change) => {
      if (change === 'entered') {
        if (log.has(name)) faults.push(`${name} entered twice`);
        log.add(name);
        entered.set(name, clock.now());
        return;
      }
      if (!log.delete(name)) faults.push(`${name} left and was not there`);
      if (pinned.has(name)) faults.push(`${name} left though pinned`);
      const hasStayed = clock.now() - (entered.get(name) ?? 0) >= minStay;
      if (!hasStayed && pinned.size === 0) faults.push(`${name} left too early`);
    },
  });
  for (const each of steps) {
    if (each.type === 'update') {
      last.set(each.symbol, each.volume);
      const before = universe.tracked.has(each.symbol);
      const change = universe.update(each.symbol, each.volume);
      const after = universe.tracked.has(each.symbol);
      expect(change).toBe(before === after ? undefined : after ? 'entered' : 'left');
    } else if (each.type === 'pin') {
      // Pins are only added: what is pinned once has to stay for ever.
      pinned.add(each.symbol);
      if (last.has(each.symbol)) universe.update(each.symbol, last.get(each.symbol) ?? 0);
    } else if (each.type === 'time') await clock.advance(each.ms);
    else universe.review();
    const { entered: ins, left, tracked } = universe.stats();
    expect(faults).toEqual([]);
    expect(new Set(universe.tracked)).toEqual(log);
    expect(ins).toBe(tracked + left);
    expect(universe.tracked.size).toBeLessThanOrEqual(Math.max(maxTracked, pinned.size));
    for (const name of pinned) if (last.has(name)) expect(universe.tracked.has(name)).toBe(true);
  }
  return { universe, pinned, last, clock };
}

describe('random histories of a universe', () => {
  it('never lose a pinned symbol, never end a stay early, and keep their bound and their counts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom(0, 100, 500),
        fc.integer({ min: 1, max: 4 }),
        async (steps, minStay, maxTracked) => {
          const { clock, universe } = await run(steps, minStay, maxTracked);
          await universe.close();
          expect(clock.pendingTimers).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('end with the best that are worth it once all stays are over and everything was reviewed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.uniqueArray(fc.nat(40), { minLength: SYMBOLS.length, maxLength: SYMBOLS.length }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, volumes, maxTracked) => {
          const { universe, pinned, clock } = await run(steps, 100, maxTracked);
          // Different volumes, and none between the thresholds, so that there is one right answer.
          const final = SYMBOLS.map((name, index) => ({ name, volume: (volumes[index] ?? 0) * 10 }));
          for (const { name, volume } of final) universe.update(name, volume);
          for (let round = 0; round < 3; round++) {
            await clock.advance(100);
            universe.review();
          }

          const room = Math.max(0, maxTracked - pinned.size);
          const best = final
            .filter(({ name, volume }) => volume >= 10 && !pinned.has(name))
            .toSorted((a, b) => b.volume - a.volume)
            .slice(0, room);
          expect(new Set(universe.tracked)).toEqual(new Set([...pinned, ...best.map(({ name }) => name)]));
        },
      ),
      { numRuns: 200 },
    );
  });
});
