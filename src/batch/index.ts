export { BatchWriter } from './batch-writer.js';
export type { BatchErrorContext, BatchOverflow, BatchWriterOptions, RetryOptions } from './batch-writer-options.js';
export type { BatchExplanation, BatchStats } from './batch-stats.js';
export type { JournalDurability, JournalOptions } from './journal/journal-options.js';
export type { JournalStats } from './journal/journal-stats.js';
export type { RejectedRow, RowError, SendContext, Sink, SinkFunction, SinkObject, SinkReport } from './sink.js';
export { UnwrittenError } from './unwritten-error.js';
