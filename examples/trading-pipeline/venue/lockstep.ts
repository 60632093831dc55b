import type { Clock, Timer } from 'tickwise/core';

/** Milliseconds after which the market no longer waits for a bot that does not say that it is done. */
const PATIENCE = 10_000;

/**
 * Keeps the market in step with the bots, so that a session with faults is the same on every machine.
 *
 * No connection gets more than one clock mark ahead of what the bots have finished with. An outage takes as much market
 * time as it is planned to take, and the market then waits until everybody is back, however long that takes in reality.
 */
export class Lockstep {
  readonly #ioClock: Clock;
  readonly #onGivenUp: () => void;
  /** The last mark that may be sent, in bars since the epoch. */
  #released: number;
  /** Playbacks under way, and those of them that wait for the next mark. */
  readonly #playing = new Set<object>();
  readonly #waiting = new Map<object, () => void>();
  /** Who waits until nothing is under way. */
  #atRest: (() => void)[] = [];
  #patience: Timer | undefined;

  /** @param onGivenUp Hears when the market no longer waits, for the rest of the session. */
  constructor(firstMark: number, ioClock: Clock, onGivenUp: () => void) {
    this.#released = firstMark;
    this.#ioClock = ioClock;
    this.#onGivenUp = onGivenUp;
  }

  /** The mark up to which everything is sent or about to be. */
  get released(): number {
    return this.#released;
  }

  /** Lets everybody go on up to a mark. */
  release(mark: number): void {
    this.#released = Math.max(this.#released, mark);
    this.#patience?.cancel();
    this.#resume();
    if (this.#released === Infinity) return;
    this.#patience = this.#ioClock.setTimeout(() => this.#giveUp(), PATIENCE);
    this.#patience.unref();
  }

  /** A playback has begun. */
  join(playback: object): void {
    this.#playing.add(playback);
  }

  /** A playback is over. */
  leave(playback: object): void {
    this.#playing.delete(playback);
    this.#waiting.delete(playback);
    this.#settle();
  }

  /** Calls back when the next mark is released. */
  wait(playback: object, resume: () => void): void {
    this.#waiting.set(playback, resume);
    this.#settle();
  }

  /** Settles when everything up to the released mark has been handed to the sockets. */
  rest(): Promise<void> {
    return new Promise((resolve) => {
      this.#atRest.push(resolve);
      this.#settle();
    });
  }

  close(): void {
    this.#patience?.cancel();
  }

  #giveUp(): void {
    this.#onGivenUp();
    this.release(Infinity);
  }

  #resume(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  #settle(): void {
    if (this.#waiting.size < this.#playing.size) return;
    for (const resolve of this.#atRest.splice(0)) resolve();
  }
}
