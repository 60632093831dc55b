import type { FeedEvent } from 'tickwise/feed';

export const MODELS = 9;
export const SYMBOLS = 3;

/** Adds up the prices a model has seen of a symbol and keeps the newest. */
export interface Model {
  readonly receive: (price: number) => void;
  readonly sum: () => number;
  readonly newest: () => number;
  /** Forgets what it has seen. */
  readonly reset: () => void;
}

/** A model that calls `seen` after each price. */
export function makeModel(seen: (price: number) => void): Model {
  let sum = 0;
  let newest = NaN;
  return {
    receive(price) {
      sum += price;
      newest = price;
      seen(price);
    },
    sum: () => sum,
    newest: () => newest,
    reset() {
      sum = 0;
      newest = NaN;
    },
  };
}

/** Price of the ticker that an event holds. */
export function lastPrice({ kind, items }: FeedEvent): number {
  return kind === 'ticker' ? (items[0]?.last ?? NaN) : NaN;
}
