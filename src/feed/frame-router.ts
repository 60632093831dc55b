import type { Callback } from '../core/callback.js';
import type { FailureReporter } from '../core/failures.js';
import { show } from '../core/show.js';
import type { TopicStatus } from '../core/topic-source.js';
import type { Connection } from './connection.js';
import type { FeedCounters } from './counters.js';
import type { AnyFeedEvent } from './event.js';
import type { FeedErrorContext } from './feed-options.js';
import { frameText } from './frame-text.js';
import type { FeedProtocol, Incoming } from './protocol.js';
import type { Listener, TopicRecord } from './topic-record.js';

/** How much of a frame that was not understood goes to `onError`. */
const FRAME_EXCERPT = 200;

/** Takes frames apart, once each, and hands what they hold to the listeners of the topic. */
export class FrameRouter<Event extends AnyFeedEvent> {
  readonly #protocol: FeedProtocol<Event>;
  readonly #counters: FeedCounters;
  readonly #failures: FailureReporter<FeedErrorContext>;
  readonly #onUnknown: Callback<[message: unknown]> | undefined;

  constructor(
    protocol: FeedProtocol<Event>,
    counters: FeedCounters,
    failures: FailureReporter<FeedErrorContext>,
    onUnknown: Callback<[message: unknown]> | undefined,
  ) {
    this.#protocol = protocol;
    this.#counters = counters;
    this.#failures = failures;
    this.#onUnknown = onUnknown;
  }

  /** Hot path: runs for every frame. */
  route(connection: Connection<Event>, frame: Buffer): void {
    let message: unknown;
    let incoming: Incoming<Event>;
    let type: Incoming['type'];
    try {
      message = this.#protocol.decode(frameText(frame));
      incoming = this.#protocol.read(message);
      // Read here, so that a protocol which answers nothing makes a malformed frame and no crash.
      ({ type } = incoming);
      if (incoming.type === 'event') void incoming.event.topic;
    } catch (error) {
      this.#counters.malformed++;
      const excerpt = frame.toString('utf8', 0, 4 * FRAME_EXCERPT).slice(0, FRAME_EXCERPT);
      this.#failures.report(error, { where: 'frame', url: connection.url, frame: excerpt });
      return;
    }
    if (incoming.type === 'event') {
      this.#receive(connection, incoming.event);
      return;
    }
    try {
      this.#control(connection, incoming, type, message);
    } catch (error) {
      // An acknowledgement or a reply of the wrong form, from a protocol that promised another.
      this.#failures.report(error, { where: 'protocol', url: connection.url });
    }
  }

  /** Tells a listener about its topic. */
  notify(listener: Listener<Event>, record: TopicRecord<Event>, status: TopicStatus): void {
    this.call(() => listener.notify(status), record.topic);
  }

  /** Runs a callback of the user's; what goes wrong in it is counted and reported. */
  call(callback: () => unknown, topic: string | undefined): void {
    try {
      this.#failures.watch(callback(), { where: 'handler', topic });
    } catch (error) {
      this.#failed(error, topic);
    }
  }

  #receive(connection: Connection<Event>, event: Event): void {
    this.#counters.events++;
    const record = connection.records.get(event.topic);
    if (record === undefined || !record.isWanted) {
      this.#counters.stray++;
      return;
    }
    connection.touch(record);
    if (record.intercept === undefined || !record.intercept(event)) this.deliver(record, event);
  }

  /** Hands an event to all listeners of its topic. Hot path. */
  deliver(record: TopicRecord<Event>, event: Event): void {
    const { listeners } = record;
    for (const listener of listeners) {
      // Ended by one that was called before it.
      if (record.listeners !== listeners && !record.has(listener)) continue;
      try {
        this.#counters.delivered++;
        const result: unknown = listener.emit(event);
        if (result !== undefined) this.#failures.watch(result, { where: 'handler', topic: record.topic });
      } catch (error) {
        this.#failed(error, record.topic);
      }
    }
  }

  #control(
    connection: Connection<Event>,
    incoming: Exclude<Incoming<Event>, { type: 'event' }>,
    type: Incoming['type'],
    message: unknown,
  ): void {
    switch (incoming.type) {
      case 'ack':
        connection.desk.acknowledge(incoming);
        return;
      case 'alive':
        this.#counters.alive++;
        return;
      case 'ping':
        this.#counters.alive++;
        connection.reply(incoming.reply);
        return;
      case 'ending':
        this.#counters.alive++;
        connection.expire();
        return;
      case 'unknown':
        this.#counters.unknown++;
        this.call(() => this.#onUnknown?.(message), undefined);
        return;
      default:
        this.#counters.malformed++;
        this.#failures.report(new TypeError(`the protocol read a frame of the type ${show(type)}`), {
          where: 'protocol',
          url: connection.url,
        });
    }
  }

  #failed(error: unknown, topic: string | undefined): void {
    this.#counters.handlerErrors++;
    this.#failures.report(error, { where: 'handler', topic });
  }
}
