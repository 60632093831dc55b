import type { Playable } from '../recording/index.js';
import { UserError } from '../user-error.js';

/**
 * Every price in a symbol's books, as the venue wrote it: their decimals give the price grid.
 * A live bot asks the venue's instrument list.
 * @throws UserError when the recording has no snapshot of the symbol.
 */
export function priceTexts(recording: Playable, symbol: string): string[] {
  const rest = recording.snapshots.get(symbol)?.text;
  const frames = [...recording.frames].filter((frame) => frame.symbol === symbol && frame.stream === 'book');
  if (rest === undefined && !frames.some(({ text }) => SNAPSHOT.test(text)))
    throw new UserError(`${recording.name} has no order-book snapshot of ${symbol}`);
  const texts = [...(rest === undefined ? [] : [rest]), ...frames.map(({ text }) => text)];
  return texts.flatMap((text) => pricesIn(JSON.parse(text)));
}

/** How a snapshot differs from a change: Kraken names its sides otherwise. */
const SNAPSHOT = /"type":"snapshot"|^\[\d+,\{"[ab]s":/;

/** Collects `price` fields and, of rows of texts, the one that is a price, wherever they are. */
function pricesIn(value: unknown): string[] {
  if (Array.isArray(value)) {
    const row: readonly unknown[] = value;
    const [first, second] = row;
    if (first === 'buy' || first === 'sell') return typeof second === 'string' ? [second] : [];
    return typeof first === 'string' && typeof second === 'string' ? [first] : row.flatMap(pricesIn);
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'price' && typeof inner === 'string' ? [inner] : pricesIn(inner),
  );
}
