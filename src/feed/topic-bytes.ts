/**
 * Finds the topic of a frame in its bytes, for frames that begin with it: `{"topic":"tickers.BTCUSDT",…`.
 *
 * The name is hashed up to its closing quote, and a hit is compared byte by byte with the name itself, so that a frame is
 * never taken for one of another topic. A frame with another order of keys, an escape in the name or a name that is not
 * known is not found: it takes the way of every other frame.
 *
 * Hot path: no allocation, one pass over the name.
 */

/** A JSON text's `"`. */
const QUOTE = 0x22;
/** A JSON text's `\`. */
const ESCAPE = 0x5c;
/** Most bytes of a name. */
const LONGEST_NAME = 1_024;

/** A name and what is kept beside it. */
interface Slot<Value> {
  readonly name: Buffer;
  readonly value: Value;
}

/** Values by the name at the start of a frame; see the notes above. */
export class TopicBytes<Value> {
  readonly #prefix: Buffer;
  readonly #slots = new Map<number, Slot<Value>[]>();

  /** `prefix` is what stands before the name, its opening quote included. */
  constructor(prefix: string) {
    this.#prefix = Buffer.from(prefix);
  }

  /** Adds a topic that is not there yet. */
  add(topic: string, value: Value): void {
    const name = Buffer.from(JSON.stringify(topic).slice(1, -1));
    const hash = hashOf(name);
    this.#slots.set(hash, [...(this.#slots.get(hash) ?? []), { name, value }]);
  }

  /** Removes a topic. */
  delete(topic: string): void {
    const name = Buffer.from(JSON.stringify(topic).slice(1, -1));
    const hash = hashOf(name);
    const slots = (this.#slots.get(hash) ?? []).filter((slot) => !slot.name.equals(name));
    if (slots.length > 0) this.#slots.set(hash, slots);
    else this.#slots.delete(hash);
  }

  /** The value of the topic that a frame begins with, if it is known. */
  find(frame: Buffer): Value | undefined {
    const prefix = this.#prefix;
    const start = prefix.length;
    for (let index = 0; index < start; index++) if (frame[index] !== prefix[index]) return undefined;
    const last = Math.min(frame.length, start + LONGEST_NAME);
    let hash = SEED;
    for (let end = start; end < last; end++) {
      const byte = frame[end] ?? QUOTE;
      if (byte === QUOTE) return this.#named(hash, frame, start, end);
      if (byte === ESCAPE) return undefined;
      hash = step(hash, byte);
    }
    return undefined;
  }

  /** The value of the name in `frame` from `start` up to `end`, of which the hash is known. */
  #named(hash: number, frame: Buffer, start: number, end: number): Value | undefined {
    const slots = this.#slots.get(hash);
    if (slots === undefined) return undefined;
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index];
      if (slot !== undefined && isSame(slot.name, frame, start, end)) return slot.value;
    }
    return undefined;
  }
}

/** FNV-1a: a hash starts as this. */
const SEED = 0x81_1c_9d_c5 | 0;

/** FNV-1a: takes one more byte in. */
function step(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01_00_01_93);
}

function hashOf(name: Buffer): number {
  return name.reduce(step, SEED);
}

function isSame(name: Buffer, frame: Buffer, start: number, end: number): boolean {
  const { length } = name;
  if (length !== end - start) return false;
  for (let index = 0; index < length; index++) if (name[index] !== frame[start + index]) return false;
  return true;
}
