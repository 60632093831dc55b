import { describe, expect, it } from 'vitest';
import { type Benchmark, QUICK } from '../../benchmarks/runner/contract.js';
import { UNITS } from '../../benchmarks/runner/units.js';

const benchmark: Benchmark = {
  question: 'how many calls miss?',
  unit: 'misses',
  operation: 'call',
  checkOperations: 10,
  operations: 4_000,
  reference: () => 0,
  contenders: [],
};

describe('the unit misses', () => {
  it('counts in a thousand operations, run once from the first on', async () => {
    const runs: number[] = [];

    const figure = await UNITS.misses.measure(
      () => ({
        run(operations) {
          runs.push(operations);
          return 1_000;
        },
        answer: () => 0,
      }),
      benchmark,
      QUICK,
    );

    expect(figure).toBe(250);
    expect(runs).toEqual([4_000]);
    expect(UNITS.misses.head('call')).toBe('misses/1 000 calls');
  });

  it('waits for an instance that answers with promises', async () => {
    const make = (): { run: () => Promise<number>; answer: () => number } => ({
      run: async () => Promise.resolve(4),
      answer: () => 0,
    });

    expect(await UNITS.misses.measure(make, benchmark, QUICK)).toBe(1);
  });

  it('fails when an instance does not say how many it missed', async () => {
    const make = (): { run: () => void; answer: () => number } => ({ run: () => undefined, answer: () => 0 });

    await expect(UNITS.misses.measure(make, benchmark, QUICK)).rejects.toThrow(/a number of misses, got undefined/);
  });
});
