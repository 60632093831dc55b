/**
 * Key texts of calls made lately, by two or three primitives: finding one costs a fifth of writing and hashing a
 * new text.
 *
 * One flat array of buckets: a bucket has two slots of four items, the values and the text. Every call has two buckets
 * it may be in, so that few calls find no room while the table is half empty. When both are full the older slot of the
 * first is lost, which only means a text written anew. The table starts small, since there is one per instance and
 * method, and grows while it loses slots.
 *
 * Bots ask in rounds, one symbol after the other. So each slot also knows which slot was found after it last time, and
 * that one is looked at first: comparing three values takes a third of spreading them over the table and finding them.
 */
import type { CallKey } from './call-key.js';
import { SuppliedKey } from './supplied-keys.js';

/** Items of a slot: three values and the text. */
const SLOT = 4;
/** Positions of items become those of slots when shifted by so many bits. */
const SLOT_BITS = 2;
/** The spread shifted by so many bits gives the other bucket: the most buckets take 14 bits, of 31. */
const OTHER = 16;
/** Items of a bucket. */
const BUCKET = 2 * SLOT;
/** Buckets of a new table; a power of two, as all sizes are. */
const FIRST_BUCKETS = 8;
/** Most buckets of any table: 32 768 slots, 1 MiB. */
const MOST_BUCKETS = 16_384;
/** Longer strings are not kept. */
const LONGEST = 128;

/** Stands for the third value of a call that has two. */
export const ABSENT: unique symbol = Symbol('absent');

/** What tables hold that were never added to. Never written to. */
const NOTHING: unknown[] = [undefined, undefined, undefined, undefined];
const NO_NEXT = new Int32Array(1);

/** Finds key texts by the values of a call. */
export class RecentKeys {
  readonly #mostBuckets: number;
  #items = NOTHING;
  /** By slot, where the slot begins that was found after it. */
  #next = NO_NEXT;
  /** Where the slot begins that was found last. */
  #last = 0;
  #mask = FIRST_BUCKETS - 1;
  #lost = 0;

  /** Makes a table of at most two slots per entry of its cache. It takes no memory until it is used. */
  constructor(maxEntries: number) {
    const wanted = 2 ** Math.ceil(Math.log2(Math.max(maxEntries, FIRST_BUCKETS)));
    this.#mostBuckets = Math.min(wanted, MOST_BUCKETS);
  }

  /** The text that was added for these very values, if they follow on the last ones as they did before. Hot path. */
  expect(first: unknown, second: unknown, third: unknown): CallKey | undefined {
    const items = this.#items;
    // Within bounds: there is one per slot, and #last is the beginning of a slot.
    const at = this.#next[this.#last >> SLOT_BITS] as number;
    // Not ===, which takes -0 for 0.
    if (!Object.is(items[at], first) || !Object.is(items[at + 1], second) || !Object.is(items[at + 2], third)) {
      return undefined;
    }
    this.#last = at;
    // Written by `#put` only.
    return items[at + 3] as CallKey | undefined;
  }

