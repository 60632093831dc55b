import type { TopicStatus } from '../core/topic-source.js';
import type { DeliveryContext } from './delivery.js';
import type { History } from './history.js';
import { AT_REST, callOthers, NOBODY, Roster } from './roster.js';
import type { Seat, Subscriber } from './subscriber.js';
import type { TurnTime } from './turn-time.js';

/** What a topic needs to know of its hub. */
export interface FanOutPlan {
  /** Freezes a value before anybody gets it; undefined when values are left as they are. */
  readonly freeze: ((topic: string, value: unknown) => void) | undefined;
  /** Most values a newcomer gets; 0 replays nothing. */
  readonly replay: number;
  /** Told when a topic has stamped enough values with one look at the clock. */
  readonly time: TurnTime;
  /** Values published before this time are too old to replay. */
  oldest(): number;
}

/**
 * The subscribers of one topic, and the order in which they are told of things.
 *
 * Values go to a roster that is never changed, only replaced: who subscribes meanwhile is not in it, and
 * who has left is marked inactive. It is made anew at the first value after a change, so that joining costs
 * the same however many have joined.
 */
export class FanOut implements Seat {
  /** The topic as it is given to `subscribe`. */
  readonly name: string;
  /** Newest values of the topic; it also numbers them. */
  readonly history: History;
  /** Values that came while nobody was subscribed. */
  unheard = 0;
  /** Members whose queues publishers wait for. Public and plain, for `publish`. */
  waitedFor = 0;
  readonly #plan: FanOutPlan;
  readonly #members = new Set<Subscriber>();
  #roster = NOBODY;
  /** Whether the roster holds all members, and all of them were welcomed. */
  #isCurrent = true;
  /** The roster, while there is nothing to do for a value but to call everybody in it. */
  #quick: Roster | undefined;
  /** Who has yet to get status and replay. */
  #newcomers = new Set<Subscriber>();
  #status: TopicStatus | undefined;

  constructor(name: string, history: History, plan: FanOutPlan, status: TopicStatus | undefined) {
    this.name = name;
    this.history = history;
    this.#plan = plan;
    this.#status = status;
  }

  /** Who receives now, in the order of subscription; it changes while handlers run. */
  get members(): ReadonlySet<Subscriber> {
    return this.#members;
  }

  /** The last status but gaps, which pass. */
  get status(): TopicStatus | undefined {
    return this.#status;
  }

