/**
 * Finds entries in a store. One look-up reads the entry and its registers at once, and the registers of tags that
 * were not expected in a second round; all of it within one `storeTimeout`.
 */
import type { Clock } from '../core/clock.js';
import type { CacheStore } from './cache-store.js';
import type { Codec } from './codec.js';
import { decodeEnvelope, type Envelope } from './store-envelope.js';
import type { Outcome, StoreGate } from './store-gate.js';
import type { StoreKeys } from './store-keys.js';
import { REGISTER_MARGIN, type StoreRegisters } from './store-registers.js';
import type { StoreCounters } from './store-stats.js';
import type { ExpectedTags, Ticket } from './store-ticket.js';
import { fromWallTimes, type StoredResult } from './store-times.js';

/** What reading and writing entries takes. */
export interface EntryParts {
  /** Where the bytes are. */
  readonly store: CacheStore;
  /** The way to the store. */
  readonly gate: StoreGate;
  /** Names in the store. */
  readonly keys: StoreKeys;
  /** What invalidates entries. */
  readonly registers: StoreRegisters;
  /** The tags that results had. */
  readonly expectedTags: ExpectedTags;
  /** How values become bytes. */
  readonly codec: Codec;
  /** Longest useful life of an entry, in milliseconds. */
  readonly lifetime: number;
  /** Whether results may have tags. */
  readonly hasTags: boolean;
  /** Market time. */
  readonly clock: Clock;
  /** Real time. */
  readonly ioClock: Clock;
  /** What is counted. */
  readonly counters: StoreCounters;
  /** Gets failures of the codec. */
  readonly reportCodec: (error: unknown) => void;
}

/** What one look-up found. */
export interface Look {
  /** An entry of use, if only in place of an error. */
  readonly found: StoredResult | undefined;
  /** What a load that begins now is valid under; undefined when nobody can say. */
  readonly ticket: Ticket | undefined;
}

/** The bytes of a look-up. */
interface Reading {
  readonly bytes: unknown;
  readonly envelope: Envelope | undefined;
  readonly ticket: Ticket | undefined;
}

/** Longest load whose result is shared, in milliseconds: 10 min. Registers outlive entries by more. */
export const LONGEST_LOAD = REGISTER_MARGIN / 6;

const NOTHING: Look = { found: undefined, ticket: undefined };

/** Looks entries of one cache up; see the notes above. */
export class StoreReader {
  readonly #parts: EntryParts;

  constructor(parts: EntryParts) {
    this.#parts = parts;
  }

  /** Looks a call's entry up. Never rejects. */
  async look(text: string): Promise<Look> {
    const { counters, gate } = this.#parts;
    counters.storeReads++;
    const outcome = await gate.run(() => this.#read(text));
    if (outcome.end !== 'done') {
      counters[FAILURES[outcome.end]]++;
      return NOTHING;
    }
    const found = this.#judge(outcome.value);
    if (found === undefined) counters.storeMisses++;
    else counters.storeHits++;
    return { found, ticket: outcome.value.ticket };
  }

  async #read(text: string): Promise<Reading> {
    const { store, keys, registers, expectedTags } = this.#parts;
    // A call just after an invalidation waits for it: under older registers its result could not be shared.
    await registers.settled();
    const expected = expectedTags.of(text);
    const [bytes, ticket] = await Promise.all([store.get(keys.entry(text)), this.#takeTicket(text, expected)]);
    const envelope = bytes instanceof Uint8Array ? decodeEnvelope(bytes, keys.identity(text)) : undefined;
    if (envelope === undefined || ticket === undefined) return { bytes, envelope, ticket };
    expectedTags.note(text, envelope.tags);
    return { bytes, envelope, ticket: await this.#addTags(ticket, envelope.tags) };
  }

  async #takeTicket(text: string, tags: readonly string[]): Promise<Ticket | undefined> {
    const { hasTags, keys, registers, ioClock } = this.#parts;
    const names = [
      keys.epoch,
      keys.removal(text),
      ...tags.map((tag) => keys.tag(tag)),
      ...(hasTags ? [keys.bumps] : []),
    ];
    const taken = { takenAt: ioClock.now(), takenAtWallTime: ioClock.wallTime() };
    const stamps = await registers.read(names);
    // Those are no good that this process wants changed and could not change yet.
    if (stamps === undefined || registers.isUnsettled(names)) return undefined;
    const [epoch = '', removal = '', ...tagStamps] = stamps;
    const bumps = hasTags ? tagStamps.pop() : undefined;
    return { ...taken, epoch, removal, bumps, tags: new Map(tags.map((tag, index) => [tag, tagStamps[index] ?? ''])) };
  }

  async #addTags(ticket: Ticket, tags: readonly string[]): Promise<Ticket | undefined> {
    const { keys, registers } = this.#parts;
    const missing = tags.filter((tag) => !ticket.tags.has(tag));
    if (missing.length === 0) return ticket;
    const names = missing.map((tag) => keys.tag(tag));
    const stamps = await registers.read(names);
    if (stamps === undefined || registers.isUnsettled(names)) return undefined;
    return {
      ...ticket,
      tags: new Map([...ticket.tags, ...missing.map((tag, index) => [tag, stamps[index] ?? ''] as const)]),
    };
  }

  /** The result in an entry, if it may be used. */
  #judge({ bytes, envelope, ticket }: Reading): StoredResult | undefined {
    const { counters, clock } = this.#parts;
    if (bytes === undefined || bytes === null) return undefined;
    if (envelope === undefined) {
      counters.storeCorrupt++;
      return undefined;
    }
    if (ticket === undefined || !isValid(envelope, ticket)) {
      counters.storeStamped++;
      return undefined;
    }
    const times = fromWallTimes(envelope, clock);
    if (times === undefined || this.#isTooOld(envelope)) return undefined;
    return this.#decode(envelope, times);
  }

  /** Whether registers that shut the entry out may be gone by now. */
  #isTooOld({ loadStartedAt }: Envelope): boolean {
    const age = this.#parts.ioClock.wallTime() - loadStartedAt;
    return age > this.#parts.lifetime + LONGEST_LOAD || age < -LONGEST_LOAD;
  }

  #decode({ payload, tags, loadTime }: Envelope, times: Omit<StoredResult, 'value' | 'tags' | 'loadTime'>) {
    const { codec, counters, reportCodec } = this.#parts;
    try {
      return { value: codec.decode(payload), tags, loadTime, ...times };
    } catch (error) {
      counters.codecErrors++;
      reportCodec(error);
      return undefined;
    }
  }
}

const FAILURES = {
  failed: 'storeErrors',
  late: 'storeTimeouts',
  skipped: 'storeSkipped',
} as const satisfies Record<Exclude<Outcome<unknown>['end'], 'done'>, keyof StoreCounters>;

/** Whether the registers hold what they held before the entry's load. */
function isValid({ tags, stamps }: Envelope, ticket: Ticket): boolean {
  const current = [ticket.epoch, ticket.removal, ...tags.map((tag) => ticket.tags.get(tag))];
  return current.every((stamp, index) => stamp === stamps[index]);
}
