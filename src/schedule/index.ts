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
export { type VenueRateLimits, venueRateLimits } from './venue-limits.js';
export { CircuitBreaker, type CircuitBreakerStats, type CircuitExplanation } from './circuit-breaker.js';
export { CircuitBreakerGroup, type CircuitBreakerGroupStats } from './circuit-breaker-group.js';
export type {
  CircuitBreakerGroupOptions,
  CircuitBreakerOptions,
  CircuitChange,
  CircuitState,
  ErrorVerdict,
} from './circuit-breaker-options.js';
