import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { TaskClass } from './class-shares.js';

/** What may be said of a submitted task. */
export interface SubmitOptions {
  /** Tasks of the same key run one after the other, in the order they were submitted. */
  readonly key?: unknown;
  /**
   * Name of its class, one of `classes`.
   * @default the last class
   */
  readonly class?: string;
  /**
   * Within its class a task of higher priority starts first, equal ones in their order.
   * @default 0
   */
  readonly priority?: number;
  /**
   * What it takes of the rate limit, above 0.
   * @default 1
   */
  readonly weight?: number;
  /**
   * Longest time until it has ended, in milliseconds from now, above 0. A task that has not started by then is not
   * started; either way the promise rejects with a DeadlineError.
   * @default Infinity
   */
  readonly deadline?: number;
  /** Takes the task out of the queue, or fires its own signal while it runs; the promise rejects with the reason. */
  readonly signal?: AbortSignal;
  /**
   * Which of the venue's doors it knocks at: a 429 pauses, and a learned limit counts, one endpoint.
   * @default ''
   */
  readonly endpoint?: string;
  /**
   * Whether it may be called twice at once, so that `hedge` applies. Reads may, orders may not.
   * @default false
   */
  readonly idempotent?: boolean;
}

/** The options of one task, read; all but the priority, which many tasks have that have nothing else of their own. */
export interface SubmitSettings {
  readonly key: unknown;
  /** Index of its class. */
  readonly rank: number;
  readonly weight: number;
  readonly deadlineAfter: number;
  readonly signal: AbortSignal | undefined;
  readonly endpoint: string;
  readonly isIdempotent: boolean;
}

/** What happened to submitted tasks. */
export interface SubmitCounts {
  /** Tasks accepted. */
  submitted: number;
  /** Promises resolved. */
  succeeded: number;
  /** Promises rejected, for whatever reason. */
  failed: number;
  /** Calls after a failure. */
  retried: number;
  /** Calls refused with 429 or 418, and made again. */
  throttled: number;
  /** Tasks whose deadline passed. */
  expired: number;
}

const NAMES = new Set(['key', 'class', 'priority', 'weight', 'deadline', 'signal', 'endpoint', 'idempotent']);

/**
 * Checks the options of a task by hand: a schema per task would cost more than the task's way through the queue.
 * Returns `plain` when there is none but the priority.
 * @throws ArgumentError
 */
export function readSubmitOptions(
  options: SubmitOptions,
  classes: readonly TaskClass[],
  plain?: SubmitSettings,
): SubmitSettings {
  if (hasOnlyPriority(options) && plain !== undefined) return plain;
  const { key, weight = 1, deadline = Infinity, signal, endpoint = '', idempotent = false } = options;
  if (!(weight > 0 && weight < Infinity)) fail('weight', 'a number above 0', weight);
  if (!(deadline > 0)) fail('deadline', 'a number of milliseconds above 0', deadline);
  if (signal !== undefined && !(signal instanceof AbortSignal)) fail('signal', 'an AbortSignal', signal);
  if (typeof endpoint !== 'string') fail('endpoint', 'a text', endpoint);
  if (typeof idempotent !== 'boolean') fail('idempotent', 'true or false', idempotent);
  const rank = options.class === undefined ? classes.length - 1 : rankOf(options.class, classes);
  return { key, rank, weight, deadlineAfter: deadline, signal, endpoint, isIdempotent: idempotent };
}

/** Checks the names of a task's options. @returns whether there is none but the priority. */
function hasOnlyPriority(options: SubmitOptions): boolean {
  // What a class of the user's defines by getters has no names to look through.
  let isOnly = Object.getPrototypeOf(options) === Object.prototype;
  for (const name in options) {
    if (name === 'priority') continue;
    if (!NAMES.has(name)) fail(name, `one of ${[...NAMES].join(', ')}`, name);
    isOnly = false;
  }
  return isOnly;
}

/**
 * The priority of a task.
 * @throws ArgumentError
 */
export function priorityOf(options: SubmitOptions): number {
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  const { priority = 0 } = options;
  if (typeof priority !== 'number' || Number.isNaN(priority)) fail('priority', 'a number', priority);
  return priority;
}

function rankOf(name: string, classes: readonly TaskClass[]): number {
  const rank = classes.findIndex((each) => each.name === name);
  if (rank === -1) fail('class', `one of ${classes.map((each) => `'${each.name}'`).join(', ')}`, name);
  return rank;
}

function fail(name: string, expected: string, value: unknown): never {
  throw new ArgumentError(`submit: ${name} must be ${expected}, got ${show(value)}`);
}
