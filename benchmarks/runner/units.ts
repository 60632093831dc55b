import type { Benchmark, Instance, Settings, Unit } from './contract.js';
import {
  heldBytes,
  measureBytes,
  measureCollection,
  measureDelay,
  measureTime,
  processorTime,
  wallTime,
} from './measure.js';

/** How figures of a unit come about and how they are written. */
interface UnitOf {
  /** Heading of the column of medians. */
  head(operation: string): string;
  /** What exactly was measured, for the line below the table. */
  readonly method: string;
  /** Makes an instance, measures it and closes it. */
  measure(make: Make, benchmark: Benchmark, settings: Settings): Promise<number>;
}

/** Makes a fresh instance of a contender. */
export type Make = () => Instance | Promise<Instance>;

/** Everything that differs from unit to unit. */
export const UNITS: Readonly<Record<Unit, UnitOf>> = {
  /**
   * Processor time of the whole process: garbage collection in other threads counts, waiting for a core that somebody
   * else uses does not. On a machine shared by five, the wall said 3 to 37 ms for equal blocks of which processor time
   * says 3.4 to 4.5.
   */
  ns: {
    head: (operation) => `ns/${operation}`,
    method: 'processor time',
    measure: (make, benchmark, settings) =>
      use(make, (instance) => measureTime(instance, settings, processorTime, benchmark)),
  },
  'wall-ns': {
    head: (operation) => `ns/${operation}`,
    method: 'time on the wall',
    measure: (make, benchmark, settings) =>
      use(make, (instance) => measureTime(instance, settings, wallTime, benchmark)),
  },
  bytes: {
    head: (operation) => `bytes/${operation}`,
    method: 'held after full collections',
    async measure(make, benchmark) {
      const before = await heldBytes();
      return use(make, (instance) => measureBytes(instance, operationsOf(benchmark), before));
    },
  },
  'gc-ms': {
    head: () => 'ms/full collection',
    method: 'time on the wall',
    measure: (make, benchmark, settings) =>
      use(make, (instance) => measureCollection(instance, operationsOf(benchmark), settings)),
  },
  misses: {
    head: (operation) => `misses/1 000 ${operation}s`,
    method: 'counted from the first call on',
    measure: (make, benchmark) => use(make, (instance) => countIn(1_000, instance, operationsOf(benchmark), 'misses')),
  },
  'stored-bytes': {
    head: (operation) => `bytes/${operation}`,
    method: 'as the server counts them, keys included',
    measure: (make, benchmark) => use(make, (instance) => countIn(1, instance, operationsOf(benchmark), 'bytes')),
  },
  'delay-ms': {
    head: () => 'ms p99',
    method: 'intervals of a timer of 1 ms, which that 1 ms is part of',
    measure: (make, benchmark) => use(make, (instance) => measureDelay(instance, operationsOf(benchmark))),
  },
};

/** Makes an instance, uses it and closes it, whatever happens. */
export async function use<T>(make: Make, task: (instance: Instance) => T | Promise<T>): Promise<T> {
  const instance = await make();
  try {
    return await task(instance);
  } finally {
    await instance.close?.();
  }
}

/** What `run` counts, per so many operations. */
async function countIn(per: number, instance: Instance, operations: number, what: string): Promise<number> {
  const count: unknown = await instance.run(operations);
  if (typeof count === 'number') return (count * per) / operations;
  throw new Error(`run must return a number of ${what}, got ${typeof count}`);
}

function operationsOf({ operations, checkOperations }: Benchmark): number {
  return operations ?? checkOperations;
}
