import type { Recording } from '../recording/index.js';
import { UserError } from '../user-error.js';

/**
 * Prices of a symbol's first book snapshot, as the venue wrote them: their decimals give the price grid.
 * A live bot asks the venue's instrument list.
 */
export function priceTexts(recording: Recording, symbol: string): string[] {
  const rest = recording.snapshots.get(symbol);
  if (rest !== undefined) return pricesIn(JSON.parse(rest.text));
  const first = recording.frames.find(
    (frame) => frame.symbol === symbol && frame.stream === 'book' && frame.text.includes('"type":"snapshot"'),
  );
  if (first !== undefined) return pricesIn(JSON.parse(first.text));
  throw new UserError(`${recording.name} has no order-book snapshot of ${symbol}`);
}

/** Collects `price` fields and the first element of pairs of texts, wherever they are. */
function pricesIn(value: unknown): string[] {
  if (Array.isArray(value)) {
    const [price, size] = value as readonly unknown[];
    return typeof price === 'string' && typeof size === 'string' ? [price] : value.flatMap(pricesIn);
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'price' && typeof inner === 'string' ? [inner] : pricesIn(inner),
  );
}
