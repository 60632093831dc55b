/** A pair of symbols and their correlation. */
export interface CorrelatedPair {
  /** The symbol that comes first in `symbols`. */
  readonly a: string;
  /** The symbol that comes second. */
  readonly b: string;
  /** Their correlation. */
  readonly value: number;
}

/** Which correlations count as strong: the highest above 0, the lowest below 0, or the largest either way. */
export type CorrelationDirection = 'positive' | 'negative' | 'absolute';

interface Candidate {
  readonly left: number;
  readonly right: number;
  readonly value: number;
  readonly strength: number;
}

/**
 * Keeps the `limit` strongest of the pairs offered, strongest first; of equals the one offered first leads.
 *
 * Cost: a comparison for a pair that is too weak, else O(limit).
 */
export class StrongestPairs {
  readonly #limit: number;
  readonly #direction: CorrelationDirection;
  readonly #kept: Candidate[] = [];

  constructor(limit: number, direction: CorrelationDirection) {
    this.#limit = limit;
    this.#direction = direction;
  }

  /** Considers a pair. NaN and what points the other way are passed over. */
  offer(left: number, right: number, value: number): void {
    const strength = this.#strengthOf(value);
    if (!(strength > this.#weakest())) return;
    if (this.#kept.length === this.#limit) this.#kept.pop();
    this.#kept.splice(this.#rankOf(strength), 0, { left, right, value, strength });
  }

  /** The pairs kept, by name. */
  named(symbols: readonly string[]): CorrelatedPair[] {
    // Casts: the indices come from a loop over `symbols`.
    return this.#kept.map(({ left, right, value }) => ({
      a: symbols[left] as string,
      b: symbols[right] as string,
      value,
    }));
  }

  #strengthOf(value: number): number {
    if (this.#direction === 'absolute') return Math.abs(value);
    const strength = this.#direction === 'positive' ? value : -value;
    return strength > 0 ? strength : NaN;
  }

  #weakest(): number {
    if (this.#kept.length < this.#limit) return -1;
    return this.#kept.at(-1)?.strength ?? Infinity;
  }

  // Binary search for the first place held by something weaker.
  #rankOf(strength: number): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#kept[middle]?.strength ?? 0) >= strength) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