  /** The text that was added for these very values, if it is still there. `spread` is their `spreadOf`. Hot path. */
  find(spread: number, first: unknown, second: unknown, third: unknown): CallKey | undefined {
    const items = this.#items;
    if (items === NOTHING) return undefined;
    let at = (spread & this.#mask) * BUCKET;
    if (!holds(items, at, first, second, third)) {
      at += SLOT;
      if (!holds(items, at, first, second, third)) {
        at = ((spread >>> OTHER) & this.#mask) * BUCKET;
        if (!holds(items, at, first, second, third)) {
          at += SLOT;
          if (!holds(items, at, first, second, third)) return undefined;
        }
      }
    }
    this.#next[this.#last >> SLOT_BITS] = at;
    this.#last = at;
    // The very strings that are asked with now: most programs keep theirs, and to itself a string is compared at once.
    items[at] = first;
    items[at + 1] = second;
    items[at + 2] = third;
    // As above. An empty slot holds undefined, which is also what it holds as text.
    return items[at + 3] as CallKey | undefined;
  }

  /** Adds the text of values that `find` did not find. */
  add(spread: number, first: unknown, second: unknown, third: unknown, text: CallKey): void {
    if (this.#items === NOTHING) this.#resize(FIRST_BUCKETS);
    else if (this.#lost * 4 > this.#mask && this.#mask + 1 < this.#mostBuckets) this.#grow();
    this.#put([first, second, third, text], spread);
  }

  #put(slot: readonly unknown[], spread: number): void {
    const items = this.#items;
    const one = (spread & this.#mask) * BUCKET;
    const other = ((spread >>> OTHER) & this.#mask) * BUCKET;
    const free = [one, one + SLOT, other, other + SLOT].find((at) => items[at + 3] === undefined);
    if (free === undefined) {
      this.#lost++;
      items.copyWithin(one + SLOT, one, one + SLOT);
    }
    for (let index = 0; index < SLOT; index++) items[(free ?? one) + index] = slot[index];
  }

  #grow(): void {
    const old = this.#items;
    this.#resize(Math.min((this.#mask + 1) * 4, this.#mostBuckets));
    for (let at = 0; at < old.length; at += SLOT) {
      const slot = old.slice(at, at + SLOT);
      if (slot[3] !== undefined) this.#put(slot, spreadOf(slot[0], slot[1], slot[2]));
    }
  }

  #resize(buckets: number): void {
    this.#items = Array.from({ length: buckets * BUCKET }, () => undefined);
    this.#next = new Int32Array(buckets * 2);
    this.#mask = buckets - 1;
    this.#last = 0;
    this.#lost = 0;
  }
}

function holds(items: readonly unknown[], at: number, first: unknown, second: unknown, third: unknown): boolean {
  return items[at] === first && items[at + 1] === second && items[at + 2] === third;
}

/**
 * A number that is mostly different for different values, -1 when one of them is not for a table: -0 and NaN, which
 * === takes for others or for none, texts that look encoded, long ones, and whatever is no primitive. Hot path.
 */
export function spreadOf(first: unknown, second: unknown, third: unknown): number {
  const a = scatter(first);
  const b = scatter(second);
  const c = scatter(third);
  if ((a | b | c) < 0) return -1;
  const sum = Math.imul(a, 0x9e_37_79_b1) + Math.imul(b, 0x85_eb_ca_6b) + Math.imul(c, 0xc2_b2_ae_35);
  const mixed = Math.imul(sum ^ (sum >>> 15), 0x2c_1b_3c_6d);
  return (mixed ^ (mixed >>> 13)) & 0x7f_ff_ff_ff;
}

/** The bytes of the number that is looked at. */
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

function scatter(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return scatterText(value);
    case 'number':
      return scatterNumber(value);
    case 'boolean':
      return value ? 1 : 2;
    case 'undefined':
      return 3;
    case 'symbol':
      return value === ABSENT ? 4 : -1;
    case 'object':
      if (value === null) return 5;
      return value instanceof SuppliedKey ? value.spread : -1;
    case 'bigint':
    case 'function':
    default:
      return -1;
  }
}

function scatterNumber(value: number): number {
  if ((value | 0) === value) return value === 0 && 1 / value < 0 ? -1 : Math.imul(value, 0x9e_37_79_b1) >>> 1;
  if (Number.isNaN(value)) return -1;
  double[0] = value;
  return ((words[0] ?? 0) ^ Math.imul(words[1] ?? 0, 0x85_eb_ca_6b)) >>> 1;
}

function scatterText(text: string): number {
  const { length } = text;
  if (length > LONGEST || text.charCodeAt(0) === 0) return -1;
  let sum = length;
  for (let index = 0; index < length; index++) sum = (Math.imul(sum, 31) + text.charCodeAt(index)) | 0;
  return sum >>> 1;
}
