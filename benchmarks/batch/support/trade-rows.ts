/** A trade, as rows of these benchmarks are. */
export interface TradeRow {
  readonly ts: number;
  readonly symbol: string;
  readonly side: string;
  readonly price: number;
  readonly size: number;
}

/** Rows that are written over and over. */
const COUNT = 50_000;
/** Rows in a batch, with everybody. */
export const BATCH = 500;

/** The same trades each time. */
export const ROWS: readonly TradeRow[] = Array.from({ length: COUNT }, (_, index) => ({
  ts: 1_723_161_256_322 + index * 13,
  symbol: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'][index % 3] ?? '',
  side: index % 2 === 0 ? 'buy' : 'sell',
  price: Math.round((60_000 + 500 * Math.sin(index / 700)) * 10) / 10,
  size: ((index * 31) % 1_000) / 1_000,
}));

/** The rows, one after the other. */
export class RowSource {
  #next = 0;

  /** The next row. */
  row(): TradeRow {
    return ROWS[this.#next++ % COUNT] as TradeRow; // every position exists
  }
}
