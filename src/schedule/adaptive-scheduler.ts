import { ArgumentError, ClosedError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { registerClosable } from '../core/life-cycle.js';
import { show } from '../core/show.js';
import { ClassShares } from './class-shares.js';
import { CohortLimit } from './cohort-limit.js';
import { type ConcurrencyLimit, FixedLimit } from './concurrency-limit.js';
import { BatchExit, SequentialExit } from './early-exit.js';
import { ExitWatch } from './exit-watch.js';
import { Guard } from './guard.js';
import { Hedger } from './hedger.js';
import { KeyHistory } from './key-history.js';
import { ListRun, type ListParts, type Task } from './list-run.js';
import { ListTotals } from './list-totals.js';
import { RetryPolicy } from './retry-policy.js';
import { type RunOptions, type RunSettings, readRunOptions } from './run-options.js';
import type { RunReport, RunStats, StreamItem } from './run-report.js';
import { type AdaptiveSchedulerOptions, readSchedulerOptions, type SchedulerSettings } from './scheduler-options.js';
import type { SchedulerStats } from './scheduler-stats.js';
import { StartGate } from './start-gate.js';
import { SubmitDesk } from './submit-desk.js';
import { priorityOf, readSubmitOptions, type SubmitOptions, type SubmitSettings } from './submit-options.js';
import { streamOf } from './stream-items.js';
import type { TaskContext } from './task-context.js';
import { ToldLimit } from './told-limit.js';

/** A list under way, whatever its keys and results are. */
interface UnderWay {
  readonly stats: RunStats;
  pump(): void;
  stop(reason: 'closed'): void;
}

/** Options of a task of which nothing is said. */
const NO_OPTIONS: SubmitOptions = {};
/** Retries where none were asked for. */
const NO_RETRY = { attempts: 1, minDelay: 0, maxDelay: 0, budget: 0, perSecond: 0 } as const;

/**
 * Gets a list of requests done as fast as the venue allows, knowing nothing of the venue in advance.
 *
 * Concurrency follows the venue's capacity: it grows while latency stays at its baseline, and shrinks when requests
 * queue there. A rate limit that was not told is learned from the first 429: whatever is refused waits as long as
 * the venue says, together with everything for the same endpoint, and is then called again first. Lists and submitted
 * tasks share the concurrency, the limits and the breaker.
 *
 * Lists (`run`, `stream`) read their keys only when they can start them, and hold nothing per waiting key. Submitted
 * tasks have a promise each, a class, a priority, a deadline, and keep the async context of `submit`. A list always
 * ends with a report: neither failures nor an abort reject it.
 *
 * A task may be sync or async, may throw, reject with anything, or never settle (until `timeout`): its slot is freed
 * exactly once. Time spent refused or waiting for a retry takes no slot.
 *
 * Cost: for lists no promise, timer or closure per key; for submitted tasks a promise, p-queue's start, and O(log n)
 * for the order. One timer for all timeouts.
 *
 * @example
 * const scheduler = new AdaptiveScheduler({ earlyExit: true, priority: 'success' });
 * const { results, failures } = await scheduler.run(symbols, (symbol, { signal }) => fetchCandles(symbol, signal));
 */
export class AdaptiveScheduler {
  readonly #settings: SchedulerSettings;
  readonly #guard: Guard;
  readonly #limit: ConcurrencyLimit;
  readonly #gate: StartGate;
  readonly #retry: RetryPolicy;
  readonly #hedger: Hedger | undefined;
  readonly #history: KeyHistory;
  readonly #desk: SubmitDesk;
  readonly #lists = new Set<UnderWay>();
  readonly #now: () => number;
  /** What a task has of which nothing is said, but perhaps its priority. */
  readonly #plain: SubmitSettings;
  /** The list under way if there is just one: then none has to be looked for after every task. */
  #onlyList: UnderWay | undefined;
  #isPumpDue = false;
  #idleWaiters: (() => void)[] = [];
  #runs = 0;
  readonly #totals = new ListTotals();
  #isPumping = false;
  #isClosed = false;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: AdaptiveSchedulerOptions = {}) {
    const settings = readSchedulerOptions(options);
    const { breaker, clock, concurrency, feedback, hedge, rateLimit } = settings;
    this.#settings = settings;
    this.#now = () => clock.now();
    this.#plain = readSubmitOptions(NO_OPTIONS, settings.classes);
    this.#guard = new Guard(new FailureReporter('AdaptiveScheduler', settings.onError));
    this.#limit = typeof concurrency === 'number' ? new FixedLimit(concurrency) : new CohortLimit(concurrency);
    this.#gate = new StartGate({
      limit: this.#limit,
      rateLimit:
        rateLimit === undefined
          ? undefined
          : new ToldLimit(rateLimit, (error) => this.#guard.report(error, 'rateLimit')),
      breaker,
      shares: new ClassShares(settings.classes),
      feedback: feedback === undefined ? undefined : this.#guard.wrap('feedback', feedback, () => undefined),
      clock,
      onOpen: () => this.#pump(),
    });
    this.#retry = this.#makeRetry();
    this.#hedger =
      hedge === undefined ? undefined : new Hedger({ delay: hedge.delay, budget: hedge.budget }, this.#gate, clock);
    this.#history = new KeyHistory(settings.maxKeys);
    this.#desk = this.#makeDesk();
    registerClosable('scheduler', this);
  }

  /**
   * Runs a task for every key of an iterable or async iterable, and reports what became of them.
   *
   * Keys are read when they can start; a key that comes twice is run twice, and its later outcome is kept. The report
   * always comes: what fails, is aborted, or is left out is in it.
   * @throws ArgumentError when `keys` cannot be iterated or `task` is not a function.
   * @throws ConfigError when an option is unknown or has a wrong value.
   * @throws ClosedError after `close`.
   */
  run<Key, Value>(
    keys: Iterable<Key> | AsyncIterable<Key>,
    task: Task<Key, Value>,
    options: RunOptions<Key> = {},
  ): Promise<RunReport<Key, Value>> {
    const settings = this.#checkList(keys, task, options);
    return new Promise((resolve) => {
      this.#begin(keys, task, settings, {
        onItem: ignore,
        isHeld: never,
        onEnd: (run) => resolve(run.report),
      });
    });
  }

  /**
   * Runs a task for every key, and yields each outcome as it comes: `{ key, value }`, or `{ key, error }`.
   *
   * At most as many outcomes wait as may run at once; a reader that is slower than that holds the list up. Leaving the
   * loop ends the list. The generator's return value is the report, without results.
   * @throws ArgumentError when `keys` cannot be iterated or `task` is not a function.
   * @throws ClosedError after `close`.
   */
  stream<Key, Value>(
    keys: Iterable<Key> | AsyncIterable<Key>,
    task: Task<Key, Value>,
    options: Omit<RunOptions<Key>, 'collect'> = {},
  ): AsyncGenerator<StreamItem<Key, Value>, RunReport<Key, Value>, undefined> {
    const settings = { ...this.#checkList(keys, task, options), collect: false };
    return streamOf(
      () => this.#gate.limit,
      (hooks) => this.#begin(keys, task, settings, hooks),
    );
  }

  /**
   * Runs one task when its turn has come. The promise settles as the task does.
   *
   * It rejects without a call with a DeadlineError, the signal's reason, a CircuitOpenError, an OverflowError when
   * `maxQueued` tasks wait, or a ClosedError after `close`.
   * @throws ArgumentError when the task is not a function or an option has a wrong value.
   */
  submit<Value>(task: (context: TaskContext) => Value | PromiseLike<Value>, options?: SubmitOptions): Promise<Value> {
    if (typeof task !== 'function') throw new ArgumentError(`task must be a function, got ${show(task)}`);
    const priority = options === undefined ? 0 : priorityOf(options);
    const settings = readSubmitOptions(options ?? NO_OPTIONS, this.#settings.classes, this.#plain);
    if (this.#isClosed) return Promise.reject(closed());
    return this.#desk.submit(task, settings, priority);
  }

  /** Lets nothing start; what runs goes on. */
  pause(): void {
    this.#gate.pause();
  }

  /** Lets tasks start again. */
  resume(): void {
    this.#gate.resume();
  }

  /** Resolves when no list is under way and no submitted task waits or runs; at once when that is so now. */
  onIdle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Counters, and the state now. */
  stats(): SchedulerStats {
    const { failed, retried, succeeded, submitted, expired } = this.#desk.counts;
    const { interval, limit: learned } = this.#gate.quotaOf('');
    const active = this.#totals.with(this.#lists);
    return {
      limit: this.#gate.limit,
      running: this.#gate.running,
      queued: this.#desk.queued,
      lists: this.#lists.size,
      runs: this.#runs,
      tried: active.tried,
      submitted,
      succeeded: active.succeeded + succeeded,
      failed: active.failed + failed,
      retried: active.retried + retried,
      throttled: this.#gate.throttled,
      expired,
      hedged: this.#hedger?.hedged ?? 0,
      keys: this.#history.size,
      errors: this.#guard.count,
      ...(learned !== Infinity && { learnedLimit: learned, learnedInterval: interval }),
    };
  }

  /** Why so many run at once, what was learned of the rate limit, and with a key what is remembered of it. */
  explain(...keys: [key?: unknown]): string {
    const { interval, limit: learned } = this.#gate.quotaOf('');
    const pause = this.#gate.pauseOf('');
    const parts = [
      this.#limit.explain(),
      learned === Infinity ? 'no rate limit was learned' : `learned at most ${Math.round(learned)} per ${interval} ms`,
      ...(pause > 0 ? [`paused for ${Math.round(pause)} ms after a refusal`] : []),
      ...(this.#gate.isPaused ? ['paused by pause()'] : []),
      ...(keys.length > 0 ? [`key ${show(keys[0])} ${this.#history.explain(keys[0])}`] : []),
    ];
    return parts.join('; ');
  }

  /**
   * Ends for ever: lists end with what they have, waiting tasks reject with a ClosedError, running ones are awaited.
   */
  close(): Promise<void> {
    this.#isClosed = true;
    // So that what waits does not start while it is turned away.
    this.#gate.pause();
    for (const list of this.#lists) list.stop('closed');
    this.#desk.close();
    return this.onIdle();
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkList<Key, Value>(
    keys: Iterable<Key> | AsyncIterable<Key>,
    task: Task<Key, Value>,
    options: RunOptions<Key>,
  ): RunSettings<Key> {
    const source = Object(keys);
    if (!(Symbol.iterator in source) && !(Symbol.asyncIterator in source)) {
      throw new ArgumentError(`keys must be an iterable or an async iterable, got ${show(keys)}`);
    }
    if (typeof task !== 'function') throw new ArgumentError(`task must be a function, got ${show(task)}`);
    const settings = readRunOptions(options);
    if (this.#isClosed) throw closed();
    return settings;
  }

  #begin<Key, Value>(
    keys: Iterable<Key> | AsyncIterable<Key>,
    task: Task<Key, Value>,
    { collect, endpoint, idempotent, signal, weight }: RunSettings<Key>,
    { isHeld, onEnd, onItem }: Pick<ListParts<Key, Value>, 'isHeld' | 'onEnd' | 'onItem'>,
  ): ListRun<Key, Value> {
    const { classes, isSuccess, lookahead, timeout } = this.#settings;
    const guard = this.#guard;
    const onAbort = (): void => run.stop('aborted', signal?.reason);
    this.#history.beginRound();
    this.#runs++;
    const run: ListRun<Key, Value> = new ListRun<Key, Value>({
      keys,
      task,
      isCollecting: collect,
      lookahead,
      score: this.#scoreOf(),
      weightOf: weight === undefined ? undefined : guard.weight(weight),
      endpointOf: endpoint === undefined ? undefined : guard.wrap('endpoint', endpoint, () => ''),
      isSuccess: isSuccess === undefined ? undefined : guard.wrap('isSuccess', isSuccess, () => false),
      rank: classes.length - 1,
      gate: this.#gate,
      history: this.#remembers() ? this.#history : undefined,
      retry: this.#retry,
      exit: this.#makeExit(),
      hedger: idempotent ? this.#hedger : undefined,
      timeout,
      now: this.#now,
      isHeld,
      onItem,
      isAlone: () => this.#onlyList !== undefined && this.#desk.queued === 0,
      onEnded: () => this.#pump(),
      onSourceError: (error) => guard.report(error, 'source'),
      onEnd: (ended) => {
        signal?.removeEventListener('abort', onAbort);
        this.#lists.delete(ended);
        this.#countLists();
        this.#totals.add(ended.stats);
        onEnd(ended);
        this.#pump();
        this.#checkIdle();
      },
    });
    this.#lists.add(run);
    this.#countLists();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    else run.pump();
    return run;
  }

  /** Lets submitted tasks, which are in classes, go before lists. Hot path: after every task that ends. */
  #pump(): void {
    // A task that ends at once may have made room while others were looked for: those before it are asked again.
    this.#isPumpDue = true;
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#isPumpDue) {
      this.#isPumpDue = false;
      if (this.#desk.queued > 0) this.#desk.pump();
      if (this.#onlyList !== undefined) this.#onlyList.pump();
      else for (const list of this.#lists) list.pump();
    }
    this.#isPumping = false;
  }

  #countLists(): void {
    const [only] = this.#lists;
    this.#onlyList = this.#lists.size === 1 ? only : undefined;
  }

  #isIdle(): boolean {
    return this.#lists.size === 0 && this.#desk.queued === 0 && this.#desk.running === 0;
  }

  #checkIdle(): void {
    if (!this.#isIdle()) return;
    this.#gate.sleep();
    const waiters = this.#idleWaiters;
    if (waiters.length === 0) return;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #scoreOf(): ((key: unknown) => number) | undefined {
    const { priority } = this.#settings;
    if (priority === 'none') return undefined;
    if (priority === 'success') return (key) => this.#history.score(key);
    return this.#guard.priority(priority);
  }

  /** Whether the past of keys makes a difference. */
  #remembers(): boolean {
    return this.#settings.priority === 'success' || this.#settings.earlyExit?.rule === 'sequential';
  }

  #makeExit(): ExitWatch | undefined {
    const rules = this.#settings.earlyExit;
    if (rules === undefined) return undefined;
    const { batchSize, minSuccessRate, rule } = rules;
    return new ExitWatch(
      rule === 'batch' ? new BatchExit(minSuccessRate, batchSize) : new SequentialExit(minSuccessRate),
      rules,
    );
  }

  #makeRetry(): RetryPolicy {
    const { retry } = this.#settings;
    const isRetryable = this.#guard.wrap('isRetryable', retry?.isRetryable ?? always, () => false);
    return new RetryPolicy({ ...(retry ?? NO_RETRY), isRetryable }, this.#now);
  }

  #makeDesk(): SubmitDesk {
    const { classes, clock, maxQueued, timeout } = this.#settings;
    return new SubmitDesk({
      gate: this.#gate,
      classes,
      retry: this.#retry,
      hedger: this.#hedger,
      timeout,
      maxQueued,
      clock,
      plain: this.#plain,
      onEnded: () => {
        this.#pump();
        this.#checkIdle();
      },
    });
  }
}

function closed(): ClosedError {
  return new ClosedError('the scheduler is closed');
}

const always = (): boolean => true;
const never = (): boolean => false;
/** A list that is awaited as a whole tells nobody of single keys. */
const ignore = (): void => undefined;
