import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Benchmark, Instance, Settings } from '../../benchmarks/runner/contract.js';
import { measureTime, processorTime, wallTime } from '../../benchmarks/runner/measure.js';
import { UNITS, use } from '../../benchmarks/runner/units.js';

const settings: Settings = { rounds: 1, warmup: 5, block: 2, blocks: 5 };

const benchmark: Benchmark = {
  question: 'how long does nothing take?',
  operation: 'call',
  checkOperations: 10,
  operations: 1_000,
  reference: () => 0,
  contenders: [],
};

/** An instance that writes down what happens to it. */
function witness(run: (operations: number) => unknown = () => 0): {
  make: () => Instance;
  events: (number | string)[];
} {
  const events: (number | string)[] = [];
  const make = (): Instance => {
    events.push('made');
    return {
      run(operations) {
        events.push(operations);
        return run(operations);
      },
      answer: () => 0,
      async close() {
        await Promise.resolve();
        events.push('closed');
      },
    };
  };
  return { make, events };
}

beforeAll(() => {
  // Contenders run in processes with this flag; here it comes late.
  setFlagsFromString('--expose-gc');
  globalThis.gc ??= runInNewContext('gc') as NonNullable<typeof globalThis.gc>;
});

describe('measureTime', () => {
  it('warms up for so long, doubles a block until it is long enough, and gives the median block', async () => {
    let now = 0;
    const sizes: number[] = [];
    // One operation takes a thousandth of a millisecond; one block of the five is interrupted.
    const instance: Instance = {
      run(operations) {
        sizes.push(operations);
        now += operations / 1_000 + (sizes.length === 27 ? 900 : 0);
      },
      answer: () => 0,
    };

    const nanoseconds = await measureTime(instance, settings, () => now);

    const doubled = [1, 2, 4, 8, 16, 32, 64, 128, 256];
    expect(sizes).toEqual([
      ...doubled,
      ...Array.from({ length: 9 }, () => 500),
      64,
      128,
      256,
      512,
      1_024,
      2_048,
      ...Array.from({ length: 5 }, () => 2_048),
    ]);
    expect(nanoseconds).toBeCloseTo(1_000, 6);
  });

  it.each([
    ['processor time', processorTime],
    ['time on the wall', wallTime],
  ])('measures real work by %s', async (_, now) => {
    const instance: Instance = {
      run(operations) {
        let sum = 0;
        for (let i = 0; i < operations * 50; i++) sum += Math.sqrt(i);
        return sum;
      },
      answer: () => 0,
    };

    const nanoseconds = await measureTime(instance, settings, now);

    expect(nanoseconds).toBeGreaterThan(5);
    expect(nanoseconds).toBeLessThan(1e6);
  });

  it('takes as few operations as an instance of long ones asks for, warming up too', async () => {
    let now = 0;
    const sizes: number[] = [];
    const instance: Instance = {
      leastOperations: 4,
      run(operations) {
        sizes.push(operations);
        now += operations;
      },
      answer: () => 0,
    };

    await measureTime(instance, { rounds: 1, warmup: 8, block: 4, blocks: 2 }, () => now, {
      leastOperations: 2_000,
    });

    expect(sizes).toEqual([4, 4, 4, 4, 4]);
  });

  it('does no more operations at once than one that takes longer than a block', async () => {
    let now = 0;
    const sizes: number[] = [];
    const instance: Instance = {
      run(operations) {
        sizes.push(operations);
        now += operations * 15;
      },
      answer: () => 0,
    };

    const nanoseconds = await measureTime(instance, { rounds: 1, warmup: 40, block: 2, blocks: 2 }, () => now);

    expect(sizes).toEqual([1, 1, 1, 1, 1, 1]);
    expect(nanoseconds).toBe(15e6);
  });

  it('warms up for as long as the benchmark asks for at least', async () => {
    let now = 0;
    let done = 0;
    const instance: Instance = {
      run(operations) {
        // Slow until something has started.
        now += now < 30 ? operations : operations / 100;
        done += operations;
      },
      answer: () => 0,
    };

    const nanoseconds = await measureTime(instance, settings, () => now, { leastWarmup: 40 });

    expect(done).toBeGreaterThan(1_000);
    expect(nanoseconds).toBeCloseTo(10_000);
  });

  it('begins no further block once the longest time is over', async () => {
    let now = 0;
    let calls = 0;
    const instance: Instance = {
      run() {
        calls++;
        now += 1_000;
      },
      answer: () => 0,
    };

    const blocks = { rounds: 1, warmup: 1, block: 1, blocks: 7, longest: 1_500 };
    const nanoseconds = await measureTime(instance, blocks, () => now, { leastOperations: 1 });

    expect(calls).toBe(4);
    expect(nanoseconds).toBe(1e9);
  });
});

