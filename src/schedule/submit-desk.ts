import { AsyncResource } from 'node:async_hooks';
import PQueue from 'p-queue';
import type { Clock } from '../core/clock.js';
import { CircuitOpenError, ClosedError, DeadlineError, OverflowError, TimeoutError } from '../core/errors.js';
import { AbortGroups } from './abort-groups.js';
import { Attempt, type AttemptOwner } from './attempt.js';
import type { TaskClass } from './class-shares.js';
import type { Hedger } from './hedger.js';
import { KeyLanes } from './key-lanes.js';
import type { RetryPolicy } from './retry-policy.js';
import { type StartGate, WAIT } from './start-gate.js';
import { StartLine } from './start-line.js';
import { Submission } from './submission.js';
import type { SubmitCounts, SubmitSettings } from './submit-options.js';
import type { TaskContext } from './task-context.js';
import { WaitingRoom } from './waiting-room.js';

/** What the desk needs of its scheduler. */
export interface DeskParts {
  readonly gate: StartGate;
  readonly classes: readonly TaskClass[];
  readonly retry: RetryPolicy;
  readonly hedger: Hedger | undefined;
  readonly timeout: number;
  readonly maxQueued: number;
  readonly clock: Clock;
  /** Called after a task has ended, so that others start. */
  readonly onEnded: () => void;
}

/** With an id given, p-queue makes none per task. Tasks are not told apart by it. */
const QUEUE_OPTIONS = { id: 'task' } as const;

/**
 * The promise form: tasks one by one, each with its own promise.
 *
 * They wait in the room; what the gate lets through is handed to p-queue, which runs it.
 */
