export type { BarValues } from './bar-reader.js';
export type { CorrelationInput, MissingPolicy } from './bar-intake.js';
export type { RollingCorrelationOptions } from './correlation-options.js';
export type { RollingCorrelationStats } from './correlation-stats.js';
export type { EngineChoice } from './kernel-engine.js';
export type { PsdPolicy } from './psd.js';
export { type CorrelationReason, RollingCorrelation, type TopOptions } from './rolling-correlation.js';
export { RollingStats, type RollingStatsOptions } from './rolling-stats.js';
export type { CorrelatedPair, CorrelationDirection } from './strongest-pairs.js';
