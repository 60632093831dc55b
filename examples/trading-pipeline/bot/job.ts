import type { Fault } from '../faults/fault.js';
import type { Market, SymbolTopics, Venue } from '../recording/index.js';

/** `exact`: only work with unchanged inputs may be skipped. `tolerant`: also work with nearly the same, for a while. */
export type Mode = 'exact' | 'tolerant';

/** One symbol to trade. */
export interface SymbolJob {
  readonly symbol: string;
  readonly topics: SymbolTopics;
  /** Grid of the mid price: half the smallest step seen in the venue's price texts. */
  readonly midStep: number;
}

/** All that a bot needs to know. Both versions get the same. */
export interface BotJob {
  readonly venue: Venue;
  readonly market: Market;
  /** Port of the venue on 127.0.0.1, for WebSockets and REST. */
  readonly port: number;
  readonly symbols: readonly SymbolJob[];
  /** Model names. */
  readonly models: readonly string[];
  /** Threads that run the models of the optimised version, and the path of their program; without, they run beside the rest. */
  readonly workers?: { readonly count: number; readonly program: string } | undefined;
  /** Length of a bar in milliseconds. */
  readonly bar: number;
  /** Epoch time in milliseconds, a multiple of `bar`, at or before the first frame. */
  readonly start: number;
  /** Somebody watches: the bot says what it does while it runs. Only the optimised version does. */
  readonly isWatched: boolean;
  /** Whether results may be a little old, and what share of the usual times they may be; the naive version never does. */
  readonly mode: Mode;
  readonly ttlScale: number;
  /** Port on 127.0.0.1 of the services that explain trades and take alerts. Without it nobody is asked or told. */
  readonly services?: number | undefined;
  /** Redis in which the optimised version keeps explanations over restarts, and of whom they are. Without it, memory. */
  readonly cache?: { readonly url: string; readonly version: string } | undefined;
  /** File of the DuckDB database to write, folder of row files, or address of a Postgres server. */
  readonly database: string;
  /** Folder in which the optimised version keeps rows until the database has them. Without it a crash loses them. */
  readonly journal?: string;
  /** What goes wrong in this session: the market then waits for the bot at each boundary. Without it nothing does. */
  readonly faults?: readonly Fault[];
  /** File to write the {@link BotResult} to. */
  readonly result: string;
}
