import { type Changes, OTHER, readControl, type MarketMessage } from './market-message.js';

type Rows = readonly (readonly [price: string, size: string, ...rest: readonly string[]])[];

interface KrakenBook {
  readonly as?: Rows;
  readonly bs?: Rows;
  readonly a?: Rows;
  readonly b?: Rows;
}

interface KrakenTicker {
  readonly a: readonly [price: string, whole: number, size: string];
  readonly b: readonly [price: string, whole: number, size: string];
}

/** Reads a message of Kraken's first WebSocket API. */
export function readKraken(text: string): MarketMessage {
  // The shapes are the venue's documentation, as such bots trust it.
  const message = JSON.parse(text) as readonly unknown[] | { readonly event?: string; readonly status?: string };
  if (!('length' in message)) {
    return message.event === 'subscriptionStatus' && message.status === 'subscribed'
      ? { type: 'ack' }
      : readControl(message);
  }
  const channel = message.at(-2) as string;
  if (channel === 'trade') return { type: 'trades', sizes: (message[1] as Rows).map(([, size]) => Number(size)) };
  if (channel === 'ticker') return readTicker(message[1] as KrakenTicker);
  // A change of both sides comes in two parts.
  return channel.startsWith('book-') ? readBook(message.slice(1, -2) as KrakenBook[]) : OTHER;
}

function readTicker({ a, b }: KrakenTicker): MarketMessage {
  return { type: 'quote', bidSize: Number(b[2]), askSize: Number(a[2]) };
}

function readBook(parts: readonly KrakenBook[]): MarketMessage {
  const changes = (rows: Rows | undefined): Changes => (rows ?? []).map(([price, size]) => [price, size]);
  return {
    type: 'book',
    isSnapshot: parts.some((part) => part.as !== undefined || part.bs !== undefined),
    first: 0,
    last: 0,
    previous: 0,
    bids: parts.flatMap((part) => changes(part.bs ?? part.b)),
    asks: parts.flatMap((part) => changes(part.as ?? part.a)),
  };
}
