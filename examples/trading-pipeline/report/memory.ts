import type { HistoryBytes } from '../memory/question.js';

/** What was measured in processes of their own. */
export interface MemoryReport {
  readonly histories: HistoryBytes;
  /**
   * Bytes at the peak of a process that only writes as many rows to DuckDB as the run did, above those of one that
   * writes them to plain files; 0 where the database is another process, or plain files.
   */
  readonly databaseBytes: number;
}
