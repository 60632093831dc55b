import { isWithinTransaction, prepare, type SqliteDatabase } from './database.js';
import { openFile } from './open-file.js';
import { isRowFault } from './row-fault.js';
import type { SqliteSinkSettings } from './sqlite-sink-options.js';
import type { SqliteValue } from './column-types.js';
import { checkTable, createTable, Inserts } from './table.js';

/** A row that the table refused, by its position among those sent. */
export interface RefusedRow {
  readonly position: number;
  readonly error: unknown;
}

/** An open database with its compiled statements. */
export class Session {
  readonly #database: SqliteDatabase;
  readonly #inserts: Inserts;
  readonly #isOwn: boolean;
  /** How readers and the writer get along: 'wal' lets them work side by side. */
  readonly journalMode: string;

  constructor(database: SqliteDatabase, settings: SqliteSinkSettings, isOwn: boolean) {
    this.#database = database;
    this.#isOwn = isOwn;
    this.journalMode = isOwn ? configure(database, settings) : pragma(database, 'journal_mode');
    if (settings.createTable) createTable(database, settings);
    checkTable(database, settings);
    this.#inserts = new Inserts(database, settings);
  }

  /** Opens the database. Nothing stays open when that fails. */
  static async open(settings: SqliteSinkSettings): Promise<Session> {
    if (settings.database !== undefined) return new Session(settings.database, settings, false);
    const database = await openFile(settings.path ?? '');
    try {
      return new Session(database, settings, true);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Stores rows, whose values follow one another, in one transaction: all but those it reports, or none if it throws. */
  store(values: readonly SqliteValue[], refuse: (row: RefusedRow) => void): number {
    const { width, columns } = this.#inserts;
    const count = values.length / columns;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      let [stored, from] = [0, 0];
      for (; from + width <= count; from += width) stored += this.#storeBlock(values, from, refuse);
      stored += this.#storeEach(values, from, count, refuse);
      this.#database.exec('COMMIT');
      return stored;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** Frees the statements, and ends the database if it is our own. */
  close(): void {
    this.#inserts.end();
    if (this.#isOwn) this.#database.close();
  }

  #storeBlock(values: readonly SqliteValue[], from: number, refuse: (row: RefusedRow) => void): number {
    const { width, columns } = this.#inserts;
    try {
      return this.#inserts.many(values.slice(from * columns, (from + width) * columns));
    } catch (error) {
      // A statement that fails leaves no row behind: its rows are tried again one by one.
      this.#requireRowFault(error);
    }
    return this.#storeEach(values, from, from + width, refuse);
  }

  #storeEach(values: readonly SqliteValue[], from: number, end: number, refuse: (row: RefusedRow) => void): number {
    const { columns } = this.#inserts;
    let stored = 0;
    for (let position = from; position < end; position++) {
      try {
        stored += this.#inserts.one(values.slice(position * columns, (position + 1) * columns));
      } catch (error) {
        this.#requireRowFault(error);
        refuse({ position, error });
      }
    }
    return stored;
  }

  /** A trigger that ends the transaction takes with it what was stored before: then nothing is stored. */
  #requireRowFault(error: unknown): void {
    if (!isRowFault(error) || !isWithinTransaction(this.#database)) throw error;
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // The failure has ended the transaction already.
    }
  }
}

/** Readers beside the writer need the write-ahead log, which some adapters do not have: they stay with what they have. */
function configure(database: SqliteDatabase, { durability }: SqliteSinkSettings): string {
  const mode = pragma(database, 'journal_mode = WAL');
  database.exec(`PRAGMA synchronous = ${durability.toUpperCase()}`);
  return mode;
}

function pragma(database: SqliteDatabase, text: string): string {
  const statement = prepare(database, `PRAGMA ${text}`);
  const [row] = statement.all([]);
  statement.end();
  return String(Object.values(row ?? {})[0]);
}
