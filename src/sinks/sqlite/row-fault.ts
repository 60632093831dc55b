/** SQLite's result codes that speak of a row: TOOBIG, CONSTRAINT, MISMATCH. */
const ROW_FAULTS = new Set([18, 19, 20]);
/** The same in words, for adapters that give no code. */
const WORDS = /constraint failed|datatype mismatch|string or blob too big|integer overflow/i;

/** Whether an error speaks of a row and not of the database. Each adapter says it in its own way. */
export function isRowFault(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string' && /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(code)) return true;
  const number: unknown = Reflect.get(error, 'errcode');
  // The lower byte; the upper ones say which constraint it was.
  if (typeof number === 'number') return ROW_FAULTS.has(number & 0xff);
  return error instanceof Error && WORDS.test(error.message);
}
