/** One side of a naive book: an array of levels, best first. */
export interface Level {
  readonly price: number;
  readonly priceText: string;
  readonly sizeText: string;
}

/** Sets, replaces or (size 0) removes a level by walking the array. */
export function setLevel(levels: Level[], side: 'bid' | 'ask', priceText: string, sizeText: string): void {
  const price = Number(priceText);
  const index = levels.findIndex((level) => (side === 'bid' ? level.price <= price : level.price >= price));
  const exists = index !== -1 && levels[index]?.price === price;
  const isRemoval = Number(sizeText) === 0;
  if (isRemoval && !exists) return;
  const level = { price, priceText, sizeText };
  if (isRemoval) levels.splice(index, 1);
  else if (exists) levels[index] = level;
  else levels.splice(index === -1 ? levels.length : index, 0, level);
}