  /** Takes a subscriber in; returns whether it has to be welcomed. */
  add(subscriber: Subscriber): boolean {
    this.#members.add(subscriber);
    subscriber.sit(this, this.history.sequence);
    if (subscriber.inbox?.isWaitedFor === true) this.waitedFor++;
    this.#isCurrent = false;
    this.#quick = undefined;
    if (this.#plan.replay === 0 && !subscriber.hasStatusHandler) return false;
    subscriber.isNew = true;
    this.#newcomers.add(subscriber);
    return true;
  }

  /** Takes a subscriber out; a delivery under way skips it because it is inactive by then. */
  remove(subscriber: Subscriber): void {
    if (!this.#members.delete(subscriber)) return;
    subscriber.rise();
    this.#newcomers.delete(subscriber);
    if (subscriber.inbox?.isWaitedFor === true) this.waitedFor--;
    this.#isCurrent = false;
    this.#quick = undefined;
    this.#roster.last = -1;
    this.#dropOldRoster();
  }

  /** Values handed to a member, replayed ones left out; exact also inside a handler. */
  receivedBy({ isNew, since, position }: Subscriber): number {
    if (isNew) return 0;
    return this.history.sequence - since - (position > this.#roster.at ? 1 : 0);
  }

  /** A member has failed: each success has to be noted until nobody has failures in a row. */
  onFailed(): void {
    this.#quick = undefined;
  }

  /** Settles when all queues that publishers wait for have room. */
  async room(): Promise<void> {
    await Promise.all(Array.from(this.#members, async (subscriber) => subscriber.inbox?.room()));
  }

  /**
   * Records a value, stamped with the moment the history was given last, and calls every active subscriber.
   * Each 256th value asks for another look at the clock.
   */
  deliver(value: unknown): void {
    if (this.#quick === undefined) this.#deliverSlowly(value);
    else this.#deliverQuickly(this.#quick, value);
  }

  /**
   * Hot path: once per value. The calls are written out one by one, see `Roster`. The function is too long to be
   * compiled into its callers, so that handlers are compiled into it.
   */
  #deliverQuickly(roster: Roster, value: unknown): void {
    const sequence = this.history.add(value);
    if ((sequence & 255) === 0) this.#plan.time.expire();
    const context = { topic: this.name, replayed: false, sequence };
    let result: unknown;
    try {
      calls: {
        roster.at = 0;
        const { first } = roster;
        result = first(value, context);
        if (result !== undefined || roster.last <= 0) break calls;
        roster.at = 1;
        const { second } = roster;
        result = second(value, context);
        if (result !== undefined || roster.last <= 1) break calls;
        roster.at = 2;
        const { third } = roster;
        result = third(value, context);
        if (result !== undefined || roster.last <= 2) break calls;
        roster.at = 3;
        const { fourth } = roster;
        result = fourth(value, context);
        if (result !== undefined || roster.last <= 3) break calls;
        roster.at = 4;
        const { fifth } = roster;
        result = fifth(value, context);
        if (result !== undefined || roster.last <= 4) break calls;
        roster.at = 5;
        const { sixth } = roster;
        result = sixth(value, context);
        if (result !== undefined || roster.last <= 5) break calls;
        roster.at = 6;
        const { seventh } = roster;
        result = seventh(value, context);
        if (result !== undefined || roster.last <= 6) break calls;
        roster.at = 7;
        const { eighth } = roster;
        result = eighth(value, context);
        if (result !== undefined || roster.last <= 7) break calls;
        roster.at = 8;
        const { ninth } = roster;
        result = ninth(value, context);
        if (result === undefined && roster.last > 8) result = callOthers(roster, value, context);
      }
    } catch (error) {
      return this.#goOnAfter(roster, error, value, context);
    }
    if (result !== undefined || roster.at !== roster.last) this.#goOn(roster, result, value, context);
  }

  /** Tells newcomers the status and replays to them. Runs before anything else that they are told. */
  welcome(): void {
    const newcomers = this.#newcomers;
    if (newcomers.size === 0) return;
    this.#newcomers = new Set();
    for (const subscriber of newcomers) subscriber.settleIn(this.history.sequence);
    const replayed = this.#replayed();
    for (const subscriber of newcomers) {
      if (this.#status !== undefined) subscriber.tell(this.#status);
      for (const { value, context } of replayed) {
        if (subscriber.isActive) subscriber.replayed++;
        hand(subscriber, value, context);
      }
    }
  }

  /** Tells everybody what happened to the topic. */
  tell(status: TopicStatus): void {
    this.welcome();
    if (status.type === 'live' && this.#status?.type === 'live') return;
    if (status.type !== 'gap') this.#status = status;
    if (status.type === 'gap' || status.type === 'failed') this.history.clear();
    for (const subscriber of Array.from(this.#members)) subscriber.tell(status);
  }

  /** The topic has ended: subscriptions end, and what waits in their queues may still be taken. */
  end(): void {
    this.welcome();
    this.reset();
    for (const subscriber of Array.from(this.#members)) subscriber.end('closed', { isDrained: true });
  }

  /** Upstream has ended: nothing that it sent is valid any longer. */
  reset(): void {
    this.#status = undefined;
    this.history.clear();
  }

  #deliverSlowly(value: unknown): void {
    this.#plan.freeze?.(this.name, value);
    this.welcome();
    if (!this.#isCurrent) this.#renew();
    const sequence = this.history.add(value);
    if ((sequence & 255) === 0) this.#plan.time.expire();
    const context = { topic: this.name, replayed: false, sequence };
    this.#walk(this.#roster, 0, value, context);
  }

  #renew(): void {
    // Who was brought by a handler just now has this value replayed, and gets it no other way.
    const members = [...this.#members].filter(({ isNew }) => !isNew);
    this.#roster = members.length === 0 ? NOBODY : new Roster(members);
    for (const [position, subscriber] of members.entries()) subscriber.position = position;
    this.#isCurrent = this.#newcomers.size === 0;
  }

  /** The member at the roster's position has returned something, or somebody has left. */
  #goOn(roster: Roster, result: unknown, value: unknown, context: DeliveryContext): void {
    if (result !== undefined) roster.members[roster.at]?.watch(result);
    this.#walk(roster, roster.at + 1, value, context);
  }

  #goOnAfter(roster: Roster, error: unknown, value: unknown, context: DeliveryContext): void {
    roster.members[roster.at]?.fail(error);
    this.#walk(roster, roster.at + 1, value, context);
  }

  /** Calls the members from a position on with a look at each. */
  #walk(roster: Roster, from: number, value: unknown, context: DeliveryContext): void {
    const { members } = roster;
    if (members.length === 0) this.unheard++;
    let position = from;
    for (const subscriber of from === 0 ? members : members.slice(from)) {
      roster.at = position++;
      hand(subscriber, value, context);
    }
    roster.at = AT_REST;
    this.#dropOldRoster();
    const isQuick =
      this.#isCurrent &&
      this.#plan.freeze === undefined &&
      members.length > 0 &&
      members.every(({ streak }) => streak === 0);
    this.#quick = isQuick ? this.#roster : undefined;
  }

  /** An old roster would keep handlers alive until the next value. */
  #dropOldRoster(): void {
    const { last, at, members } = this.#roster;
    if (last === -1 && at >= members.length - 1) this.#roster = NOBODY;
  }

  #replayed(): { readonly value: unknown; readonly context: DeliveryContext }[] {
    if (this.#plan.replay === 0) return [];
    return this.history
      .from(this.#plan.oldest())
      .map(({ value, sequence }) => ({ value, context: { topic: this.name, replayed: true, sequence } }));
  }
}

function hand(subscriber: Subscriber, value: unknown, context: DeliveryContext): void {
  if (!subscriber.isActive) return;
  const { receive } = subscriber;
  try {
    const result = receive(value, context);
    if (result !== undefined) subscriber.watch(result);
    else if (subscriber.streak !== 0) subscriber.recover();
  } catch (error) {
    subscriber.fail(error);
  }
}
