import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';

/** Longest line read, in bytes. */
const MAX_LINE_BYTES = 2 ** 24;

/** One line of a file. */
export interface Line {
  /** Its number, from 1. */
  readonly number: number;
  /** Its text without the line end; undefined when it was longer than the limit. */
  readonly text: string | undefined;
}

/**
 * Reads the lines of a file, gzip or plain (told by the file's first bytes, not by its name).
 *
 * Holds one chunk and at most one line in memory; a line longer than `maxLineBytes` (16 MiB) is passed over and reported
 * without text. A file that was cut off, as by a crash, is read as far as it goes: the last line may be torn.
 * @throws the error of the file system or of a damaged gzip file, from the iteration.
 */
export async function* readLines(path: string, maxLineBytes = MAX_LINE_BYTES): AsyncGenerator<Line> {
  const splitter = new LineSplitter(maxLineBytes);
  for await (const chunk of await openBytes(path)) {
    // A file stream without an encoding yields Buffers.
    yield* splitter.push(chunk as Buffer);
  }
  yield* splitter.end();
}

async function openBytes(path: string): Promise<NodeJS.ReadableStream> {
  const isPacked = await isGzip(path);
  const file = createReadStream(path);
  if (!isPacked) return file;
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  // `pipeline` carries a read error over to the stream that is iterated; the iteration throws it.
  pipeline(file, gunzip, () => {});
  return gunzip;
}

async function isGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/** Cuts chunks into lines. */
class LineSplitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #number = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *push(chunk: Buffer): Generator<Line> {
    let from = 0;
    for (let to = chunk.indexOf(10, from); to !== -1; to = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, to));
      yield this.#take();
      from = to + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  *end(): Generator<Line> {
    if (this.#bytes > 0) yield this.#take();
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #take(): Line {
    this.#number += 1;
    const text = this.#bytes > this.#maxBytes ? undefined : joined(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return { number: this.#number, text };
  }
}

function joined(parts: readonly Buffer[]): string {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only.toString('utf8') : Buffer.concat(parts).toString('utf8');
}
