import { rm } from 'node:fs/promises';

import type { BotResult } from '../bot/result.js';
import { ROW_FOLDER_ENDING } from '../bot/row-files.js';
import type { MemoryReport } from '../report/memory.js';
import { askMemory } from './ask-memory.js';
import { databaseKind } from './database-kind.js';
import type { CommonJob } from './make-job.js';
import type { DemoOptions } from './options.js';

/**
 * Measures what a run's figures cannot tell apart: the bytes of histories, and DuckDB's own share of the peak, which is
 * what a process that only writes as many rows takes more for DuckDB than for plain files. `path` is a file, without its
 * ending, that is written and removed.
 */
export async function measureMemory(
  { symbols, models }: CommonJob,
  { signals, decisions, bookRows }: BotResult,
  path: string,
  { database, workers }: DemoOptions,
): Promise<MemoryReport> {
  const { histories } = await askMemory({
    type: 'histories',
    symbols: symbols.length,
    models: models.length,
    hasWorkers: workers !== undefined,
  });
  if (histories === undefined) throw new Error('the process that measures memory left out the histories');
  if (database !== undefined || databaseKind() !== 'duckdb') return { histories, databaseBytes: 0 };
  const rows = { signals: signals.length, decisions: decisions.length, books: bookRows.length };
  const [inDuckDb, inFiles] = [`${path}.duckdb`, `${path}${ROW_FOLDER_ENDING}`];
  const files = await askMemory({ type: 'database', path: inFiles, rows });
  const duckDb = await askMemory({ type: 'database', path: inDuckDb, rows });
  for (const file of [inDuckDb, `${inDuckDb}.wal`, inFiles]) await rm(file, { force: true, recursive: true });
  return { histories, databaseBytes: duckDb.peakRss - files.peakRss };
}
