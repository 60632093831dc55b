export type { BusStats } from './bus-link.js';
export { cacheStats, type CacheStats } from './cache-stats.js';
export type { CacheStore, InvalidationBus } from './cache-store.js';
export type { Codec } from './codec.js';
export type { EntrySource } from './entry.js';
export type { Departure } from './departures.js';
export type { MemoExplanation } from './explain.js';
export type { AbortableFunction, AnyFunction, ArgumentsOf, ResultOf } from './function-types.js';
export { memo } from './memo.js';
export type { MemoControls } from './memo-controls.js';
export { type MemoizedRange, memoRange, type MemoRangeControls } from './memo-range.js';
export type { MemoRangeOptions } from './memo-range-options.js';
export type {
  AsyncMemoOptions,
  AsyncOnly,
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
export type { StoreStats } from './second-level.js';
export type { LeaseOptions } from './lease-options.js';
export type { MemoRangeExplanation, RangeInterval, RangeState } from './range-explain.js';
export type { RangeFailure } from './range-series.js';
export type { MemoRangeStats } from './range-stats.js';
export { structuralKey } from './structural-key.js';
export type { WarmOptions, WarmReport } from './warm.js';
