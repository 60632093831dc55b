import { isObject } from '../recording/dialects/index.js';
import type { Frame, Playable } from '../recording/index.js';

type Level = readonly [price: string, size: string];

/** A Binance depth update, as far as a book needs it. */
interface Update {
  readonly u: number;
  readonly b: readonly Level[];
  readonly a: readonly Level[];
}

/**
 * The venue's own book of one symbol, as of any moment of the recording: the recorded snapshot and every update
 * since. Of Binance, whose books start from REST.
 */
export class CurrentBook {
  readonly #snapshots: Playable['snapshots'];
  readonly #frames: readonly Frame[];
  readonly #symbol: string;
  readonly #bids = new Map<string, string>();
  readonly #asks = new Map<string, string>();
  #lastUpdateId = 0;
  /** Index of the first frame that is not in the book. */
  #next = 0;

  constructor(recording: Playable, symbol: string) {
    this.#snapshots = recording.snapshots;
    this.#frames = [...recording.frames];
    this.#symbol = symbol;
    this.#restart();
  }

  /** The REST answer that the venue would have given at a time, epoch milliseconds. */
  snapshotAt(time: number): string {
    const frames = this.#frames;
    // Bots that lag ask for an earlier moment than others did.
    if ((frames[this.#next - 1]?.t ?? -Infinity) >= time) this.#restart();
    for (let frame = frames[this.#next]; frame !== undefined && frame.t < time; frame = frames[++this.#next]) {
      if (frame.symbol === this.#symbol && frame.stream === 'book') this.#apply(frame.text);
    }
    const lastUpdateId = this.#lastUpdateId;
    return JSON.stringify({ lastUpdateId, bids: sorted(this.#bids, -1), asks: sorted(this.#asks, 1) });
  }

  #restart(): void {
    this.#next = 0;
    this.#bids.clear();
    this.#asks.clear();
    const body: unknown = JSON.parse(this.#snapshots.get(this.#symbol)?.text ?? '{}');
    if (!isObject(body)) return;
    // The shapes are the venue's documentation.
    const {
      lastUpdateId = 0,
      bids = [],
      asks = [],
    } = body as Partial<Record<'bids' | 'asks', readonly Level[]> & { lastUpdateId: number }>;
    this.#lastUpdateId = lastUpdateId;
    set(this.#bids, bids);
    set(this.#asks, asks);
  }

  #apply(text: string): void {
    const { data } = JSON.parse(text) as { readonly data: Update }; // the shape is the venue's documentation
    if (data.u <= this.#lastUpdateId) return;
    set(this.#bids, data.b);
    set(this.#asks, data.a);
    this.#lastUpdateId = data.u;
  }
}

function set(side: Map<string, string>, levels: readonly Level[]): void {
  for (const [price, size] of levels) {
    if (Number(size) === 0) side.delete(price);
    else side.set(price, size);
  }
}

function sorted(side: ReadonlyMap<string, string>, direction: 1 | -1): Level[] {
  return [...side].toSorted(([a], [b]) => direction * (Number(a) - Number(b)));
}
