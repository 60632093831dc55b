/** Level-II imbalance: bid size against ask size over the best levels, -1 to 1; 0 for an empty book. */
export function imbalanceOf(bidSizes: ArrayLike<number>, askSizes: ArrayLike<number>): number {
  const bids = sum(bidSizes);
  const asks = sum(askSizes);
  return bids + asks === 0 ? 0 : (bids - asks) / (bids + asks);
}

/**
 * How far the size-weighted price leans from the mid, in half spreads: 1 when only the bid has size
 * (the next trade is likelier to lift the ask), -1 when only the ask has.
 */
export function tiltOf(bidSize: number, askSize: number): number {
  return bidSize + askSize === 0 ? 0 : (bidSize - askSize) / (bidSize + askSize);
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ?? 0;
  return total;
}
