export { ndjsonSink, type NdjsonSink, type NdjsonSinkStats } from './ndjson/ndjson-sink.js';
export type { NdjsonErrorContext, NdjsonSinkOptions } from './ndjson/ndjson-sink-options.js';
