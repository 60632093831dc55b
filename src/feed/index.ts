export { ActivityMonitor } from './activity-monitor.js';
export type {
  ActivityErrorContext,
  ActivityExplanation,
  ActivityMonitorOptions,
  ActivityStats,
  Silence,
  WatchKeyOptions,
} from './activity-monitor-options.js';
export type { BookSequence } from './book-sequence.js';
export type {
  AnyFeedEvent,
  Bar,
  BookChange,
  BookLevel,
  FeedEvent,
  FeedEventOf,
  Quote,
  Ticker,
  Trade,
  VenueStatus,
} from './event.js';
export type { FeedErrorContext, FeedGap, FeedPoolOptions, ReconnectOptions } from './feed-options.js';
export { FeedPool } from './feed-pool.js';
export type { FeedExplanation, FeedStats, FeedTopicState } from './feed-stats.js';
export type { VenueLimits } from './limits.js';
export { OrderBook } from './order-book.js';
export type { BookExplanation, BookStatus, BookView, OrderBookOptions, OrderBookStats } from './order-book-options.js';
export {
  type Acknowledgement,
  defineProtocol,
  type FeedProtocol,
  type Heartbeat,
  type Incoming,
  type ProtocolDefinition,
  type ProtocolOverrides,
  type RequestAction,
} from './protocol.js';
export { UniverseFilter } from './universe-filter.js';
export type {
  UniverseChange,
  UniverseErrorContext,
  UniverseExplanation,
  UniverseFilterOptions,
  UniverseStats,
} from './universe-filter-options.js';
export { binance, binanceDepthSnapshot, type BinanceMarket } from './venues/binance.js';
export { bybit2021, type Bybit2021Market } from './venues/bybit-2021.js';
export { bybitV5, type BybitMarket } from './venues/bybit-v5.js';
