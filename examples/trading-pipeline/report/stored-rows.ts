import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { isRowFolder, readRowLine } from '../bot/row-files.js';
import { TABLES, type TableName } from '../bot/rows.js';
import { isPostgres, readPostgresRows } from '../database/postgres.js';
import { type Comparison, compareRecords, sumOf } from './comparison.js';

/** Fields that name a row; a table has those of them that it has. */
const KEY = ['ts', 'symbol', 'model'] as const;

/** Rows as they are stored, table by table. */
export interface StoredRows {
  read(table: TableName): Promise<object[]>;
  close(): void;
}

/** Reads every table of what two versions stored and compares the rows value by value. */
export async function compareStores(naivePath: string, optimisedPath: string): Promise<Comparison> {
  const [naive, optimised] = [await openRows(naivePath), await openRows(optimisedPath)];
  try {
    const comparisons: Comparison[] = [];
    for (const table of Object.keys(TABLES) as TableName[]) {
      comparisons.push(compareRecords(await naive.read(table), await optimised.read(table), keyOf));
    }
    return sumOf(comparisons);
  } finally {
    naive.close();
    optimised.close();
  }
}

/** Opens a DuckDB file, a folder of row files or a Postgres database for reading. */
export async function openRows(path: string): Promise<StoredRows> {
  if (isPostgres(path)) return { read: (table) => readPostgresRows(path, table), close: () => undefined };
  if (isRowFolder(path))
    return { read: (table) => readFileRows(join(path, `${table}.ndjson`)), close: () => undefined };
  const { DuckDBInstance: instances } = await import('@duckdb/node-api');
  const instance = await instances.create(path);
  return { read: (table) => readTable(instance, table), close: () => instance.closeSync() };
}

async function readFileRows(path: string): Promise<object[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    // A table without rows has no file.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').filter(Boolean).map(readRowLine);
}

async function readTable(instance: DuckDBInstance, table: TableName): Promise<object[]> {
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(`SELECT * FROM ${table}`)).getRowObjects();
  } finally {
    connection.closeSync();
  }
}

/** Names a row among those of its table. */
export function keyOf(row: object): string {
  return KEY.map((name) => String(Reflect.get(row, name))).join('|');
}
