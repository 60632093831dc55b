import { type FileHandle, open } from 'node:fs/promises';

/** Bytes that are looked through at a time for the last line end. */
const STEP = 65_536;

/** The file that is written to. */
export class OpenFile {
  readonly #handle: FileHandle;
  #size: number;
  /** Bytes of a half-written line that were cut off when the file was opened. */
  readonly cut: number;

  private constructor(handle: FileHandle, size: number, cut: number) {
    this.#handle = handle;
    this.#size = size;
    this.cut = cut;
  }

  /** Opens a file, or makes it. What a crash has left of a line at the end is cut off: its batch was never confirmed. */
  static async open(path: string): Promise<OpenFile> {
    const handle = await open(path, 'a+');
    try {
      const { size } = await handle.stat();
      const whole = await endOfLastLine(handle, size);
      if (whole < size) await handle.truncate(whole);
      return new OpenFile(handle, whole, size - whole);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes of the file. */
  get size(): number {
    return this.#size;
  }

  /** Adds whole lines: all of them, or none when it rejects. */
  async append(lines: Uint8Array, isSynced: boolean): Promise<void> {
    try {
      for (let at = 0; at < lines.length;) {
        const { bytesWritten } = await this.#handle.write(lines, at);
        at += bytesWritten;
      }
      if (isSynced) await this.#handle.datasync();
    } catch (error) {
      // A full disk takes a part of the lines.
      await this.#handle.truncate(this.#size);
      throw error;
    }
    this.#size += lines.length;
  }

  /** Ends it. */
  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const buffer = Buffer.alloc(STEP);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - STEP);
    const { bytesRead } = await handle.read(buffer, 0, end - start, start);
    const at = buffer.subarray(0, bytesRead).lastIndexOf('\n');
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
