import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunLengths } from '../../src/rolling/run-lengths.js';
import { ValueWindow } from '../../src/rolling/value-window.js';

const value = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(NaN, Infinity, 1e200, -0));
const steps = fc.array(fc.record({ value, amends: fc.array(value, { maxLength: 2 }) }), { maxLength: 60 });

const isPresent = (one: number): boolean => Math.abs(one) <= 1e150;

describe('ValueWindow', () => {
  it('holds what an array of the newest values holds, contiguous and oldest first, for any history', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), steps, (capacity, history) => {
        const window = new ValueWindow(capacity);
        const model: number[] = [];
        for (const { value: first, amends } of history) {
          window.push(first);
          for (const amended of amends) window.amend(amended);
          model.push(amends.at(-1) ?? first);

          const newest = model.slice(-capacity).map((one) => (isPresent(one) ? one : NaN));
          const { size } = window;
          expect(size).toBe(newest.length);
          expect([...window.values.subarray(window.startOf(size), window.startOf(size) + size)]).toEqual(newest);
          expect(window.newest).toBe(newest.at(-1));
          expect(window.isWhole).toBe(newest.length === capacity && newest.every(isPresent));
          expect(window.isFlat).toBe(
            newest.length === capacity && newest.every((one) => isPresent(one) && one === newest[0]),
          );
        }
      }),
    );
  });

  it('is empty at first', () => {
    const window = new ValueWindow(3);

    expect([window.size, window.newest, window.isWhole, window.isFlat]).toEqual([0, NaN, false, false]);
  });

  it('gives the newest few of many', () => {
    const window = new ValueWindow(5);
    for (let one = 0; one < 13; one++) window.push(one);

    const start = window.startOf(3);

    expect([...window.values.subarray(start, start + 3)]).toEqual([10, 11, 12]);
  });
});

describe('RunLengths', () => {
  it('counts as a look back over the history counts', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const runs = new RunLengths();
        const model: number[] = [];
        for (const { value: first, amends } of history) {
          runs.push(first);
          for (const amended of amends) runs.amend(amended);
          model.push(amends.at(-1) ?? first);

          const back = model.toReversed();
          const until = (isBroken: (one: number) => boolean): number => {
            const index = back.findIndex(isBroken);
            return index < 0 ? back.length : index;
          };
          expect(runs.unbroken).toBe(until((one) => !isPresent(one)));
          expect(runs.equal).toBe(until((one) => !isPresent(one) || one !== back[0]));
        }
      }),
    );
  });
});
