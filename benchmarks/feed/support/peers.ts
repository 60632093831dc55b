/** The parts of the peers that the benchmarks use. Declared here, so that type checks work without them installed. */
import type { Agent } from 'node:http';
import type { WebSocket } from 'ws';

/** ws 8. */
export interface WsModule {
  readonly WebSocket: new (url: string, options: { readonly perMessageDeflate: false }) => WebSocket;
}

/** ccxt 4, its WebSocket part. */
export interface CcxtModule {
  readonly default: { readonly pro: { readonly bybit: new (options: object) => CcxtExchange } };
}

/** An exchange of ccxt. */
export interface CcxtExchange {
  readonly urls: { readonly api: { readonly ws: { readonly public: CcxtAddresses } } };
  readonly markets: unknown;
  httpAgent: Agent;
  readonly tickers: Readonly<Record<string, { readonly last?: number } | undefined>>;
  handleTicker: (client: unknown, message: unknown) => void;
  handleSubscriptionStatus: (client: unknown, message: unknown) => void;
  loadMarkets: () => Promise<unknown>;
  setMarkets(markets: readonly object[]): void;
  watchTicker(symbol: string): Promise<{ readonly last: number }>;
  close(): Promise<void>;
}

/** Addresses by market, or by market and kind of contract. */
export type CcxtAddresses = Record<string, string | Record<string, string>>;

/** The sides of ccxt's order book. */
export interface CcxtSidesModule {
  readonly Bids: new (levels: readonly [], depth: number) => CcxtSide;
  readonly Asks: new (levels: readonly [], depth: number) => CcxtSide;
}

/** A side of ccxt's order book: an array of levels, the best first. */
interface CcxtSide {
  readonly [position: number]: readonly [price: number, size: number];
  store(price: number, size: number): void;
  limit(): void;
}
