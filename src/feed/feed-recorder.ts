/**
 * Writes what goes over the connections of a pool into files, one line a frame, as it was sent.
 *
 * Lines are gathered and handed to the system together every `flushInterval`; a packed file is flushed with them, so that
 * after a crash all but the last interval can be read. One write is under way at a time. A disk slower than the feed
 * leads to dropped frames that are counted, never to memory without a bound, and never to a slower feed.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../core/clock.js';
import { OverflowError } from '../core/errors.js';
import { FailureReporter } from '../core/failures.js';
import { registerClosable } from '../core/life-cycle.js';
import { readOptions } from '../core/options.js';
import { systemClock } from '../core/system-clock.js';
import type { AnyFeedEvent } from './event.js';
import type { FeedPool } from './feed-pool.js';
import {
  type FeedRecorderErrorContext,
  type FeedRecorderOptions,
  feedRecorderSchema,
  type FeedRecorderStats,
} from './feed-recorder-options.js';
import type { TappedFrame } from './frame-tap.js';
import { writeLine } from './recorded-line.js';
import { RecordingFile } from './recording-file.js';

/** Options with their defaults. */
type Settings = {
  readonly [Name in keyof Omit<FeedRecorderOptions, 'onError'>]-?: Exclude<FeedRecorderOptions[Name], undefined>;
};

/** A recording under way; see the notes above. */
export class FeedRecorder {
  readonly #settings: Settings;
  readonly #ioClock: Clock;
  readonly #failures: FailureReporter<FeedRecorderErrorContext>;
  readonly #counts = { frames: 0, written: 0, dropped: 0, failed: 0, bytes: 0, files: 0 };
  readonly #tap: Disposable;
  #lines: string[] = [];
  #pendingBytes = 0;
  #file: RecordingFile | undefined;
  #fileBytes = 0;
  #fileStart = 0;
  #isDropping = false;
  #timer: Timer | undefined;
  /** The end of what was written last. */
  #writing: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** Use {@link recordFeed}. */
  constructor(listen: (listener: (frame: TappedFrame) => void) => Disposable, options: FeedRecorderOptions) {
    const read = readOptions('recordFeed', feedRecorderSchema, options);
    this.#settings = {
      folder: read.folder,
      name: read.name ?? 'recording',
      compress: read.compress ?? 'gzip',
      maxBytes: read.maxBytes ?? 2 ** 28,
      maxAge: read.maxAge ?? 3_600_000,
      flushInterval: read.flushInterval ?? 1_000,
      maxPendingBytes: read.maxPendingBytes ?? 2 ** 26,
      ioClock: read.ioClock ?? systemClock,
    };
    this.#ioClock = this.#settings.ioClock;
    this.#failures = new FailureReporter('recordFeed', read.onError);
    mkdirSync(read.folder, { recursive: true });
    this.#tap = listen((frame) => this.#take(frame));
    registerClosable('writer', this);
  }

  /** Counters, as plain data. */
  stats(): FeedRecorderStats {
    const { frames, written, dropped, failed } = this.#counts;
    return { ...this.#counts, pending: frames - written - dropped - failed, path: this.#file?.path ?? null };
  }

  /** Hands what is in memory to the system. Never rejects: failures are reported. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) this.#writing = this.#writing.then(() => this.#write(lines));
    return this.#writing;
  }

  /** Ends the recording; resolves when the last line is handed to the system. Never rejects: failures are reported. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #take({ dir, url, text }: TappedFrame): void {
    this.#counts.frames++;
    const t = this.#ioClock.wallTime();
    const line = writeLine(dir === 'open' ? { t, dir, url } : { t, dir, text });
    if (this.#pendingBytes + line.length > this.#settings.maxPendingBytes) {
      this.#drop();
      return;
    }
    this.#isDropping = false;
    this.#pendingBytes += line.length;
    this.#lines.push(line);
    // Accepted work: the timer keeps the process alive until it is written.
    this.#timer ??= this.#ioClock.setTimeout(() => void this.flush(), this.#settings.flushInterval);
  }

  #drop(): void {
    this.#counts.dropped++;
    if (this.#isDropping) return;
    this.#isDropping = true;
    const message = `${this.#settings.maxPendingBytes} bytes wait for the disk; frames are dropped until it has taken some`;
    this.#failures.report(new OverflowError(message), { where: 'overflow', path: this.#file?.path ?? '' });
  }

  async #write(lines: readonly string[]): Promise<void> {
    const text = `${lines.join('\n')}\n`;
    try {
      const file = await this.#fileFor();
      await file.write(text);
      this.#fileBytes += text.length;
      this.#counts.bytes += text.length;
      this.#counts.written += lines.length;
    } catch (error) {
      this.#counts.failed += lines.length;
      this.#failures.report(error, { where: 'write', path: this.#file?.path ?? this.#settings.folder });
      // What comes next goes into a file of its own.
      const file = this.#file;
      this.#file = undefined;
      await file?.discard(this.#fileBytes === 0);
    }
    for (const line of lines) this.#pendingBytes -= line.length;
  }

  /** The file for the next lines: the present one, or a new one when that is full or old. */
  async #fileFor(): Promise<RecordingFile> {
    const { folder, name, compress, maxBytes, maxAge } = this.#settings;
    const now = this.#ioClock.wallTime();
    const present = this.#file;
    if (present !== undefined && this.#fileBytes < maxBytes && now - this.#fileStart < maxAge) return present;
    this.#file = undefined;
    await present?.close();
    this.#counts.files++;
    const time = new Date(now).toISOString().replaceAll(/[:.]/g, '-');
    const suffix = compress === 'gzip' ? '.ndjson.gz' : '.ndjson';
    this.#file = new RecordingFile(join(folder, `${name}-${time}-${this.#counts.files}${suffix}`), compress);
    this.#fileBytes = 0;
    this.#fileStart = now;
    return this.#file;
  }

  async #close(): Promise<void> {
    this.#tap[Symbol.dispose]();
    await this.flush();
    const file = this.#file;
    this.#file = undefined;
    try {
      await file?.close();
    } catch (error) {
      this.#failures.report(error, { where: 'write', path: file?.path ?? '' });
    }
  }
}

/**
 * Records everything that goes over the connections of a pool, those opened later included: frames as they were sent and
 * received, and when. The recording ends with `close`, which the pool does not call.
 * @throws ConfigError when an option is unknown or has a wrong value; the system's error when the folder cannot be made.
 * @example
 * const recorder = recordFeed(pool, { folder: 'recordings', name: 'bybit-linear' });
 * await pool.subscribe('publicTrade.BTCUSDT', () => undefined);
 * await recorder.close();
 */
export function recordFeed<Event extends AnyFeedEvent>(
  pool: FeedPool<Event>,
  options: FeedRecorderOptions,
): FeedRecorder {
  return new FeedRecorder((listener) => pool.tap(listener), options);
}
