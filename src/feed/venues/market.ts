import { ConfigError } from '../../core/errors.js';
import { show } from '../../core/show.js';

/** @throws ConfigError when `market` is none of those a protocol has. */
export function checkMarket(owner: string, markets: readonly string[], market: string): void {
  if (markets.includes(market)) return;
  throw new ConfigError(`${owner}: market must be one of ${markets.join(', ')}, got ${show(market)}`);
}
