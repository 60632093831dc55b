/**
 * Tells the other processes of one cache what was invalidated here, and hears what was invalidated there.
 *
 * A message that could not be sent is kept and sent again, from 100 ms up to 30 s later, until the bus takes it: those
 * who hear nothing would serve their first level until its ttl. At most 1 000 are kept; beyond, they become one
 * `clear`. Hearing one twice does no harm. A process whose own connection was down is told by `onGap` that it may have
 * missed some.
 */
import { backOffDelay } from '../core/back-off.js';
import type { Clock, Timer } from '../core/clock.js';
import { BusLanguage, type BusMessage } from './bus-message.js';
import type { InvalidationBus } from './cache-store.js';
import type { CallKey } from './call-key.js';
import { limitWork } from './store-time-limit.js';

/** What hears of invalidations elsewhere. */
export interface BusHandlers {
  /** The result of a call is out of date. */
  onKey(key: CallKey): void;
  /** Results with a tag are out of date. */
  onTag(tag: string): void;
  /** All results are out of date. */
  onClear(): void;
  /** Anything may have been invalidated without a message. */
  onGap(): void;
}

/** What a link is made of. */
export interface BusLinkSettings {
  /** Name of the cache. */
  readonly name: string;
  /** Version of the function; empty when there is none. */
  readonly version: string;
  /** What carries the messages. */
  readonly bus: InvalidationBus;
  /** Milliseconds of `ioClock` that sending may take. */
  readonly timeout: number;
  /** The clock of time limits and retries. */
  readonly ioClock: Clock;
  /** Gets every failure. */
  readonly report: (error: unknown, during: 'bus') => void;
  /** What hears. */
  readonly handlers: BusHandlers;
}

/**
 * What a link has done so far. Counters only grow; `busUnsent` goes up and down.
 * busReceived = busOwn + busForeign + busBroken + those that reached a handler.
 */
export interface BusStats {
  /** Messages sent. */
  readonly busSent: number;
  /** Attempts to send that failed. */
  readonly busErrors: number;
  /** Messages that wait to be sent again. */
  readonly busUnsent: number;
  /** Messages that came. */
  readonly busReceived: number;
  /** Those that this link had sent itself. */
  readonly busOwn: number;
  /** Those for other caches, or of other programs. */
  readonly busForeign: number;
  /** Those for this cache that make no sense. */
  readonly busBroken: number;
  /** Times that messages may have been missed. */
  readonly busGaps: number;
}

/** Messages kept to be sent again. */
const MAX_UNSENT = 1_000;
/** Bounds of the delay before that. */
const RETRY = { minDelay: 100, maxDelay: 30_000 };

/** Connects one cache with a bus; see the notes above. */
export class BusLink implements Disposable {
  readonly #settings: BusLinkSettings;
  readonly #language: BusLanguage;
  readonly #subscription: Disposable;
  readonly #unsent = new Set<string>();
  readonly #counters = { busSent: 0, busErrors: 0, busReceived: 0, busOwn: 0, busForeign: 0, busBroken: 0, busGaps: 0 };
  #timer: Timer | undefined;
  #failures = 0;
  #isRetrying = false;
  #isClosed = false;

  constructor(settings: BusLinkSettings) {
    this.#settings = settings;
    this.#language = new BusLanguage(settings.name, settings.version, crypto.randomUUID());
    this.#subscription = settings.bus.subscribe(
      (message) => this.#hear(message),
      () => this.#noteGap(),
    );
  }

  /** Tells the others that the result of a call is out of date. Never rejects. @returns whether the bus took it at once. */
  invalidateKey(key: CallKey): Promise<boolean> {
    return this.#send(this.#language.write({ about: 'key', key }));
  }

  /** Tells the others that results with a tag are out of date. Never rejects; see `invalidateKey`. */
  invalidateTag(tag: string): Promise<boolean> {
    return this.#send(this.#language.write({ about: 'tag', tag }));
  }

  /** Tells the others that all results are out of date. Never rejects; see `invalidateKey`. */
  clear(): Promise<boolean> {
    return this.#send(this.#language.write({ about: 'clear' }));
  }

  /** A snapshot of the counters. */
  stats(): BusStats {
    return { ...this.#counters, busUnsent: this.#unsent.size };
  }

  /** Ends hearing and sending; what is unsent stays so. Does not close the bus. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#subscription[Symbol.dispose]();
  }

  async #send(message: string): Promise<boolean> {
    if (await this.#publish(message)) {
      this.#failures = 0;
      return true;
    }
    this.#keep(message);
    this.#planRetry();
    return false;
  }

  async #publish(message: string): Promise<boolean> {
    const { bus, name, timeout, ioClock, report } = this.#settings;
    try {
      await limitWork(() => bus.publish(message), { what: `memo ${name}: the bus`, timeout, ioClock });
      this.#counters.busSent++;
      return true;
    } catch (error) {
      this.#counters.busErrors++;
      report(error, 'bus');
      return false;
    }
  }

  #keep(message: string): void {
    this.#unsent.add(message);
    if (this.#unsent.size <= MAX_UNSENT) return;
    this.#unsent.clear();
    this.#unsent.add(this.#language.write({ about: 'clear' }));
  }

  #planRetry(): void {
    if (this.#timer !== undefined || this.#isRetrying || this.#isClosed) return;
    this.#failures++;
    const delay = Math.max(RETRY.minDelay, backOffDelay(this.#failures, RETRY, Math.random));
    this.#timer = this.#settings.ioClock.setTimeout(() => void this.#retry(), delay);
    this.#timer.unref();
  }

  /** Sends what is unsent, one after another until one fails. */
  async #retry(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isRetrying = true;
    for (const message of this.#unsent) {
      if (this.#isClosed) break;
      // Out before it is sent: the same said again meanwhile, and not sent, must stay in.
      this.#unsent.delete(message);
      if (await this.#publish(message)) continue;
      this.#keep(message);
      break;
    }
    this.#isRetrying = false;
    if (this.#unsent.size === 0) this.#failures = 0;
    else this.#planRetry();
  }

  #hear(text: string): void {
    this.#counters.busReceived++;
    const message = this.#language.read(text);
    if (message === 'own') this.#counters.busOwn++;
    else if (message === 'foreign') this.#counters.busForeign++;
    else if (message === 'broken') this.#counters.busBroken++;
    else this.#tell(() => this.#pass(message));
  }

  #pass(message: BusMessage): void {
    const { handlers } = this.#settings;
    switch (message.about) {
      case 'key':
        return handlers.onKey(message.key);
      case 'tag':
        return handlers.onTag(message.tag);
      case 'clear':
        return handlers.onClear();
    }
  }

  #noteGap(): void {
    this.#counters.busGaps++;
    this.#tell(() => this.#settings.handlers.onGap());
    // The connection is back.
    if (this.#unsent.size > 0 && !this.#isRetrying && !this.#isClosed) void this.#retry();
  }

  #tell(tell: () => void): void {
    if (this.#isClosed) return;
    try {
      tell();
    } catch (error) {
      this.#settings.report(error, 'bus');
    }
  }
}
