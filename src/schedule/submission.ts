import { AsyncResource, executionAsyncId } from 'node:async_hooks';
import type { Timer } from '../core/clock.js';
import type { Attempt } from './attempt.js';
import type { SubmitSettings } from './submit-options.js';
import type { TaskContext } from './task-context.js';

/** Everything about a submitted task that changes on its way. */
export class Progress {
  readonly settings: SubmitSettings;
  /** Whether it is that of many tasks, which nothing has happened to yet. */
  readonly isShared: boolean;
  /** Where the task is: behind another of its key, in the waiting room, before a retry, at work, or done. */
  place: 'lane' | 'room' | 'delayed' | 'running' | 'settled' = 'room';
  /** Whether it stands in the waiting room. */
  isWaiting = true;
  /** Number of its next call, from 1. */
  number = 1;
  /** Calls refused with 429. */
  refusals = 0;
  enqueuedAt = 0;
  /** Time of `Clock.now()` at which the deadline passes. */
  deadlineAt = Infinity;
  deadline: Timer | undefined = undefined;
  /** The call that runs. */
  attempt: Attempt | undefined = undefined;
  /** Why the gate will not have it at all. */
  refusal: unknown = undefined;
  /** Waits for the retry. */
  retryTimer: Timer | undefined = undefined;
  /** Tells p-queue that the call has ended. */
  onEnd: (() => void) | undefined = undefined;

  constructor(settings: SubmitSettings, isShared = false) {
    this.settings = settings;
    this.isShared = isShared;
  }
}

/**
 * A submitted task on its way: made once per task, and held for as long as it waits.
 *
 * A million of them may wait, so it holds little. It is the resource that brings back the caller's async context
 * itself: an object of its own for that takes 32 bytes more. Its promise can only be resolved: a function that rejects
 * takes another 64, and a rejection can be had by resolving with what rejects. And tasks of which nothing is said but
 * the priority share one `Progress` until they start.
 */
export class Submission extends AsyncResource {
  readonly task: (context: TaskContext) => unknown;
  readonly resolve: (value: unknown) => void;
  /** A higher one starts first. */
  readonly priority: number;
  /** Place in the order of submission. */
  readonly order: number;
  /** Shared with others while the task waits and has no options but its priority. */
  progress: Progress;

  constructor(
    task: (context: TaskContext) => unknown,
    resolve: (value: unknown) => void,
    priority: number,
    order: number,
    progress: Progress,
  ) {
    // As a whole number the id is stored in place, not as an object of 16 bytes. Only diagnostics read it.
    super('tickwise.submit', executionAsyncId() >>> 0);
    this.task = task;
    this.resolve = resolve;
    this.priority = priority;
    this.order = order;
    this.progress = progress;
  }

  /** Its progress, to be changed. */
  own(): Progress {
    if (this.progress.isShared) this.progress = new Progress(this.progress.settings);
    return this.progress;
  }

  /** Rejects its promise. */
  reject(error: unknown): void {
    this.resolve({
      // oxlint-disable-next-line unicorn/no-thenable -- how a promise is rejected through its function that resolves
      then: (_: unknown, reject: (error: unknown) => void) => reject(error),
    });
  }
}
