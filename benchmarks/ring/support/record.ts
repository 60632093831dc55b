/** Numbers per record: 64 bytes. */
export const WIDTH = 8;
/** Names of the numbers. */
export const FIELDS = ['id', 'price', 'half', 'a', 'b', 'c', 'd', 'again'];
/** Records per operation: so many that waking the other thread, once per block, does not show. */
export const PER_OPERATION = 1_000;
/** Records that a ring holds. */
export const CAPACITY = 16_384;
/** Records that are published, or sent, together where a contender can do so. */
export const BATCH = 64;

/** Where the consumer asks the feeding thread for records: the words of `control`, each with a cache line of its own. */
export const CONTROL = {
  /** Records to write now; 0 once the thread has seen it. */
  wanted: 0,
  /** Records read by a consumer whose ring does not hold the writer back itself. */
  read: 32,
} as const;

/** Writes record `i` where one begins. */
export function fill(values: Float64Array, at: number, i: number): void {
  values[at] = i;
  values[at + 1] = 60_000.5;
  values[at + 2] = i * 0.5;
  values[at + 3] = 1;
  values[at + 4] = 2;
  values[at + 5] = 3;
  values[at + 6] = 4;
  values[at + 7] = i;
}

/** Reads every number of the records from `from` to `to`, the first of which is to be `i`. Answers how many are wrong. */
export function wrongOnes(values: Float64Array, from: number, to: number, first: number): number {
  let wrong = 0;
  let i = first;
  for (let at = from; at < to; at += WIDTH) {
    if (
      values[at] !== i ||
      values[at + 1] !== 60_000.5 ||
      values[at + 2] !== i * 0.5 ||
      values[at + 3] !== 1 ||
      values[at + 4] !== 2 ||
      values[at + 5] !== 3 ||
      values[at + 6] !== 4 ||
      values[at + 7] !== i
    )
      wrong++;
    i++;
  }
  return wrong;
}

/** Record `i` as the object that a program without shared memory would send. */
export interface RecordObject {
  readonly id: number;
  readonly price: number;
  readonly half: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly again: number;
}

/** Whether an object is record `i`. */
export function isRecord({ id, price, half, a, b, c, d, again }: RecordObject, i: number): boolean {
  const isMarked = a === 1 && b === 2 && c === 3 && d === 4;
  return id === i && price === 60_000.5 && half === i * 0.5 && isMarked && again === i;
}

/** The parts of ringbuf.js 0.4 that are used. Declared here, so that type checks work without it installed. */
export interface RingBufModule {
  readonly RingBuffer: {
    new (memory: SharedArrayBuffer, kind: Float64ArrayConstructor): RingBuf;
    getStorageForCapacity(capacity: number, kind: Float64ArrayConstructor): SharedArrayBuffer;
  };
}
export interface RingBuf {
  push(values: Float64Array): number;
  pop(values: Float64Array, length: number): number;
  availableRead(): number;
  availableWrite(): number;
}
