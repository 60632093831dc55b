/**
 * Brings what the venue was told in line with what is wanted, over one connection.
 *
 * Nothing is queued but the topics that differ. Each time a frame may go out it is built from those, so
 * that a topic subscribed, ended and subscribed again before its turn costs one place in one frame, and
 * after a reconnect the frames hold what is wanted at that moment. A topic has at most one request
 * under way.
 *
 * A venue that refuses a request as a whole does not say which of the topics it minds: both halves are asked for again,
 * down to the single topic, so that an unknown symbol costs the others nothing but time.
 */
import type { Clock, Timer } from '../core/clock.js';
import { ArgumentError, OverflowError, TimeoutError } from '../core/errors.js';
import type { FeedCounters } from './counters.js';
import type { AnyFeedEvent } from './event.js';
import type { Acknowledgement, FeedProtocol, RequestAction } from './protocol.js';
import { nextBatch, type RequestBatch } from './request-batch.js';
import type { FeedErrorContext } from './feed-options.js';
import type { TopicRecord } from './topic-record.js';

/** What a desk needs around it. Times in milliseconds. */
interface DeskSettings<Event extends AnyFeedEvent> {
  /** Writes the requests and says how many topics and bytes one may hold. */
  readonly protocol: FeedProtocol<Event>;
  /** Shortest time between two frames; 0 sends all of a turn at its end. */
  readonly pace: number;
  /** Longest wait for an answer; then the request's topics count as refused with a TimeoutError. */
  readonly ackTimeout: number;
  /** Clock of the pace and of the deadlines. */
  readonly ioClock: Clock;
  /** The pool's counters, in which the desk counts requests, answers and pings. */
  readonly counters: FeedCounters;
  /** Whether reading is paused: a deadline that passes then is started again, since no answer can be read. */
  readonly isPaused: () => boolean;
  /** Sink of an error in making a ping's text; it does not throw. */
  readonly report: (error: unknown, context: FeedErrorContext) => void;
}

/** Where a desk's frames go and who hears of the answers. */
interface DeskHandlers<Event extends AnyFeedEvent> {
  /** Sends one text frame now. */
  send(text: string): void;
  /** Sends a WebSocket ping frame now. */
  pingFrame(): void;
  /** The venue answered; `refusal` is undefined when it accepted. */
  answered(record: TopicRecord<Event>, action: RequestAction, refusal: Error | undefined): void;
  /** The topic is neither wanted nor on the wire. */
  released(record: TopicRecord<Event>): void;
}

interface PendingRequest<Event extends AnyFeedEvent> {
  readonly id: number;
  readonly action: RequestAction;
  /** By topic, those without an answer. */
  readonly records: Map<string, TopicRecord<Event>>;
  deadline: Timer | undefined;
}

/** Requests of one origin that may be refused as a whole; after that the venue seems to mind all of their topics. */
const MOST_REFUSALS = 32;
/** Unsubscribe requests in a row without an answer, after which a topic that sends nothing counts as ended. */
const MOST_UNANSWERED = 3;

