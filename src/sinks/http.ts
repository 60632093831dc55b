export { httpSink, type HttpSink, type HttpSinkStats } from './http/http-sink.js';
export { HttpStatusError } from './http/http-status-error.js';
export type { Fetch, HttpSinkOptions } from './http/http-sink-options.js';
