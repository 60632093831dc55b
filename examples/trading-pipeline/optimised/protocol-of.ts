import { binance, bybit2021, bybitV5, coinbase, type FeedProtocol, kraken } from 'tickwise/feed';
import type { BotJob } from '../bot/job.js';
import type { Market, Venue } from '../recording/index.js';

const PROTOCOLS: Readonly<Record<Venue, (market: Market) => FeedProtocol>> = {
  'bybit-2021': (market) => bybit2021(market === 'inverse' ? 'inverse' : 'linear'),
  'bybit-v5': (market) => bybitV5(market === 'inverse' || market === 'spot' ? market : 'linear'),
  binance: (market) => binance(market === 'usdm' || market === 'coinm' ? market : 'spot'),
  coinbase: () => coinbase(),
  kraken: () => kraken(),
};

/** The language of the venue. */
export function protocolOf({ venue, market }: BotJob): FeedProtocol {
  return PROTOCOLS[venue](market);
}
