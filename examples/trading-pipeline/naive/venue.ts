import type { BotJob, SymbolJob } from '../bot/job.js';
import type { Venue } from '../recording/index.js';
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
  /** How the venue's books are kept. */
  readonly bookRules: (job: BotJob, symbol: SymbolJob) => BookRules;
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
    bookRules: (_job, { topics }) => ({ numbering: 'increment', depth: depthIn(topics.book, /^orderbook\.(\d+)\./) }),
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
    bookRules: (_job, { topics }) => ({ numbering: 'none', depth: depthIn(topics.book, /^book-(\d+):/) }),
  },
};

/** What is known of a venue. */
export function naiveVenue(venue: Venue): NaiveVenue {
  return NAIVE_VENUES[venue];
}

function depthIn(stream: string | undefined, pattern: RegExp): number {
  return Number(pattern.exec(stream ?? '')?.[1] ?? Infinity);
}
