import type { Clock } from 'tickwise/core';

import type { Connection } from './connection.js';
import { type Counters, newCounters } from './counters.js';
import type { Speed } from './messages.js';
import type { FrameWindow } from './frame-window.js';
import { Pace } from './pace.js';
import { Lockstep } from './lockstep.js';
import type { Cursor, Script } from './script.js';

/** One replay: its connections, its counts, and how far it is. */
export class Run {
  readonly script: Script;
  readonly frames: FrameWindow;
  readonly counters: Counters = newCounters();
  readonly connections = new Set<Connection>();
  /** Keeps the market in step with the bots when there are faults. */
  readonly lockstep: Lockstep | undefined;
  readonly #clock: Clock;
  readonly #speed: Speed;
  #pace: Pace | undefined;
  #furthest: Cursor;

  /** Streams that have to be subscribed to again before the market goes on, after a cut. */
  #streamsAwaited = 0;

  constructor(script: Script, speed: Speed, clock: Clock, ioClock: Clock) {
    this.script = script;
    this.frames = script.open();
    const giveUp = (): void => this.#giveUp();
    this.lockstep = script.faults.length === 0 ? undefined : new Lockstep(script.firstMark, ioClock, giveUp);
    this.#speed = speed;
    this.#clock = clock;
    this.#furthest = script.begin();
  }

  /** How fast it goes; undefined before the start. */
  get pace(): Pace | undefined {
    return this.#pace;
  }

  /** Where the furthest connection with a subscription is. */
  get furthest(): Readonly<Cursor> {
    return this.#furthest;
  }

  /** Share of the recording's time that the furthest connection has behind it, from 0 to 1. */
  get fraction(): number {
    const { firstMark, lastMark } = this.script;
    return Math.min(1, (this.#furthest.mark - firstMark) / (lastMark + 1 - firstMark));
  }

  /** Begins the replay on every connection. Does nothing the second time. */
  start(): void {
    if (this.#pace !== undefined) return;
    this.#pace = new Pace(this.#clock, this.#speed, this.script.start);
    for (const connection of this.connections) connection.play();
  }

  /** The market's time when it rests, epoch milliseconds: that of the last mark sent, or the end of an outage. */
  get now(): number {
    if (this.#streamsAwaited > 0) return (this.#furthest.mark - 1) * this.script.bar;
    return Math.min(this.lockstep?.released ?? 0, this.script.lastMark) * this.script.bar;
  }

  /** The bots are done with everything up to a clock mark: the next one may follow, or what goes wrong next. */
  reached(at: number): void {
    const { lockstep } = this;
    const mark = at / this.script.bar;
    if (lockstep === undefined || mark < lockstep.released || this.#streamsAwaited > 0) return;
    const cut = this.script.faults.find(({ kind, from }) => kind === 'disconnect' && from === at);
    if (cut === undefined) lockstep.release(mark + 1);
    else this.#cut(cut.to);
  }

  /** Settles when the market rests, in a session with faults that has begun; else there is nothing to wait for. */
  rest(): Promise<void> | undefined {
    return this.#pace && this.lockstep?.rest();
  }

  /** A connection has subscribed: once everybody who was cut off is back, the market goes on. */
  subscribed(): void {
    if (this.#streamsAwaited === 0 || this.#streams < this.#streamsAwaited) return;
    this.#streamsAwaited = 0;
    this.lockstep?.release(this.#furthest.mark);
  }

  /** Takes note of how far a connection is. */
  reach(cursor: Readonly<Cursor>): void {
    const { frame, mark } = this.#furthest;
    if (cursor.frame > frame || (cursor.frame === frame && cursor.mark > mark)) this.#furthest = { ...cursor };
  }

  get #streams(): number {
    return [...this.connections].reduce((sum, connection) => sum + [...connection.topics].length, 0);
  }

  /** A bot has said nothing for too long; of no consequence when the market has no more to send. */
  #giveUp(): void {
    if (this.fraction < 1) this.counters.waitsGivenUp += 1;
  }

  /** Ends all connections; who comes back finds the market of a later time. */
  #cut(until: number): void {
    this.#streamsAwaited = this.#streams;
    this.#furthest = this.script.from(until);
    for (const connection of this.connections) {
      this.counters.cuts += 1;
      this.counters.framesWithheld += connection.countUntil(this.#furthest.frame);
      void connection.drop();
    }
    this.connections.clear();
  }
}
