export { cacheKey, type CacheKeyed } from './cache-key.js';
export type { Callback } from './callback.js';
export type { Clock, Timer } from './clock.js';
export {
  ArgumentError,
  CircuitOpenError,
  ClosedError,
  ConfigError,
  CorruptDataError,
  DeadlineError,
  type ErrorCode,
  OverflowError,
  PeerMissingError,
  TickwiseError,
  TimeoutError,
  UnsupportedKeyError,
} from './errors.js';
export type { ErrorHandler } from './failures.js';
export { systemClock } from './system-clock.js';
export type { EndTopic, TopicSource, TopicStatus } from './topic-source.js';
export { VirtualClock } from './virtual-clock.js';
