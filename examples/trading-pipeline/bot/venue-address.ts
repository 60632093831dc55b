import type { Venue } from '../recording/index.js';
import type { BotJob } from './job.js';

/** Paths of the public streams; those of Bybit V5 end with the market. */
const STREAM_PATHS: Readonly<Record<Venue, string>> = {
  'bybit-2021': 'realtime_public',
  'bybit-v5': 'v5/public/',
  binance: 'stream',
  coinbase: '',
  kraken: '',
};

/** Where Binance offers the books of its markets. */
const REST_PATHS: Readonly<Record<string, string>> = { usdm: 'fapi/v1', coinm: 'dapi/v1', spot: 'api/v3' };

/** Address of the venue's market streams. */
export function streamUrl({ port, venue, market }: BotJob): string {
  return `ws://127.0.0.1:${port}/${STREAM_PATHS[venue]}${venue === 'bybit-v5' ? market : ''}`;
}

/** Address of a symbol's order book, for the venue whose streams carry only changes. */
export function depthUrl({ port, market }: BotJob, symbol: string): string {
  return `http://127.0.0.1:${port}/${REST_PATHS[market]}/depth?symbol=${encodeURIComponent(symbol)}&limit=1000`;
}
