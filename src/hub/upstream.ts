import { backOffDelay } from '../core/back-off.js';
import type { Clock, Timer } from '../core/clock.js';
import { ArgumentError } from '../core/errors.js';
import { isThenable } from '../core/failures.js';
import { show } from '../core/show.js';
import type { EndTopic, TopicSource, TopicStatus } from '../core/topic-source.js';

/*
 * One upstream subscription, kept as it is wanted.
 *
 * What is wanted may change at any time, what upstream has confirmed follows later. So nothing here
 * reacts to a subscribe or unsubscribe as such: `reconcile` compares the wish with the state, and each
 * answer of upstream compares again. A state that waits for an answer is left alone until it has come;
 * thus a late confirmation never revives a topic that nobody wants, and ends it exactly once, and a topic
 * left and joined again within one answer causes no traffic.
 *
 * Each subscribe is a session of its own: what an ended session still sends is ignored and counted.
 */

/** Bounds of the delay before a refused topic is asked for again, in milliseconds. */
const RETRY = { minDelay: 1_000, maxDelay: 30_000 };

/** Who needs a topic: subscribers start and keep it, lingering only keeps it. */
export type Demand = 'none' | 'linger' | 'subscribers';

/** What the upstream subscription of a topic needs to know, and tells. */
export interface UpstreamOwner {
  /** Asked at every reconcile, so it has to say what is wanted at that moment. */
  demand(): Demand;
  /** A value of the open session, possibly before the source has confirmed it. */
  onValue(value: unknown): void;
  /** What happened to the topic: what the source said, and `live` or `failed` from its answer. */
  onStatus(status: TopicStatus): void;
  /** A session has ended: by the wish of its owner, or by upstream. */
  onEnded(): void;
  /** The source refused or threw at `subscribe`, or its function that ends the topic failed. */
  onFailure(error: unknown, action: 'subscribe' | 'end'): void;
  /** An ended session has sent something. */
  onIgnored(): void;
  /** The topic is not wanted, and nothing of it is left upstream. */
  onReleased(): void;
}

/** Where and with what a topic is subscribed. */
export interface UpstreamSetup {
  /** The topic as the source is asked for it. */
  readonly topic: string;
  /** Where it is subscribed; at most one session of it is open at a time. */
  readonly source: TopicSource;
  /** Clock of the retries. */
  readonly ioClock: Clock;
  /** The random part of a retry's delay; one that throws is reported and waits the whole bound. */
  readonly random: () => number;
}

interface Session {
  isOpen: boolean;
  /** Whether a confirmation that comes after the end has to be answered by ending it. */
  isOrphan: boolean;
  /** Whether the source has said live itself: what it says since then is newer than its answer. */
  saidLive: boolean;
}

type State =
  | { readonly type: 'idle' }
  | { readonly type: 'starting'; readonly session: Session }
  | { readonly type: 'live'; readonly session: Session; readonly end: EndTopic }
  | { readonly type: 'ending'; readonly ended: Promise<void> }
  | { readonly type: 'retrying'; readonly timer: Timer };

const IDLE: State = { type: 'idle' };

/** The upstream subscription of one topic; see the top of this file. */
export class Upstream {
  readonly #setup: UpstreamSetup;
  readonly #owner: UpstreamOwner;
  #state: State = IDLE;
  #failuresInRow = 0;
  #isClosed = false;

  constructor(setup: UpstreamSetup, owner: UpstreamOwner) {
    this.#setup = setup;
    this.#owner = owner;
  }

  /** Where the subscription stands; `idle` also after the source has ended the topic itself. */
  get state(): State['type'] {
    return this.#state.type;
  }

  /** Refusals since the last confirmation. */
  get failuresInRow(): number {
    return this.#failuresInRow;
  }

  /** Does what brings upstream nearer to what is wanted. */
  reconcile(): void {
    const demand = this.#owner.demand();
    switch (this.#state.type) {
      case 'idle':
        if (demand === 'subscribers') this.#start();
        else if (demand === 'none') this.#owner.onReleased();
        return;
      case 'live':
        if (demand === 'none') this.#end(this.#state);
        return;
      case 'retrying':
        if (demand === 'subscribers') return;
        this.#state.timer.cancel();
        this.#state = IDLE;
        this.reconcile();
        return;
      case 'starting':
      case 'ending':
        return;
    }
  }

