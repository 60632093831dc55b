import { rm } from 'node:fs/promises';

import type { BotResult } from '../bot/result.js';
import type { MemoryReport } from '../report/memory.js';
import { askMemory } from './ask-memory.js';
import { databaseKind } from './database-kind.js';
import type { CommonJob } from './make-job.js';
import type { DemoOptions } from './options.js';

/**
 * Measures what a run's figures cannot tell apart: the bytes of histories, and DuckDB's own share of the peak, which is
 * that of a process that writes as many rows and does nothing else. `path` is a file that is written and removed.
 */
export async function measureMemory(
  { symbols, models }: CommonJob,
  { signals, decisions, bookRows }: BotResult,
  path: string,
  { database }: DemoOptions,
): Promise<MemoryReport> {
  const { histories } = await askMemory({ type: 'histories', symbols: symbols.length, models: models.length });
  if (histories === undefined) throw new Error('the process that measures memory left out the histories');
  if (database !== undefined || databaseKind() !== 'duckdb') return { histories, databaseBytes: 0 };
  const rows = { signals: signals.length, decisions: decisions.length, books: bookRows.length };
  const nothing = await askMemory({ type: 'nothing' });
  const writing = await askMemory({ type: 'database', path, rows });
  for (const file of [path, `${path}.wal`]) await rm(file, { force: true });
  return { histories, databaseBytes: writing.peakRss - nothing.peakRss };
}
