import { TaskHeap } from './task-heap.js';

/** There is no further key. */
export const DONE = Symbol('done');
/** The next key of an async iterable has not come yet. */
export const PENDING = Symbol('pending');

/** Keys read ahead of an async iterable when no order has to be made of them. */
const READ_AHEAD = 64;

/** How keys are read. */
export interface KeySourceOptions<Key> {
  /** What the caller gave: an iterable, or an async one. */
  readonly keys: Iterable<Key> | AsyncIterable<Key>;
  /** Most keys read before they are taken. */
  readonly lookahead: number;
  /** How early a key should be taken; without it keys come in their own order. */
  readonly score: ((key: Key) => number) | undefined;
  /** Called when an async iterable has brought something, its end included. */
  readonly onReady: () => void;
  /** Called when the iterable throws or rejects; it then counts as ended. */
  readonly onError: (error: unknown) => void;
}

/**
 * Keys of a list, read only as far as they are needed: none is read that could not start, but for the `lookahead` keys
 * that are put in order, or that early exit samples.
 */
export class KeySource<Key> {
  readonly #options: KeySourceOptions<Key>;
  readonly #iterator: Iterator<Key> | undefined;
  readonly #asyncIterator: AsyncIterator<Key> | undefined;
  readonly #heap = new TaskHeap<Key>();
  /** Keys read ahead without an order; the first `#head` are taken. */
  #buffer: Key[] = [];
  #head = 0;
  #isEnded = false;
  #isReading = false;

  constructor(options: KeySourceOptions<Key>) {
    this.#options = options;
    const { keys } = options;
    if (isAsync(keys)) this.#asyncIterator = keys[Symbol.asyncIterator]();
    else this.#iterator = keys[Symbol.iterator]();
  }

  /** Whether all keys were taken. */
  get isDone(): boolean {
    return this.#isEnded && this.#heldCount() === 0;
  }

  /** Takes the next key. */
  take(): Key | typeof DONE | typeof PENDING {
    // Hot path: the plain list form comes here once per key.
    if (this.#options.score !== undefined) return this.#takeBest();
    if (this.#head < this.#buffer.length) return this.#takeBuffered();
    if (this.#isEnded) return DONE;
    if (this.#iterator !== undefined) return this.#readNext(this.#iterator);
    this.#readAhead();
    return this.#isEnded ? DONE : PENDING;
  }

  /** Takes up to `count` keys, evenly spread over those that are left and known. */
  spread(count: number): Key[] {
    this.#fill();
    const left = this.#drain();
    const step = left.length / Math.min(count, left.length);
    const chosen = new Set<number>();
    for (let at = step / 2; at < left.length; at += step) chosen.add(Math.floor(at));
    for (const [at, key] of left.entries()) if (!chosen.has(at)) this.#hold(key);
    return left.filter((_, at) => chosen.has(at));
  }

  /** Ends the iterable and returns the keys that were not taken: those read ahead, and all of a collection. */
  close(): Key[] {
    const left = this.#drain();
    const { keys } = this.#options;
    if (!this.#isEnded && this.#iterator !== undefined && isCollection(keys)) {
      for (let next = this.#readNext(this.#iterator); next !== DONE; next = this.#readNext(this.#iterator)) {
        left.push(next);
      }
    }
    this.#end();
    return left;
  }

  #takeBuffered(): Key {
    // A held key is always there.
    const key = this.#buffer[this.#head] as Key;
    this.#head++;
    if (this.#head === this.#buffer.length) {
      this.#buffer = [];
      this.#head = 0;
    }
    if (this.#asyncIterator !== undefined) this.#readAhead();
    return key;
  }

  #takeBest(): Key | typeof DONE | typeof PENDING {
    this.#fill();
    if (this.#heap.size === 0) return this.#isEnded ? DONE : PENDING;
    // A heap that is not empty has a first item.
    return this.#heap.pop() as Key;
  }

  /** Reads up to `lookahead` keys as far as they can be had at once. */
  #fill(): void {
    if (this.#iterator === undefined) {
      this.#readAhead();
      return;
    }
    while (!this.#isEnded && this.#heldCount() < this.#options.lookahead) {
      const key = this.#readNext(this.#iterator);
      if (key !== DONE) this.#hold(key);
    }
  }

  #heldCount(): number {
    return this.#heap.size + this.#buffer.length - this.#head;
  }

  #hold(key: Key): void {
    const { score } = this.#options;
    if (score === undefined) this.#buffer.push(key);
    else this.#heap.push(key, score(key));
  }

  /** Empties what was read ahead, in the order it would be taken. */
  #drain(): Key[] {
    const left = this.#buffer.slice(this.#head);
    this.#buffer = [];
    this.#head = 0;
    while (this.#heap.size > 0) left.push(this.#heap.pop() as Key);
    return left;
  }

  #readNext(iterator: Iterator<Key>): Key | typeof DONE {
    try {
      const next = iterator.next();
      if (next.done !== true) return next.value;
    } catch (error) {
      this.#isEnded = true;
      this.#options.onError(error);
    }
    this.#isEnded = true;
    return DONE;
  }

  #readAhead(): void {
    const { lookahead, onError, onReady, score } = this.#options;
    const most = score === undefined ? Math.min(lookahead, READ_AHEAD) : lookahead;
    if (this.#asyncIterator === undefined || this.#isReading || this.#isEnded || this.#heldCount() >= most) return;
    this.#isReading = true;
    this.#readAsync(this.#asyncIterator).then(onReady, (error: unknown) => {
      this.#isEnded = true;
      onError(error);
      onReady();
    });
  }

  async #readAsync(iterator: AsyncIterator<Key>): Promise<void> {
    try {
      const next = await iterator.next();
      if (this.#isEnded) return;
      if (next.done === true) this.#isEnded = true;
      else this.#hold(next.value);
    } finally {
      this.#isReading = false;
    }
    this.#readAhead();
  }

  /** Lets the iterable free what it holds. What it throws then concerns nobody any more, but is reported. */
  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { onError } = this.#options;
    try {
      this.#iterator?.return?.();
      this.#asyncIterator?.return?.().then(undefined, onError);
    } catch (error) {
      onError(error);
    }
  }
}

function isAsync<Key>(keys: Iterable<Key> | AsyncIterable<Key>): keys is AsyncIterable<Key> {
  return Symbol.asyncIterator in Object(keys);
}

/** Whether reading the rest has an end and no effects. */
function isCollection(keys: unknown): boolean {
  return Array.isArray(keys) || keys instanceof Set || keys instanceof Map || ArrayBuffer.isView(keys);
}
