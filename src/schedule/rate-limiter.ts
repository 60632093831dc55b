import type { Clock, Timer } from '../core/clock.js';
import { ArgumentError, ClosedError, OverflowError } from '../core/errors.js';
import { registerClosable } from '../core/life-cycle.js';
import { show } from '../core/show.js';
import { explainWait, type RateLimiterExplanation } from './rate-limiter-explain.js';
import { applyObservation } from './rate-limiter-observe.js';
import { checkObservation, type RateObservation } from './rate-limiter-observation.js';
import { type RateLimiterOptions, type RateLimiterSettings, readRateLimiterOptions } from './rate-limiter-options.js';
import { type Lane, type Waiter, WaiterQueue } from './rate-limiter-queue.js';
import { checkWeight, RequestDesk, type RequestScope } from './rate-limiter-request.js';
import { LimitRules } from './rate-limiter-rules.js';
import { ServerTime } from './rate-limiter-server-time.js';
import { SignalGroups } from './rate-limiter-signals.js';
import { type RateLimiterStats, windowStats } from './rate-limiter-stats.js';

/** Shortest sleep, in milliseconds. Less could vanish in the rounding of a large `now` and never end. */
const SHORTEST_SLEEP = 0.01;

/** What a request is beside its weight. */
export interface AcquireOptions extends RequestScope {
  /** Gives up waiting; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What a request is beside its weight, when it does not wait. */
export interface TryAcquireOptions extends RequestScope {
  /**
   * Part of each window, from 0 to 1, that must be left over for others.
   * @default 0
   */
  readonly leave?: number;
}

/**
 * Lets requests start as fast as the limits of a venue allow, and never faster.
 *
 * All windows hold at once. Requests start in the order they came; those that wait for a key or an endpoint of their
 * own hold up nobody else. A heavy request waits its turn and is not overtaken by light ones. `observe` takes in what
 * the venue says: other processes on the same address count, a 429 stops everything, or its endpoint, for as long as
 * the venue asks, however long that is.
 *
 * Times are exact on the clock given: a request starts in the first millisecond in which it fits. Waiting requests
 * keep the process alive.
 *
 * Cost: one timer; a log of 16 bytes per start within each rolling window, at most 1 MiB; two numbers for other ones.
 *
 * @example
 * const limiter = new RateLimiter({ windows: [{ limit: 6_000, interval: 60_000, alignment: 'clock' }] });
 * await limiter.acquire(20, { signal });
 * const { status, headers } = await request(url);
 * limiter.observe({ status, headers });
 */
export class RateLimiter {
  readonly #settings: RateLimiterSettings;
  readonly #clock: Clock;
  readonly #time: ServerTime;
  readonly #rules: LimitRules;
  readonly #queue = new WaiterQueue();
  readonly #desk: RequestDesk;
  readonly #signals = new SignalGroups<Waiter>((waiters, reason) => this.#abort(waiters, reason));
  readonly #counts = { started: 0, weight: 0, delayed: 0, aborted: 0, refused: 0, pauses: 0, observed: 0, unused: 0 };
  #sequence = 0;
  #isClosed = false;
  #timer: Timer | undefined;
  /** When the timer fires, Infinity without one. */
  #wakesAt = Infinity;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: RateLimiterOptions) {
    this.#settings = readRateLimiterOptions(options);
    this.#clock = this.#settings.clock;
    this.#time = new ServerTime(this.#clock, this.#settings.serverOffset);
    this.#rules = new LimitRules(this.#settings, this.#time);
    this.#desk = new RequestDesk(this.#queue, this.#rules.keyed);
    registerClosable('scheduler', this);
  }

