import type { AsyncResource } from 'node:async_hooks';
import type { Timer } from '../core/clock.js';
import type { Attempt } from './attempt.js';
import type { TaskContext } from './task-context.js';

/** A submitted task on its way. One shape for all, made once per task. */
export class Submission {
  readonly task: (context: TaskContext) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Brings back the caller's async context when the task runs. */
  readonly resource: AsyncResource;
  /** Tasks of one key run one after the other. */
  key: unknown = undefined;
  rank = 0;
  priority = 0;
  weight = 1;
  endpoint = '';
  isIdempotent = false;
  signal: AbortSignal | undefined = undefined;
  deadline: Timer | undefined = undefined;
  /** Time of `Clock.now()` at which the deadline passes. */
  deadlineAt = Infinity;
  enqueuedAt = 0;
  /** Place in the order of submission. */
  order = 0;
  /** Number of its next call, from 1. */
  number = 1;
  /** Calls refused with 429. */
  refusals = 0;
  /** Whether it stands in the waiting room. */
  isWaiting = false;
  /** Where it is: behind another of its key, in the waiting room, before a retry, at work, or done. */
  place: 'lane' | 'room' | 'delayed' | 'running' | 'settled' = 'room';
  /** The call that runs. */
  attempt: Attempt | undefined = undefined;
  /** Why the gate will not have it at all. */
  refusal: unknown = undefined;
  /** Waits for the retry. */
  retryTimer: Timer | undefined = undefined;
  /** Tells p-queue that the call has ended. */
  onEnd: (() => void) | undefined = undefined;

  constructor(
    task: (context: TaskContext) => unknown,
    resource: AsyncResource,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.task = task;
    this.resource = resource;
    this.resolve = resolve;
    this.reject = reject;
  }
}
