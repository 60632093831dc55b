import type { Feedback } from './feedback.js';

/** What the scheduler asks of a rate limiter; `RateLimiter` is one. */
export interface RateGate {
  /** Takes `weight` and returns 0, or takes nothing and returns the milliseconds to wait. */
  tryAcquire(weight?: number, scope?: { readonly endpoint?: string }): number;
  /** Takes an answer's status and headers into account. */
  observe(feedback: Feedback & { readonly endpoint?: string }): void;
  /** How much of each window is used; reserved shares of classes need it. */
  stats?(): { readonly windows: readonly GateWindow[] };
}

/** One window of a rate limiter. */
export interface GateWindow {
  /** Weight that it may have. */
  readonly limit: number;
  /** Its length in milliseconds. */
  readonly interval: number;
  /** Weight that it has now; null for windows per key. */
  readonly used: number | null;
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
