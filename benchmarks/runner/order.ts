/** The order of a round: forward, then backward, so that nobody always runs after the same neighbour. */
export function orderOf<T>(contenders: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? contenders : contenders.toReversed();
}
