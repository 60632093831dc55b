import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { rowLine } from '../bot/row-files.js';
import { type TableName, TABLES } from '../bot/rows.js';
import type { NaiveClient, NaiveDatabase } from './database.js';

/** A folder with one file per table: every row is an append that is waited for. */
export class NaiveFiles implements NaiveDatabase, NaiveClient {
  readonly #files: ReadonlyMap<TableName, FileHandle>;
  #statements = 0;

  private constructor(files: ReadonlyMap<TableName, FileHandle>) {
    this.#files = files;
  }

  static async open(folder: string): Promise<NaiveFiles> {
    await mkdir(folder, { recursive: true });
    const files = new Map<TableName, FileHandle>();
    for (const table of Object.keys(TABLES) as TableName[]) {
      files.set(table, await open(join(folder, `${table}.ndjson`), 'a'));
    }
    return new NaiveFiles(files);
  }

  get statements(): number {
    return this.#statements;
  }

  /** A file needs no connection: all bots share the handles. */
  async connect(): Promise<NaiveClient> {
    return this;
  }

  async insert(table: TableName, row: object): Promise<void> {
    const file = this.#files.get(table);
    if (file === undefined) throw new Error(`there is no table ${table}`);
    await file.appendFile(`${rowLine(row)}\n`);
    this.#statements++;
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close();
  }
}
