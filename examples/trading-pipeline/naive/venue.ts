import type { Market, SymbolTopics, Venue } from '../recording/index.js';
import type { BookRules } from './book.js';
import type { MarketMessage } from './market-message.js';
import { readBinance } from './read-binance.js';
import { readBybit } from './read-bybit.js';
import { readBybitV5 } from './read-bybit-v5.js';
import { readCoinbase } from './read-coinbase.js';
import { readKraken } from './read-kraken.js';

/** What a naive bot knows of its venue. */
export interface NaiveVenue {
  /** Reads one message; throws when it cannot be read. */
  readonly read: (text: string) => MarketMessage;
  /** The text that asks for one stream. */
  readonly subscribe: (stream: string, id: number) => string;
  /** How a book that has missed an update gets a snapshot in the stream, where one can notice that: it subscribes anew. */
  readonly renewal?: {
    readonly requests: (stream: string) => readonly string[];
    /** Whether a message answers one of them. */
    readonly isAnswer: (text: string) => boolean;
  };
  /** How the venue's books are kept. */
  readonly bookRules: (at: { readonly market: Market }, topics: SymbolTopics) => BookRules;
}

const NAIVE_VENUES: Readonly<Record<Venue, NaiveVenue>> = {
  'bybit-2021': {
    read: readBybit,
    subscribe: (stream) => JSON.stringify({ op: 'subscribe', args: [stream] }),
    bookRules: () => ({ numbering: 'none', depth: Infinity }),
  },
  'bybit-v5': {
    read: readBybitV5,
    subscribe: (stream) => JSON.stringify({ op: 'subscribe', args: [stream] }),
    renewal: {
      requests: (stream) => ['unsubscribe', 'subscribe'].map((op) => JSON.stringify({ op, args: [stream] })),
      isAnswer: (text) => text.includes('"success":true'),
    },
    bookRules: (_, { book }) => ({ numbering: 'increment', depth: depthIn(book, /^orderbook\.(\d+)\./) }),
  },
  binance: {
    read: readBinance,
    subscribe: (stream, id) => JSON.stringify({ method: 'SUBSCRIBE', params: [stream], id }),
    bookRules: ({ market }) => ({ numbering: market === 'spot' ? 'spot' : 'futures', depth: Infinity }),
  },
  coinbase: {
    read: readCoinbase,
    subscribe: (stream) => {
      const [channel = '', product = ''] = stream.split(':');
      return JSON.stringify({ type: 'subscribe', product_ids: [product], channels: [channel] });
    },
    bookRules: () => ({ numbering: 'none', depth: Infinity }),
  },
  kraken: {
    read: readKraken,
    subscribe: (stream) => {
      const [channel = '', pair = ''] = stream.split(':');
      const [name, depth] = channel.split('-');
      const subscription = depth === undefined ? { name } : { name, depth: Number(depth) };
      return JSON.stringify({ event: 'subscribe', pair: [pair], subscription });
    },
    // The venue sends no removal for a level that falls out of the depth.
    bookRules: (_, { book }) => ({ numbering: 'none', depth: depthIn(book, /^book-(\d+):/) }),
  },
};

/** What is known of a venue. */
export function naiveVenue(venue: Venue): NaiveVenue {
  return NAIVE_VENUES[venue];
}

function depthIn(stream: string | undefined, pattern: RegExp): number {
  return Number(pattern.exec(stream ?? '')?.[1] ?? Infinity);
}
