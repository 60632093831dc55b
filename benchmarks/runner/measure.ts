import type { Benchmark, Instance, Settings } from './contract.js';
import { median } from './statistics.js';

/** Operations per call while warming up: enough calls for the compiler to see the loop as a whole. */
const WARMUP_OPERATIONS = 500;
const MAX_BLOCK_OPERATIONS = 2 ** 30;

/** What keeps results alive, so that no compiler drops the work that made them. */
export const kept: { value: unknown } = { value: undefined };

/**
 * Nanoseconds of processor time per operation: the median over timed blocks, after warming up.
 *
 * Processor time of the whole process, not time on the wall: garbage collection in other threads counts, waiting
 * for a core that somebody else uses does not. On a machine shared by five, the wall said 3 to 37 ms for equal
 * blocks of which processor time says 3.4 to 4.5.
 */
export function measureTime(instance: Instance, { warmup, block, blocks }: Settings): number {
  warmUp(instance, warmup);
  const operations = blockSize(instance, block);
  const results: number[] = [];
  for (let i = 0; i < blocks; i++) results.push((timed(instance, operations) * 1e6) / operations);
  return median(results);
}

/** Bytes per operation still held after a run in a fresh instance, buffers outside the heap included. */
export async function measureBytes(setup: () => Instance | Promise<Instance>, benchmark: Benchmark): Promise<number> {
  const operations = benchmark.operations ?? benchmark.checkOperations;
  const before = heldBytes();
  const instance = await setup();
  instance.run(operations);
  const after = heldBytes();
  kept.value = instance;
  return (after - before) / operations;
}

function warmUp(instance: Instance, duration: number): void {
  const end = processorTime() + duration;
  while (processorTime() < end) kept.value = instance.run(WARMUP_OPERATIONS);
}

function blockSize(instance: Instance, duration: number): number {
  let operations = 64;
  while (operations < MAX_BLOCK_OPERATIONS && timed(instance, operations) < duration) operations *= 2;
  return operations;
}

function timed(instance: Instance, operations: number): number {
  const start = processorTime();
  kept.value = instance.run(operations);
  return processorTime() - start;
}

/** Milliseconds that this process has computed so far. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function heldBytes(): number {
  if (globalThis.gc === undefined) throw new Error('memory is measured in a process started with --expose-gc');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
