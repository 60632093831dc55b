/**
 * Takes whole text frames straight out of what a socket receives, in place of `ws`, which cuts six buffers and emits two
 * events for each.
 *
 * Only what needs no judgement is taken: unfragmented, unmasked, uncompressed text of at most 65,535 bytes. Pings and
 * pongs go to `ws` as they are. At the first frame of any other kind (a closing one, a fragment, a longer one, a breach of
 * the protocol) everything from its first byte on is `ws`'s again, for good, which has then seen a stream that is valid
 * as far as it goes and answers, joins or refuses as ever.
 *
 * `ws` listens to the socket's `data`; with more than that one listener, or none, nothing is taken. What is kept between
 * two chunks is part of one frame, and is copied once per chunk.
 */
import type { Duplex } from 'node:stream';

/** First byte of a text frame that is all of its message, without extensions. */
const WHOLE_TEXT = 0x81;
const PING = 0x89;
const PONG = 0x8a;
/** Second byte of a frame whose length stands in the next two; smaller ones are the length. */
const LENGTH_IN_TWO = 126;

/** A listener of the socket's `data`. */
type Consumer = (this: Duplex, chunk: Buffer) => void;

/** Hands whole text frames of up to `maxPayload` bytes to `receive`, the rest to who listened before. */
export function splitFrames(socket: Duplex, maxPayload: number, receive: (frame: Buffer) => void): void {
  const [first, ...others] = socket.listeners('data');
  if (first === undefined || others.length > 0) return;
  // Node's types know no more of a listener; to `data` it is this.
  const splitter = new FrameSplitter(socket, maxPayload, receive, first as Consumer);
  splitter.start();
}

/** See the notes above. */
class FrameSplitter {
  readonly #socket: Duplex;
  readonly #maxPayload: number;
  readonly #receive: (frame: Buffer) => void;
  readonly #rest: Consumer;
  /** Start of a frame whose end has not come. */
  #tail: Buffer | undefined;

  constructor(socket: Duplex, maxPayload: number, receive: (frame: Buffer) => void, rest: Consumer) {
    this.#socket = socket;
    this.#maxPayload = maxPayload;
    this.#receive = receive;
    this.#rest = rest;
  }

  start(): void {
    this.#socket.on('data', this.#take);
    this.#socket.removeListener('data', this.#rest);
    // Before `ws`, which then reads what a paused socket still holds.
    this.#socket.prependListener('close', this.#handBack);
  }

  /** Hot path: runs for every chunk, its loop for every frame. */
  readonly #take = (chunk: Buffer): void => {
    const bytes = this.#tail === undefined ? chunk : Buffer.concat([this.#tail, chunk]);
    this.#tail = undefined;
    const { length } = bytes;
    let at = 0;
    while (length - at >= 2) {
      const kind = bytes[at];
      let size = bytes[at + 1] ?? 0;
      let start = at + 2;
      if (size === LENGTH_IN_TWO && kind === WHOLE_TEXT) {
        if (length - at < 4) break;
        size = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
        start = at + 4;
      } else if (size >= LENGTH_IN_TWO) return this.#endWith(bytes.subarray(at));
      const isText = kind === WHOLE_TEXT;
      if (isText ? size > this.#maxPayload : kind !== PING && kind !== PONG) return this.#endWith(bytes.subarray(at));
      const end = start + size;
      if (end > length) break;
      if (isText) this.#receive(bytes.subarray(start, end));
      else this.#rest.call(this.#socket, bytes.subarray(at, end));
      at = end;
    }
    if (at < length) this.#tail = bytes.subarray(at);
  };

  readonly #handBack = (): void => this.#endWith(this.#tail);

  #endWith(bytes: Buffer | undefined): void {
    this.#tail = undefined;
    this.#socket.removeListener('close', this.#handBack);
    this.#socket.on('data', this.#rest);
    this.#socket.removeListener('data', this.#take);
    if (bytes !== undefined) this.#rest.call(this.#socket, bytes);
  }
}
