/**
 * The second level of one cache: results in a store that other processes share.
 *
 * A call that finds nothing in the first level begins here: it gets the entry of another process, or the turn to load.
 * Nothing here rejects and nothing takes longer than `storeTimeout` (a wait for another's load excepted): a store
 * that fails or hangs costs that much, then it is left alone for a while. What keeps old values out is in
 * StoreRegisters.
 *
 * Cost: a look-up reads the entry and two registers at once, a third where results have tags, and in a second round
 * those of tags that the key's result did not have before. A stored result costs two rounds of reads and a write.
 */
import type { Clock } from '../core/clock.js';
import type { CacheStore } from './cache-store.js';
import type { CallKey } from './call-key.js';
import { type Codec, v8Codec } from './codec.js';
import { textOfKey } from './key-text.js';
import { StoreGate } from './store-gate.js';
import { StoreKeys } from './store-keys.js';
import type { LeaseOptions } from './lease-options.js';
import { type Lease, StoreLeases } from './store-lease.js';
import { type EntryParts, type Look, StoreReader } from './store-reader.js';
import { StoreRegisters } from './store-registers.js';
import { newStoreCounters, type StoreStats } from './store-stats.js';
import { ExpectedTags, type Ticket } from './store-ticket.js';
import { StoreWriter } from './store-writer.js';
import type { StoredResult } from './store-times.js';

export type { StoredResult, StoreStats };

/** What a second level is made of. */
export interface SecondLevelSettings {
  /** Name of the cache: processes with one name, version and store share results. */
  readonly name: string;
  /** Version of the function; empty when there is none. */
  readonly version: string;
  /** Where results are kept. */
  readonly store: CacheStore;
  /**
   * How values become bytes.
   * @default v8Codec
   */
  readonly codec?: Codec | undefined;
  /** Milliseconds of `ioClock` that an operation may take. */
  readonly storeTimeout: number;
  /** Longest time that a result may be of use, in milliseconds; Infinity when nobody can say. */
  readonly lifetime: number;
  /**
   * Whether results may have tags; without, one read per call is saved, and results that have some are not shared.
   * @default true
   */
  readonly hasTags?: boolean | undefined;
  /** How processes take turns; without it each loads for itself. */
  readonly lease?: LeaseOptions | undefined;
  /** The clock of expiry. */
  readonly clock: Clock;
  /** The clock of time limits. */
  readonly ioClock: Clock;
  /** Gets every failure. */
  readonly report: (error: unknown, during: 'store' | 'codec') => void;
  /**
   * Called when invalidations have landed in the store that it did not take at once: what other processes took from it
   * meanwhile, into their first levels, may be old.
   */
  readonly onLateInvalidation?: (() => void) | undefined;
}

/** What a call gets: a result, or the turn to load one. */
export type StoreAnswer =
  | { readonly found: StoredResult; readonly turn: undefined }
  | { readonly found: undefined; readonly turn: LoadTurn };

/** The turn to load. Ends with one call of `store` or `end`; all later ones do nothing. */
export interface LoadTurn {
  /** A result that is not wanted but may stand in for the load's error, if there is one. */
  readonly outdated: StoredResult | undefined;
  /** Shares the load's result, in the background. The value is encoded before this returns. */
  store(result: StoredResult): void;
  /** The load has no result to share. */
  end(): void;
}

/** Shares the results of one cache through a store; see the notes above. */
export class SecondLevel {
  readonly #settings: SecondLevelSettings;
  readonly #counters = newStoreCounters();
  readonly #keys: StoreKeys;
  readonly #gate: StoreGate;
  readonly #registers: StoreRegisters;
  readonly #reader: StoreReader;
  readonly #writer: StoreWriter;
  readonly #leases: StoreLeases | undefined;
  readonly #background = new Set<Promise<unknown>>();

