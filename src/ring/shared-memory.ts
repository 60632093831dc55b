/*
 * What the threads of a ring share, and why it holds.
 *
 * The memory is a header of counters, then the records, each `fields.length` doubles. Counters that different
 * threads write lie 128 bytes apart, so that no two share a cache line. The writer publishes a batch by one store
 * of `HEAD`, the reader frees what it has read by one store of `TAIL`. These are sequentially consistent
 * atomics: who sees `HEAD` sees the records below it, who sees `TAIL` may write where it has read. Between
 * publications neither side looks at the other's counter.
 *
 * Counters are 32-bit words, because 64-bit ones allocate a BigInt per access. They wrap. `ERA`, stored with
 * each 2^30 records published, says which 2^30 a word is close to: the full count is the one near it whose low
 * bits are the word's. Read between two equal reads of `ERA` it is exact, however long a thread slept before.
 *
 * Broadcast is a seqlock: the writer overwrites records while readers copy them. Before a batch it announces
 * how far it will write, by an atomic exchange of `ANNOUNCED`. A reader copies first, then adds 0 to `ANNOUNCED`,
 * then checks that no copied slot was announced for a newer record. All changes of one word have one order. If the
 * reader's add comes after the exchange, the check sees the announcement. If it comes before, the exchange
 * reads what the add wrote, so the copy happened before the writer's next store and cannot hold any of it.
 * Both being read-modify-write is what makes this sound: in JavaScript's memory model, as on ARM, a plain read may
 * take effect after a later atomic load, and a plain store before an earlier atomic store. (H.-J. Boehm, "Can
 * seqlocks get along with programming language memory models?", 2012; the announcement is Agrona's tail intent.)
 * `batch` slots beyond `capacity` are for the announced batch: the newest `capacity` records stay readable.
 *
 * Sleep: a bell is odd while somebody sleeps, or is about to. A sleeper makes it odd, looks once more, and waits
 * for the word to change. The other side changes its counter first, then looks at the bell, and makes an odd
 * one even. So one of both sees the other, and a sleeper that was killed costs one ring, not one per record.
 */
import { ArgumentError, ConfigError } from '../core/errors.js';
import type { SharedShape } from './shared-options.js';

// Where the header's 32-bit words are.

/** Five words that say what the ring is. */
const IDENTITY = 0;
/** 1 once a writer was made. */
export const WRITER_SEAT = 8;
/** 1 while a `single` ring has its reader. */
export const READER_SEAT = 9;
/** 1 once the writer has ended. */
export const ENDED = 10;
/** The bell that the writer rings. */
export const READERS_BELL = 11;
/** The bell that the reader of a `single` ring rings. */
export const WRITER_BELL = 12;
/** Records published. */
export const HEAD = 32;
/** `HEAD` in units of `RECORDS_PER_ERA`. */
export const ERA = 33;
/** Records that are written, or may be at this moment. */
export const ANNOUNCED = 64;
/** Records that the reader of a `single` ring is done with. */
export const TAIL = 96;

/** Few enough that a word stays within 2^31 of where its era begins. */
export const RECORDS_PER_ERA = 2 ** 30;

const HEADER_BYTES = 512;
/** Above this a mistyped capacity is likelier than a wish. */
const MAX_BYTES = 2 ** 32;
/** Tells the memory of a ring from any other, and this layout from later ones. */
const MAGIC = 0x7469_636b;

/** One ring's memory as a thread sees it. */
export class SharedMemory {
  /** The memory itself. */
  readonly buffer: SharedArrayBuffer;
  /** The header. */
  readonly words: Int32Array;
  /** The records. */
  readonly values: Float64Array;
  /** Numbers per record. */
  readonly stride: number;
  /** Records that fit into `values`. */
  readonly slots: number;

  /** @throws ConfigError when there would be too much memory, or what is given is not that of such a ring. */
  constructor({ capacity, fields, mode, batch }: SharedShape, memory: SharedArrayBuffer | undefined) {
    const isBroadcast = mode === 'broadcast';
    this.stride = fields.length;
    this.slots = capacity + (isBroadcast ? batch : 0);
    const bytes = HEADER_BYTES + this.slots * this.stride * 8;
    if (bytes > MAX_BYTES)
      throw new ConfigError(`SharedRing: capacity times fields must stay within 4 GiB, got ${bytes} bytes`);
    const identity = [MAGIC, capacity, this.stride, batch, Number(isBroadcast)];
    this.buffer = memory ?? new SharedArrayBuffer(bytes);
    this.words = new Int32Array(this.buffer, 0, Math.min(HEADER_BYTES, this.buffer.byteLength) >> 2);
    if (memory === undefined) this.words.set(identity, IDENTITY);
    if (this.buffer.byteLength !== bytes || identity.some((word, i) => this.words[IDENTITY + i] !== word))
      throw new ConfigError('SharedRing: memory must be that of a ring with the same options, got another');
    this.values = new Float64Array(this.buffer, HEADER_BYTES);
  }

  /** Where a record begins in `values`; the first record ever is 0. */
  indexOf(record: number): number {
    return (record % this.slots) * this.stride;
  }

  /** The full count whose low 32 bits are in a word that follows `era`. */
  count(word: number): number {
    const { words } = this;
    for (;;) {
      const era = Atomics.load(words, ERA);
      const low = Atomics.load(words, word);
      if (Atomics.load(words, ERA) === era) return era * RECORDS_PER_ERA + ((low - era * RECORDS_PER_ERA) | 0);
    }
  }

  /** Records that the reader of a `single` ring is done with. */
  tail(): number {
    for (;;) {
      const low = Atomics.load(this.words, TAIL);
      const head = this.count(HEAD);
      if (Atomics.load(this.words, TAIL) === low) return head - ((head - low) | 0);
    }
  }

  /** Takes a seat. @throws ArgumentError when somebody has it. */
  sit(seat: number, role: string): void {
    if (Atomics.compareExchange(this.words, seat, 0, 1) === 1)
      throw new ArgumentError(`SharedRing: a ring has one ${role}, which was taken before`);
  }

  /** Asks for a ring. Answers what to wait on, after one more look at what the ring would tell. */
  ask(bell: number): number {
    return Atomics.or(this.words, bell, 1) | 1;
  }

  /** Wakes everybody who has asked. */
  ring(bell: number): void {
    if ((Atomics.load(this.words, bell) & 1) === 0) return;
    Atomics.add(this.words, bell, 1);
    Atomics.notify(this.words, bell);
  }
}
