import type { Clock, Timer } from '../core/clock.js';
import type { Attempt } from './attempt.js';
import { Burst } from './burst.js';
import type { ClassShares } from './class-shares.js';
import type { ConcurrencyLimit } from './concurrency-limit.js';
import { type Feedback, type Reading, readFeedback } from './feedback.js';
import { LearnedQuota } from './learned-quota.js';
import { OwnTime } from './own-time.js';
import type { BreakerGate } from './rate-gate.js';
import { TimeLimits } from './time-limits.js';
import type { ToldLimit } from './told-limit.js';

/** Answer of {@link StartGate.tryStart} besides 0 (started) and milliseconds to wait. */
export const WAIT = { circuitOpen: -1, never: -2 } as const;

/** Endpoints whose limits are learned one by one; further ones share the limit of those without a name. */
const MAX_ENDPOINTS = 256;

/** How an attempt ended. */
export type Ending = 'answered' | 'throttled' | 'timed-out' | 'abandoned';

/** What a gate is made of. */
export interface GateParts {
  /** How many run at once. */
  readonly limit: ConcurrencyLimit;
  /** The rate limit that was told; without one it is learned. */
  readonly rateLimit: ToldLimit | undefined;
  /** Refuses calls while the venue fails. */
  readonly breaker: BreakerGate | undefined;
  /** Reserved shares. */
  readonly shares: ClassShares;
  /** Finds the venue's feedback in a result or error. */
  readonly feedback: ((outcome: unknown) => Feedback | undefined) | undefined;
  /** Measures and waits. */
  readonly clock: Clock;
  /** Called when something may start that had to wait. */
  readonly onOpen: () => void;
}

