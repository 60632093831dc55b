import type { TopicStatus } from '../core/topic-source.js';
import type { AnyFeedEvent } from './event.js';
import type { RepeatFilter } from './repeat-filter.js';

/** What the venue was told about a topic, and whether it has answered. */
export type WireState = 'off' | 'subscribing' | 'on' | 'unsubscribing';

/** Topics that are asked for together, after a request that held more of them was refused as a whole. */
export interface RequestPart {
  /** The first of those requests, with how many of them were refused so far. */
  readonly origin: { refusals: number };
}

/** One caller of `subscribe`. */
export interface Listener<Event extends AnyFeedEvent> {
  /** Called with every event of the topic while the listener is in its record. */
  readonly emit: (event: Event) => void;
  /** Called with what happens to the topic besides events. */
  readonly notify: (status: TopicStatus) => void;
  /** Settles the caller's promise; later calls do nothing. */
  readonly settle: (error: unknown) => void;
  /** Whether it was told that the topic is live: who was not has missed nothing. */
  isLive: boolean;
}

/**
 * A topic on a connection: what is wanted, what the venue was told, and who listens.
 *
 * Want and wire are apart on purpose: a request is sent only when no other one for the topic is under
 * way, so that late answers cannot mean the wrong request.
 */
export class TopicRecord<Event extends AnyFeedEvent> {
  /** The venue's own name for the stream. */
  readonly topic: string;
  /** Only topics of one group share a frame. */
  readonly group: string;
  /** The venue sends it without being asked. */
  readonly isUnasked: boolean;
  /** Changed by the desk as requests are sent and answered, and set to `off` when the link is lost. */
  wire: WireState = 'off';
  /** Whether the callers were told that values are expected. */
  isLive = false;
  /** Epoch time from which values were missed, until the callers are told. */
  lostAt: number | undefined;
  /** Whether the venue is to begin it anew: it is ended there, and asked for again. */
  isRenewing = false;
  /** Events received when it was last asked for. */
  eventsBefore = 0;
  /** Unsubscribe requests in a row that nobody answered. */
  unanswered = 0;
  /** Why the venue refused it last. */
  refusal: unknown;
  /** Events received. */
  events = 0;
  /** Epoch time of the last event. */
  lastEventAt: number | undefined;
  /** Whether it is wanted for callers who are still at another connection. */
  isReserved = false;
  /** Sees each event before the listeners do; true keeps it from them. Set by `interceptWith`. */
  intercept: ((event: Event) => boolean) | undefined;
  /** Only topics of one part share a frame: part of a request that was refused as a whole. */
  part: RequestPart | undefined;
  /** Knows events again that the venue sends a second time; undefined where it does not. */
  readonly repeats: RepeatFilter<Event> | undefined;
  #listeners: readonly Listener<Event>[] = [];

  constructor(topic: string, group: string, isUnasked: boolean, repeats?: RepeatFilter<Event>) {
    this.topic = topic;
    this.group = group;
    this.isUnasked = isUnasked;
    this.repeats = repeats;
    this.interceptWith(undefined);
  }

  /** Puts a function, or none, before the listeners; it does not see events that came before. */
  interceptWith(intercept: ((event: Event) => boolean) | undefined): void {
    const { repeats } = this;
    if (repeats === undefined) this.intercept = intercept;
    else this.intercept = (event) => repeats.isRepeat(event) || intercept?.(event) === true;
  }

  /** Whether anybody listens; a record that nobody wants stays until the venue has confirmed its end. */
  get isWanted(): boolean {
    return this.#listeners.length > 0 || this.isReserved;
  }

  /** The callers now; adding or removing one makes a new array, so that a loop over it stays valid. */
  get listeners(): readonly Listener<Event>[] {
    return this.#listeners;
  }

  /** Characters the topic takes in a list: its own, two quotes and a comma. */
  get characters(): number {
    return this.topic.length + 3;
  }

  /** Takes in one more caller, who gets only what comes from now on. */
  add(listener: Listener<Event>): void {
    this.#listeners = [...this.#listeners, listener];
  }

  /** Drops a caller, also within a loop over `listeners`; one that is not there is ignored. */
  remove(listener: Listener<Event>): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /** Whether a caller is still there: asked within a loop, where an earlier one may have ended it. */
  has(listener: Listener<Event>): boolean {
    return this.#listeners.includes(listener);
  }

  /** A record of the same topic for another connection, without callers; nothing is asked of the protocol again. */
  heir(): TopicRecord<Event> {
    return new TopicRecord(this.topic, this.group, this.isUnasked, this.repeats?.fresh());
  }

  /** Takes over the callers of the same topic's record on another connection, and what they have had. */
  adopt(other: TopicRecord<Event>): void {
    this.#listeners = [...other.#listeners, ...this.#listeners];
    other.#listeners = [];
    if (other.repeats !== undefined) this.repeats?.adopt(other.repeats);
  }

  /** Ends every listener with an error and forgets them. */
  abandon(error: unknown): void {
    for (const listener of this.#listeners) listener.settle(error);
    this.#listeners = [];
  }
}
