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
  OptionTicker,
  Quote,
  Ticker,
  Trade,
  VenueStatus,
} from './event.js';
export type { LinkHealth } from './link-health.js';
export type { ConflateOptions, FeedErrorContext, FeedGap, FeedPoolOptions, ReconnectOptions } from './feed-options.js';
export { FeedPool } from './feed-pool.js';
export { type FeedRecorder, recordFeed } from './feed-recorder.js';
export type { FeedRecorderErrorContext, FeedRecorderOptions, FeedRecorderStats } from './feed-recorder-options.js';
export { type FeedReplay, replayFeed } from './feed-replay.js';
export type { FeedReplayOptions, FeedReplayReport, RecordedSnapshot } from './feed-replay-options.js';
export type { FeedExplanation, FeedStats, FeedTopicState } from './feed-stats.js';
export type { FrameListener, TappedFrame } from './frame-tap.js';
export type { VenueLimits } from './limits.js';
export { type Line, readLines } from './line-reader.js';
export { readLine, type RecordedLine, writeLine } from './recorded-line.js';
export { OrderBook } from './order-book.js';
export type { BookExplanation, BookStatus, BookView, OrderBookOptions, OrderBookStats } from './order-book-options.js';
export {
  type Acknowledgement,
  type ConflationRules,
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
export { coinbase } from './venues/coinbase.js';
export { deribit } from './venues/deribit.js';
export { kraken } from './venues/kraken.js';
export { okx } from './venues/okx.js';
export { SyncedBook } from './synced-book.js';
export type {
  SyncedBookErrorContext,
  SyncedBookExplanation,
  SyncedBookOptions,
  SyncedBookStats,
} from './synced-book-options.js';