  /** Ends for ever. Settles when what upstream has confirmed has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const state = this.#state;
    switch (state.type) {
      case 'live':
        this.#end(state);
        await this.close();
        return;
      case 'starting':
        state.session.isOpen = false;
        state.session.isOrphan = true;
        return;
      case 'retrying':
        state.timer.cancel();
        return;
      case 'ending':
        await state.ended;
        return;
      case 'idle':
        return;
    }
  }

  #start(): void {
    const session: Session = { isOpen: true, isOrphan: false, saidLive: false };
    this.#state = { type: 'starting', session };
    const { source, topic } = this.#setup;
    let answer: unknown;
    try {
      answer = source.subscribe(
        topic,
        (value) => (session.isOpen ? this.#owner.onValue(value) : this.#owner.onIgnored()),
        (status) => this.#notified(session, status),
      );
    } catch (error) {
      this.#refused(session, error);
      return;
    }
    if (!isThenable(answer)) this.#answered(session, answer);
    else {
      new Promise((resolve) => resolve(answer)).then(
        (end) => this.#answered(session, end),
        (error: unknown) => this.#refused(session, error),
      );
    }
  }

  #answered(session: Session, answer: unknown): void {
    if (typeof answer !== 'function') {
      const expected = 'a source must answer subscribe with a function that ends it';
      this.#refused(session, new ArgumentError(`${expected}, got ${show(answer)} for '${this.#setup.topic}'`));
      return;
    }
    // Its type says what it returns; `await` takes anything.
    const end = answer as EndTopic;
    if (!session.isOpen) {
      if (session.isOrphan) void this.#callEnd(end);
      return;
    }
    this.#failuresInRow = 0;
    this.#state = { type: 'live', session, end };
    if (!session.saidLive) this.#owner.onStatus({ type: 'live' });
    this.reconcile();
  }

  #refused(session: Session, error: unknown): void {
    // A source that has said `closed` says it again so: the subscribers know.
    if (!session.isOpen && !session.isOrphan) return;
    this.#owner.onFailure(error, 'subscribe');
    if (!session.isOpen) return;
    session.isOpen = false;
    this.#failuresInRow++;
    this.#owner.onEnded();
    const timer = this.#setup.ioClock.setTimeout(() => this.#retry(), this.#delay());
    timer.unref();
    this.#state = { type: 'retrying', timer };
    this.#owner.onStatus({ type: 'failed', error });
    this.reconcile();
  }

  #delay(): number {
    try {
      return backOffDelay(this.#failuresInRow, RETRY, this.#setup.random);
    } catch (error) {
      this.#owner.onFailure(error, 'subscribe');
      return backOffDelay(this.#failuresInRow, RETRY, () => 1);
    }
  }

  #retry(): void {
    this.#state = IDLE;
    this.reconcile();
  }

  #notified(session: Session, status: TopicStatus): void {
    if (!session.isOpen) {
      this.#owner.onIgnored();
      return;
    }
    if (status.type === 'closed') {
      // The source has ended the topic itself, so its end function is not called.
      session.isOpen = false;
      this.#state = IDLE;
    }
    if (status.type === 'live') session.saidLive = true;
    this.#owner.onStatus(status);
  }

  #end({ session, end }: State & { readonly type: 'live' }): void {
    session.isOpen = false;
    this.#owner.onEnded();
    this.#state = { type: 'ending', ended: this.#awaitEnd(end) };
  }

  async #awaitEnd(end: EndTopic): Promise<void> {
    await this.#callEnd(end);
    this.#state = IDLE;
    if (!this.#isClosed) this.reconcile();
  }

  async #callEnd(end: EndTopic): Promise<void> {
    try {
      await end();
    } catch (error) {
      this.#owner.onFailure(error, 'end');
    }
  }
}
