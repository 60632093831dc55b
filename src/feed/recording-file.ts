import { createWriteStream, type WriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { once } from 'node:events';
import { constants, createGzip, type Gzip } from 'node:zlib';

/** One file of a recording, packed or not. Lines are written as they are given, in that order. */
export class RecordingFile {
  /** Where it is. */
  readonly path: string;
  readonly #file: WriteStream;
  readonly #gzip: Gzip | undefined;
  #error: unknown;
  /** Whether the file was made: one of that name that was there before is somebody else's. */
  #isMade = false;

  /** Makes a new file; one of that name must not be there. */
  constructor(path: string, compress: 'none' | 'gzip') {
    this.path = path;
    this.#file = createWriteStream(path, { flags: 'wx' });
    this.#file.on('open', () => (this.#isMade = true));
    this.#file.on('error', (error) => (this.#error ??= error));
    if (compress === 'gzip') {
      this.#gzip = createGzip();
      this.#gzip.on('error', (error) => (this.#error ??= error));
      this.#gzip.pipe(this.#file);
    }
  }

  /** Hands text to the system; packed, all of it can be read again after a crash. @throws the error of the file system. */
  async write(text: string): Promise<void> {
    this.#check();
    const target = this.#gzip ?? this.#file;
    await this.#settled((done) => target.write(text, done));
    const gzip = this.#gzip;
    if (gzip !== undefined) await this.#settled((done) => gzip.flush(constants.Z_SYNC_FLUSH, done));
    // The bytes that the packer made wait in the file's own buffer: an empty write comes after them.
    if (gzip !== undefined) await this.#settled((done) => this.#file.write('', done));
    this.#check();
  }

  /** Ends the file; resolves when all of it is handed to the system. @throws the error of the file system. */
  async close(): Promise<void> {
    const isClosed = this.#file.closed ? undefined : once(this.#file, 'close');
    (this.#gzip ?? this.#file).end();
    await isClosed;
    this.#check();
  }

  /** Gives up a file that cannot be written. One that holds nothing whole is removed. Never rejects. */
  async discard(holdsNothing: boolean): Promise<void> {
    this.#gzip?.destroy();
    this.#file.destroy();
    // A disk that is full of empty files is no better than one that is full.
    if (holdsNothing && this.#isMade) await unlink(this.path).catch(() => undefined);
  }

  /**
   * Waits for a callback, or for the end of a file that failed: then it may never come. The callback hears of a failure
   * before the file's error event does, which lines that are lost must not wait for.
   */
  #settled(start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.#file.once('close', resolve);
      start((error) => {
        // A write after the one that failed says only that the stream is gone.
        if (error) this.#error ??= this.#file.errored ?? error;
        this.#file.off('close', resolve);
        resolve();
      });
    });
  }

  #check(): void {
    if (this.#error !== undefined) throw this.#error;
  }
}