/** Decides what a connection sends, and when; see the top of this file. */
export class RequestDesk<Event extends AnyFeedEvent> {
  readonly #settings: DeskSettings<Event>;
  readonly #handlers: DeskHandlers<Event>;
  readonly #toSubscribe = new Set<TopicRecord<Event>>();
  readonly #toUnsubscribe = new Set<TopicRecord<Event>>();
  readonly #pending = new Map<number, PendingRequest<Event>>();
  #isOpen = false;
  #isPingDue = false;
  #nextId = 1;
  #nextSendAt = -Infinity;
  #timer: Timer | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(settings: DeskSettings<Event>, handlers: DeskHandlers<Event>) {
    this.#settings = settings;
    this.#handlers = handlers;
  }

  /** Requests sent and not answered. */
  get pending(): number {
    return this.#pending.size;
  }

  /** The connection is open: frames may go out. */
  open(): void {
    this.#isOpen = true;
    this.#nextSendAt = -Infinity;
    this.#wake();
  }

  /** The connection is gone: nothing is on the wire any more, and no answer will come. */
  close(): void {
    this.#isOpen = false;
    this.#isPingDue = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    clearImmediate(this.#turn);
    this.#turn = undefined;
    for (const { deadline, records } of this.#pending.values()) {
      deadline?.cancel();
      for (const record of records.values()) record.part = undefined;
    }
    for (const record of this.#toSubscribe) record.part = undefined;
    this.#pending.clear();
    this.#toSubscribe.clear();
    this.#toUnsubscribe.clear();
  }

  /** Compares want and wire of a topic after either has changed. */
  reconcile(record: TopicRecord<Event>): void {
    this.#toSubscribe.delete(record);
    this.#toUnsubscribe.delete(record);
    if (record.wire === 'off' && record.isWanted) this.#toSubscribe.add(record);
    else if (record.wire === 'on' && (!record.isWanted || record.isRenewing)) this.#toUnsubscribe.add(record);
    else {
      if (record.wire === 'off') this.#handlers.released(record);
      return;
    }
    this.#wake();
  }

  /** Sends a ping at the next turn of the pace. */
  requestPing(): void {
    this.#isPingDue = true;
    this.#wake();
  }

  /** A frame went out past the desk (the answer to a ping); the next one keeps its distance. */
  sent(): void {
    this.#nextSendAt = Math.max(this.#nextSendAt, this.#settings.ioClock.now() + this.#settings.pace);
  }

  /** Settles what an answer is about. An answer to nothing under way is counted and ignored. */
  acknowledge(ack: Acknowledgement): void {
    const { counters } = this.#settings;
    if (ack.error === undefined) counters.acks++;
    else counters.rejected++;
    const refusal = ack.error === undefined ? undefined : this.#refusal(ack.error);
    if (ack.id !== undefined) this.#settleWhole(this.#pending.get(ack.id), refusal);
    else if (ack.topics !== undefined || ack.refused !== undefined) {
      for (const topic of ack.topics ?? []) this.#settleTopic(topic, undefined);
      for (const topic of ack.refused ?? []) this.#settleTopic(topic, refusal ?? this.#refusal('no reason given'));
    } else if (ack.current !== undefined) this.#settleByList(new Set(ack.current));
    else this.#settleWhole(this.#oldest(), refusal);
  }

  #refusal(reason: string): Error {
    return new ArgumentError(`${this.#settings.protocol.name} refused: ${reason}`);
  }

  #oldest(): PendingRequest<Event> | undefined {
    for (const request of this.#pending.values()) return request;
    return undefined;
  }

  /** The venue has answered a request without a word about its topics. */
  #settleWhole(request: PendingRequest<Event> | undefined, refusal: Error | undefined): void {
    const canSplit = refusal !== undefined && request?.action === 'subscribe' && request.records.size > 1;
    if (!canSplit || !this.#split(request)) this.#settleRequest(request, refusal);
  }

  /** Asks for both halves of a request anew; false when too many of its origin were refused. */
  #split(request: PendingRequest<Event>): boolean {
    const records = [...request.records.values()];
    const origin = records[0]?.part?.origin ?? { refusals: 0 };
    if (++origin.refusals > MOST_REFUSALS) return false;
    this.#finish(request);
    const halves = [{ origin }, { origin }] as const;
    for (const [index, record] of records.entries()) {
      record.part = halves[index < records.length / 2 ? 0 : 1];
      record.wire = 'off';
      this.reconcile(record);
    }
    return true;
  }

  #finish(request: PendingRequest<Event>): void {
    request.deadline?.cancel();
    this.#pending.delete(request.id);
  }

  #settleRequest(request: PendingRequest<Event> | undefined, refusal: Error | undefined): void {
    for (const record of request?.records.values() ?? []) this.#settle(request, record, refusal);
  }

  #settleTopic(topic: string, refusal: Error | undefined): void {
    for (const request of this.#pending.values()) {
      const record = request.records.get(topic);
      if (record === undefined) continue;
      this.#settle(request, record, refusal);
      return;
    }
  }

  #settleByList(current: ReadonlySet<string>): void {
    for (const request of this.#pending.values()) {
      for (const record of request.records.values()) {
        if (current.has(record.topic) === (request.action === 'subscribe')) this.#settle(request, record, undefined);
      }
    }
  }

  #settle(request: PendingRequest<Event> | undefined, record: TopicRecord<Event>, refusal: Error | undefined): void {
    if (request === undefined || !request.records.delete(record.topic)) return;
    if (request.records.size === 0) this.#finish(request);
    record.part = undefined;
    // A venue that refuses to unsubscribe has nothing to unsubscribe; of one that is silent nobody knows.
    const isUnknown = request.action === 'unsubscribe' && record.isWanted && refusal instanceof TimeoutError;
    record.unanswered = isUnknown ? record.unanswered + 1 : 0;
    const isAskedAgain = isUnknown && record.unanswered < MOST_UNANSWERED;
    record.isRenewing ||= isAskedAgain;
    const isFlowing = record.events > record.eventsBefore;
    const isOn = isUnknown ? isAskedAgain || isFlowing : request.action === 'subscribe' && refusal === undefined;
    record.wire = isOn ? 'on' : 'off';
    this.#handlers.answered(record, request.action, refusal);
  }

  /** Sends at the end of the turn, so that everything asked for in it shares frames. */
  #wake(): void {
    if (!this.#isOpen || this.#turn !== undefined || this.#timer !== undefined) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#pump();
    });
  }

  #pump(): void {
    const { ioClock, pace } = this.#settings;
    while (this.#isOpen && this.#hasWork()) {
      const wait = this.#nextSendAt - ioClock.now();
      if (wait > 0) {
        this.#sleep(wait);
        return;
      }
      this.#sendNext();
      this.#nextSendAt = ioClock.now() + pace;
    }
  }

  #hasWork(): boolean {
    return this.#isPingDue || this.#toUnsubscribe.size > 0 || this.#toSubscribe.size > 0;
  }

  #sleep(delay: number): void {
    this.#timer = this.#settings.ioClock.setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, delay);
    this.#timer.unref();
  }

  #sendNext(): void {
    if (this.#isPingDue) this.#sendPing();
    else if (this.#toUnsubscribe.size > 0) this.#sendRequest('unsubscribe', this.#toUnsubscribe, 'unsubscribing');
    else this.#sendRequest('subscribe', this.#toSubscribe, 'subscribing');
  }

  #sendPing(): void {
    this.#isPingDue = false;
    this.#settings.counters.pings++;
    const { ping } = this.#settings.protocol.heartbeat;
    try {
      if (ping === 'frame') this.#handlers.pingFrame();
      else this.#handlers.send(ping(this.#nextId++));
    } catch (error) {
      this.#settings.report(error, { where: 'protocol' });
    }
  }

  #sendRequest(action: RequestAction, waiting: Set<TopicRecord<Event>>, wire: 'subscribing' | 'unsubscribing'): void {
    const id = this.#nextId++;
    const batch = this.#nextBatch(action, waiting, id);
    const request: PendingRequest<Event> = { id, action, records: new Map(), deadline: undefined };
    this.#pending.set(id, request);
    for (const record of batch.records) {
      waiting.delete(record);
      record.wire = wire;
      record.isRenewing = false;
      record.eventsBefore = record.events;
      request.records.set(record.topic, record);
    }
    if (typeof batch.text === 'string') this.#post(request, batch.text);
    else this.#settleRequest(request, batch.text);
  }

  /** The next frame, or why its topics cannot be asked for. */
  #nextBatch(
    action: RequestAction,
    waiting: ReadonlySet<TopicRecord<Event>>,
    id: number,
  ): Omit<RequestBatch<Event>, 'text'> & { readonly text: string | Error } {
    const { protocol } = this.#settings;
    const { bytesPerRequest } = protocol.limits;
    try {
      const batch = nextBatch(protocol, action, waiting, id);
      if (Buffer.byteLength(batch.text) <= bytesPerRequest) return batch;
      const text = new OverflowError(`a request for one topic has more than ${bytesPerRequest} bytes`);
      return { records: batch.records, text };
    } catch (cause) {
      // One topic at a time, so that those that can be asked for are.
      return { records: [...waiting].slice(0, 1), text: new ArgumentError('the protocol made no request', { cause }) };
    }
  }

  #post(request: PendingRequest<Event>, text: string): void {
    this.#settings.counters.requests++;
    this.#handlers.send(text);
    if (this.#settings.protocol.answers) this.#startDeadline(request, this.#settings.ackTimeout);
    else this.#settleRequest(request, undefined);
  }

  #startDeadline(request: PendingRequest<Event>, ackTimeout: number): void {
    request.deadline = this.#settings.ioClock.setTimeout(() => {
      // A paused connection reads no answers.
      if (this.#settings.isPaused()) {
        this.#startDeadline(request, ackTimeout);
        return;
      }
      this.#settings.counters.requestTimeouts++;
      this.#settleRequest(request, new TimeoutError(`no answer within ${ackTimeout} ms`));
    }, ackTimeout);
    request.deadline.unref();
  }
}
