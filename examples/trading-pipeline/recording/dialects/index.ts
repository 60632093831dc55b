import { binance } from './binance.js';
import { bybit } from './bybit.js';
import { coinbase } from './coinbase.js';
import type { Dialect } from './dialect.js';
import { kraken } from './kraken.js';

export { streamsOfUrl } from './binance.js';
export { coinbaseTopics } from './coinbase.js';
export { type Dialect, isObject, type JsonObject, type Received, textsOf } from './dialect.js';
export { krakenChannel, krakenTopic } from './kraken.js';

/** Every venue that can be replayed. */
export const dialects: readonly Dialect[] = [bybit, binance, kraken, coinbase];
