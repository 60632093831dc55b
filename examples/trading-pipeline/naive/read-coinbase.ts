import { type Changes, OTHER, readControl, type MarketMessage } from './market-message.js';

interface CoinbaseMessage {
  readonly type?: string;
  readonly size?: string;
  readonly bids?: Changes;
  readonly asks?: Changes;
  readonly changes?: readonly (readonly [side: 'buy' | 'sell', price: string, size: string])[];
}

/** Reads a message of Coinbase's feed. */
export function readCoinbase(text: string): MarketMessage {
  // The shapes are the venue's documentation, as such bots trust it.
  const message = JSON.parse(text) as CoinbaseMessage;
  const { type, size, bids = [], asks = [], changes = [] } = message;
  switch (type) {
    case 'subscriptions':
      return { type: 'ack' };
    case 'match':
    case 'last_match':
      return { type: 'trades', sizes: [Number(size)] };
    case 'ticker':
      return { type: 'quote', bidSize: undefined, askSize: undefined };
    case 'snapshot':
      return bookMessage(true, bids, asks);
    case 'l2update': {
      const side = (wanted: 'buy' | 'sell'): Changes =>
        changes.filter(([of]) => of === wanted).map(([, price, quantity]) => [price, quantity]);
      return bookMessage(false, side('buy'), side('sell'));
    }
    case undefined:
      return readControl(message);
    default:
      return OTHER;
  }
}

function bookMessage(isSnapshot: boolean, bids: Changes, asks: Changes): MarketMessage {
  return { type: 'book', isSnapshot, first: 0, last: 0, previous: 0, bids, asks };
}
