/**
 * Invalidation by registers in the store.
 *
 * A register is a small key that holds a nonce nobody used before, or nothing. There is one that `clear` changes,
 * one per removed key, one per tag, and one that every tag bump changes. An entry records what its registers held
 * before its load began, and is valid while they hold just that. So a load that began before an invalidation is
 * never served after it, in whatever process it ran, however late its write lands, and whatever the clocks say.
 *
 * Rejected: comparing times of loads and invalidations. Clocks of machines differ, so that needs a margin, in which
 * either old values are served or nothing is shared; and an old register write that lands late undoes a newer one.
 *
 * An invalidation that the store did not take is kept here, and tried again until it does. Meanwhile nothing that it
 * concerns is believed.
 *
 * What the store must do for this: not lose a register before the entries it shuts out. One that gives up keys at
 * random (`maxmemory-policy allkeys-random`), or comes back after a crash as it was minutes ago, can bring an
 * invalidated entry back, until its ttl. And the caches of one name and version must have one lifetime: a register lives
 * for that of the cache that changed it, and REGISTER_MARGIN.
 */
import type { Clock, Timer } from '../core/clock.js';
import { CircuitOpenError, CorruptDataError } from '../core/errors.js';
import type { CacheStore } from './cache-store.js';
import type { StoreGate } from './store-gate.js';
import type { StoreKeys } from './store-keys.js';
import { decodeStamp, encodeStamp, newStamp } from './store-stamp.js';
import type { StoreCounters } from './store-stats.js';

/** How long a register outlives the longest entry, in milliseconds: 1 h. */
export const REGISTER_MARGIN = 3_600_000;
/** Unsettled invalidations kept; beyond, they become one of everything. */
const MAX_UNSETTLED = 10_000;
/** Shortest time before an unsettled invalidation is tried again, in milliseconds. */
const MIN_RETRY_DELAY = 100;

/** What the registers of a cache need. */
export interface RegisterSettings {
  /** Where they are. */
  readonly store: CacheStore;
  /** The way to the store. */
  readonly gate: StoreGate;
  /** Their names. */
  readonly keys: StoreKeys;
  /** Longest useful life of an entry, in milliseconds. */
  readonly lifetime: number;
  /** The clock of retries. */
  readonly ioClock: Clock;
  /** Counts the invalidations. */
  readonly counters: StoreCounters;
  /** Gets what the gate does not report. */
  readonly report: (error: unknown) => void;
  /** Called when invalidations have landed that the store did not take at once. */
  readonly onLate: () => void;
}

/** Whether registers were asked to change since it began. */
export interface RegisterWatch {
  /** Those it is about. */
  readonly registers: ReadonlySet<string>;
  /** Whether one was. */
  isChanged: boolean;
}

/** Reads and changes the registers of one cache; see the notes above. */
export class StoreRegisters {
  readonly #settings: RegisterSettings;
  /** The newest attempt per register whose change is not in the store yet. */
  readonly #unsettled = new Map<string, symbol>();
  readonly #attempts = new Set<Promise<unknown>>();
  #timer: Timer | undefined;
  readonly #watches = new Set<RegisterWatch>();
  #isClosed = false;

  constructor(settings: RegisterSettings) {
    this.#settings = settings;
  }

  /** Registers whose change is still to come. */
  get unsettled(): number {
    return this.#unsettled.size;
  }