  constructor(settings: SecondLevelSettings) {
    const { name, version, storeTimeout, ioClock, lease } = settings;
    const report = (error: unknown): void => settings.report(error, 'store');
    const keys = new StoreKeys(name, version);
    const gate = new StoreGate({ name, timeout: storeTimeout, ioClock, report });
    const common = { ...settings, keys, gate, counters: this.#counters };
    const registers = new StoreRegisters({ ...common, report, onLate: () => settings.onLateInvalidation?.() });
    const parts: EntryParts = {
      ...common,
      registers,
      hasTags: settings.hasTags ?? true,
      expectedTags: new ExpectedTags(keys),
      codec: settings.codec ?? v8Codec,
      reportCodec: (error) => settings.report(error, 'codec'),
    };
    this.#settings = settings;
    this.#keys = keys;
    this.#gate = gate;
    this.#registers = registers;
    this.#reader = new StoreReader(parts);
    this.#writer = new StoreWriter(parts);
    this.#leases = lease && new StoreLeases(common, lease);
  }

  /** The result that a call would get from the store now. Never rejects. */
  async read(key: CallKey): Promise<StoredResult | undefined> {
    const { found } = await this.#reader.look(textOfKey(key));
    return found !== undefined && this.#isServed(found) ? found : undefined;
  }

  /**
   * Finds the result for a call, or gives the turn to load it; with a lease, after a wait for another process that
   * has it. The load must begin after this has resolved. Never rejects.
   *
   * @param isWanted Whether a result will do; by default one that is fresh, or served while it is refreshed.
   * @param signal Ends the wait for another process.
   */
  async begin(
    key: CallKey,
    isWanted: (found: StoredResult) => boolean = (it) => this.#isServed(it),
    signal?: AbortSignal,
  ): Promise<StoreAnswer> {
    const text = textOfKey(key);
    const look = await this.#reader.look(text);
    if (look.found !== undefined && isWanted(look.found)) return { found: look.found, turn: undefined };
    if (this.#leases === undefined || look.ticket === undefined) return this.#giveTurn(text, look, undefined);
    return await this.#takeTurns(this.#leases, text, look, isWanted, signal);
  }

  /**
   * What the registers of a key hold, for a value that will be there later; see `replace`. Undefined when nobody can say.
   * Never rejects.
   */
  async stampsOf(key: CallKey): Promise<readonly string[] | undefined> {
    await this.#registers.settled();
    return await this.#readStamps(textOfKey(key));
  }

  /**
   * Puts a value in the place of whatever processes have or are loading. Never rejects. With `since`, stamps from when the
   * value was begun, it is not stored if anything was invalidated meanwhile that may concern it.
   * @returns whether what was there before is out of use everywhere; if not, it is tried again until it is.
   */
  async replace(key: CallKey, result: StoredResult, since?: Promise<readonly string[] | undefined>): Promise<boolean> {
    const text = textOfKey(key);
    // Before the register of the key is changed here.
    const isAsBefore = since === undefined || this.#isSame(since, this.#readStamps(text));
    const loadStartedAt = this.#settings.ioClock.wallTime();
    const { epoch, removal, tags } = this.#namesOf(text, result.tags);
    const changing = this.#registers.change(removal);
    // An invalidation that comes after the value was given is after it in the store too.
    const watch = this.#registers.watch([epoch, removal, ...tags]);
    await this.#writer.writeOn(text, result, async () => {
      const stamp = await changing;
      const [cleared, ...tagStamps] = (await this.#registers.read([epoch, ...tags])) ?? [];
      const isSound = stamp !== undefined && cleared !== undefined && !watch.isChanged && (await isAsBefore);
      return isSound ? { stamps: [cleared, stamp, ...tagStamps], loadStartedAt } : undefined;
    });
    this.#registers.unwatch(watch);
    return (await changing) !== undefined;
  }

  /** Keeps what is stored or being loaded for a key from being served, in any process. Never rejects; see `replace`. */
  async remove(key: CallKey): Promise<boolean> {
    const text = textOfKey(key);
    const isDone = (await this.#registers.change(this.#keys.removal(text))) !== undefined;
    // It is shut out already; this only makes room.
    if (isDone) this.#follow(this.#gate.run(() => this.#settings.store.delete(this.#keys.entry(text))));
    return isDone;
  }

  /** Keeps results with a tag, stored or being loaded, from being served, in any process. Never rejects; see `replace`. */
  async bumpTag(tag: string): Promise<boolean> {
    return (await this.#registers.change(this.#keys.tag(tag))) !== undefined;
  }

  /** Keeps all results, stored or being loaded, from being served, in any process. Never rejects; see `replace`. */
  async clear(): Promise<boolean> {
    return (await this.#registers.change(this.#keys.epoch)) !== undefined;
  }

  /** A snapshot of the counters. */
  stats(): StoreStats {
    return {
      ...this.#counters,
      storePending: this.#writer.pending,
      storeUnsettled: this.#registers.unsettled,
      breakerOpened: this.#gate.opened,
    };
  }

  /** Resolves when all that was given to the store has arrived, or was given up. */
  async idle(): Promise<void> {
    await this.#writer.idle();
    await this.#registers.settled();
    await Promise.all(this.#background);
  }

  /** Ends all waiting, after one last try of invalidations that the store did not take. Does not close the store. */
  async close(): Promise<void> {
    await this.idle();
    await this.#registers.close();
  }

  #isServed({ freshUntil, staleUntil }: StoredResult): boolean {
    return this.#settings.clock.now() < Math.max(freshUntil, staleUntil);
  }

  async #takeTurns(
    leases: StoreLeases,
    text: string,
    first: Look,
    isWanted: (found: StoredResult) => boolean,
    signal: AbortSignal | undefined,
  ): Promise<StoreAnswer> {
    let look = first;
    let isWaiting = false;
    const pauses = leases.pauses();
    const isLeft = (): boolean => signal?.aborted === true;
    while (look.ticket !== undefined && !isLeft()) {
      const lease = await leases.take(text, look.ticket);
      if (lease === undefined) break;
      if (lease === 'taken') {
        if (!isWaiting) this.#counters.leaseWaits++;
        isWaiting = true;
        if ((await pauses.next()).done === true || isLeft()) break;
      }
      // With the lease too: the holder before may have stored just now.
      look = await this.#reader.look(text);
      const { found } = look;
      if (found !== undefined && isWanted(found)) {
        if (isWaiting) this.#counters.leaseShared++;
        if (lease !== 'taken') this.#follow(lease.giveBack());
        return { found, turn: undefined };
      }
      if (lease === 'taken') continue;
      if (isWaiting) this.#counters.leaseTakeovers++;
      return this.#giveTurn(text, look, lease);
    }
    if (isWaiting) this.#counters.leaseGivenUp++;
    return this.#giveTurn(text, look, undefined);
  }

  #giveTurn(text: string, { found, ticket }: Look, lease: Lease | undefined): StoreAnswer {
    return { found: undefined, turn: this.#turnOf(text, found, ticket, lease) };
  }

  #turnOf(
    text: string,
    outdated: StoredResult | undefined,
    ticket: Ticket | undefined,
    lease: Lease | undefined,
  ): LoadTurn {
    let isOver = false;
    const end = (written?: Promise<unknown>): void => {
      isOver = true;
      this.#follow(this.#endTurn(written, lease));
    };
    return {
      outdated,
      store: (result) => {
        if (!isOver) end(this.#writer.write(text, result, ticket));
      },
      end: () => {
        if (!isOver) end();
      },
    };
  }

  async #endTurn(written: Promise<unknown> | undefined, lease: Lease | undefined): Promise<void> {
    await written;
    await lease?.giveBack();
  }

  #follow(work: Promise<unknown>): void {
    const followed = work.catch((error: unknown) => this.#settings.report(error, 'store'));
    this.#background.add(followed);
    void followed.then(() => this.#background.delete(followed));
  }

  async #readStamps(text: string): Promise<readonly string[] | undefined> {
    const { epoch, bumps } = this.#keys;
    const outcome = await this.#gate.run(() => this.#registers.read([epoch, this.#keys.removal(text), bumps]));
    return outcome.value;
  }

  async #isSame(
    before: Promise<readonly string[] | undefined>,
    after: Promise<readonly string[] | undefined>,
  ): Promise<boolean> {
    const [old, now] = await Promise.all([before, after]);
    return old !== undefined && now !== undefined && now.every((stamp, index) => stamp === old[index]);
  }

  #namesOf(text: string, tags: readonly string[]): { epoch: string; removal: string; tags: string[] } {
    const { epoch } = this.#keys;
    return { epoch, removal: this.#keys.removal(text), tags: tags.map((tag) => this.#keys.tag(tag)) };
  }
}
