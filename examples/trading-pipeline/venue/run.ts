import type { Clock } from 'tickwise/core';

import type { Connection } from './connection.js';
import { type Counters, newCounters } from './counters.js';
import type { Speed } from './messages.js';
import { Pace } from './pace.js';
import type { Cursor, Script } from './script.js';

/** One replay: its connections, its counts, and how far it is. */
export class Run {
  readonly script: Script;
  readonly counters: Counters = newCounters();
  readonly connections = new Set<Connection>();
  readonly #clock: Clock;
  readonly #speed: Speed;
  #pace: Pace | undefined;
  #furthest: Cursor;

  constructor(script: Script, speed: Speed, clock: Clock) {
    this.script = script;
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

  /** Takes note of how far a connection is. */
  reach(cursor: Readonly<Cursor>): void {
    const { frame, mark } = this.#furthest;
    if (cursor.frame > frame || (cursor.frame === frame && cursor.mark > mark)) this.#furthest = { ...cursor };
  }
}
