import type { DuckDBAppender } from '@duckdb/node-api';
import { isWellFormed } from '../row/well-formed.js';
import type { DuckDbApi } from './peer.js';

/**
 * Type of a column, and what it takes besides null: 'DOUBLE' any number, bit for bit; 'BIGINT' a bigint or whole
 * number of 64 bits; 'INTEGER' a whole number of 32 bits; 'VARCHAR' a well-formed string; 'BOOLEAN' a boolean;
 * 'TIMESTAMP' epoch milliseconds, kept to the microsecond.
 */
export type DuckDbColumnType = 'DOUBLE' | 'BIGINT' | 'INTEGER' | 'VARCHAR' | 'BOOLEAN' | 'TIMESTAMP';

/** What a type means for a value: one of these per type, so that nothing is made or looked up per value. */
export interface ColumnKind {
  /** What it takes, in words. */
  readonly expected: string;
  /** Whether it takes a value that is neither null nor undefined. */
  isValid(value: unknown): boolean;
  /** Appends one value. Called only with values that `isValid` has let through, hence the casts. */
  append(appender: DuckDBAppender, value: unknown, api: DuckDbApi): void;
}

const SMALLEST_BIGINT = -(2n ** 63n);
const LARGEST_BIGINT = 2n ** 63n - 1n;
/** Farthest from the epoch that a JavaScript Date reaches, in milliseconds; DuckDB reaches farther. */
const FARTHEST_TIME = 8.64e15;

const KINDS: Readonly<Record<DuckDbColumnType, ColumnKind>> = {
  DOUBLE: {
    expected: 'a number',
    isValid: (value) => typeof value === 'number',
    append: (appender, value) => appender.appendDouble(value as number),
  },
  BIGINT: {
    expected: 'a bigint of 64 bits or a safe whole number',
    isValid: (value) =>
      typeof value === 'bigint' ? value >= SMALLEST_BIGINT && value <= LARGEST_BIGINT : Number.isSafeInteger(value),
    append: (appender, value) => appender.appendBigInt(BigInt(value as number | bigint)),
  },
  INTEGER: {
    expected: 'a whole number of 32 bits',
    isValid: (value) => typeof value === 'number' && (value | 0) === value,
    append: (appender, value) => appender.appendInteger(value as number),
  },
  VARCHAR: {
    expected: 'a string without lone surrogates',
    // DuckDB stores UTF-8: a lone surrogate would silently become U+FFFD.
    isValid: (value) => typeof value === 'string' && isWellFormed(value),
    append: (appender, value) => appender.appendVarchar(value as string),
  },
  BOOLEAN: {
    expected: 'true or false',
    isValid: (value) => typeof value === 'boolean',
    append: (appender, value) => appender.appendBoolean(value as boolean),
  },
  TIMESTAMP: {
    expected: 'a number of epoch milliseconds',
    isValid: (value) => typeof value === 'number' && Math.abs(value) <= FARTHEST_TIME,
    append: (appender, value, { DuckDBTimestampValue }) =>
      appender.appendTimestamp(new DuckDBTimestampValue(microseconds(value as number))),
  },
};

/** The names of all column types. */
export const COLUMN_TYPES: readonly string[] = Object.keys(KINDS);

/** The kind of a type's columns. */
export function kindOf(type: DuckDbColumnType): ColumnKind {
  return KINDS[type];
}

/** Whole and fractional milliseconds apart: their product with 1 000 would leave the exact range of a double. */
function microseconds(time: number): bigint {
  const whole = Math.trunc(time);
  return BigInt(whole) * 1_000n + BigInt(Math.round((time - whole) * 1_000));
}
