import { ROW_FOLDER_ENDING } from '../bot/row-files.js';

/** What both versions store rows in: DuckDB where it is installed, else plain files. */
export function databaseKind(): 'duckdb' | 'files' {
  try {
    import.meta.resolve('@duckdb/node-api');
    return 'duckdb';
  } catch {
    return 'files';
  }
}

/** Name of a version's database in the output folder. */
export function databaseName(version: string): string {
  return version + (databaseKind() === 'duckdb' ? '.duckdb' : ROW_FOLDER_ENDING);
}
