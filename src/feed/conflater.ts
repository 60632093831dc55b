/**
 * Keeps the newest frame of each topic whose users want only that, and lets it be parsed once per turn of the event loop
 * or once per interval; the frames before it are dropped unread, and counted.
 *
 * Only for topics of which every frame holds the whole state: their protocol says so. A frame whose topic cannot be read
 * from its first bytes is parsed at once and takes the place of what is kept for its topic, so that values of a topic
 * never go back in time.
 */
import type { Clock, Timer } from '../core/clock.js';
import type { FeedCounters } from './counters.js';
import { TopicBytes } from './topic-bytes.js';

/** What is kept for a topic. */
interface Slot {
  frame: Buffer | undefined;
}

/** What a conflater needs around it. */
export interface ConflaterSettings {
  /** What stands before the topic in a frame. */
  readonly prefix: string;
  /** Milliseconds between two deliveries of a topic; 0 delivers at the end of the turn. */
  readonly interval: number;
  /** Clock of the interval. */
  readonly ioClock: Clock;
  /** Takes a frame apart and delivers what it holds. Does not throw. */
  readonly deliver: (frame: Buffer) => void;
  /** Where dropped frames are counted. */
  readonly counters: Pick<FeedCounters, 'conflated' | 'held'>;
}

/** See the notes above. */
export class Conflater {
  readonly #settings: ConflaterSettings;
  readonly #bytes: TopicBytes<Slot>;
  readonly #slots = new Map<string, Slot>();
  /** Slots with a frame, in the order these came. */
  #due: Slot[] = [];
  #turn: NodeJS.Immediate | undefined;
  #timer: Timer | undefined;

  constructor(settings: ConflaterSettings) {
    this.#settings = settings;
    this.#bytes = new TopicBytes(settings.prefix);
  }

  /** Conflates a topic from now on. */
  add(topic: string): void {
    if (this.#slots.has(topic)) return;
    const slot: Slot = { frame: undefined };
    this.#slots.set(topic, slot);
    this.#bytes.add(topic, slot);
  }

  /** Conflates a topic no longer; what is kept for it is dropped. */
  delete(topic: string): void {
    this.supersede(topic);
    this.#slots.delete(topic);
    this.#bytes.delete(topic);
  }

  /** Takes a frame of a conflated topic. False for any other, which is the caller's still. Hot path. */
  take(frame: Buffer): boolean {
    const slot = this.#bytes.find(frame);
    if (slot === undefined) return false;
    if (slot.frame === undefined) {
      this.#due.push(slot);
      this.#settings.counters.held++;
      this.#plan();
    } else this.#settings.counters.conflated++;
    // Within a turn the frame is the socket's memory; to be kept longer it must not hold a whole chunk of that.
    slot.frame = this.#settings.interval === 0 ? frame : Buffer.from(frame);
    return true;
  }

  /** A newer frame of a topic was parsed by another way: what is kept is out of date. */
  supersede(topic: string): void {
    const slot = this.#slots.get(topic);
    if (slot?.frame === undefined) return;
    this.#settings.counters.conflated++;
    this.#settings.counters.held--;
    slot.frame = undefined;
    this.#due = this.#due.filter((due) => due !== slot);
  }

  /** Delivers what is kept now. */
  flush(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    const due = this.#due;
    this.#due = [];
    for (const slot of due) {
      const { frame } = slot;
      if (frame === undefined) continue;
      slot.frame = undefined;
      this.#settings.counters.held--;
      this.#settings.deliver(frame);
    }
  }

  /** Drops what is kept. */
  close(): void {
    for (const topic of this.#slots.keys()) this.supersede(topic);
    this.flush();
  }

  #plan(): void {
    if (this.#turn !== undefined || this.#timer !== undefined) return;
    const { interval, ioClock } = this.#settings;
    if (interval === 0) this.#turn = setImmediate(() => this.flush());
    else {
      this.#timer = ioClock.setTimeout(() => this.flush(), interval);
      this.#timer.unref();
    }
  }
}
