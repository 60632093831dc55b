export { Cadence, type CadenceOutlook, type CadenceStats } from './cadence.js';
export type { CadenceJobStats } from './cadence-job-loop.js';
export type {
  CadenceErrorContext,
  CadenceJob,
  CadenceOptions,
  CadenceSlot,
  MissedSlots,
  Stagger,
} from './cadence-options.js';
export { type AcquireOptions, RateLimiter, type TryAcquireOptions } from './rate-limiter.js';
export type { RateLimiterExplanation, WaitReason } from './rate-limiter-explain.js';
export type { ObservedHeaders } from './rate-limiter-headers.js';
export type { RateObservation } from './rate-limiter-observation.js';
export type { RateLimiterOptions, RateWindow, WindowAlignment, WindowCounts } from './rate-limiter-options.js';
export type { RequestScope } from './rate-limiter-request.js';
export type { RateLimiterStats, RateWindowStats } from './rate-limiter-stats.js';
export { type PublishedLimits, type VenueRateLimits, venueRateLimits } from './venue-limits.js';
export { CircuitBreaker, type CircuitBreakerStats, type CircuitExplanation } from './circuit-breaker.js';
export { CircuitBreakerGroup, type CircuitBreakerGroupStats } from './circuit-breaker-group.js';
export type {
  CircuitBreakerGroupOptions,
  CircuitBreakerOptions,
  CircuitChange,
  CircuitState,
  ErrorVerdict,
} from './circuit-breaker-options.js';
export { AdaptiveScheduler } from './adaptive-scheduler.js';
export type { AnswerHeaders, Feedback } from './feedback.js';
export { type FirstGood, firstGood, type FirstGoodOptions, type Source } from './first-good.js';
export type { Task } from './list-run.js';
export type { BreakerGate, RateGate, GateWindow } from './rate-gate.js';
export type { RunOptions } from './run-options.js';
export type { RunReport, RunStats, RunStop, StreamItem } from './run-report.js';
export type {
  AdaptiveConcurrency,
  AdaptiveSchedulerOptions,
  ClassOptions,
  EarlyExitOptions,
  HedgeOptions,
  SchedulerErrorContext,
  TaskRetryOptions,
} from './scheduler-options.js';
export type { SchedulerStats } from './scheduler-stats.js';
export type { SubmitOptions } from './submit-options.js';
export type { TaskContext } from './task-context.js';
