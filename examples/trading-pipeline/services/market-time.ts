/**
 * Header with a moment of market time, epoch milliseconds: in a request when it leaves, in the answer when that is
 * there. So a replay at any speed meets the limits and waits that the market's hours would have met.
 */
export const MARKET_TIME = 'x-market-time';
