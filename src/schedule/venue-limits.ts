import type { RateWindow } from './rate-limiter-options.js';

/**
 * What a venue allows on one of its interfaces, as data: figures, where they are written, and when that was read.
 *
 * Venues change them without notice. `limits` are options of a RateLimiter; override them by spreading.
 *
 * @example
 * const { limits } = venueRateLimits.binance.spot;
 * const limiter = new RateLimiter({ ...limits, latency: 50 });
 */
export interface VenueRateLimits {
  /** Options of a RateLimiter. */
  readonly limits: { readonly windows: readonly RateWindow[]; readonly pauses?: Readonly<Record<number, number>> };
  /** The names of keys that requests have to give, and what they are. */
  readonly keys: Readonly<Record<string, string>>;
  /** Where the figures are written. */
  readonly sources: readonly string[];
  /** The day they were read, as `YYYY-MM-DD`. */
  readonly asOf: string;
}

const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 86_400_000;

const AS_OF = '2026-11-21';

const BINANCE_REST = 'https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits';
const BINANCE_BANS = 'https://www.binance.com/en/support/faq/360004492232';
const BYBIT = 'https://bybit-exchange.github.io/docs/v5/rate-limit';
const KRAKEN_REST = 'https://docs.kraken.com/exchange/guides/rest/ratelimits';
const KRAKEN_TRADING = 'https://docs.kraken.com/exchange/guides/general/ratelimits';
const IBKR = 'https://interactivebrokers.github.io/tws-api/historical_limitations.html';

/** Orders carry the account as key; market data does not, and is counted by weight only. */
const BINANCE_KEYS = { account: 'the account, on requests that place orders' };

/**
 * Where the venue does not say it: a 403 is its firewall, usually for five minutes; a 418 is a ban of at least two; and
 * a 429 without Retry-After is the limit of orders, which is over after ten seconds.
 */
const BINANCE_PAUSES = { 403: 5 * MINUTE, 418: 2 * MINUTE, 429: 10 * SECOND, 503: 0 };

/** One call counter per API key: most it may be, and how fast it falls. */
function krakenRest(limit: number, perSecond: number): VenueRateLimits {
  return {
    limits: {
      windows: [{ limit, interval: Math.ceil((limit / perSecond) * SECOND), alignment: 'decay', per: 'apiKey' }],
    },
    keys: { apiKey: 'the API key; calls of ledgers and trade history weigh 2, other ones 1, orders none' },
    sources: [KRAKEN_REST],
    asOf: AS_OF,
  };
}

/** One counter per account and pair. */
function krakenTrading(limit: number, perSecond: number): VenueRateLimits {
  return {
    limits: {
      windows: [{ limit, interval: Math.ceil((limit / perSecond) * SECOND), alignment: 'decay', per: 'pair' }],
    },
    keys: { pair: 'the currency pair; a new order weighs 1, changes and cancels more the sooner they come' },
    sources: [KRAKEN_TRADING],
    asOf: AS_OF,
  };
}

/** Published limits by venue and interface. */
export interface PublishedLimits {
  /** Spot at `api.binance.com`, futures at `fapi.binance.com`, new WebSocket connections. */
  readonly binance: Readonly<Record<'spot' | 'usdm' | 'webSocket', VenueRateLimits>>;
  /** REST at `api.bybit.com`, new WebSocket connections. */
  readonly bybit: Readonly<Record<'v5' | 'webSocket', VenueRateLimits>>;
  /** Calls and orders of spot, by tier of verification. */
  readonly kraken: Readonly<
    Record<'rest' | 'trading', Readonly<Record<'starter' | 'intermediate' | 'pro', VenueRateLimits>>>
  >;
  /** All messages to TWS; historical data of bars below one minute. */
  readonly ibkr: Readonly<Record<'messages' | 'historical', VenueRateLimits>>;
}

/** Published limits by venue and interface. The live ones are in the venue's own answers where it gives them. */
export const venueRateLimits: PublishedLimits = {
  binance: {
    spot: {
      limits: {
        windows: [
          { limit: 6_000, interval: MINUTE, alignment: 'clock' },
          { limit: 61_000, interval: 5 * MINUTE, alignment: 'clock', counts: 'requests' },
          { limit: 100, interval: 10 * SECOND, alignment: 'clock', counts: 'requests', per: 'account' },
          { limit: 200_000, interval: DAY, alignment: 'clock', counts: 'requests', per: 'account' },
        ],
        pauses: BINANCE_PAUSES,
      },
      keys: BINANCE_KEYS,
      sources: [BINANCE_REST, BINANCE_BANS],
      asOf: AS_OF,
    },
    usdm: {
      limits: { windows: [{ limit: 2_400, interval: MINUTE, alignment: 'clock' }], pauses: BINANCE_PAUSES },
      keys: {},
      sources: ['https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info'],
      asOf: AS_OF,
    },
    webSocket: {
      limits: { windows: [{ limit: 300, interval: 5 * MINUTE, counts: 'requests' }] },
      keys: {},
      sources: ['https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/rate-limits'],
      asOf: AS_OF,
    },
  },
  bybit: {
    // A 403 stops the address for ten minutes. Each answer tells the endpoint's own limit.
    v5: {
      limits: {
        windows: [
          { limit: 600, interval: 5 * SECOND, counts: 'requests' },
          { limit: 10, interval: SECOND, counts: 'requests', per: 'endpoint', maxLimit: 600 },
        ],
        pauses: { 403: 10 * MINUTE, 429: SECOND, 503: 0 },
      },
      keys: { endpoint: 'the path, on requests of one user; without it only the address counts' },
      sources: [BYBIT],
      asOf: AS_OF,
    },
    webSocket: {
      limits: { windows: [{ limit: 500, interval: 5 * MINUTE, counts: 'requests' }] },
      keys: {},
      sources: [BYBIT],
      asOf: AS_OF,
    },
  },
  kraken: {
    rest: {
      starter: krakenRest(15, 1 / 3),
      intermediate: krakenRest(20, 1 / 2),
      pro: krakenRest(20, 1),
    },
    trading: {
      starter: krakenTrading(60, 1),
      intermediate: krakenTrading(125, 2.34),
      pro: krakenTrading(180, 3.75),
    },
  },
  ibkr: {
    messages: {
      limits: { windows: [{ limit: 50, interval: SECOND, counts: 'requests' }] },
      keys: {},
      sources: [IBKR, 'https://aifinhub.io/articles/ibkr-tws-api-rate-limits-2026/'],
      asOf: AS_OF,
    },
    // A request for BID_ASK weighs 2.
    historical: {
      limits: {
        windows: [
          { limit: 60, interval: 10 * MINUTE },
          { limit: 5, interval: 2 * SECOND, per: 'contract' },
          { limit: 1, interval: 15 * SECOND, counts: 'requests', per: 'request' },
        ],
      },
      keys: {
        contract: 'contract, exchange and tick type',
        request: 'all parameters of the request, so that only identical ones are equal',
      },
      sources: [IBKR],
      asOf: AS_OF,
    },
  },
};
