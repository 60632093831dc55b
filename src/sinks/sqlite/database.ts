import { hasMethods } from '../../core/options.js';
import type { SqliteValue } from './column-types.js';

/**
 * An open database: `DatabaseSync` of node:sqlite, `Database` of better-sqlite3, or `Database` of node-sqlite3-wasm.
 * These are the calls that all three have.
 */
export interface SqliteDatabase {
  /** Runs statements without values. */
  exec(sql: string): unknown;
  /** Compiles a statement. */
  prepare(sql: string): unknown;
  /** Ends the database. */
  close(): unknown;
}

/** A compiled statement, as two kinds of adapters have it. */
interface ForeignStatement {
  run(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): readonly Readonly<Record<string, unknown>>[];
  /** Only node-sqlite3-wasm has it, and wants the values as one array. */
  finalize?(): void;
}

/** A compiled statement. */
export interface Statement {
  /** Runs it and returns how many rows it changed. */
  run(values: readonly SqliteValue[]): number;
  /** Runs it and returns its rows. */
  all(values: readonly SqliteValue[]): readonly Readonly<Record<string, unknown>>[];
  /** Frees it. */
  end(): void;
}

/** Whether a value has the calls of a database. */
export function isDatabase(value: unknown): value is SqliteDatabase {
  return hasMethods(value, 'exec', 'prepare', 'close');
}

/** Compiles a statement. */
export function prepare(database: SqliteDatabase, sql: string): Statement {
  const foreign = database.prepare(sql) as ForeignStatement; // what the three adapters return
  if (foreign.finalize !== undefined) return new RenewedStatement(database, sql, foreign);
  return {
    run: (values) => changesOf(foreign.run(...values)),
    all: (values) => foreign.all(...values),
    end: () => undefined,
  };
}

/** A statement of node-sqlite3-wasm, where one that has failed fails the next time, too: another takes its place. */
class RenewedStatement implements Statement {
  readonly #database: SqliteDatabase;
  readonly #sql: string;
  #foreign: ForeignStatement;

  constructor(database: SqliteDatabase, sql: string, foreign: ForeignStatement) {
    this.#database = database;
    this.#sql = sql;
    this.#foreign = foreign;
  }

  run(values: readonly SqliteValue[]): number {
    return changesOf(this.#renewing(() => this.#foreign.run(values)));
  }

  all(values: readonly SqliteValue[]): readonly Readonly<Record<string, unknown>>[] {
    return this.#renewing(() => this.#foreign.all(values));
  }

  end(): void {
    try {
      this.#foreign.finalize?.();
    } catch {
      // Says again what it failed with.
    }
  }

  #renewing<R>(act: () => R): R {
    try {
      return act();
    } catch (error) {
      this.end();
      this.#foreign = this.#database.prepare(this.#sql) as ForeignStatement; // as above
      throw error;
    }
  }
}

function changesOf(result: unknown): number {
  return Number(Reflect.get(Object(result), 'changes') ?? 0);
}

/** Whether a transaction is open. A trigger may have ended it. */
export function isWithinTransaction(database: SqliteDatabase): boolean {
  try {
    // The three adapters have three names for it; a second BEGIN fails in all of them.
    database.exec('BEGIN');
  } catch {
    return true;
  }
  database.exec('ROLLBACK');
  return false;
}