export class SubmitDesk implements AttemptOwner {
  readonly #parts: DeskParts;
  readonly #room: WaitingRoom;
  readonly #queue = new PQueue({ queueClass: StartLine });
  readonly #lanes = new KeyLanes<Submission>();
  readonly #aborts: AbortGroups<Submission>;
  readonly #idle: Attempt[] = [];
  readonly #delayed = new Set<Submission>();
  readonly #counts: SubmitCounts = { submitted: 0, succeeded: 0, failed: 0, retried: 0, throttled: 0, expired: 0 };
  readonly #hasRoom = (rank: number): boolean => this.#parts.gate.hasRoom(rank);
  readonly #admit = (submission: Submission): boolean => this.#tryStart(submission);
  readonly #isAgeing: boolean;
  #order = 0;
  #queued = 0;
  #running = 0;
  #isPumping = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#room = new WaitingRoom(parts.classes, () => parts.clock.now());
    this.#isAgeing = parts.classes.some(({ maxWait }) => maxWait !== Infinity);
    this.#aborts = new AbortGroups((submission, reason) => this.#giveUp(submission, reason));
  }

  /** Tasks that wait, those behind another of their key and those before a retry included. */
  get queued(): number {
    return this.#queued;
  }

  /** Tasks that run. */
  get running(): number {
    return this.#running;
  }

  /** Counters; submitted = succeeded + failed + queued + running. */
  get counts(): Readonly<SubmitCounts> {
    return this.#counts;
  }

  /** Accepts a task. The promise settles with it. */
  submit<Value>(task: (context: TaskContext) => Value | PromiseLike<Value>, settings: SubmitSettings): Promise<Value> {
    const { maxQueued } = this.#parts;
    if (this.#queued >= maxQueued) {
      return Promise.reject(new OverflowError(`${maxQueued} tasks wait already; raise maxQueued or submit fewer`));
    }
    return new Promise<Value>((resolve, reject) => {
      if (settings.signal?.aborted === true) {
        reject(settings.signal.reason);
        return;
      }
      // Resolved only with what this task returns.
      const settle = resolve as (value: unknown) => void;
      this.#accept(new Submission(task, new AsyncResource('tickwise.submit'), settle, reject), settings);
    });
  }

  /** Starts what may start. */
  pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#room.size > 0) {
      const submission = this.#room.takeNext(this.#hasRoom, this.#admit);
      if (submission === undefined) break;
      this.#start(submission);
    }
    this.#isPumping = false;
  }

  /** Takes the outcome of a call: makes it again, or settles the promise. */
  settled(attempt: Attempt, isOk: boolean, value: unknown): void {
    const { gate, retry } = this.#parts;
    const submission = attempt.item as Submission;
    const ending = gate.end(attempt, isOk, value);
    this.#leaveQueue(submission);
    if (ending === 'throttled' && retry.mayRepeat(attempt)) this.#repeat(submission);
    else if (ending === 'throttled') this.#settle(submission, false, value);
    else if (!isOk && retry.mayRetry(attempt, value)) this.#retry(submission, retry.delayAfter(attempt));
    else this.#settle(submission, isOk, value);
    attempt.item = undefined;
    this.#idle.push(attempt);
    this.#parts.onEnded();
  }

  /** Gives up a call that took too long. */
  expired(attempt: Attempt): void {
    const { clock, gate, retry, timeout } = this.#parts;
    const submission = attempt.item as Submission;
    const isTooLate = clock.now() >= submission.deadlineAt;
    const error = isTooLate
      ? new DeadlineError('the deadline passed while the task ran')
      : new TimeoutError(`the task took longer than its timeout of ${timeout} ms`);
    gate.abandon(attempt, 'timed-out');
    this.#leaveQueue(submission);
    attempt.abandon(error);
    if (isTooLate) this.#counts.expired++;
    if (!isTooLate && retry.mayRetry(attempt, error)) this.#retry(submission, retry.delayAfter(attempt));
    else this.#settle(submission, false, error);
    this.#parts.onEnded();
  }

  /** Rejects what waits. What runs goes on. */
  close(): void {
    const error = new ClosedError('the scheduler was closed before the task started');
    for (const submission of [...this.#room.drain(), ...this.#delayed]) this.#giveUp(submission, error);
  }

  #accept(submission: Submission, settings: SubmitSettings): void {
    // Hot path, as is all that runs once per task: field by field, `Object.assign` takes several times as long.
    submission.key = settings.key;
    submission.rank = settings.rank;
    submission.priority = settings.priority;
    submission.weight = settings.weight;
    submission.endpoint = settings.endpoint;
    submission.isIdempotent = settings.isIdempotent;
    submission.signal = settings.signal;
    if (this.#isAgeing || settings.deadlineAfter !== Infinity) submission.enqueuedAt = this.#parts.clock.now();
    submission.order = this.#order++;
    this.#counts.submitted++;
    this.#queued++;
    if (settings.deadlineAfter !== Infinity) this.#limitTime(submission, settings.deadlineAfter);
    if (settings.signal !== undefined) this.#aborts.add(settings.signal, submission);
    if (submission.key !== undefined && !this.#lanes.enter(submission.key, submission)) {
      submission.place = 'lane';
      return;
    }
    this.#room.add(submission);
    this.pump();
  }

  #limitTime(submission: Submission, deadline: number): void {
    submission.deadlineAt = submission.enqueuedAt + deadline;
    submission.deadline = this.#parts.clock.setTimeout(() => {
      submission.deadline = undefined;
      if (submission.place === 'running' || submission.place === 'settled') return;
      this.#counts.expired++;
      this.#giveUp(submission, new DeadlineError('the deadline passed before the task started'));
    }, deadline);
  }

  /** Asks the gate. A task that it will not have at all is let through to fail at once. */
  #tryStart(submission: Submission): boolean {
    const { clock, gate, retry, timeout } = this.#parts;
    const attempt = this.#idle.pop() ?? new Attempt(this);
    attempt.number = submission.number;
    attempt.refusals = submission.refusals;
    attempt.weight = submission.weight;
    attempt.endpoint = submission.endpoint;
    attempt.rank = submission.rank;
    const left = submission.deadlineAt === Infinity ? Infinity : submission.deadlineAt - clock.now();
    const wait = gate.tryStart(attempt, Math.min(timeout, left));
    if (wait !== 0) {
      this.#idle.push(attempt);
      if (wait === WAIT.circuitOpen || wait === WAIT.never) {
        submission.refusal = wait === WAIT.never ? gate.refusal : circuitOpen();
        return true;
      }
      gate.wakeAfter(wait);
      return false;
    }
    attempt.item = submission;
    submission.attempt = attempt;
    if (attempt.number === 1 && attempt.refusals === 0) retry.earn();
    return true;
  }

  #start(submission: Submission): void {
    const { attempt } = submission;
    if (attempt === undefined) {
      this.#settle(submission, false, submission.refusal);
      return;
    }
    this.#queued--;
    this.#running++;
    submission.place = 'running';
    const { limit } = this.#parts.gate;
    if (this.#queue.concurrency !== limit) this.#queue.concurrency = limit;
    void this.#queue.add(() => this.#run(submission, attempt), QUEUE_OPTIONS);
  }

  /** What p-queue runs: settles when the call has ended, whatever its outcome. */
  #run(submission: Submission, attempt: Attempt): Promise<void> {
    return new Promise((resolve) => {
      // Given up before p-queue came to it.
      if (submission.attempt !== attempt) {
        resolve();
        return;
      }
      submission.onEnd = resolve;
      submission.resource.runInAsyncScope(() => this.#call(submission, attempt));
    });
  }

  #call(submission: Submission, attempt: Attempt): void {
    const { hedger } = this.#parts;
    if (hedger === undefined || !submission.isIdempotent) attempt.run(callTask, submission);
    else attempt.run((hedged, context) => hedger.run(attempt, callTask, hedged, context), submission);
  }

  /** The call has ended or was given up. */
  #leaveQueue(submission: Submission): void {
    this.#running--;
    submission.attempt = undefined;
    submission.onEnd?.();
    submission.onEnd = undefined;
  }

  /** After a refusal: the same call again, first among its priority since it came before the others. */
  #repeat(submission: Submission): void {
    this.#counts.throttled++;
    submission.refusals++;
    submission.place = 'room';
    this.#queued++;
    this.#room.add(submission);
  }

  #retry(submission: Submission, delay: number): void {
    this.#counts.retried++;
    submission.number++;
    submission.refusals = 0;
    submission.place = 'delayed';
    this.#queued++;
    this.#delayed.add(submission);
    submission.retryTimer = this.#parts.clock.setTimeout(() => {
      this.#delayed.delete(submission);
      submission.place = 'room';
      this.#room.add(submission);
      this.pump();
    }, delay);
  }

  /** Ends a submission that was aborted, or is out of time, wherever it is. */
  #giveUp(submission: Submission, reason: unknown): void {
    const { attempt } = submission;
    if (attempt !== undefined) {
      this.#parts.gate.abandon(attempt, 'abandoned');
      this.#leaveQueue(submission);
      attempt.abandon(reason);
    }
    this.#room.remove(submission);
    submission.retryTimer?.cancel();
    this.#delayed.delete(submission);
    this.#settle(submission, false, reason);
    this.#parts.onEnded();
  }

  #settle(submission: Submission, isOk: boolean, value: unknown): void {
    const { key, place } = submission;
    if (place === 'settled') return;
    submission.place = 'settled';
    if (place !== 'running') this.#queued--;
    submission.deadline?.cancel();
    if (submission.signal !== undefined) this.#aborts.remove(submission.signal, submission);
    if (isOk) this.#counts.succeeded++;
    else this.#counts.failed++;
    if (isOk) submission.resolve(value);
    else submission.reject(value);
    if (key !== undefined && place !== 'lane') this.#letNextIn(key);
  }

  /** The key is free: the next task of it goes to the waiting room. */
  #letNextIn(key: unknown): void {
    let next = this.#lanes.leave(key);
    while (next?.place === 'settled') next = this.#lanes.leave(key);
    if (next === undefined) return;
    next.place = 'room';
    this.#room.add(next);
  }
}

function circuitOpen(): CircuitOpenError {
  return new CircuitOpenError('the breaker is open; the task was not started');
}

function callTask({ task }: Submission, context: TaskContext): unknown {
  return task(context);
}
