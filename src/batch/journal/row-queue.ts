import { RECORD_HEADER, sealRecord } from './segment-format.js';

/** Bytes of the first group; groups grow by doubling. */
const SMALLEST = 16_384;
/** Buffers kept for groups to come. */
const MOST_FREE = 4;

/** Records that are written together. */
export class RecordGroup {
  /** The records, one behind the other. */
  bytes: Buffer;
  /** Bytes used. */
  length = 0;
  /** Sequence number of the first record. */
  first = 0;
  /** Sequence number of the last record. */
  last = 0;
  /** Rows that the sink does not have. */
  live = 0;

  constructor(bytes: Buffer = Buffer.allocUnsafe(SMALLEST)) {
    this.bytes = bytes;
  }

  /** The bytes used. */
  get used(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** Doubles the room. */
  grow(): void {
    const larger = Buffer.allocUnsafe(this.bytes.length * 2);
    this.used.copy(larger);
    this.bytes = larger;
  }
}

/** Writes a row into bytes from `at` on. Returns where it ends; -2 when the bytes do not suffice. */
export type RowWriter<T> = (item: T, bytes: Buffer, at: number) => number;

/** Encoded rows that are not on the disk yet, in groups. */
export class RowQueue<T> {
  readonly #write: RowWriter<T>;
  readonly #groupBytes: number;
  readonly #seed: number;
  #groups: RecordGroup[] = [];
  /** Groups at the front that are being written. */
  #busy = 0;
  #bytes = 0;
  /** The group begun last, which may have no row yet. */
  #next = new RecordGroup();
  /** Buffers to use again. */
  readonly #free: Buffer[] = [];

  constructor(write: RowWriter<T>, groupBytes: number, seed: number) {
    this.#write = write;
    this.#groupBytes = groupBytes;
    this.#seed = seed;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Groups that wait. */
  get groupCount(): number {
    return this.#groups.length;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#groups.length === 0;
  }

  /** Sequence number of the first row that waits; Infinity without one. */
  get first(): number {
    return this.#groups[0]?.first ?? Infinity;
  }

  /** Rows that wait and that the sink does not have. */
  get live(): number {
    return this.#groups.reduce((sum, { live }) => sum + live, 0);
  }

  // Hot path: once per row.
  /** Adds a row. @throws what encoding throws; nothing is added then. */
  add(item: T, sequence: number): void {
    const last = this.#groups.length > this.#busy ? this.#groups[this.#groups.length - 1] : undefined;
    const group = last === undefined || last.length >= this.#groupBytes ? this.#begin() : last;
    const at = group.length;
    let end = this.#write(item, group.bytes, at + RECORD_HEADER);
    while (end < 0) {
      group.grow();
      end = this.#write(item, group.bytes, at + RECORD_HEADER);
    }
    sealRecord(group.bytes, at, end - at - RECORD_HEADER, sequence, this.#seed);
    if (group.first === 0) {
      group.first = sequence;
      this.#groups.push(group);
    }
    group.last = sequence;
    group.length = end;
    group.live++;
    this.#bytes += end - at;
  }

  /** Notes that nobody needs the rows from one number to another, all of which wait. */
  settle(from: number, to = from): void {
    for (const group of this.#groups) {
      if (from > group.last) continue;
      if (to < group.first) return;
      group.live -= Math.min(to, group.last) - Math.max(from, group.first) + 1;
    }
  }

  /** The groups to write now; those without a row that matters are left out. `done` has to follow. */
  begin(): readonly RecordGroup[] {
    this.#busy = this.#groups.length;
    return this.#groups.filter(({ live }) => live > 0);
  }

  /** Forgets the groups of the latest `begin`: they are written. */
  done(): void {
    for (const group of this.#groups.splice(0, this.#busy)) this.#release(group);
    this.#busy = 0;
  }

  /** Keeps the groups of the latest `begin`, but for those without a row that matters: they could not be written. */
  failed(): void {
    const dead = this.#groups.filter(({ live }) => live === 0);
    this.#groups = this.#groups.filter(({ live }) => live > 0);
    for (const group of dead) this.#release(group);
    this.#busy = 0;
  }

  /** All groups that have a row that matters, those being written included. */
  all(): readonly RecordGroup[] {
    return this.#groups.filter(({ live }) => live > 0);
  }

  #begin(): RecordGroup {
    // Without a row it is one whose first row could not be encoded.
    if (this.#next.first !== 0) this.#next = new RecordGroup(this.#free.pop());
    return this.#next;
  }

  #release(group: RecordGroup): void {
    this.#bytes -= group.length;
    if (this.#free.length < MOST_FREE) this.#free.push(group.bytes);
  }
}
