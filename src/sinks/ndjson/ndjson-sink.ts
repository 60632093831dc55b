import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SendContext, SinkObject, SinkReport } from '../../batch/index.js';
import { ArgumentError, ClosedError } from '../../core/errors.js';
import { FailureReporter } from '../../core/failures.js';
import { registerClosable } from '../../core/life-cycle.js';
import { show } from '../../core/show.js';
import { sortOut } from '../row/sort-out.js';
import { FullFiles } from './full-files.js';
import { readNdjsonSinkOptions, type NdjsonSinkOptions, type NdjsonSinkSettings } from './ndjson-sink-options.js';
import { OpenFile } from './open-file.js';

/** Counters of an {@link NdjsonSink}. */
export interface NdjsonSinkStats {
  /** Rows stored. */
  readonly rows: number;
  /** Bytes stored, before compression. */
  readonly bytes: number;
  /** Rows refused and reported. */
  readonly rejected: number;
  /** Files that became full. */
  readonly files: number;
  /** Bytes of half-written lines that were cut off when files were opened. */
  readonly cutBytes: number;
  /** Writes that stored nothing because they failed. */
  readonly failures: number;
}

/** A sink that writes rows to files, one JSON text per line. */
export interface NdjsonSink<T extends object> extends SinkObject<T> {
  /** Always: what cannot be written is known before. */
  readonly reportsRows: true;
  /** Never: a row that comes again is written again. */
  readonly isIdempotent: false;
  /** Adds rows to the file: all but the reported ones, or none when it rejects. */
  write(batch: readonly T[], context?: Partial<SendContext>): Promise<SinkReport>;
  /** Waits for writes and compressions and closes the file, which the next sink goes on with. Idempotent. */
  close(): Promise<void>;
  /** Counters as they are now. */
  stats(): NdjsonSinkStats;
}

/**
 * Makes a sink that appends rows to a file, one per line, and begins another when it is full.
 *
 * A batch is in the file as a whole or not at all, also when the disk is full. After a crash in mid-write the last,
 * half-written line is cut off; whole lines of that batch stay and come again with the journal, if there is one.
 * Full files are compressed behind the writes, each under its own name until the `.gz` is complete.
 *
 * Cost: one write per batch, and one wait for the disk.
 *
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * const sink = ndjsonSink({ directory: 'recordings', name: 'trades', maxBytes: 64 * 2 ** 20 });
 * const writer = new BatchWriter({ sink });
 */
export function ndjsonSink<T extends object>(options: NdjsonSinkOptions): NdjsonSink<T> {
  return new NdjsonFileSink<T>(options);
}

class NdjsonFileSink<T extends object> implements NdjsonSink<T> {
  readonly reportsRows = true;
  readonly isIdempotent = false;
  readonly #settings: NdjsonSinkSettings;
  readonly #path: string;
  readonly #full: FullFiles;
  readonly #stats = { rows: 0, bytes: 0, rejected: 0, files: 0, cutBytes: 0, failures: 0 };
  #file: OpenFile | undefined;
  /** When the file's first row came, in milliseconds of the clock. */
  #since = 0;
  /** Writes and the end, one after the other. */
  #latest: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: NdjsonSinkOptions) {
    this.#settings = readNdjsonSinkOptions(options);
    const { directory, name, onError } = this.#settings;
    this.#path = join(directory, `${name}.ndjson`);
    this.#full = new FullFiles(this.#settings, new FailureReporter('ndjsonSink', onError));
    registerClosable('store', this);
  }

  write(batch: readonly T[], context?: Partial<SendContext>): Promise<SinkReport> {
    if (this.#isClosed) return Promise.reject(new ClosedError('the NDJSON sink is closed'));
    const written = this.#latest.then(() => this.#write(batch, context?.signal));
    this.#latest = written.catch(() => void this.#stats.failures++);
    return written;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#latest;
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
    await this.#full.idle();
  }

  stats(): NdjsonSinkStats {
    return { ...this.#stats };
  }

  async #write(batch: readonly T[], signal: AbortSignal | undefined): Promise<SinkReport> {
    signal?.throwIfAborted();
    const { taken, rejected } = sortOut(batch, (row) => this.#lineOf(row));
    if (taken.length > 0) {
      const bytes = Buffer.from(taken.join(''));
      const file = await this.#fileWithRoom();
      // Between here and the end nothing can be given up half-way.
      signal?.throwIfAborted();
      if (file.size === 0) this.#since = this.#settings.clock.now();
      await file.append(bytes, this.#settings.durability === 'batch');
      this.#stats.bytes += bytes.length;
    }
    this.#stats.rows += taken.length;
    this.#stats.rejected += rejected.length;
    return { rejected };
  }

  #lineOf(row: object): string {
    const line: unknown = this.#settings.encode(row);
    if (typeof line === 'string' && !/[\r\n]/.test(line)) return `${line}\n`;
    throw new ArgumentError(`encode must return one line of text, got ${show(line)}`);
  }

  async #fileWithRoom(): Promise<OpenFile> {
    const { maxBytes, maxAge, clock } = this.#settings;
    const file = this.#file ?? (await this.#open());
    const isOld = clock.now() - this.#since >= maxAge;
    if (file.size === 0 || (file.size < maxBytes && !isOld)) return file;
    this.#file = undefined;
    await file.close();
    await this.#full.add(this.#path);
    this.#stats.files++;
    return this.#open();
  }

  async #open(): Promise<OpenFile> {
    await mkdir(this.#settings.directory, { recursive: true });
    const file = await OpenFile.open(this.#path);
    this.#file = file;
    this.#since = this.#settings.clock.now();
    this.#stats.cutBytes += file.cut;
    this.#full.tidy();
    return file;
  }
}
