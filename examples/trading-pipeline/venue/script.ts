import type { Fault } from '../faults/fault.js';
import type { Frame, Recording } from '../recording/index.js';
import { UserError } from '../user-error.js';
import { fatesOf, SENT } from './frame-fates.js';
import { beginsWithSnapshot, StreamBook } from './stream-book.js';

/** Most clock marks in a replay: more than a day of 10 ms bars. */
const MAX_MARKS = 10_000_000;

/** A place in a script: the next frame and the next mark, of which the earlier comes first. */
export interface Cursor {
  frame: number;
  /** The next mark, in bars since the epoch. */
  mark: number;
}

/**
 * What is played: the frames of the chosen symbols and, between them, a clock mark at every multiple of a bar.
 *
 * A mark at B stands behind all frames with `t < B` and before all others. The first mark is the first multiple
 * after the recording's start, the last one the first multiple after its end.
 */
export class Script {
  readonly frames: readonly Frame[];
  readonly bar: number;
  /** Times of the recording, epoch milliseconds. */
  readonly start: number;
  /** First and last mark, in bars since the epoch. */
  readonly firstMark: number;
  readonly lastMark: number;
  readonly faults: readonly Fault[];
  readonly #fates: Uint8Array | undefined;
  readonly #payloads: Buffer[] = [];
  /** By topic: with faults streams begin in the middle, too. */
  readonly #books = new Map<string, StreamBook>();

  /** @throws UserError when a symbol is not in the recording or the bar does not suit it. */
  constructor(recording: Recording, bar: number, symbols?: readonly string[], faults: readonly Fault[] = []) {
    if (!Number.isInteger(bar) || bar < 1) throw new UserError(`a bar is a whole number of milliseconds, not ${bar}`);
    this.frames = chooseFrames(recording, symbols);
    this.bar = bar;
    this.faults = faults;
    this.#fates = faults.length === 0 ? undefined : fatesOf(this.frames, faults, recording.venue);
    if (faults.length > 0 && beginsWithSnapshot(recording.venue)) {
      for (const { topic, stream } of recording.topics.values())
        if (stream === 'book') this.#books.set(topic, new StreamBook(recording, this.frames, topic));
    }
    this.start = recording.start;
    this.firstMark = Math.floor(recording.start / bar) + 1;
    this.lastMark = Math.floor(recording.end / bar) + 1;
    if (this.lastMark - this.firstMark >= MAX_MARKS) {
      const hours = ((recording.end - recording.start) / 3_600_000).toFixed(1);
      throw new UserError(`${recording.name} lasts ${hours} hours, too long for bars of ${bar} ms`);
    }
  }

  /** Time of the last mark, at which everything has been played. */
  get end(): number {
    return this.lastMark * this.bar;
  }

  /** The place before everything. */
  begin(): Cursor {
    return { frame: 0, mark: this.firstMark };
  }

  /** The place from a time on, for those who were cut off until then. The clock mark of the time itself is not sent. */
  from(time: number): Cursor {
    const frame = this.frames.findIndex(({ t }) => t >= time);
    return { frame: frame === -1 ? this.frames.length : frame, mark: Math.floor(time / this.bar) + 1 };
  }

  /** What a stream that begins at a frame starts with; undefined for most. */
  snapshotAt(topic: string, frame: number): string | undefined {
    return this.#books.get(topic)?.snapshotAt(frame);
  }

  /** What the faults make of a frame. */
  fate(index: number): number {
    return this.#fates?.[index] ?? SENT;
  }

  /** A frame's bytes, made when first asked for and then shared by all connections. */
  payload(index: number): Buffer {
    let payload = this.#payloads[index];
    if (payload === undefined) this.#payloads[index] = payload = Buffer.from(this.frames[index]?.text ?? '');
    return payload;
  }
}

function chooseFrames(recording: Recording, symbols?: readonly string[]): readonly Frame[] {
  if (symbols === undefined) return recording.frames;
  const stranger = symbols.find((symbol) => !recording.symbols.includes(symbol));
  if (stranger !== undefined) {
    throw new UserError(`${recording.name} has no symbol ${stranger}; it has ${recording.symbols.join(', ')}`);
  }
  const chosen = new Set([...symbols, '']);
  return recording.frames.filter((frame) => chosen.has(frame.symbol));
}
