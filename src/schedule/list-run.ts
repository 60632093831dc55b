import { ClosedError, TimeoutError } from '../core/errors.js';
import { Attempt, type AttemptOwner } from './attempt.js';
import type { ExitWatch } from './exit-watch.js';
import type { Hedger } from './hedger.js';
import type { KeyHistory } from './key-history.js';
import { DONE, KeySource, PENDING } from './key-source.js';
import { Postponed, type PostponedKey } from './postponed.js';
import type { RetryPolicy } from './retry-policy.js';
import type { RunReport, RunStats, RunStop } from './run-report.js';
import { type Ending, type StartGate, WAIT } from './start-gate.js';
import type { TaskContext } from './task-context.js';

/** What runs for each key. */
export type Task<Key, Value> = (key: Key, context: TaskContext) => Value | PromiseLike<Value>;

/** What a list needs of its scheduler. */
export interface ListParts<Key, Value> {
  readonly keys: Iterable<Key> | AsyncIterable<Key>;
  readonly task: Task<Key, Value>;
  /** Receives every finished key. */
  readonly onItem: (key: Key, isSuccess: boolean, outcome: unknown) => void;
  /** Whether results are kept for the report. */
  readonly isCollecting: boolean;
  readonly lookahead: number;
  readonly score: ((key: Key) => number) | undefined;
  readonly weightOf: ((key: Key) => number) | undefined;
  readonly endpointOf: ((key: Key) => string) | undefined;
  readonly isSuccess: ((result: unknown) => boolean) | undefined;
  readonly rank: number;
  readonly gate: StartGate;
  readonly history: KeyHistory | undefined;
  readonly retry: RetryPolicy;
  readonly exit: ExitWatch | undefined;
  readonly hedger: Hedger | undefined;
  readonly timeout: number;
  readonly now: () => number;
  /** Whether the receiver of items cannot take more at the moment. */
  readonly isHeld: () => boolean;
  /** Whether nothing but this list waits for a place. */
  readonly isAlone: () => boolean;
  /** Called after an attempt has ended, so that others start. */
  readonly onEnded: () => void;
  /** Receives what the iterable throws when it is ended. */
  readonly onSourceError: (error: unknown) => void;
  /** Called once, when nothing runs any more. */
  readonly onEnd: (run: ListRun<Key, Value>) => void;
}

/**
 * A list of keys on its way through the gate.
 *
 * `pump` starts what may start: first what was postponed, then new keys. It is called when the list begins, when one
 * of its attempts ends, and when the gate opens. Nothing is kept per waiting key, for waiting keys are not read yet.
 */
export class ListRun<Key, Value> implements AttemptOwner {
  readonly #parts: ListParts<Key, Value>;
  readonly #source: KeySource<Key>;
  readonly #postponed: Postponed<Key>;
  readonly #idle: Attempt[] = [];
  /** All attempts that were made and not given up; at most as many as run at once. */
  readonly #attempts = new Set<Attempt>();
  readonly #report = { results: new Map<Key, Value>(), failures: new Map<Key, unknown>(), skipped: [] as Key[] };
  readonly #startedAt: number;
  #isPumping = false;
  #isOver = false;
  #stop: RunStop | undefined;
  #active = 0;
  #succeeded = 0;
  #failed = 0;
  #retried = 0;
  #throttled = 0;

