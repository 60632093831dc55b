import { isWellFormed } from '../row/well-formed.js';

/**
 * Type of a column, and what it takes besides null: 'REAL' any number but NaN, which SQLite cannot tell from NULL;
 * 'INTEGER' a bigint or whole number of 64 bits, or a boolean as 1 or 0; 'TEXT' a well-formed string without NUL; 'BLOB' a Uint8Array.
 */
export type SqliteColumnType = 'REAL' | 'INTEGER' | 'TEXT' | 'BLOB';

/** What SQLite binds. */
export type SqliteValue = number | bigint | string | Uint8Array | null;

/** What a type means for a value: one of these per type, so that nothing is made or looked up per value. */
export interface ColumnKind {
  /** What it takes, in words. */
  readonly expected: string;
  /** What is bound for a value that is neither null nor undefined, or undefined when it does not fit. */
  read(value: unknown): SqliteValue | undefined;
}

const SMALLEST = -(2n ** 63n);
const LARGEST = 2n ** 63n - 1n;

const KINDS: Readonly<Record<SqliteColumnType, ColumnKind>> = {
  REAL: {
    expected: 'a number that is not NaN',
    read: (value) => (typeof value === 'number' && !Number.isNaN(value) ? value : undefined),
  },
  INTEGER: { expected: 'a bigint of 64 bits, a safe whole number or a boolean', read: readWhole },
  TEXT: {
    expected: 'a string without lone surrogates and NUL',
    // Some adapters cut a text at a NUL.
    read: (value) => (typeof value === 'string' && !value.includes('\0') && isWellFormed(value) ? value : undefined),
  },
  BLOB: {
    expected: 'a Uint8Array',
    // Adapters differ in what they take as bytes, and in whether they look at the view or at all behind it.
    read: (value) => (value instanceof Uint8Array ? Uint8Array.from(value) : undefined),
  },
};

/** The names of all column types. */
export const COLUMN_TYPES: readonly string[] = Object.keys(KINDS);

/** The kind of a type's columns. */
export function kindOf(type: SqliteColumnType): ColumnKind {
  return KINDS[type];
}

function readWhole(value: unknown): SqliteValue | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === 'bigint' && value >= SMALLEST && value <= LARGEST ? value : undefined;
}
