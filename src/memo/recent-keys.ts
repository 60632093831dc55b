import { type CallKey, keyOfFew } from './call-key.js';

/** Slots of a table; a power of two. */
const SLOTS = 512;
/** Longer strings are not kept. */
const LONGEST = 128;

interface Slot {
  readonly count: number;
  readonly first: unknown;
  readonly second: unknown;
  readonly third: unknown;
  readonly key: CallKey;
}

/**
 * Key texts of the calls made last with two or three primitives, in a direct-mapped table: comparing three
 * values costs a fifth of writing and hashing a new text. A slot that is taken only means a text written anew.
 */
export class RecentKeys {
  #slots: (Slot | undefined)[] | undefined;

  /** The key of a call with two or three arguments. Hot path. */
  keyOf(count: number, first: unknown, second: unknown, third: unknown): CallKey {
    const spread = scatter(first) * 961 + scatter(second) * 31 + scatter(third);
    if (Number.isNaN(spread)) return keyOfFew(count, first, second, third);
    const slots = (this.#slots ??= Array.from({ length: SLOTS }, () => undefined));
    const index = (spread ^ (spread / SLOTS)) & (SLOTS - 1);
    const slot = slots[index];
    if (
      slot !== undefined &&
      slot.count === count &&
      isSame(slot.first, first) &&
      isSame(slot.second, second) &&
      isSame(slot.third, third)
    ) {
      return slot.key;
    }
    const key = keyOfFew(count, first, second, third);
    slots[index] = { count, first, second, third, key };
    return key;
  }
}

/** Object.is, with NaN different from itself: that costs a text and no more. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b && (a !== 0 || 1 / a === 1 / (b as number)); // b === a, a number.
}

/** A whole number that is mostly different for different primitives; NaN for what is not kept. */
function scatter(value: unknown): number {
  switch (typeof value) {
    case 'string': {
      const { length } = value;
      if (length === 0) return 5;
      if (length > LONGEST) return NaN;
      return length + value.charCodeAt(0) * 7 + value.charCodeAt(length >> 1) * 31 + value.charCodeAt(length - 1) * 127;
    }
    case 'number':
      return (value | 0) ^ ((value * 4_096) | 0);
    case 'boolean':
      return value ? 1 : 2;
    case 'undefined':
      return 3;
    case 'bigint':
    case 'symbol':
    case 'function':
    case 'object':
    default:
      return NaN;
  }
}
