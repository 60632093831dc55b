/**
 * The order in which columns store their rows: those of one symbol together, so that a value stands beside the one it
 * resembles. Within a symbol the order of the rows is kept.
 */
export interface RowOrder {
  /** Row of each position. */
  readonly rows: Uint32Array;
  /** Per symbol the position behind its last. */
  readonly ends: Uint32Array;
}

/** Less rows per symbol than this do not pay for the few bytes that each symbol takes in each column. */
const FEWEST_ROWS = 4;

/** The order of the rows as they are. */
export function plainOrder(count: number): RowOrder {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return { rows, ends: Uint32Array.of(count) };
}

/** The order by symbol, given each row's symbol as a number below `symbols`. */
export function groupedOrder(ids: Uint32Array, symbols: number): RowOrder {
  if (symbols * FEWEST_ROWS > ids.length) return plainOrder(ids.length);
  const ends = new Uint32Array(symbols);
  // Hot path: once per row.
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] ?? 0;
    ends[id] = (ends[id] ?? 0) + 1;
  }
  let end = 0;
  for (let id = 0; id < symbols; id++) {
    const begin = end;
    end += ends[id] ?? 0;
    ends[id] = begin;
  }
  // Each entry moves from its symbol's first position to the one behind its last.
  const rows = new Uint32Array(ids.length);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] ?? 0;
    const position = ends[id] ?? 0;
    rows[position] = row;
    ends[id] = position + 1;
  }
  return { rows, ends };
}
