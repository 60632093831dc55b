import type { Clock, Timer } from '../core/clock.js';
import { Attempt } from './attempt.js';
import { RecentMedian } from './recent-median.js';
import { RetryBudget } from './retry-budget.js';
import type { StartGate } from './start-gate.js';
import { CallContext, type TaskContext } from './task-context.js';

/** When a second call is made. */
export interface HedgeRules {
  /** Milliseconds to wait for the first call; without it the time that 95 % of calls stay under. */
  readonly delay: number | undefined;
  /** Second calls per call, 0 to 1. */
  readonly budget: number;
}

/** Durations that the delay is learned from, and how many are needed first. */
const SAMPLES = 256;
const FEWEST_SAMPLES = 20;
/** Part of calls that answer before a second one is made. */
const PERCENTILE = 0.95;

interface Race<Key, Value> {
  readonly attempt: Attempt;
  readonly task: (key: Key, context: TaskContext) => Value | PromiseLike<Value>;
  readonly key: Key;
  readonly first: CallContext;
  readonly second: CallContext;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
  pending: number;
  isOver: boolean;
  timer: Timer | undefined;
  extra: Attempt | undefined;
}

/**
 * Asks a second time when an answer is slow, and takes the first that succeeds; the other call's signal fires.
 *
 * A second call takes a slot and its weight of the rate limit like any other. It is not made where there is no room,
 * or where the budget is used up. Only calls that may be made twice come here.
 */
export class Hedger {
  readonly #rules: HedgeRules;
  readonly #gate: StartGate;
  readonly #clock: Clock;
  readonly #budget: RetryBudget;
  readonly #durations = new RecentMedian(SAMPLES);
  #delay = Infinity;
  #untilUpdate = FEWEST_SAMPLES;
  #hedged = 0;

  constructor(rules: HedgeRules, gate: StartGate, clock: Clock) {
    this.#rules = rules;
    this.#gate = gate;
    this.#clock = clock;
    this.#budget = new RetryBudget(rules.budget, 0, clock.now());
  }

  /** Second calls made so far. */
  get hedged(): number {
    return this.#hedged;
  }

  /** Calls the task, and once more if it is slow. */
  run<Key, Value>(
    attempt: Attempt,
    task: (key: Key, context: TaskContext) => Value | PromiseLike<Value>,
    key: Key,
    outer: TaskContext,
  ): Promise<Value> {
    this.#budget.earn();
    return new Promise<Value>((resolve, reject) => {
      const first = new CallContext(attempt.number);
      const second = new CallContext(attempt.number);
      const race = { attempt, task, key, first, second, resolve, reject, pending: 0, isOver: false };
      this.#begin({ ...race, timer: undefined, extra: undefined }, outer);
    });
  }

  #begin<Key, Value>(race: Race<Key, Value>, outer: TaskContext): void {
    outer.signal.addEventListener('abort', () => this.#over(race, outer.signal.reason), { once: true });
    this.#call(race, race.first);
    const delay = this.#rules.delay ?? this.#delay;
    if (race.isOver || delay === Infinity) return;
    race.timer = this.#clock.setTimeout(() => this.#second(race), delay);
  }

  #call<Key, Value>(race: Race<Key, Value>, context: CallContext): void {
    race.pending++;
    const begun = this.#clock.now();
    // In an async function, so that a task that throws has failed like one that rejects.
    const answer = (async () => race.task(race.key, context))();
    answer.then(
      (value) => this.#answered(race, context, value, this.#clock.now() - begun),
      (error: unknown) => this.#failed(race, context, error),
    );
  }

  #answered<Key, Value>(race: Race<Key, Value>, context: CallContext, value: Value, duration: number): void {
    if (context === race.second) this.#endExtra(race, true, value);
    if (race.isOver) return;
    this.#learn(duration);
    race.resolve(value);
    this.#over(race, new Error('another call of the same task was answered first'));
  }

  /** The last failure is the outcome; one that the other call may still make good is not. */
  #failed<Key, Value>(race: Race<Key, Value>, context: CallContext, error: unknown): void {
    if (context === race.second) this.#endExtra(race, false, error);
    race.pending--;
    if (race.isOver || race.pending > 0) return;
    race.reject(error);
    this.#over(race, error);
  }

  #second<Key, Value>(race: Race<Key, Value>): void {
    race.timer = undefined;
    if (race.isOver) return;
    const { endpoint, rank, weight } = race.attempt;
    const extra = new Attempt({ settled: () => undefined, expired: () => undefined });
    Object.assign(extra, { endpoint, rank, weight });
    if (!this.#gate.hasRoom(rank) || !this.#budget.trySpend(this.#clock.now())) return;
    if (this.#gate.tryStart(extra, Infinity) !== 0) return;
    this.#hedged++;
    race.extra = extra;
    this.#call(race, race.second);
  }

  #endExtra<Key, Value>(race: Race<Key, Value>, isOk: boolean, value: unknown): void {
    if (race.extra === undefined) return;
    this.#gate.end(race.extra, isOk, value);
    race.extra = undefined;
  }

  #over<Key, Value>(race: Race<Key, Value>, reason: unknown): void {
    if (race.isOver) return;
    race.isOver = true;
    race.timer?.cancel();
    race.first.abort(reason);
    race.second.abort(reason);
    if (race.extra === undefined) return;
    this.#gate.abandon(race.extra, 'abandoned');
    race.extra = undefined;
  }

  #learn(duration: number): void {
    this.#durations.push(duration);
    if (--this.#untilUpdate > 0) return;
    this.#untilUpdate = FEWEST_SAMPLES;
    this.#delay = this.#durations.quantile(PERCENTILE);
  }
}