  /** Whether a change of one of these registers is still to come. */
  isUnsettled(registers: Iterable<string>): boolean {
    if (this.#unsettled.size === 0) return false;
    for (const register of registers) if (this.#unsettled.has(register)) return true;
    return false;
  }

  /** Resolves once the changes under way now have landed or failed. */
  async settled(): Promise<void> {
    if (this.#attempts.size > 0) await Promise.all(this.#attempts);
  }

  /**
   * What registers hold, in their order; undefined when one is damaged. That one is changed then, so that what it shut
   * out stays out. Rejects as the store does: for use within the gate.
   */
  async read(registers: readonly string[]): Promise<string[] | undefined> {
    const stamps = await Promise.all(registers.map((register) => this.#readOne(register)));
    const sound = stamps.filter((stamp) => stamp !== undefined);
    return sound.length === stamps.length ? sound : undefined;
  }

  /** Notes from now on whether this process asks to change one of these registers, until `unwatch`. */
  watch(registers: readonly string[]): RegisterWatch {
    const watch: RegisterWatch = { registers: new Set(registers), isChanged: false };
    this.#watches.add(watch);
    return watch;
  }

  /** Ends a watch. From now on nobody can say, so it counts as changed. */
  unwatch(watch: RegisterWatch): void {
    this.#watches.delete(watch);
    watch.isChanged = true;
  }

  /** Changes a register. @returns the stamp it holds now; undefined when the store did not take it, which is reported. */
  async change(register: string): Promise<string | undefined> {
    const { counters } = this.#settings;
    counters.storeInvalidations++;
    for (const watch of this.#watches) watch.isChanged ||= watch.registers.has(register);
    const stamp = await this.#attempt(register);
    if (stamp === undefined) {
      counters.storePostponed++;
      this.#planRetry();
    } else {
      counters.storeInvalidated++;
    }
    return stamp;
  }

  /** Ends all retries, after one last. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.settled();
    await this.#retry();
  }

  async #readOne(register: string): Promise<string | undefined> {
    const stamp = decodeStamp(await this.#settings.store.get(register));
    if (stamp !== undefined) return stamp;
    this.#settings.report(new CorruptDataError(`${register} in the store is damaged; it is written anew`));
    this.#note(register, Symbol(register));
    this.#planRetry();
    return undefined;
  }

  #attempt(register: string): Promise<string | undefined> {
    const attempt = Symbol(register);
    this.#note(register, attempt);
    const landed = this.#write(register).then((stamp) => {
      this.#attempts.delete(landed);
      if (stamp !== undefined && this.#unsettled.get(register) === attempt) this.#unsettled.delete(register);
      return stamp;
    });
    this.#attempts.add(landed);
    return landed;
  }

  #note(register: string, attempt: symbol): void {
    if (this.#unsettled.size >= MAX_UNSETTLED && !this.#unsettled.has(register)) {
      // Those under way may still land; this one shuts out whatever they would.
      this.#unsettled.clear();
      this.#unsettled.set(this.#settings.keys.epoch, Symbol('everything'));
      this.#planRetry();
    }
    this.#unsettled.set(register, attempt);
  }

  /** Writes a new stamp. That of all bumps comes before that of a tag: see StoreWriter. */
  async #write(register: string): Promise<string | undefined> {
    const { gate, keys, store, lifetime, report } = this.#settings;
    const stamp = newStamp();
    const outcome = await gate.run(async () => {
      const ttl = lifetime + REGISTER_MARGIN;
      if (keys.isTag(register)) await store.set(keys.bumps, encodeStamp(newStamp()), ttl);
      await store.set(register, encodeStamp(stamp), ttl);
      return stamp;
    });
    if (outcome.end === 'skipped')
      report(new CircuitOpenError(`the store failed; ${register} is written once it is back`));
    return outcome.value;
  }

  #planRetry(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const { ioClock, gate } = this.#settings;
    this.#timer = ioClock.setTimeout(() => void this.#retryAndPlan(), Math.max(MIN_RETRY_DELAY, gate.wait));
    this.#timer.unref();
  }

  async #retryAndPlan(): Promise<void> {
    await this.#retry();
    this.#timer = undefined;
    if (this.#unsettled.size > 0) this.#planRetry();
  }

  /** Tries what is unsettled again, one after another until one fails. */
  async #retry(): Promise<void> {
    let landed = 0;
    for (const register of this.#unsettled.keys()) {
      if ((await this.#attempt(register)) === undefined) break;
      landed++;
    }
    if (landed > 0) this.#settings.onLate();
  }
}
