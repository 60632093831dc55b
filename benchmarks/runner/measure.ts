import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { Benchmark, Instance, Settings } from './contract.js';
import { median } from './statistics.js';

/** Most operations per call while warming up: enough calls for the compiler to see the loop as a whole. */
const WARMUP_OPERATIONS = 500;
/** Fewest operations of a timed block, unless the benchmark says or one takes as long as a block. */
const BLOCK_OPERATIONS = 64;
const MAX_BLOCK_OPERATIONS = 2 ** 30;
/** Collections before memory is read, and the milliseconds after each. */
const COLLECTIONS = 5;
const PAUSE = 5;

/** What keeps results alive, so that no compiler drops the work that made them. */
export const kept: { value: unknown } = { value: undefined };

/** Milliseconds that have passed so far, counted from anywhere. */
export type Stopwatch = () => number;

/** Milliseconds that all threads of this process have computed so far. */
export const processorTime: Stopwatch = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** Milliseconds that have passed for everybody. */
export const wallTime: Stopwatch = () => performance.now();

/** What a benchmark says of its own timing. */
type Timing = Pick<Benchmark, 'leastOperations' | 'leastWarmup'>;

/** Does so many operations and returns the milliseconds they took. */
type Timed = (operations: number) => Promise<number>;

/** Nanoseconds per operation: the median over timed blocks, after warming up. */
export async function measureTime(
  instance: Instance,
  { warmup, block, blocks, longest = Infinity }: Settings,
  now: Stopwatch,
  { leastOperations, leastWarmup = 0 }: Timing = {},
): Promise<number> {
  const timed: Timed = async (operations) => {
    const start = now();
    const result = instance.run(operations);
    // Awaited only when it is a promise, so that contenders without any take no turn between two blocks.
    kept.value = result instanceof Promise ? await result : result;
    return now() - start;
  };
  const least = instance.leastOperations ?? leastOperations;
  const fewest = await warmUp(timed, Math.max(warmup, leastWarmup), block, least);
  const operations = await blockSize(timed, block, fewest);
  const results: number[] = [];
  const end = now() + longest;
  for (let index = 0; index === 0 || (index < blocks && now() < end); index++) {
    results.push(((await timed(operations)) * 1e6) / operations);
  }
  return median(results);
}

/**
 * Runs for so many milliseconds of the stopwatch and returns the fewest operations of a block.
 *
 * Calls grow from a single operation, unless the benchmark says how many belong together: 500 of a contender that
 * takes 15 ms for each were all that a quick run waited for.
 */
async function warmUp(timed: Timed, duration: number, block: number, least: number | undefined): Promise<number> {
  let operations = least === undefined ? 1 : least < BLOCK_OPERATIONS ? least : WARMUP_OPERATIONS;
  for (let passed = 0; passed < duration;) {
    const took = await timed(operations);
    passed += took;
    if (least === undefined && took < block) operations = Math.min(operations * 2, WARMUP_OPERATIONS);
  }
  return least ?? Math.min(operations, BLOCK_OPERATIONS);
}

/**
 * Bytes in use after full collections, buffers outside the heap included.
 *
 * After several, with pauses: other threads free buffers some time after the collection that found them unused. Read
 * after two in a row, the buffers of an instance that was checked before still counted in one process of three.
 */
export async function heldBytes(): Promise<number> {
  for (let round = 0; round < COLLECTIONS; round++) {
    collect();
    await setTimeout(PAUSE);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes per operation that the instance still holds after so many. `before` was held before it was made. */
export async function measureBytes(instance: Instance, operations: number, before: number): Promise<number> {
  await instance.run(operations);
  const after = await heldBytes();
  kept.value = instance;
  return (after - before) / operations;
}

/** Milliseconds of a full garbage collection while the instance holds what so many operations made: the median. */
export async function measureCollection(instance: Instance, operations: number, { blocks }: Settings): Promise<number> {
  await instance.run(operations);
  // What was just made is young: moving it is not yet the cost of holding it.
  collect();
  collect();
  const results = Array.from({ length: blocks }, () => {
    const start = wallTime();
    collect();
    return wallTime() - start;
  });
  kept.value = instance;
  return median(results);
}

/** 99th percentile, in milliseconds, of the delay of the event loop during so many operations. */
export async function measureDelay(instance: Instance, operations: number): Promise<number> {
  await instance.run(operations);
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await instance.run(operations);
  histogram.disable();
  return histogram.percentile(99) / 1e6;
}

async function blockSize(timed: Timed, duration: number, fewest: number): Promise<number> {
  let operations = fewest;
  while (operations < MAX_BLOCK_OPERATIONS && (await timed(operations)) < duration) operations *= 2;
  return operations;
}

function collect(): void {
  if (globalThis.gc === undefined) throw new Error('memory is measured in a process started with --expose-gc');
  globalThis.gc();
}
