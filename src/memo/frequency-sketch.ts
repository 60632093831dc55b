/**
 * How often keys were asked for lately, roughly and in little memory: a count-min sketch.
 *
 * A key has one counter in each of four rows, shared with other keys; the smallest of the four is closest to the
 * truth and never below it. Counters have 4 bits, which is enough since only "more often than" is asked.
 * All are halved once ten times as many uses were counted as there are entries, so that past popularity fades.
 * The four counters of a key lie in one block of 64 bytes, a cache line.
 *
 * Source: Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission Policy" (ACM Transactions on
 * Storage 13, 2017), and FrequencySketch.java of Caffeine. The paper's doorkeeper, a Bloom filter for keys seen
 * once, is left out as in Caffeine: at 16 counters an entry there is room for them.
 */
import { mix } from './frequency-hash.js';

/** Words of 8 counters in a block: four rows of four. */
const BLOCK_WORDS = 16;
/** Highest count. */
export const MAX_FREQUENCY = 15;
/** Uses per entry between two halvings. */
const USES_PER_ENTRY = 10;

/** Counts uses of hashed keys; see the notes above. */
export class FrequencySketch {
  #words = new Uint32Array(0);
  #blockMask = 0;
  #limit = 0;
  #uses = 0;

  /** Uses that are counted before all counts are halved; 0 while nothing is counted. */
  get sampleSize(): number {
    return this.#limit;
  }

  /**
   * Makes room for so many entries, 8 to 16 bytes for each. When the room was smaller all counts start anew.
   * Without room nothing is counted and every frequency is 0.
   */
  ensureCapacity(entries: number): void {
    this.#limit = Math.max(this.#limit, entries * USES_PER_ENTRY);
    const blocks = 2 ** Math.ceil(Math.log2(Math.max(entries / 8, 1)));
    if (blocks * BLOCK_WORDS <= this.#words.length) return;
    this.#words = new Uint32Array(blocks * BLOCK_WORDS);
    this.#blockMask = blocks - 1;
    this.#uses = 0;
  }

  /** How often a key was used lately, 0 to 15. */
  frequency(hash: number): number {
    if (this.#limit === 0) return 0;
    const start = (hash & this.#blockMask) * BLOCK_WORDS;
    const places = mix(hash);
    let least = MAX_FREQUENCY;
    for (let row = 0; row < 4; row++) {
      const place = places >>> (row * 8);
      const word = this.#words[start + row * 4 + (place & 3)] ?? 0;
      const count = (word >>> (place & 28)) & 15;
      if (count < least) least = count;
    }
    return least;
  }

  /** Counts so many uses of a key, 1 to 15. */
  add(hash: number, uses: number): void {
    if (this.#limit === 0) return;
    const words = this.#words;
    const start = (hash & this.#blockMask) * BLOCK_WORDS;
    const places = mix(hash);
    let added = 0;
    for (let row = 0; row < 4; row++) {
      const place = places >>> (row * 8);
      const index = start + row * 4 + (place & 3);
      const shift = place & 28;
      const word = words[index] ?? 0;
      const room = MAX_FREQUENCY - ((word >>> shift) & 15);
      const more = uses < room ? uses : room;
      words[index] = word + (more << shift);
      if (more > added) added = more;
    }
    this.#uses += added;
    if (this.#uses >= this.#limit) this.#halve();
  }

  /** Forgets all counts and gives their room back. */
  clear(): void {
    this.#words = new Uint32Array(0);
    this.#limit = 0;
    this.#uses = 0;
  }

  #halve(): void {
    let odd = 0;
    for (let index = 0; index < this.#words.length; index++) {
      const word = this.#words[index] ?? 0;
      odd += ones(word & 0x11111111);
      this.#words[index] = (word >>> 1) & 0x77777777;
    }
    // What rounding down took away: a use is in four counters.
    this.#uses = (this.#uses - (odd >>> 2)) >>> 1;
  }
}

/** Bits set among the lowest of each counter. */
function ones(bits: number): number {
  return Math.imul((bits & 0x01010101) + ((bits >>> 4) & 0x01010101), 0x01010101) >>> 24;
}
