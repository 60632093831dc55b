export { AsyncCovariance, type AsyncCovarianceOptions, type AsyncCovarianceStats } from './async-covariance.js';
export type { CorrelationInput, MissingPolicy } from './bar-intake.js';
export type { RollingCorrelationOptions } from './correlation-options.js';
export { EwmaCorrelation, type EwmaCorrelationOptions, type EwmaCorrelationStats } from './ewma-correlation.js';
export {
  type CorrelationReason,
  RollingCorrelation,
  type RollingCorrelationStats,
  type TopOptions,
} from './rolling-correlation.js';
export { RollingStats, type RollingStatsOptions } from './rolling-stats.js';
export type { CorrelatedPair, CorrelationDirection } from './strongest-pairs.js';
