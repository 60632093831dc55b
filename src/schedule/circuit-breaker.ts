import type { Clock } from '../core/clock.js';
import { type BreakerMessage, BREAKERS } from '../core/diagnostics.js';
import { CircuitOpenError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import {
  type CircuitBreakerOptions,
  type CircuitBreakerSettings,
  type CircuitState,
  type ErrorVerdict,
  readCircuitBreakerOptions,
} from './circuit-breaker-options.js';
import { ProbeRound } from './circuit-breaker-probes.js';
import { OutcomeWindow } from './circuit-breaker-window.js';

/*
 * Each change of state begins a generation, and each call belongs to the one it began in. What an older generation
 * brings says nothing of the state now: a call from before the opening that fails during the probe would open the
 * breaker again, one that succeeds would close it although the probe fails. Both happen in other breakers.
 *
 * Leaving 'open' needs no timer: the next call finds that the time is over.
 */

/** What `tryBegin` returns for a call that must not be made. */
const REFUSED = -1;

/** How a promise is awaited: whatever an own property `then` does cannot settle it twice. */
// oxlint-disable-next-line typescript/unbound-method -- always called with a promise as `this`
const nativeThen = Promise.prototype.then;

/** Takes the outcome of calls, and passes it on. */
interface OutcomeWatch {
  readonly noteError: (error: unknown) => void;
  readonly onResult: (result: unknown) => unknown;
  readonly onError: (error: unknown) => never;
}

/** What a breaker has done. `calls` is `running + succeeded + failed + stale + abandoned`. */
export interface CircuitBreakerStats {
  /** The state now. */
  readonly state: CircuitState;
  /** Calls that were let through. */
  readonly calls: number;
  /** Calls that were refused. */
  readonly refused: number;
  /** Calls that have not ended. */
  readonly running: number;
  /** Calls that succeeded. */
  readonly succeeded: number;
  /** Calls that failed. */
  readonly failed: number;
  /** Calls among those two that were slow. */
  readonly slow: number;
  /** Calls begun before the last change of state, whose outcome counted for nothing. */
  readonly stale: number;
  /** Calls that ended without saying anything of the other side. */
  readonly abandoned: number;
  /** Times the breaker has opened. */
  readonly opened: number;
}

/** Why a breaker is in its state. */
export interface CircuitExplanation {
  /** The state now. */
  readonly state: CircuitState;
  /** Milliseconds until a call is tried; 0 unless open. */
  readonly opensFor: number;
  /** The calls looked at: while closed those of the window, while half-open the probes, while open those that opened it. */
  readonly calls: number;
  /** Failures among them. */
  readonly failures: number;
  /** Slow calls among them. */
  readonly slow: number;
}

/**
 * Keeps calls from a side that fails: when too many of the last calls failed or were slow, further ones are refused at
 * once for a while; then exactly so many as `probes` are tried, and decide.
 *
 * The outcome of a call begun before the last change of state counts for nothing. Calls beyond the probes are refused,
 * they do not wait. Count attempts, not loops of retries: put the retry around the breaker.
 *
 * Cost: 1 byte per call of the window; no timer; no allocation per call beside the promise.
 *
 * @example
 * const breaker = new CircuitBreaker({ failureRate: 0.5, window: 20, openFor: 5_000 });
 * const book = await breaker.execute(() => fetchBook('BTCUSDT')); // or CircuitOpenError
 */
export class CircuitBreaker {
  readonly #settings: CircuitBreakerSettings;
  readonly #clock: Clock;
  readonly #reporter: FailureReporter<{ readonly name: string }>;
  readonly #window: OutcomeWindow;
  readonly #probes: ProbeRound;
  readonly #isSuccess: ((result: unknown) => boolean) | undefined;
  readonly #slowCall: number;
  readonly #hasInterval: boolean;
  #state: CircuitState = 'closed';
  #generation = 0;
  /** Takes the outcomes of this generation's calls where time does not count. */
  #watch: OutcomeWatch;
  #openUntil = 0;
  #openFor: number;
  /** What opened it. */
  #cause = { calls: 0, failures: 0, slow: 0 };
  #calls = 0;
  #refused = 0;
  #succeeded = 0;
  #failed = 0;
  #slow = 0;
  #stale = 0;
  #abandoned = 0;
  #opened = 0;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: CircuitBreakerOptions = {}) {
    const settings = readCircuitBreakerOptions(options);
    const { failureRate, interval, name, onError, probes, slowRate, window } = settings;
    this.#settings = settings;
    this.#clock = settings.clock;
    this.#reporter = new FailureReporter(name, onError);
    this.#window = new OutcomeWindow(window, interval, failureRate, slowRate);
    this.#probes = new ProbeRound(probes, failureRate, slowRate);
    this.#isSuccess = settings.isSuccess;
    this.#slowCall = settings.slowCall;
    this.#hasInterval = interval !== Infinity;
    this.#openFor = settings.openFor;
    this.#watch = this.#watchFrom(0);
  }

  /** Name of the breaker. */
  get name(): string {
    return this.#settings.name;
  }

  /** The state now. An open breaker whose time is over is half-open. */
  get state(): CircuitState {
    return this.#state === 'open' && this.#clock.now() >= this.#openUntil ? 'half-open' : this.#state;
  }

  /**
   * Makes a call and counts its outcome, or refuses it with CircuitOpenError.
   *
   * The result, or the error, of the call comes back unchanged. The call sees the async context of the caller.
   */
  execute<T>(call: () => T | PromiseLike<T>): Promise<T> {
    // Hot path: no function per call and no read of the clock, unless slow calls count.
    const token = this.tryBegin();
    if (token === REFUSED) return Promise.reject(this.#refusal());
    const watch = this.#slowCall === Infinity ? this.#watch : this.#watchFrom(this.#clock.now());
    try {
      // A promise that is one already comes back as it is. The watch passes on what it takes.
      return nativeThen.call(Promise.resolve(call()), watch.onResult, watch.onError) as Promise<T>;
    } catch (error) {
      watch.noteError(error);
      return Promise.reject(error);
    }
  }

  /**
   * The first half of `execute`, for callers that make the call themselves: a token, or -1 when the call is refused.
   * Each token must be given to `end` or `abandon` once.
   */
  tryBegin(): number {
    if (this.#state !== 'closed' && !this.#admitsProbe()) {
      this.#refused++;
      return REFUSED;
    }
    this.#calls++;
    return this.#generation;
  }

  /**
   * Says how a call has ended.
   * @param duration What it took, in milliseconds, where slow calls count.
   */
  end(token: number, isSuccess: boolean, duration = 0): void {
    if (token !== this.#generation) {
      this.#stale++;
      return;
    }
    const isSlow = duration >= this.#slowCall;
    if (isSuccess) this.#succeeded++;
    else this.#failed++;
    if (isSlow) this.#slow++;
    if (this.#state === 'closed') {
      const now = this.#hasInterval ? this.#clock.now() : 0;
      if (this.#window.add(!isSuccess, isSlow, now)) this.#open(this.#settings.openFor);
    } else {
      this.#endProbe(isSuccess, isSlow);
    }
  }

  /** Says that a call has ended without telling anything of the other side, such as one its caller gave up. */
  abandon(token: number): void {
    if (token !== this.#generation) {
      this.#stale++;
      return;
    }
    this.#abandoned++;
    if (this.#state === 'half-open') this.#probes.giveBack();
  }

  /** Counters as they are now. */
  stats(): CircuitBreakerStats {
    const calls = this.#calls;
    const succeeded = this.#succeeded;
    const failed = this.#failed;
    const stale = this.#stale;
    const abandoned = this.#abandoned;
    const running = calls - succeeded - failed - stale - abandoned;
    return {
      state: this.state,
      calls,
      refused: this.#refused,
      running,
      succeeded,
      failed,
      slow: this.#slow,
      stale,
      abandoned,
      opened: this.#opened,
    };
  }

  /** Says why the breaker is in its state, and for how long it stays open. */
  explain(): CircuitExplanation {
    const { state } = this;
    const { calls, failures, slow } = this.#deciding();
    const opensFor = state === 'open' ? this.#openUntil - this.#clock.now() : 0;
    return { state, opensFor, calls, failures, slow };
  }

  #deciding() {
    if (this.#state === 'closed') return this.#window;
    return this.#state === 'open' ? this.#cause : this.#probes;
  }

  /** Whether a call may be tried while the breaker is not closed. */
  #admitsProbe(): boolean {
    const now = this.#clock.now();
    if (this.#state === 'open') {
      if (now < this.#openUntil) return false;
      this.#change('half-open', now);
    } else if (this.#probes.isFull && now - this.#probes.since >= this.#openFor) {
      // Probes that never end must not keep it half-open for ever.
      this.#change('half-open', now);
    }
    // A call made by who was told of the change may have decided already.
    return this.#state === 'closed' || (this.#state === 'half-open' && this.#probes.admit());
  }

  #endProbe(isSuccess: boolean, isSlow: boolean): void {
    const verdict = this.#probes.add(!isSuccess, isSlow);
    if (verdict === 'open') this.#open(Math.min(this.#openFor * 2, this.#settings.maxOpenFor));
    else if (verdict === 'close') this.#change('closed', 0);
  }

  #open(openFor: number): void {
    this.#openFor = openFor;
    this.#openUntil = this.#clock.now() + openFor;
    this.#opened++;
    this.#change('open', 0);
  }

  #change(to: CircuitState, now: number): void {
    const from = this.#state;
    const { calls, failures, slow } = this.#deciding();
    this.#cause = { calls, failures, slow };
    this.#generation++;
    this.#watch = this.#watchFrom(0);
    this.#state = to;
    this.#window.clear();
    if (to === 'half-open') this.#probes.begin(now);
    const { name, onStateChange } = this.#settings;
    if (BREAKERS.hasSubscribers) BREAKERS.publish({ name, from, to } satisfies BreakerMessage);
    if (onStateChange === undefined) return;
    try {
      this.#reporter.watch(onStateChange({ name, from, to, calls, failures, slow }), { name });
    } catch (error) {
      this.#reporter.report(error, { name });
    }
  }

  /** Takes the outcomes of this generation's calls that began at `began`, where time counts. */
  #watchFrom(began: number): OutcomeWatch {
    const token = this.#generation;
    const noteError = (error: unknown): void => this.#endFailed(token, error, began);
    return {
      noteError,
      onResult: (result) => {
        const isSuccess = this.#isSuccess === undefined || this.#accepts(result);
        this.end(token, isSuccess, this.#slowCall === Infinity ? 0 : this.#clock.now() - began);
        return result;
      },
      onError: (error) => {
        noteError(error);
        throw error;
      },
    };
  }

  #endFailed(token: number, error: unknown, began: number): void {
    const verdict = this.#judge(error);
    if (verdict === 'ignore') this.abandon(token);
    else this.end(token, verdict === 'success', this.#slowCall === Infinity ? 0 : this.#clock.now() - began);
  }

  /** A verdict that throws, or is none, counts as a failure. */
  #judge(error: unknown): ErrorVerdict {
    try {
      return this.#settings.judge(error);
    } catch (thrown) {
      this.#reporter.report(thrown, { name: this.name });
      return 'failure';
    }
  }

  #accepts(result: unknown): boolean {
    try {
      return this.#isSuccess?.(result) === true;
    } catch (thrown) {
      this.#reporter.report(thrown, { name: this.name });
      return false;
    }
  }

  #refusal(): CircuitOpenError {
    const { calls, failures, opensFor, slow, state } = this.explain();
    const wait = state === 'open' ? `open for another ${Math.ceil(opensFor)} ms` : 'half-open and busy with its probes';
    return new CircuitOpenError(`${this.name} is ${wait}; of ${calls} calls ${failures} failed, ${slow} were slow`);
  }
}
