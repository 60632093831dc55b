import { types } from 'node:util';
import * as z from 'zod/mini';
import { ConfigError } from '../core/errors.js';
import { claim, duration, MAX_CAPACITY, oneOf, readOptions, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';

/** Who reads a ring: one thread that gets every record, or any number of threads that may fall behind. */
export type SharedRingMode = 'single' | 'broadcast';

/** What a writer does with a record for which there is no room; see `SharedRingOptions.overflow`. */
export type SharedRingOverflow = 'wait' | 'drop-newest' | 'fail';

/** Options of a `SharedRing`. */
export interface SharedRingOptions<Fields extends readonly string[] = readonly string[]> {
  /** Most records kept for a reader that is behind, a whole number from 1 to 16777216. */
  readonly capacity: number;
  /** Names of a record's numbers in the order of `write`, 1 to 256 different ones. Every number is a double. */
  readonly fields: Fields;
  /**
   * `single`: one reader, and nothing is overwritten before it is read. `broadcast`: any number of readers;
   * the writer never waits for them, and each is told how many records it missed.
   * @default 'single'
   */
  readonly mode?: SharedRingMode;
  /**
   * What the writer of a `single` ring does while the reader leaves no room: `wait` blocks its thread for at
   * most `timeout`, then throws a TimeoutError; `drop-newest` gives the record up and says so; `fail` throws
   * an OverflowError. Records given up are counted.
   * @default 'wait'
   */
  readonly overflow?: SharedRingOverflow;
  /**
   * Longest time one record may block its writer under `overflow: 'wait'`, in milliseconds, or Infinity.
   * @default 1_000
   */
  readonly timeout?: number;
  /**
   * Records after which the writer publishes by itself, 1 to 65536. What is left over is published by
   * `flush`, or else as soon as the writer's code lets its event loop go on.
   * @default 64
   * @remarks 1 publishes every record at once, at a price in throughput.
   */
  readonly batch?: number;
}

/** A ring for another thread of this process, to be sent in `workerData` or a message. */
export interface SharedRingHandle<
  Fields extends readonly string[] = readonly string[],
> extends SharedRingOptions<Fields> {
  /** Counters and records. Threads share it; nothing is copied. */
  readonly memory: SharedArrayBuffer;
}

/** Checked options with their defaults. */
export interface SharedShape extends Required<Omit<SharedRingOptions, 'overflow' | 'timeout'>> {
  /** Undefined in mode `broadcast`. */
  readonly overflow: SharedRingOverflow | undefined;
  /** Undefined where nothing waits. */
  readonly timeout: number | undefined;
}

const MAX_FIELDS = 256;

const OPTIONS = z.strictObject({
  capacity: wholeNumber(1, MAX_CAPACITY),
  fields: claim<readonly string[]>(`an array of 1 to ${MAX_FIELDS} different names`, isNames),
  mode: z._default(oneOf('single', 'broadcast'), 'single'),
  overflow: z.optional(oneOf('wait', 'drop-newest', 'fail')),
  timeout: z.optional(duration({ allowInfinity: true })),
  batch: z._default(wholeNumber(1, 65_536), 64),
  memory: z.optional(claim<SharedArrayBuffer>('the memory of a ring', types.isSharedArrayBuffer)),
});

/** Checks options, or a handle. @throws ConfigError that names the option. */
export function readSharedOptions(options: unknown): { shape: SharedShape; memory: SharedArrayBuffer | undefined } {
  const { memory, ...rest } = readOptions('SharedRing', OPTIONS, options);
  const isSingle = rest.mode === 'single';
  const { overflow = isSingle ? 'wait' : undefined, timeout = overflow === 'wait' ? 1_000 : undefined } = rest;
  if (isSingle ? overflow !== 'wait' && timeout !== undefined : overflow !== undefined || timeout !== undefined)
    throw new ConfigError(
      `SharedRing: overflow must be left out in mode 'broadcast', and timeout unless overflow is 'wait', got ${show(rest)}`,
    );
  return { shape: { ...rest, fields: Object.freeze([...rest.fields]), overflow, timeout }, memory };
}

function isNames(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_FIELDS) return false;
  // A copy, because `every` passes over holes.
  const names: unknown[] = [...value];
  return new Set(names).size === names.length && names.every((name) => typeof name === 'string');
}
