import { LOCAL_MARK } from '../core/cache-key.js';
import { type CallKey, ENCODED } from './call-key.js';
import { encode } from './structural-key.js';

/** Pieces of one character. */
const SINGLE = 'tfuzh';
/** Pieces that end with a semicolon. */
const ATOM = 'nbD@';
/** Pieces that hold a counted number of other pieces. */
const LIST = 'AOMERK';

/** Splits a call's key into one text per argument, the text of `this` first when it has one. */
export function splitKey(key: CallKey): string[] {
  if (typeof key !== 'string' || !key.startsWith(ENCODED)) return [encode(key, 0)];
  const pieces: string[] = [];
  for (let start = 1; start < key.length;) {
    const end = endOfPiece(key, start);
    pieces.push(key.slice(start, end));
    start = end;
  }
  return pieces;
}

function endOfPiece(key: string, start: number): number {
  const tag = key.charAt(start);
  if (SINGLE.includes(tag)) return start + 1;
  if (ATOM.includes(tag)) return key.indexOf(';', start) + 1;
  if (tag === 'd') return start + 6;
  if (tag === 'p') return endOfPiece(key, start + 1);
  const colon = key.indexOf(':', start);
  const digits = key.charAt(start + 1) === LOCAL_MARK ? start + 2 : start + 1;
  const count = Number(key.slice(digits, colon));
  if (!LIST.includes(tag)) return colon + 1 + count;
  let end = colon + 1;
  for (let index = 0; index < count; index++) end = endOfPiece(key, end);
  return end;
}
