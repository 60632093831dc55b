import type { Fault } from '../faults/fault.js';
import type { Frame, Playable } from '../recording/index.js';
import { UserError } from '../user-error.js';
import { fatesOf, SENT } from './frame-fates.js';
import { FrameWindow } from './frame-window.js';
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
  readonly bar: number;
  /** Times of the recording, epoch milliseconds. */
  readonly start: number;
  /** First and last mark, in bars since the epoch. */
  readonly firstMark: number;
  readonly lastMark: number;
  readonly faults: readonly Fault[];
  readonly #frames: Iterable<Frame>;
  readonly #fates: Uint8Array | undefined;
  /** By topic: with faults streams begin in the middle, too. */
  readonly #books = new Map<string, StreamBook>();

  /** @throws UserError when a symbol is not in the recording or the bar does not suit it. */
  constructor(recording: Playable, bar: number, symbols?: readonly string[], faults: readonly Fault[] = []) {
    if (!Number.isInteger(bar) || bar < 1) throw new UserError(`a bar is a whole number of milliseconds, not ${bar}`);
    this.#frames = chooseFrames(recording, symbols);
    this.bar = bar;
    this.faults = faults;
    if (faults.length > 0) {
      const frames = [...this.#frames];
      this.#fates = fatesOf(frames, faults, recording.venue);
      if (beginsWithSnapshot(recording.venue)) {
        for (const { topic, stream } of recording.topics.values())
          if (stream === 'book') this.#books.set(topic, new StreamBook(recording, frames, topic));
      }
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

  /** The frames from the beginning, for a run. */
  open(): FrameWindow {
    return new FrameWindow(this.#frames);
  }

  /** The place before everything. */
  begin(): Cursor {
    return { frame: 0, mark: this.firstMark };
  }

  /** The place from a time on, for those who were cut off until then. The clock mark of the time itself is not sent. */
  from(time: number): Cursor {
    let frame = 0;
    for (const { t } of this.#frames) {
      if (t >= time) break;
      frame += 1;
    }
    return { frame, mark: Math.floor(time / this.bar) + 1 };
  }

  /** What a stream that begins at a frame starts with; undefined for most. */
  snapshotAt(topic: string, frame: number): string | undefined {
    return this.#books.get(topic)?.snapshotAt(frame);
  }

  /** What the faults make of a frame. */
  fate(index: number): number {
    return this.#fates?.[index] ?? SENT;
  }
}

/** The same each time they are iterated. */
function chooseFrames(recording: Playable, symbols?: readonly string[]): Iterable<Frame> {
  if (symbols === undefined) return recording.frames;
  const stranger = symbols.find((symbol) => !recording.symbols.includes(symbol));
  if (stranger !== undefined) {
    throw new UserError(`${recording.name} has no symbol ${stranger}; it has ${recording.symbols.join(', ')}`);
  }
  const chosen = new Set([...symbols, '']);
  return {
    *[Symbol.iterator]() {
      for (const frame of recording.frames) if (chosen.has(frame.symbol)) yield frame;
    },
  };
}
