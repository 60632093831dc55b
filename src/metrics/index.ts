export { closeAll, type CloseAllOptions } from './close-all.js';
export {
  type EfficiencyCosts,
  type EfficiencyLine,
  EfficiencyReport,
  type ThresholdVerdict,
} from './efficiency-report.js';
export type { EfficiencyReportOptions, Prices, Thresholds } from './efficiency-report-options.js';
export { ErrorLog, type ErrorLogOptions, type ErrorLogStats } from './error-log.js';
export { explainOnSignal, type ExplainOnSignalOptions } from './explain-on-signal.js';
export type { Measured } from './measured.js';
export { MetricsRegistry } from './metrics-registry.js';
export type { MetricsErrorContext, MetricsRegistryOptions } from './metrics-registry-options.js';
export { type MetricsSnapshot, type PrimitiveSnapshot, ratesBetween } from './metrics-snapshot.js';
export {
  bridgeOpenTelemetry,
  type MeterLike,
  type ObservableCallbackLike,
  type ObservableLike,
} from './open-telemetry.js';
export { ProcessSampler, type ProcessStats } from './process-sampler.js';
export type { ProcessSamplerOptions } from './process-sampler-options.js';
export type { Usage } from './usage.js';
