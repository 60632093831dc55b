import { describe, expect, it } from 'vitest';
import { type Benchmark, QUICK } from '../../benchmarks/runner/contract.js';
import { UNITS } from '../../benchmarks/runner/units.js';

const benchmark: Benchmark = {
  question: 'how much does a record take?',
  unit: 'stored-bytes',
  operation: 'record',
  checkOperations: 10,
  operations: 2_000,
  reference: () => 0,
  contenders: [],
};

describe('the unit stored-bytes', () => {
  it('divides what the instance says by its operations', async () => {
    const figure = await UNITS['stored-bytes'].measure(
      () => ({ run: async () => 500_000, answer: () => 0 }),
      benchmark,
      QUICK,
    );

    expect(figure).toBe(250);
    expect(UNITS['stored-bytes'].head('record')).toBe('bytes/record');
  });

  it('fails when the instance does not say how many it keeps', async () => {
    const make = (): { run: () => void; answer: () => number } => ({ run: () => undefined, answer: () => 0 });

    await expect(UNITS['stored-bytes'].measure(make, benchmark, QUICK)).rejects.toThrow(/a number of bytes, got/);
  });
});
