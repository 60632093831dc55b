import { ArgumentError } from '../../core/errors.js';
import { show } from '../../core/show.js';

/** Longest identifier taken, in UTF-16 units. */
const LONGEST = 255;

/** Whether a text can name a table or a column. Any character is fine, as names are always quoted. */
export function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST && !value.includes('\0');
}

/** Quotes a name for SQL, so that nothing in it can end the name. */
export function quoteIdentifier(name: string): string {
  if (!isIdentifier(name)) throw new ArgumentError(`${show(name)} cannot name a table or a column`);
  return `"${name.replaceAll('"', '""')}"`;
}