  constructor(parts: ListParts<Key, Value>) {
    this.#parts = parts;
    this.#startedAt = parts.now();
    this.#postponed = new Postponed(parts.endpointOf === undefined ? MOST_PASSED : parts.lookahead);
    this.#source = new KeySource({
      keys: parts.keys,
      lookahead: parts.lookahead,
      score: parts.score,
      onReady: () => this.pump(),
      onError: (error) => this.#onSourceError(error),
    });
  }

  /** The report; complete once `onEnd` was called. */
  get report(): RunReport<Key, Value> {
    return { ...this.#report, ...(this.#stop !== undefined && { stopped: this.#stop }), stats: this.stats };
  }

  /** Counters so far. */
  get stats(): RunStats {
    return {
      tried: this.#succeeded + this.#failed,
      succeeded: this.#succeeded,
      failed: this.#failed,
      retried: this.#retried,
      throttled: this.#throttled,
      resumed: this.#parts.exit?.resumed ?? 0,
      duration: this.#parts.now() - this.#startedAt,
    };
  }

  /** Starts what may start. */
  pump(): void {
    if (this.#isPumping || this.#isOver) return;
    this.#isPumping = true;
    while (this.#startOne());
    this.#isPumping = false;
    if (this.#active === 0 && this.#hasNothingLeft()) this.#end();
  }

  /** Ends the list early: what has not started is skipped, what runs is abandoned. */
  stop(reason: RunStop['reason'], error?: unknown): void {
    if (this.#stop !== undefined || this.#isOver) return;
    const tried = this.#succeeded + this.#failed;
    const successRate = tried === 0 ? 0 : this.#succeeded / tried;
    this.#stop = { reason, successRate, ...(error !== undefined && { error }) };
    if (reason === 'aborted' || reason === 'closed') this.#abandonAll(error);
    this.pump();
  }

  /** Takes the outcome of an attempt: tries again, or finishes the key. */
  settled(attempt: Attempt, isOk: boolean, value: unknown): void {
    // Hot path: once per key. What is rare is in functions of its own, so that the compiler makes one of the rest.
    const wasPumping = this.#isPumping;
    // The caller's code that is asked about the outcome may stop the list: it ends when this key has.
    this.#isPumping = true;
    this.#active--;
    attempt.isRunning = false;
    const ending = this.#parts.gate.end(attempt, isOk, value);
    if (isOk && ending === 'answered') this.#finish(attempt, this.#accepts(value), value);
    else this.#failOrRepeat(attempt, ending, isOk, value);
    const isFull = !wasPumping && this.#goOn(attempt);
    if (wasPumping) this.#release(attempt);
    this.#isPumping = wasPumping;
    if (!isFull) this.#parts.onEnded();
  }

  /** Gives up an attempt that took too long; its key fails with a TimeoutError, or is tried again. */
  expired(attempt: Attempt): void {
    const { gate, retry, timeout } = this.#parts;
    const error = new TimeoutError(`the task took longer than its timeout of ${timeout} ms`);
    // As in `settled`.
    const wasPumping = this.#isPumping;
    this.#isPumping = true;
    this.#active--;
    this.#attempts.delete(attempt);
    gate.abandon(attempt, 'timed-out');
    attempt.abandon(error);
    if (this.#stop === undefined && retry.mayRetry(attempt, error)) {
      this.#retried++;
      this.#postponed.retry(attempt, this.#parts.now() + retry.delayAfter(attempt));
    } else this.#finish(attempt, false, error);
    this.#isPumping = wasPumping;
    this.#parts.onEnded();
  }

  #failOrRepeat(attempt: Attempt, ending: Ending, isOk: boolean, value: unknown): void {
    const { now, retry } = this.#parts;
    if (ending === 'throttled' && this.#stop === undefined && retry.mayRepeat(attempt)) {
      this.#throttled++;
      this.#postponed.repeat(attempt, now());
    } else if (ending !== 'throttled' && !isOk && this.#stop === undefined && retry.mayRetry(attempt, value)) {
      this.#retried++;
      this.#postponed.retry(attempt, now() + retry.delayAfter(attempt));
    } else {
      this.#finish(attempt, false, value);
    }
  }

  /**
   * Starts the next key in the place of an attempt that has ended, where nothing else waits for it: the way round by
   * the scheduler takes 30 ns more.
   * @returns whether all places are taken, so that nothing else can start.
   */
  #goOn(attempt: Attempt): boolean {
    const { gate, rank } = this.#parts;
    const key = this.#keyForPlace();
    if (key === DONE || key === PENDING) {
      this.#release(attempt);
      return false;
    }
    const hasStarted = this.#beginWith(attempt, key);
    return hasStarted && this.#active > 0 && !gate.hasRoom(rank);
  }

  #keyForPlace(): Key | typeof DONE | typeof PENDING {
    const { exit, gate, isAlone, isHeld, rank } = this.#parts;
    if (this.#stop !== undefined || exit !== undefined || this.#postponed.size > 0) return PENDING;
    return isAlone() && !isHeld() && gate.hasRoom(rank) ? this.#source.take() : PENDING;
  }

  #onSourceError(error: unknown): void {
    if (this.#stop === undefined && !this.#isOver) this.stop('source-error', error);
    else this.#parts.onSourceError(error);
  }

  #startOne(): boolean {
    // Hot path: once per key, without an allocation but the context.
    const { exit, gate, isHeld, rank } = this.#parts;
    if (this.#stop !== undefined || !gate.hasRoom(rank) || isHeld()) return false;
    if (exit?.isProbing === true) return this.#probe(exit);
    if (this.#postponed.size > 0) {
      const postponed = this.#postponed.take(this.#parts.now(), this.#fits);
      if (postponed !== undefined) return this.#resume(postponed);
      if (this.#postponed.isFull || (this.#postponed.hasPassed && !this.#canPass())) return this.#waitForPostponed();
    }
    if (exit !== undefined && !exit.mayTakeKey(this.#active + this.#postponed.size)) return this.#waitForPostponed();
    const key = this.#source.take();
    if (key === PENDING) return false;
    if (key === DONE) return this.#waitForPostponed();
    return this.#begin(key);
  }

  #begin(key: Key): boolean {
    return this.#beginWith(this.#idle.pop() ?? this.#makeAttempt(), key);
  }

  #beginWith(attempt: Attempt, key: Key): boolean {
    const { endpointOf, rank, weightOf } = this.#parts;
    attempt.item = key;
    attempt.number = 1;
    attempt.refusals = 0;
    attempt.weight = weightOf === undefined ? 1 : weightOf(key);
    attempt.endpoint = endpointOf === undefined ? '' : endpointOf(key);
    attempt.rank = rank;
    if (this.#stop === undefined) return this.#start(attempt, false);
    // The caller's code that was asked for the key, its weight or its endpoint has stopped the list.
    this.#postponed.putBack([key]);
    this.#release(attempt);
    return false;
  }

  #resume({ key, number, refusals, weight, endpoint }: PostponedKey<Key>): boolean {
    const attempt = this.#idle.pop() ?? this.#makeAttempt();
    attempt.item = key;
    attempt.number = number;
    attempt.refusals = refusals;
    attempt.weight = weight;
    attempt.endpoint = endpoint;
    attempt.rank = this.#parts.rank;
    return this.#start(attempt, true);
  }

  #start(attempt: Attempt, wasPostponed: boolean): boolean {
    const { exit, gate, hedger, retry, task, timeout } = this.#parts;
    const wait = gate.tryStart(attempt, timeout);
    if (wait !== 0) return this.#putBack(attempt, wait, wasPostponed);
    if (attempt.number === 1 && attempt.refusals === 0) {
      retry.earn();
      exit?.started();
    }
    this.#active++;
    attempt.isRunning = true;
    // The key was put there by this class.
    const key = attempt.item as Key;
    attempt.run(hedger === undefined ? task : (hedged, context) => hedger.run(attempt, task, hedged, context), key);
    return true;
  }

  /** The gate said no: the key waits, and others that are lighter or go elsewhere may pass it. */
  #putBack(attempt: Attempt, wait: number, wasPostponed: boolean): boolean {
    if (wait === WAIT.never) {
      this.#finish(attempt, false, this.#parts.gate.refusal);
      this.#release(attempt);
      return true;
    }
    this.#postponed.bypass(attempt, wait, this.#parts.now(), wasPostponed);
    this.#idle.push(attempt);
    if (wait === WAIT.circuitOpen) {
      this.stop('circuit-open');
      return false;
    }
    this.#parts.gate.wakeAfter(wait);
    return !this.#postponed.isFull && this.#canPass();
  }

  /** Without weights and endpoints the next key would be refused as well. */
  #canPass(): boolean {
    return this.#parts.weightOf !== undefined || this.#parts.endpointOf !== undefined;
  }

  readonly #fits = (postponed: PostponedKey<Key>): boolean => !this.#postponed.isRefused(postponed);

  #waitForPostponed(): false {
    if (this.#postponed.size > 0) this.#parts.gate.wakeAfter(this.#postponed.delay(this.#parts.now()));
    return false;
  }

  /** While the early exit suspects an outage: waits until nothing runs, then tries single keys. */
  #probe(exit: ExitWatch): boolean {
    if (this.#active > 0) return false;
    const step = exit.nextProbe((count) => this.#source.spread(count), this.#parts.now());
    if (step.kind === 'wait') this.#parts.gate.wakeAfter(step.delay);
    if (step.kind === 'stop') this.stop('early-exit');
    // Not tried any more; the watch returns what it was given.
    if (step.kind === 'resume') this.#postponed.putBack(exit.takeProbes() as Key[]);
    return step.kind === 'probe' ? this.#begin(step.key as Key) : step.kind === 'resume';
  }

  #finish(attempt: Attempt, isSuccess: boolean, value: unknown): void {
    const { exit, history, isCollecting, onItem } = this.#parts;
    const key = attempt.item as Key;
    if (isSuccess) this.#succeeded++;
    else this.#failed++;
    if (isCollecting) {
      // What the task returned; only an accepted result is a Value.
      if (isSuccess) this.#report.results.set(key, value as Value);
      else this.#report.failures.set(key, value);
    }
    exit?.finished(isSuccess, history?.isDead(key) ?? false);
    history?.record(key, isSuccess);
    onItem(key, isSuccess, value);
  }

  #accepts(value: unknown): boolean {
    const { isSuccess } = this.#parts;
    return isSuccess === undefined || isSuccess(value);
  }

  #makeAttempt(): Attempt {
    const attempt = new Attempt(this);
    this.#attempts.add(attempt);
    return attempt;
  }

  #release(attempt: Attempt): void {
    attempt.item = undefined;
    this.#idle.push(attempt);
  }

  #abandonAll(error: unknown): void {
    const reason = error ?? new ClosedError('the scheduler was closed while the task ran');
    this.#active = 0;
    for (const attempt of this.#attempts) {
      if (!attempt.isRunning) continue;
      this.#attempts.delete(attempt);
      this.#parts.gate.abandon(attempt, 'abandoned');
      attempt.abandon(reason);
      this.#failed++;
      if (this.#parts.isCollecting) this.#report.failures.set(attempt.item as Key, reason);
    }
  }

  #hasNothingLeft(): boolean {
    if (this.#stop !== undefined) return true;
    return this.#postponed.size === 0 && this.#parts.exit?.isProbing !== true && this.#source.isDone;
  }

  #end(): void {
    this.#isOver = true;
    const probes = (this.#parts.exit?.takeProbes() ?? []) as Key[];
    const left = [...this.#postponed.drain(), ...probes, ...this.#source.close()];
    if (this.#parts.isCollecting) this.#report.skipped.push(...left);
    // An early exit that leaves nothing out changed nothing.
    if (left.length === 0 && this.#stop?.reason === 'early-exit') this.#stop = undefined;
    this.#parts.onEnd(this);
  }
}

/** Heavy keys that lighter ones may pass: so many are looked at whenever something ends. */
const MOST_PASSED = 32;
