import { DuckDBInstance } from '@duckdb/node-api';
import { TABLES, type TableName } from '../bot/rows.js';
import { type Comparison, compareRecords, sumOf } from './comparison.js';

/** Fields that name a row; a table has those of them that it has. */
const KEY = ['ts', 'symbol', 'model'] as const;

/** Reads every table of two database files and compares the rows value by value. */
export async function compareDatabases(naiveFile: string, optimisedFile: string): Promise<Comparison> {
  const [naive, optimised] = [await DuckDBInstance.create(naiveFile), await DuckDBInstance.create(optimisedFile)];
  try {
    const comparisons: Comparison[] = [];
    for (const table of Object.keys(TABLES) as TableName[]) {
      comparisons.push(compareRecords(await rowsOf(naive, table), await rowsOf(optimised, table), keyOf));
    }
    return sumOf(comparisons);
  } finally {
    naive.closeSync();
    optimised.closeSync();
  }
}

async function rowsOf(instance: DuckDBInstance, table: TableName): Promise<object[]> {
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(`SELECT * FROM ${table}`)).getRowObjects();
  } finally {
    connection.closeSync();
  }
}

function keyOf(row: object): string {
  return KEY.map((name) => String(Reflect.get(row, name))).join('|');
}
