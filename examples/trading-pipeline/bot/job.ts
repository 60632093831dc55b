import type { Market, SymbolTopics } from '../recording/index.js';

/** Venues the two bots can read. */
export type BotVenue = 'bybit-2021' | 'binance';

/** One symbol to trade. */
export interface SymbolJob {
  readonly symbol: string;
  readonly topics: SymbolTopics;
  /** Grid of the mid price: half the smallest step seen in the venue's price texts. */
  readonly midStep: number;
}

/** All that a bot needs to know. Both versions get the same. */
export interface BotJob {
  readonly venue: BotVenue;
  readonly market: Market;
  /** Port of the venue on 127.0.0.1, for WebSockets and REST. */
  readonly port: number;
  readonly symbols: readonly SymbolJob[];
  /** Model names. */
  readonly models: readonly string[];
  /** Length of a bar in milliseconds. */
  readonly bar: number;
  /** Epoch time in milliseconds, a multiple of `bar`, at or before the first frame. */
  readonly start: number;
  /** File of the DuckDB database to write. */
  readonly database: string;
  /** File to write the {@link BotResult} to. */
  readonly result: string;
}