describe('a unit', () => {
  it('waits for blocks that are promises before it looks at the clock', async () => {
    let now = 0;
    const instance: Instance = {
      async run(operations) {
        await Promise.resolve();
        now += operations / 1_000;
      },
      answer: () => 0,
    };

    const nanoseconds = await measureTime(instance, settings, () => now);

    expect(nanoseconds).toBeCloseTo(1_000);
  });

  it.each(['ns', 'wall-ns'] as const)('%s times blocks and closes the instance', async (unit) => {
    const { make, events } = witness((operations) => {
      let sum = 0;
      for (let i = 0; i < operations * 50; i++) sum += Math.sqrt(i);
      return sum;
    });

    const figure = await UNITS[unit].measure(make, benchmark, settings);

    expect(figure).toBeGreaterThan(0);
    expect(events.filter((event) => typeof event === 'string')).toEqual(['made', 'closed']);
    expect(events.at(-1)).toBe('closed');
  });

  it('delay-ms runs all operations to warm up and once more, and closes the instance', async () => {
    const { make, events } = witness(() => new Promise((resolve) => setImmediate(resolve)));

    const figure = await UNITS['delay-ms'].measure(make, benchmark, settings);

    expect(figure).toBeGreaterThanOrEqual(0);
    expect(events).toEqual(['made', 1_000, 1_000, 'closed']);
  });

  it('bytes counts what one instance holds after all operations, its buffers included', async () => {
    const kept: Float64Array[] = [];
    const { make, events } = witness((operations) => {
      for (let i = 0; i < operations; i++) kept.push(new Float64Array(1_000));
      return kept;
    });

    const bytes = await UNITS.bytes.measure(make, benchmark, settings);

    expect(events).toEqual(['made', 1_000, 'closed']);
    // 8,000 and what an array costs; the heap around it breathes a little meanwhile.
    expect(bytes).toBeGreaterThan(7_000);
    expect(bytes).toBeLessThan(12_000);
    expect(kept).toHaveLength(1_000);
  });

  it('gc-ms takes longer the more objects one instance holds', async () => {
    const collectionWith = async (objects: number): Promise<number> => {
      const kept: { readonly i: number }[] = [];
      const { make, events } = witness((operations) => {
        for (let i = 0; i < objects * operations; i++) kept.push({ i });
        return kept;
      });
      const figure = await UNITS['gc-ms'].measure(make, benchmark, settings);
      expect(events).toEqual(['made', 1_000, 'closed']);
      return figure;
    };

    const few = await collectionWith(1);
    const many = await collectionWith(1_000);

    expect(few).toBeGreaterThan(0);
    expect(many).toBeGreaterThan(few);
  });

  it.each(['bytes', 'gc-ms'] as const)('%s runs the checked operations when it is not told how many', async (unit) => {
    const { operations, ...rest } = benchmark;
    const { make, events } = witness();

    await UNITS[unit].measure(make, rest, settings);

    expect(operations).toBe(1_000);
    expect(events).toEqual(['made', 10, 'closed']);
  });
});

describe('use', () => {
  it('closes the instance when the task fails, and lets the failure through', async () => {
    const { make, events } = witness();

    const using = use(make, () => {
      throw new RangeError('no way');
    });

    await expect(using).rejects.toThrow(/no way/);
    expect(events).toEqual(['made', 'closed']);
  });

  it('takes an instance that needs no closing', async () => {
    const answer = await use(
      () => ({ run: () => 0, answer: () => 7 }),
      (instance) => instance.answer(),
    );

    expect(answer).toBe(7);
  });
});
