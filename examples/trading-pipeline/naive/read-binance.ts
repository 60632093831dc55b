import { type Changes, OTHER, readControl, type MarketMessage } from './market-message.js';

interface BinanceMessage {
  readonly id?: number;
  readonly stream?: string;
  readonly data?: BinanceData;
}

interface BinanceData {
  readonly q: string;
  readonly B: string;
  readonly A: string;
  readonly U: number;
  readonly u: number;
  readonly pu?: number;
  readonly b: Changes;
  readonly a: Changes;
}

/** Answer of the REST depth endpoint. */
export interface BinanceSnapshot {
  readonly lastUpdateId: number;
  readonly bids: Changes;
  readonly asks: Changes;
}

/** Reads a message of a Binance combined stream. */
export function readBinance(text: string): MarketMessage {
  // The shapes are the venue's documentation, as such bots trust it.
  const message = JSON.parse(text) as BinanceMessage;
  const { id, stream, data } = message;
  if (id !== undefined) return { type: 'ack' };
  if (stream === undefined || data === undefined) return readControl(message);
  const [, kind = ''] = stream.split('@');
  if (kind === 'trade' || kind === 'aggTrade') return { type: 'trades', sizes: [Number(data.q)] };
  if (kind === 'bookTicker') return { type: 'quote', bidSize: Number(data.B), askSize: Number(data.A) };
  if (kind !== 'depth') return OTHER;
  return {
    type: 'book',
    isSnapshot: false,
    first: data.U,
    last: data.u,
    previous: data.pu ?? 0,
    bids: data.b,
    asks: data.a,
  };
}
