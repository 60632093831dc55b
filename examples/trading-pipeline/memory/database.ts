import { BatchWriter } from 'tickwise/batch';

import { type TableName, TABLES } from '../bot/rows.js';
import { openTable } from '../optimised/table.js';
import type { MemoryQuestion } from './question.js';

/** Writes as many rows as a run, the way the tickwise version writes them, and does nothing else. */
export async function writeRows({ path, rows }: Extract<MemoryQuestion, { type: 'database' }>): Promise<void> {
  const tables = Object.keys(TABLES) as TableName[];
  const opened = tables.map((name) => ({ name, table: openTable(path, name) }));
  await Promise.all(opened.map(({ table }) => table.open()));
  for (const { name, table } of opened) {
    const writer = new BatchWriter<object>({ sink: (batch, context) => table.write(batch, context) });
    for (let index = 0; index < rows[name]; index += 1) {
      await writer.ready();
      writer.add(rowAt(name, index));
    }
    await writer.close();
  }
  await Promise.all(opened.map(({ table }) => table.close()));
}

function rowAt(name: TableName, index: number): object {
  return Object.fromEntries(
    Object.entries(TABLES[name]).map(([column, type]) => [column, type === 'VARCHAR' ? 'BTCUSDT' : index]),
  );
}
