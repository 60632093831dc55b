export { cacheStats, type CacheStats } from './cache-stats.js';
export type { EntrySource } from './entry.js';
export type { Departure } from './departures.js';
export type { MemoExplanation } from './explain.js';
export type { AnyFunction, ArgumentsOf, ResultOf } from './function-types.js';
export { memo } from './memo.js';
export type { MemoControls, WarmOptions, WarmReport } from './memo-controls.js';
export type {
  AsyncMemoOptions,
  MemoErrorContext,
  MemoOptions,
  MemoOptionsOf,
  MethodClock,
  SyncMemoOptions,
} from './memo-options.js';
export type { MemoStats } from './memo-stats.js';
export {
  type AsyncMemoizeOptions,
  memoize,
  type MemoizeDecorator,
  type MemoizeOptions,
  type MethodFor,
} from './memoize.js';
export { memoizeMethods, type MethodOptions, type WithMemoized } from './memoize-methods.js';
export type { Memoized } from './memoized.js';
export { methodCache, type MethodControls, type MethodName } from './method-cache.js';
export {
  cacheConsensus,
  cacheDecision,
  cacheFeatures,
  type CachePreset,
  cachePredictions,
  cacheReasoning,
  cacheRegime,
} from './presets.js';
export { structuralKey } from './structural-key.js';
