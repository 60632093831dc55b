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
import { Progress, Submission } from './submission.js';
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
  /** What a task has of which nothing is said, but perhaps its priority. */
  readonly plain: SubmitSettings;
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
  /** Of all tasks that wait of which nothing else is said. */
  readonly #plain: Progress;
  #order = 0;
  #queued = 0;
  #running = 0;
  #isPumping = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#room = new WaitingRoom(parts.classes, () => parts.clock.now());
    this.#plain = new Progress(parts.plain, true);
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
  submit<Value>(
    task: (context: TaskContext) => Value | PromiseLike<Value>,
    settings: SubmitSettings,
    priority: number,
  ): Promise<Value> {
    const { maxQueued } = this.#parts;
    if (this.#queued >= maxQueued) {
      return Promise.reject(new OverflowError(`${maxQueued} tasks wait already; raise maxQueued or submit fewer`));
    }
    if (settings.signal?.aborted === true) return Promise.reject(settings.signal.reason);
    return new Promise<Value>((resolve) => {
      const isPlain = settings === this.#parts.plain && !this.#isAgeing;
      const progress = isPlain ? this.#plain : new Progress(settings);
      // Resolved only with what this task returns.
      const submission = new Submission(task, resolve as (value: unknown) => void, priority, this.#order++, progress);
      this.#counts.submitted++;
      this.#queued++;
      if (isPlain) this.#enter(submission);
      else this.#accept(submission, progress);
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
    // Before the caller's `feedback` is asked: what that aborts must not leave a second time.
    this.#leaveQueue(submission);
    const ending = gate.end(attempt, isOk, value);
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
    const isTooLate = clock.now() >= submission.progress.deadlineAt;
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

  #accept(submission: Submission, progress: Progress): void {
    const { deadlineAfter, key, signal } = progress.settings;
    if (this.#isAgeing || deadlineAfter !== Infinity) progress.enqueuedAt = this.#parts.clock.now();
    if (deadlineAfter !== Infinity) this.#limitTime(submission, deadlineAfter);
    if (signal !== undefined) this.#aborts.add(signal, submission);
    if (key === undefined || this.#lanes.enter(key, submission)) {
      this.#enter(submission);
      return;
    }
    progress.place = 'lane';
    progress.isWaiting = false;
  }

  #enter(submission: Submission): void {
    this.#room.add(submission);
    this.pump();
  }

  #limitTime(submission: Submission, deadline: number): void {
    const { progress } = submission;
    progress.deadlineAt = progress.enqueuedAt + deadline;
    progress.deadline = this.#parts.clock.setTimeout(() => {
      progress.deadline = undefined;
      if (progress.place === 'running' || progress.place === 'settled') return;
      this.#counts.expired++;
      this.#giveUp(submission, new DeadlineError('the deadline passed before the task started'));
    }, deadline);
  }

  /** Asks the gate. A task that it will not have at all is let through to fail at once. */
  #tryStart(submission: Submission): boolean {
    const { clock, gate, retry, timeout } = this.#parts;
    const { deadlineAt, number, refusals, settings } = submission.progress;
    const attempt = this.#idle.pop() ?? new Attempt(this);
    attempt.number = number;
    attempt.refusals = refusals;
    attempt.weight = settings.weight;
    attempt.endpoint = settings.endpoint;
    attempt.rank = settings.rank;
    const left = deadlineAt === Infinity ? Infinity : deadlineAt - clock.now();
    const wait = gate.tryStart(attempt, Math.min(timeout, left));
    if (wait !== 0) {
      this.#idle.push(attempt);
      if (wait === WAIT.circuitOpen || wait === WAIT.never) {
        submission.own().refusal = wait === WAIT.never ? gate.refusal : circuitOpen();
        return true;
      }
      gate.wakeAfter(wait);
      return false;
    }
    attempt.item = submission;
    submission.own().attempt = attempt;
    if (attempt.number === 1 && attempt.refusals === 0) retry.earn();
    return true;
  }

  #start(submission: Submission): void {
    const { progress } = submission;
    const { attempt } = progress;
    if (attempt === undefined) {
      this.#settle(submission, false, progress.refusal);
      return;
    }
    this.#queued--;
    this.#running++;
    progress.place = 'running';
    const { limit } = this.#parts.gate;
    if (this.#queue.concurrency !== limit) this.#queue.concurrency = limit;
    void this.#queue.add(() => this.#run(submission, attempt), QUEUE_OPTIONS);
  }

  /** What p-queue runs: settles when the call has ended, whatever its outcome. */
  #run(submission: Submission, attempt: Attempt): Promise<void> {
    return new Promise((resolve) => {
      // Given up before p-queue came to it.
      if (submission.progress.attempt !== attempt) {
        resolve();
        return;
      }
      submission.progress.onEnd = resolve;
      submission.runInAsyncScope(() => this.#call(submission, attempt));
    });
  }

  #call(submission: Submission, attempt: Attempt): void {
    const { hedger } = this.#parts;
    if (hedger === undefined || !submission.progress.settings.isIdempotent) attempt.run(callTask, submission);
    else attempt.run((hedged, context) => hedger.run(attempt, callTask, hedged, context), submission);
  }

  /** The call has ended or was given up. */
  #leaveQueue({ progress }: Submission): void {
    this.#running--;
    progress.attempt = undefined;
    progress.onEnd?.();
    progress.onEnd = undefined;
  }

  /** After a refusal: the same call again, first among its priority since it came before the others. */
  #repeat(submission: Submission): void {
    if (submission.progress.place === 'settled') return;
    this.#counts.throttled++;
    submission.progress.refusals++;
    submission.progress.place = 'room';
    this.#queued++;
    this.#room.add(submission);
  }

  #retry(submission: Submission, delay: number): void {
    const { progress } = submission;
    // It was aborted by the caller's code that was asked about its outcome.
    if (progress.place === 'settled') return;
    this.#counts.retried++;
    progress.number++;
    progress.refusals = 0;
    progress.place = 'delayed';
    this.#queued++;
    this.#delayed.add(submission);
    progress.retryTimer = this.#parts.clock.setTimeout(() => {
      this.#delayed.delete(submission);
      progress.place = 'room';
      this.#room.add(submission);
      this.pump();
    }, delay);
  }

  /** Ends a submission that was aborted, or is out of time, wherever it is. */
  #giveUp(submission: Submission, reason: unknown): void {
    const progress = submission.own();
    const { attempt } = progress;
    if (attempt !== undefined) {
      this.#parts.gate.abandon(attempt, 'abandoned');
      this.#leaveQueue(submission);
      attempt.abandon(reason);
    }
    this.#room.remove(submission);
    progress.retryTimer?.cancel();
    this.#delayed.delete(submission);
    this.#settle(submission, false, reason);
    this.#parts.onEnded();
  }

  #settle(submission: Submission, isOk: boolean, value: unknown): void {
    const { progress } = submission;
    const { place } = progress;
    const { key, signal } = progress.settings;
    if (place === 'settled') return;
    progress.place = 'settled';
    if (place !== 'running') this.#queued--;
    progress.deadline?.cancel();
    if (signal !== undefined) this.#aborts.remove(signal, submission);
    if (isOk) this.#counts.succeeded++;
    else this.#counts.failed++;
    if (isOk) submission.resolve(value);
    else submission.reject(value);
    if (key !== undefined && place !== 'lane') this.#letNextIn(key);
  }

  /** The key is free: the next task of it goes to the waiting room. */
  #letNextIn(key: unknown): void {
    let next = this.#lanes.leave(key);
    while (next?.progress.place === 'settled') next = this.#lanes.leave(key);
    if (next === undefined) return;
    next.progress.place = 'room';
    this.#room.add(next);
  }
}

function circuitOpen(): CircuitOpenError {
  return new CircuitOpenError('the breaker is open; the task was not started');
}

function callTask({ task }: Submission, context: TaskContext): unknown {
  return task(context);
}
