export { type DuckDbColumnType } from './duckdb/column-types.js';
export { duckdbSink, type DuckDbSink, type DuckDbSinkStats } from './duckdb/duckdb-sink.js';
export type { DuckDbSinkOptions } from './duckdb/duckdb-sink-options.js';
