import type { BookChange, BookLevel } from 'tickwise/feed';

/** A level from the texts a venue would send. */
export function level(priceText: string, sizeText: string): BookLevel {
  return { price: Number(priceText), size: Number(sizeText), priceText, sizeText };
}

type Rows = readonly (readonly [price: string, size: string])[];

type Ids = Partial<Pick<BookChange, 'firstId' | 'lastId' | 'previousId' | 'checksum'>>;

export function delta(bids: Rows, asks: Rows, ids: Ids = {}): BookChange {
  return change('delta', bids, asks, ids);
}

export function snapshot(bids: Rows, asks: Rows, ids: Ids = {}): BookChange {
  return change('snapshot', bids, asks, ids);
}

function change(type: BookChange['type'], bids: Rows, asks: Rows, ids: Ids): BookChange {
  const rows = (side: Rows): BookLevel[] => side.map(([price, size]) => level(price, size));
  return { type, bids: rows(bids), asks: rows(asks), ...ids };
}
