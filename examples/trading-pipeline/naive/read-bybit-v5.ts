import { type Changes, OTHER, readControl, type MarketMessage } from './market-message.js';

interface BybitV5Message {
  readonly success?: boolean;
  readonly topic?: string;
  readonly type?: 'snapshot' | 'delta';
  readonly data?: unknown;
}

interface BybitV5Book {
  readonly u: number;
  readonly b: Changes;
  readonly a: Changes;
}

/** Reads a message of Bybit's public V5 streams. */
export function readBybitV5(text: string): MarketMessage {
  // The shapes are the venue's documentation, as such bots trust it.
  const { success, topic, type, data, ...rest } = JSON.parse(text) as BybitV5Message;
  if (success === true) return { type: 'ack' };
  if (topic === undefined) return readControl(rest);
  const [kind, depth] = topic.split('.');
  if (kind === 'publicTrade') return readTrades(data as readonly { readonly v: string }[]);
  if (kind === 'tickers') return readTicker(data as { readonly bid1Size?: string; readonly ask1Size?: string });
  if (kind !== 'orderbook') return OTHER;
  return depth === '1' ? readTop(data as BybitV5Book) : readBook(type === 'snapshot', data as BybitV5Book);
}

function readTrades(trades: readonly { readonly v: string }[]): MarketMessage {
  return { type: 'trades', sizes: trades.map((trade) => Number(trade.v)) };
}

/** Tickers hold only what changed. */
function readTicker({ bid1Size, ask1Size }: { readonly bid1Size?: string; readonly ask1Size?: string }): MarketMessage {
  return { type: 'quote', bidSize: sizeOf(bid1Size), askSize: sizeOf(ask1Size) };
}

function readTop({ b, a }: BybitV5Book): MarketMessage {
  return { type: 'quote', bidSize: sizeOf(b[0]?.[1]), askSize: sizeOf(a[0]?.[1]) };
}

function readBook(isSnapshot: boolean, { u, b, a }: BybitV5Book): MarketMessage {
  return { type: 'book', isSnapshot, first: u, last: u, previous: u - 1, bids: b, asks: a };
}

function sizeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
