export { JsonCache, type JsonResult } from './json-cache.js';
export type { JsonCacheOptions } from './json-cache-options.js';
export type { JsonCacheExplanation, JsonCacheStats } from './json-cache-stats.js';
export { JsonSeries } from './json-series.js';
export type { JsonSeriesOptions } from './json-series-options.js';
export type { JsonSeriesExplanation, JsonSeriesStats } from './json-series-stats.js';
