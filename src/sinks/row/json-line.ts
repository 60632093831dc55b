import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { isWellFormed } from './well-formed.js';

/**
 * A row as JSON, which never holds a line end.
 *
 * @throws ArgumentError for what `JSON.stringify` would silently turn into something else: a row that is no object,
 * NaN and Infinity, functions and symbols, lone surrogates; for a bigint and a cycle, as `JSON.stringify` throws.
 */
export function jsonLine(row: unknown): string {
  if (typeof row !== 'object' || row === null) throw new ArgumentError(`a row must be an object, got ${show(row)}`);
  try {
    return JSON.stringify(row, checked);
  } catch (cause) {
    if (cause instanceof ArgumentError) throw cause;
    throw new ArgumentError(`a row cannot be written as JSON: ${show(row)}`, { cause });
  }
}

function checked(name: string, value: unknown): unknown {
  if (isLossless(value)) return value;
  throw new ArgumentError(`field ${show(name)} cannot be written as JSON, got ${show(value)}`);
}

function isLossless(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return isWellFormed(value);
  return typeof value !== 'function' && typeof value !== 'symbol';
}
