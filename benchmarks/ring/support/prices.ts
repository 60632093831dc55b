/**
 * The prices all contenders are fed with: 1 024 doubles in a typed array, so that reading one costs nobody an
 * allocation. Price i is `PRICES[i & PRICE_MASK]`.
 */
export const PRICES = Float64Array.from({ length: 1_024 }, (_, i) => 60_000 + Math.sin(i) * 500);
export const PRICE_MASK = 1_023;

/** Price i of the endless sequence. */
export function priceAt(i: number): number {
  return PRICES[i & PRICE_MASK] ?? 0;
}
