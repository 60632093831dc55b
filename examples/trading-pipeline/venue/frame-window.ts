import type { Frame } from '../recording/index.js';
import type { Cursor } from './script.js';

/** Frames that the furthest connection may be ahead of the slowest: about ten minutes of three symbols. */
const MOST_HELD = 16_384;

/** Frames that are given up together. */
const PAGE = 1_024;

/**
 * The frames around the places where a run's connections are. A session may be longer than memory: frames are made when
 * the first connection comes to them, and given up when the last has passed.
 */
export class FrameWindow {
  readonly #source: Iterator<Frame>;
  readonly #cursors = new Set<Cursor>();
  readonly #held: Frame[] = [];
  /** Bytes of the frames held, made when first asked for and then shared by all connections. */
  readonly #payloads: (Buffer | undefined)[] = [];
  #first = 0;
  #waiting: (() => void)[] = [];

  constructor(frames: Iterable<Frame>) {
    this.#source = frames[Symbol.iterator]();
  }

  /** Frames held at this moment. */
  get held(): number {
    return this.#held.length;
  }

  /** The frame of an index that no joined place has passed; undefined behind the last one. */
  at(index: number): Frame | undefined {
    while (index >= this.#first + this.#held.length) {
      const next = this.#source.next();
      if (next.done === true) return undefined;
      this.#held.push(next.value);
    }
    return this.#held[index - this.#first];
  }

  /** A frame's bytes. */
  payload(index: number): Buffer {
    const place = index - this.#first;
    return (this.#payloads[place] ??= Buffer.from(this.at(index)?.text ?? ''));
  }

  /** Keeps the frames from a place on, wherever it moves. Of a place that is given up already, the first one still held. */
  join(cursor: Cursor): void {
    cursor.frame = Math.max(cursor.frame, this.#first);
    this.#cursors.add(cursor);
  }

  leave(cursor: Cursor): void {
    this.#cursors.delete(cursor);
    this.release();
  }

  /** Whether a place is not too far ahead of the slowest. */
  hasRoomFor({ frame }: Readonly<Cursor>): boolean {
    return frame < this.#first + MOST_HELD;
  }

  /** Calls back when the slowest has come further. */
  wait(resume: () => void): void {
    this.#waiting.push(resume);
  }

  /** Gives up what all places have passed. */
  release(): void {
    if (this.#held.length < PAGE || this.#cursors.size === 0) return;
    let slowest = Infinity;
    for (const { frame } of this.#cursors) slowest = Math.min(slowest, frame);
    const passed = slowest - this.#first;
    if (passed < PAGE) return;
    this.#held.splice(0, passed);
    this.#payloads.splice(0, passed);
    this.#first = slowest;
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