  /**
   * Waits until a request may start, and counts it as started then.
   *
   * Rejects with the signal's reason when it is aborted first, with ArgumentError when the weight is above a limit and
   * would never fit, with OverflowError when `maxWaiting` requests wait or `maxKeys` keys count, and with ClosedError
   * when the limiter is closed.
   * @param weight What the request costs at the venue, from 0 up.
   * @throws ArgumentError at once when the weight is no such number, or no window goes by a key.
   */
  acquire(weight = 1, options?: AcquireOptions): Promise<void> {
    const lane = this.#laneOf(weight, options);
    const signal = options?.signal;
    if (this.#isClosed) return this.#refuse(new ClosedError('RateLimiter is closed'));
    if (signal?.aborted === true) return this.#refuseAborted(signal);
    try {
      if (this.#attempt(weight, lane, 0) === 0) return Promise.resolve();
    } catch (error) {
      return this.#refuse(error);
    }
    const { maxWaiting } = this.#settings;
    if (this.#queue.size < maxWaiting) return this.#wait(weight, lane, signal);
    return this.#refuse(new OverflowError(`RateLimiter: ${maxWaiting} requests wait, as many as maxWaiting allows`));
  }

  /**
   * Counts a request as started if it may start at once, without overtaking any that wait.
   * @returns 0 when it may, else the milliseconds after which it is worth to ask again.
   * @throws ArgumentError, ClosedError or OverflowError where `acquire` throws or rejects with it.
   */
  tryAcquire(weight = 1, options?: TryAcquireOptions): number {
    const lane = this.#laneOf(weight, options);
    const { leave = 0 } = options ?? {};
    if (typeof leave !== 'number' || !(leave >= 0 && leave <= 1))
      throw new ArgumentError(`leave must be a number from 0 to 1, got ${show(leave)}`);
    if (this.#isClosed) throw new ClosedError('RateLimiter is closed');
    return this.#attempt(weight, lane, leave);
  }

  /**
   * Takes in what a venue has answered, or what the caller knows. Counts are raised and pauses prolonged, never the
   * other way round.
   * @throws ArgumentError when a number is wrong. Headers that cannot be read are counted instead.
   */
  observe(observation: RateObservation): void {
    checkObservation(observation);
    const lane = this.#desk.laneOf(observation);
    const { pauses, unused, isLooser } = applyObservation(observation, {
      now: this.#clock.now(),
      lane,
      rules: this.#rules,
      time: this.#time,
      settings: this.#settings,
    });
    this.#counts.observed++;
    this.#counts.pauses += pauses;
    this.#counts.unused += unused;
    if (isLooser) this.#queue.unblockUntil(Infinity);
    this.#startDue();
  }

  /** Counters and windows as they are now. */
  stats(): RateLimiterStats {
    const now = this.#clock.now();
    const { aborted, refused, started } = this.#counts;
    const waiting = this.#queue.size;
    return {
      ...this.#counts,
      requested: started + waiting + aborted + refused,
      waiting,
      pausedFor: Math.max(0, this.#rules.pausedUntil - now),
      windows: windowStats(this.#rules, now),
    };
  }

  /** Says whether a request might start now, and what holds it up. Counts nothing. */
  explain(weight = 1, scope?: RequestScope): RateLimiterExplanation {
    const lane = this.#desk.laneOf(scope);
    return explainWait(this.#rules, this.#clock.now(), checkWeight(weight), lane, this.#queue.size);
  }

  /** Rejects all that wait with ClosedError, and whatever comes later. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#queue.unblockUntil(Infinity);
    const error = new ClosedError('RateLimiter was closed while the request waited');
    for (let lane = this.#queue.next; lane?.first !== undefined; lane = this.#queue.next) {
      this.#reject(lane.first, error);
    }
    this.#sleepUntil(Infinity);
    return Promise.resolve();
  }

  /** As {@link RateLimiter.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Checks what was asked for, and finds its lane. */
  #laneOf(weight: number, scope: RequestScope | undefined): Lane {
    checkWeight(weight);
    return this.#desk.laneOf(scope);
  }

  /** Starts a request if it may start now: 0, or else the milliseconds to wait. */
  #attempt(weight: number, lane: Lane, leave: number): number {
    // Hot path: no allocation while nobody waits.
    const now = this.#clock.now();
    if (this.#queue.size > 0 && this.#wakesAt <= now) this.#startDue();
    const at = this.#freeAt(now, weight, lane, leave);
    if (at === Infinity) throw tooHeavy(weight);
    const others = this.#turnOf(lane);
    if (at <= now && others === -Infinity) {
      this.#start(now, weight, lane);
      return 0;
    }
    return Math.max(at, others, now + SHORTEST_SLEEP) - now;
  }

  #freeAt(now: number, weight: number, lane: Lane, leave: number): number {
    const shared = this.#rules.sharedFreeAt(now, weight, leave);
    return Math.max(shared, this.#rules.laneFreeAt(now, weight, lane, leave));
  }

  /** When those who came before a request may start next; -Infinity when nobody did. */
  #turnOf(lane: Lane): number {
    if (this.#queue.size === 0) return -Infinity;
    // A lane with its turn has a first waiter that what all share has no room for.
    if (this.#queue.next !== undefined) return this.#wakesAt;
    return lane.first === undefined ? -Infinity : lane.rank;
  }

  #start(now: number, weight: number, lane: Lane): void {
    this.#rules.take(now, weight, lane);
    this.#counts.started++;
    this.#counts.weight += weight;
  }

  #wait(weight: number, lane: Lane, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const sequence = this.#sequence++;
      const waiter: Waiter = { sequence, weight, lane, signal, resolve, reject, previous: undefined, next: undefined };
      this.#counts.delayed++;
      this.#queue.add(waiter);
      if (signal !== undefined) this.#signals.add(signal, waiter);
      // Behind others there is nothing to find out.
      if (lane.first === waiter && this.#queue.next === lane) this.#startDue();
    });
  }

  /** Starts all that may start now, in order, and sleeps until the next may. */
  #startDue(): void {
    const now = this.#clock.now();
    this.#queue.unblockUntil(now);
    let wake = Infinity;
    for (let lane = this.#queue.next; lane?.first !== undefined && wake === Infinity; lane = this.#queue.next) {
      wake = this.#startFirst(now, lane, lane.first);
    }
    this.#sleepUntil(Math.min(wake, this.#queue.unblocksAt));
  }

  /** Starts, blocks or rejects a lane's first waiter: Infinity, or else the time until which all have to wait. */
  #startFirst(now: number, lane: Lane, waiter: Waiter): number {
    const own = this.#rules.laneFreeAt(now, waiter.weight, lane);
    const shared = this.#rules.sharedFreeAt(now, waiter.weight);
    if (own === Infinity || shared === Infinity) {
      // The venue has lowered the limit since.
      this.#reject(waiter, tooHeavy(waiter.weight));
      return Infinity;
    }
    if (own > now) {
      this.#queue.block(lane, own);
      return Infinity;
    }
    if (shared > now) return shared;
    try {
      this.#start(now, waiter.weight, lane);
    } catch (error) {
      this.#reject(waiter, error);
      return Infinity;
    }
    this.#remove(waiter);
    waiter.resolve();
    return Infinity;
  }

  #sleepUntil(time: number): void {
    if (time === this.#wakesAt) return;
    this.#timer?.cancel();
    this.#wakesAt = time;
    this.#timer = undefined;
    if (time === Infinity) return;
    const delay = Math.max(time - this.#clock.now(), SHORTEST_SLEEP);
    this.#timer = this.#clock.setTimeout(() => {
      this.#wakesAt = Infinity;
      this.#startDue();
    }, delay);
  }

  #abort(waiters: ReadonlySet<Waiter>, reason: unknown): void {
    for (const waiter of waiters) {
      this.#queue.remove(waiter);
      this.#counts.aborted++;
      waiter.reject(reason);
    }
    this.#startDue();
  }

  #reject(waiter: Waiter, error: unknown): void {
    this.#remove(waiter);
    this.#counts.refused++;
    waiter.reject(error);
  }

  #remove(waiter: Waiter): void {
    this.#queue.remove(waiter);
    if (waiter.signal !== undefined) this.#signals.delete(waiter.signal, waiter);
  }

  #refuse(error: unknown): Promise<never> {
    this.#counts.refused++;
    return Promise.reject(error);
  }

  #refuseAborted(signal: AbortSignal): Promise<never> {
    this.#counts.aborted++;
    return Promise.reject(signal.reason);
  }
}

function tooHeavy(weight: number): ArgumentError {
  return new ArgumentError(`weight ${weight} is above a limit and would wait for ever; explain() names the window`);
}
