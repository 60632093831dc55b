/**
 * Seeded random numbers: mulberry32 (Tommy Ettinger, public domain), 32 bits of state, period 2^32.
 *
 * Chosen because it is ten lines and even enough for a demo; nothing secret depends on it.
 */
export class Random {
  #state: number;

  /** @param name Streams of different names are independent of each other. */
  constructor(seed: number, name: string) {
    this.#state = hash(`${seed}/${name}`);
  }

  /** Even in [0, 1). */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** Even in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Whole numbers from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  isLikely(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Waiting time of mean 1. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }

  /** Mean 0, deviation 1 (Box and Muller). */
  gaussian(): number {
    return Math.sqrt(2 * this.exponential()) * Math.cos(2 * Math.PI * this.uniform());
  }
}

/** FNV-1a, so that neighbouring seeds begin far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
