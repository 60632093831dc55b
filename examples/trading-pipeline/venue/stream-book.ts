import { NaiveBook } from '../naive/book.js';
import { naiveVenue } from '../naive/venue.js';
import type { Frame, RecordingInfo, Venue } from '../recording/index.js';

/** What a snapshot is written from. */
interface Moment {
  /** The first snapshot of the stream, as it was recorded: the form of all others. */
  readonly form: unknown;
  readonly book: NaiveBook;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * The venue's own book of one stream, as of any frame, for venues that begin a subscription with a snapshot.
 *
 * It is kept by the naive version's code, which shares nothing with the library that is on trial.
 */
export class StreamBook {
  readonly #recording: RecordingInfo;
  readonly #frames: readonly Frame[];
  readonly #topic: string;
  #book: NaiveBook;
  #form: unknown;
  #at = 0;
  /** Index of the first frame that is not in the book. */
  #next = 0;

  constructor(recording: RecordingInfo, frames: readonly Frame[], topic: string) {
    this.#recording = recording;
    this.#frames = frames;
    this.#topic = topic;
    this.#book = this.#empty();
  }

  /** The text with which a subscription that begins at a frame starts; undefined when the venue has no book yet. */
  snapshotAt(frame: number): string | undefined {
    // Bots that lag ask for an earlier moment than others did.
    if (frame < this.#next) {
      this.#next = 0;
      this.#book = this.#empty();
    }
    while (this.#next < frame) this.#apply(this.#frames[this.#next++]);
    if (this.#form === undefined) return undefined;
    return JSON.stringify(WRITERS[this.#recording.venue]({ form: this.#form, book: this.#book, at: this.#at }));
  }

  #empty(): NaiveBook {
    return new NaiveBook(naiveVenue(this.#recording.venue).bookRules(this.#recording, { book: this.#topic }));
  }

  #apply(frame: Frame | undefined): void {
    if (frame?.topic !== this.#topic) return;
    const message = naiveVenue(this.#recording.venue).read(frame.text);
    if (message.type !== 'book') return;
    if (message.isSnapshot) this.#form ??= JSON.parse(frame.text);
    this.#book.apply(message);
    this.#at = frame.t;
  }
}

/** Whether a venue begins subscriptions to its books with a snapshot. */
export function beginsWithSnapshot(venue: Venue): boolean {
  return venue !== 'binance';
}

/** Writes a snapshot as the venue does. The shapes are the venues' documentation. */
const WRITERS: Readonly<Record<Venue, (moment: Moment) => unknown>> = {
  'bybit-2021': ({ form, book }) => {
    const { data, ...rest } = form as { data: readonly OldLevel[] | { order_book: readonly OldLevel[] } };
    const recorded = 'order_book' in data ? data.order_book : data;
    const levels = oldLevels(recorded[0], book);
    return { ...rest, data: 'order_book' in data ? { ...data, order_book: levels } : levels };
  },
  'bybit-v5': ({ form, book, at }) => {
    const { data, ...rest } = form as { data: object };
    return { ...rest, ts: Math.floor(at), data: { ...data, b: pairs(book.bids), a: pairs(book.asks), u: book.last } };
  },
  binance: () => undefined,
  coinbase: ({ form, book }) => ({ ...Object(form), bids: pairs(book.bids), asks: pairs(book.asks) }) as object,
  kraken: ({ form, book, at }) => {
    const [channel, , ...names] = form as readonly unknown[];
    const rows = (side: NaiveBook['bids']): string[][] =>
      pairs(side).map((pair) => pair.concat((at / 1_000).toFixed(6)));
    return [channel, { as: rows(book.asks), bs: rows(book.bids) }, ...names];
  },
};

/** A level of Bybit's API of 2021. Its id is the price times 10,000. */
interface OldLevel {
  readonly symbol: string;
  readonly id: number | string;
}

function oldLevels(like: OldLevel | undefined, { bids, asks }: NaiveBook): object[] {
  const level =
    (side: 'Buy' | 'Sell') =>
    ({ price, priceText, sizeText }: NaiveBook['bids'][number]): object => {
      const id = Math.round(price * 10_000);
      const common = { price: priceText, symbol: like?.symbol, side, size: Number(sizeText) };
      return { ...common, id: typeof like?.id === 'string' ? String(id) : id };
    };
  return [...bids.map(level('Buy')), ...asks.map(level('Sell'))];
}

function pairs(side: NaiveBook['bids']): string[][] {
  return side.map(({ priceText, sizeText }) => [priceText, sizeText]);
}