/** Decides whether one more attempt may start, and learns from those that ended. */
export class StartGate {
  readonly #parts: GateParts;
  readonly #timeLimits: TimeLimits;
  readonly #quota = new LearnedQuota();
  readonly #quotas = new Map<string, LearnedQuota>();
  readonly #readWallTime: () => number;
  readonly #burst: Burst;
  readonly #ownTime: OwnTime;
  /** Whether somebody asks how long each attempt took. */
  readonly #isTiming: boolean;
  #refusal: unknown;
  #running = 0;
  #isPaused = false;
  #throttled = 0;
  #wakeTimer: Timer | undefined;
  #wakeAt = Infinity;

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.#timeLimits = new TimeLimits(parts.clock);
    this.#readWallTime = () => parts.clock.wallTime();
    this.#burst = new Burst(parts.clock, (now) => this.#endBurst(now));
    this.#ownTime = new OwnTime(parts.clock, () => this.#running > 0);
    this.#isTiming = parts.limit.isMeasuring || parts.breaker !== undefined;
  }

  /** Why an attempt can never start: what the rate limiter threw about it last. */
  get refusal(): unknown {
    return this.#refusal;
  }

  /** Attempts that run. */
  get running(): number {
    return this.#running;
  }

  /** How many may run at once now. */
  get limit(): number {
    return this.#parts.limit.current;
  }

  /** Attempts refused with 429 or 418 so far. */
  get throttled(): number {
    return this.#throttled;
  }

  /** Whether nothing starts until `resume`. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether one more of a class could run at once, whatever the rate limit says. */
  hasRoom(rank: number): boolean {
    const { limit, shares } = this.#parts;
    return !this.#isPaused && shares.hasRoom(rank, this.#running, limit.current);
  }

  /**
   * Counts the attempt as running and returns 0, or says why it may not start although its class has room, which the
   * caller has asked: milliseconds to wait, -1 while the breaker is open, or -2 when it can never start: `refusal` says
   * why.
   */
  tryStart(attempt: Attempt, timeout: number): number {
    // Hot path: runs once per task of every list.
    const { breaker, shares } = this.#parts;
    if (breaker !== undefined && breaker.state === 'open') return WAIT.circuitOpen;
    const wait = this.#acquire(attempt);
    if (wait !== 0) return wait;
    if (breaker !== undefined) {
      attempt.breakerToken = breaker.tryBegin();
      if (attempt.breakerToken === -1) return WAIT.circuitOpen;
    }
    this.#running++;
    shares.enter(attempt.rank);
    if (this.#isTiming) this.#beginTiming(attempt);
    this.#timeLimits.add(attempt, timeout);
    this.#burst.add();
    return 0;
  }

  /**
   * Takes a settled attempt out again and learns from it.
   * @returns whether it was answered or refused.
   */
  end(attempt: Attempt, isOk: boolean, value: unknown): Ending {
    // Hot path: runs once per task of every list.
    const reading = typeof value === 'object' && value !== null ? this.#read(value) : undefined;
    if (reading?.isThrottled === true) {
      this.#refuse(attempt, reading);
      return 'throttled';
    }
    if (reading !== undefined) this.#observe(attempt, reading);
    // An error without a status never reached the venue, for all we know.
    if (this.#isTiming) this.#endTiming(attempt, isOk, isOk || reading !== undefined);
    this.#leave(attempt);
    return 'answered';
  }

  /** Takes an attempt out that was given up while its task ran. One that timed out was slow, and counts as such. */
  abandon(attempt: Attempt, ending: 'timed-out' | 'abandoned'): void {
    const { breaker, limit } = this.#parts;
    const now = this.#ownTime.now();
    const duration = now - attempt.startedAt;
    if (ending === 'timed-out') limit.end(attempt.limitTag, duration, this.#running, now);
    else limit.drop(attempt.limitTag);
    breaker?.end(attempt.breakerToken, ending === 'abandoned', duration);
    this.#leave(attempt);
  }

  /** Lets nothing start. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Lets things start again. */
  resume(): void {
    this.#isPaused = false;
    this.#parts.onOpen();
  }

  /** Calls `onOpen` after so many milliseconds at the latest. The timer keeps the process alive. */
  wakeAfter(delay: number): void {
    const { clock, onOpen } = this.#parts;
    const at = clock.now() + delay;
    if (delay === Infinity || at >= this.#wakeAt) return;
    this.#wakeTimer?.cancel();
    this.#wakeAt = at;
    this.#wakeTimer = clock.setTimeout(() => {
      this.#wakeTimer = undefined;
      this.#wakeAt = Infinity;
      onOpen();
    }, delay);
  }

  /** Forgets the wake-up: nothing waits any more. */
  sleep(): void {
    this.#ownTime.stop();
    this.#wakeTimer?.cancel();
    this.#wakeTimer = undefined;
    this.#wakeAt = Infinity;
  }

  /** Milliseconds for which nothing of an endpoint starts after a refusal. */
  pauseOf(endpoint: string): number {
    return this.quotaOf(endpoint).pauseAt(this.#parts.clock.now());
  }

  /** The learned limit of an endpoint. */
  quotaOf(endpoint: string): LearnedQuota {
    if (endpoint === '') return this.#quota;
    let quota = this.#quotas.get(endpoint);
    if (quota === undefined) {
      if (this.#quotas.size >= MAX_ENDPOINTS) return this.#quota;
      quota = new LearnedQuota();
      this.#quotas.set(endpoint, quota);
    }
    return quota;
  }

  #beginTiming(attempt: Attempt): void {
    const { limit } = this.#parts;
    if (limit.isMeasuring) this.#ownTime.start();
    attempt.startedAt = this.#ownTime.now();
    attempt.limitTag = limit.begin(attempt.startedAt);
  }

  #endTiming(attempt: Attempt, isOk: boolean, wasAnswered: boolean): void {
    const { breaker, limit } = this.#parts;
    const now = this.#ownTime.now();
    const duration = now - attempt.startedAt;
    if (wasAnswered) limit.end(attempt.limitTag, duration, this.#running, now);
    else limit.drop(attempt.limitTag);
    breaker?.end(attempt.breakerToken, isOk, duration);
  }

  #endBurst(now: number): void {
    this.#timeLimits.endBurst(now);
    this.#quota.endBurst(now);
    for (const quota of this.#quotas.values()) quota.endBurst(now);
  }

  #acquire(attempt: Attempt): number {
    const { clock, rateLimit, shares } = this.#parts;
    const quota = this.quotaOf(attempt.endpoint);
    if (quota.isUnknown && rateLimit === undefined) {
      quota.spend(attempt.weight);
      attempt.quotaSpent = quota.spent;
      return 0;
    }
    const leave = shares.leftOver(attempt.rank);
    const now = clock.now();
    if (rateLimit !== undefined) {
      const pause = quota.pauseAt(now);
      return pause > 0 ? pause : this.#ask(rateLimit, attempt, leave);
    }
    const wait = quota.tryAcquire(attempt.weight, leave, now);
    if (wait === 0) {
      attempt.quotaSpent = quota.spent;
      attempt.quotaWindow = quota.windowEnd;
    }
    return wait;
  }

  #ask(rateLimit: ToldLimit, { endpoint, weight }: Attempt, leave: number): number {
    try {
      return rateLimit.tryAcquire(weight, leave, endpoint);
    } catch (error) {
      this.#refusal = error;
      return WAIT.never;
    }
  }

  #read(value: object): Reading | undefined {
    const { feedback } = this.#parts;
    return readFeedback(feedback === undefined ? value : feedback(value), this.#readWallTime);
  }

  #observe(attempt: Attempt, { used, source }: Reading): void {
    const { rateLimit } = this.#parts;
    if (rateLimit !== undefined) rateLimit.observe(source, attempt.endpoint);
    else if (used !== undefined) {
      this.quotaOf(attempt.endpoint).observeUsed(used, attempt.quotaSpent, attempt.quotaWindow);
    }
  }

  #refuse(attempt: Attempt, { pauseFor, used, source }: Reading): void {
    const { breaker, clock, limit, rateLimit } = this.#parts;
    const now = clock.now();
    this.#throttled++;
    rateLimit?.observe(source, attempt.endpoint);
    this.quotaOf(attempt.endpoint).refuse(attempt.weight, pauseFor, used, now);
    limit.drop(attempt.limitTag);
    breaker?.end(attempt.breakerToken, true, this.#ownTime.now() - attempt.startedAt);
    this.#leave(attempt);
  }

  #leave(attempt: Attempt): void {
    this.#running--;
    this.#parts.shares.leave(attempt.rank);
    this.#timeLimits.remove(attempt);
  }
}
