import { OTHER, readControl, type MarketMessage } from './market-message.js';

interface BybitLevel {
  readonly price: string;
  readonly side: 'Buy' | 'Sell';
  readonly size?: number;
}

interface BybitMessage {
  readonly success?: boolean;
  readonly topic?: string;
  readonly type?: 'snapshot' | 'delta';
  readonly data?: unknown;
}

interface BybitDelta {
  readonly delete: readonly BybitLevel[];
  readonly update: readonly BybitLevel[];
  readonly insert: readonly BybitLevel[];
}

/** Reads a message of Bybit's public API of 2021. */
export function readBybit(text: string): MarketMessage {
  // The shapes are the venue's documentation, as such bots trust it.
  const message = JSON.parse(text) as BybitMessage;
  if (message.success === true) return { type: 'ack' };
  if (message.topic === undefined) return readControl(message);
  if (message.topic.startsWith('trade.')) {
    const trades = message.data as readonly { readonly size: number }[];
    return { type: 'trades', sizes: trades.map((trade) => trade.size) };
  }
  if (!message.topic.startsWith('orderBookL2_25.')) return OTHER;
  return message.type === 'snapshot' ? readSnapshot(message.data) : readDelta(message.data as BybitDelta);
}

function readSnapshot(data: unknown): MarketMessage {
  const levels = (Array.isArray(data) ? data : (data as { order_book: unknown }).order_book) as readonly BybitLevel[];
  return bookMessage(true, levels);
}

function readDelta(delta: BybitDelta): MarketMessage {
  return bookMessage(false, [...delta.delete, ...delta.update, ...delta.insert]);
}

function bookMessage(isSnapshot: boolean, levels: readonly BybitLevel[]): MarketMessage {
  const side = (wanted: 'Buy' | 'Sell'): [string, string][] =>
    levels.filter((level) => level.side === wanted).map((level) => [level.price, String(level.size ?? 0)]);
  return { type: 'book', isSnapshot, first: 0, last: 0, previous: 0, bids: side('Buy'), asks: side('Sell') };
}
