import type { Duplex } from 'node:stream';

import { WebSocket } from 'ws';

import { SENT_TWICE, WITHHELD } from './frame-fates.js';
import type { VenueProtocol } from './protocols/index.js';
import type { Run } from './run.js';
import type { Cursor } from './script.js';

/** Frames handed to a socket before the other connections get their turn. */
const BURST = 64;

/** Bytes waiting in a socket above which its client has to catch up first. */
const MAX_WAITING_BYTES = 256 * 1024;

/** Shared by all sends. */
const TEXT = { binary: false } as const;

/** What to wait for before the next burst. */
type Pause = 'turn' | 'drain' | 'time' | 'mark' | 'over';

/** What a playback works with. */
export interface PlaybackParts {
  readonly run: Run;
  readonly webSocket: WebSocket;
  /** The stream below the WebSocket; corked, it sends a burst in one write. */
  readonly socket: Duplex;
  /** Streams subscribed to, with the index of the first frame that counts. */
  readonly topics: ReadonlyMap<string, number>;
  readonly protocol: VenueProtocol;
  /** True when frames are sent without their stream's name. */
  readonly isRaw: boolean;
}

/** Sends one connection its frames and every clock mark, in the order of the recording, as fast as pace and client allow. */
export class Playback {
  readonly #parts: PlaybackParts;
  #cursor: Cursor | undefined;
  #isOver = false;
  #wake: (() => void) | undefined;
  /** Ends the wait for a recorded time. */
  #wakeEarly: (() => void) | undefined;

  constructor(parts: PlaybackParts) {
    this.#parts = parts;
  }

  /** Begins, once: at the first frame when the run has just begun, else where the furthest connection is. */
  start(): void {
    if (this.#cursor !== undefined) return;
    this.#cursor = { ...this.#parts.run.furthest };
    this.#parts.run.lockstep?.join(this);
    // Rejects only on a defect of this class, which should end the process.
    void this.#play(this.#cursor);
  }

  /** Looks again what comes next, after a change of subscriptions. */
  refresh(): void {
    this.#wakeEarly?.();
  }

  stop(): void {
    this.#isOver = true;
    this.#parts.run.lockstep?.leave(this);
    this.#wake?.();
  }

  /** Index of the first frame that it has not passed; 0 before the start. */
  get place(): number {
    return this.#cursor?.frame ?? 0;
  }

  /** Counts the frames that this connection wants of those from where it is up to a later one. */
  countUntil(end: number): number {
    let count = 0;
    for (let index = this.#cursor?.frame ?? end; index < end; index += 1) {
      const frame = this.#parts.run.script.frames[index];
      if (frame !== undefined && this.#wants(frame.topic, index)) count += 1;
    }
    return count;
  }

  async #play(cursor: Cursor): Promise<void> {
    // All connections begin at the next turn, none within the call that starts the run.
    let pause: Pause = 'turn';
    while (pause !== 'over') {
      await this.#rest(pause, cursor);
      pause = this.#sendBurst(cursor);
    }
  }

  #sendBurst(cursor: Cursor): Pause {
    const { run, socket, topics } = this.#parts;
    socket.cork();
    try {
      return this.#sendUntilPause(cursor);
    } finally {
      socket.uncork();
      if (topics.size > 0) run.reach(cursor);
    }
  }

  // Hot path: runs once per frame and connection.
  #sendUntilPause(cursor: Cursor): Pause {
    const { run, webSocket, socket } = this.#parts;
    const reached = run.pace?.reached ?? 0;
    for (let sent = 0; sent < BURST; sent += 1) {
      if (this.#isOver || webSocket.readyState !== WebSocket.OPEN) return 'over';
      if (socket.writableLength > MAX_WAITING_BYTES) return 'drain';
      if (run.lockstep !== undefined && cursor.mark > run.lockstep.released) return 'mark';
      this.#skip(cursor, reached);
      if (cursor.mark > run.script.lastMark) return this.#end();
      if (this.#nextTime(cursor) > reached) return 'time';
      this.#sendNext(cursor);
    }
    return 'turn';
  }

  /** Passes over frames of other streams, up to the next mark and never ahead of time. */
  #skip(cursor: Cursor, reached: number): void {
    const { script, counters } = this.#parts.run;
    const mark = cursor.mark * script.bar;
    for (let frame = script.frames[cursor.frame]; frame !== undefined; frame = script.frames[cursor.frame]) {
      if (frame.t >= mark || frame.t > reached) return;
      if (this.#wants(frame.topic, cursor.frame)) {
        if (script.fate(cursor.frame) !== WITHHELD) return;
        counters.framesWithheld += 1;
      }
      cursor.frame += 1;
    }
  }

  #wants(topic: string, index: number): boolean {
    const { topics, protocol } = this.#parts;
    const first = topics.get(topic);
    return first === undefined ? topic === protocol.broadcast && topics.size > 0 : index >= first;
  }

  /** When this connection gets something next; as long as nothing changes, the frames up to then are not its own. */
  #nextTime(cursor: Readonly<Cursor>): number {
    const { frames, bar } = this.#parts.run.script;
    const mark = cursor.mark * bar;
    for (let index = cursor.frame; ; index += 1) {
      const frame = frames[index];
      if (frame === undefined || frame.t >= mark) return mark;
      if (this.#wants(frame.topic, index)) return frame.t;
    }
  }

  #sendNext(cursor: Cursor): void {
    const { run, webSocket } = this.#parts;
    const mark = cursor.mark * run.script.bar;
    const frame = run.script.frames[cursor.frame];
    if (frame === undefined || frame.t >= mark) {
      webSocket.send(`{"event":"clock","t":${mark}}`);
      run.counters.marksSent += 1;
      cursor.mark += 1;
      return;
    }
    const payload = this.#payload(cursor.frame, frame.text);
    webSocket.send(payload, TEXT);
    run.counters.framesSent += 1;
    run.counters.bytesSent += payload.length;
    if (run.script.fate(cursor.frame) === SENT_TWICE) {
      webSocket.send(payload, TEXT);
      run.counters.framesRepeated += 1;
      if (frame.stream === 'trade') run.counters.tradesRepeated += 1;
    }
    cursor.frame += 1;
  }

  #payload(index: number, text: string): Buffer {
    const { run, protocol, isRaw } = this.#parts;
    return isRaw ? Buffer.from(protocol.unwrap?.(text) ?? text) : run.script.payload(index);
  }

  #end(): Pause {
    this.#parts.run.lockstep?.leave(this);
    this.#parts.webSocket.send(`{"event":"end","t":${this.#parts.run.script.end}}`);
    return 'over';
  }

  /** Waits for a reason to go on, or for `stop`. */
  #rest(pause: Pause, cursor: Readonly<Cursor>): Promise<void> {
    return new Promise((resolve) => {
      const { socket, run } = this.#parts;
      this.#wake = resolve;
      this.#wakeEarly = undefined;
      if (pause === 'drain') {
        socket.once('drain', resolve);
      } else if (pause === 'time') {
        const cancel = run.pace?.onceReached(this.#nextTime(cursor), resolve);
        this.#wakeEarly = this.#wake = () => {
          cancel?.();
          resolve();
        };
      } else if (pause === 'mark' && run.lockstep !== undefined) {
        run.lockstep.wait(this, resolve);
      } else {
        setImmediate(resolve);
      }
    });
  }
}
