import type { Feedback } from './feedback.js';

/** What the scheduler asks of a rate limiter; `RateLimiter` is one. */
export interface RateGate {
  /**
   * Takes `weight` and returns 0, or takes nothing and returns the milliseconds to wait.
   *
   * `leave` is the part of each window, from 0 to 1, that must be left over for others.
   */
  tryAcquire(weight?: number, leave?: number): number;
  /** Takes an answer's status and headers into account. */
  observe(feedback: Feedback): void;
}

/** What the scheduler asks of a circuit breaker; `CircuitBreaker` is one. */
export interface BreakerGate {
  /** Whether calls are let through. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** Begins a call and returns its token, or -1 when the breaker refuses it. */
  tryBegin(): number;
  /** Ends a call. */
  end(token: number, isSuccess: boolean, duration?: number): void;
}
