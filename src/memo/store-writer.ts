/**
 * Puts results into a store, in the background.
 *
 * Of a result's tags some were not known before its load. For these: their registers are read now, and then the one
 * that every bump changes. Since a bump changes that one first and the tag's own afterwards, finding it as it was before
 * the load means that no bump of these tags landed between. If it changed, the result is not stored.
 */
import pLimit from 'p-limit';
import { ArgumentError } from '../core/errors.js';
import { show } from '../core/show.js';
import { type Envelope, encodeEnvelope, MAX_ENVELOPE_BYTES } from './store-envelope.js';
import { type EntryParts, LONGEST_LOAD } from './store-reader.js';
import type { Ticket } from './store-ticket.js';
import { type StoredResult, toWallTimes } from './store-times.js';

/** Writes under way at once. */
const CONCURRENCY = 32;
/** Writes that may wait or be under way; results beyond are not stored. */
const MAX_PENDING = 1_000;
/** Bytes of values that may wait or be under way: 64 MiB. */
const MAX_PENDING_BYTES = 2 ** 26;
/** Room for what an entry holds beside key and value, in bytes. */
const HEAD_ROOM = 2 ** 16;

/** A result on its way, with its value encoded. */
interface Draft {
  /** The text of its key. */
  readonly text: string;
  /** All but stamps and the start of the load. */
  readonly envelope: Omit<Envelope, 'stamps' | 'loadStartedAt'>;
  /** For how long the store keeps it, in milliseconds. */
  readonly ttl: number;
}

/** The registers of an entry, and since when it is valid under them. */
export interface Grounds {
  /** Those of `clear`, of the key's removal, and of its tags in their order. */
  readonly stamps: readonly string[];
  /** When its load began, in epoch milliseconds of `ioClock`. */
  readonly loadStartedAt: number;
}

/** Stores results of one cache; see the notes above. */
export class StoreWriter {
  readonly #parts: EntryParts;
  readonly #limit = pLimit(CONCURRENCY);
  readonly #pending = new Set<Promise<WriteEnd>>();
  #pendingBytes = 0;

  constructor(parts: EntryParts) {
    this.#parts = parts;
  }

  /** Results on their way. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Stores the result of a load that began under a ticket. The value is encoded before this returns; the promise
   * resolves when the store has the entry or it is certain that it will not be tried again. Never rejects.
   */
  async write(text: string, result: StoredResult, ticket: Ticket | undefined): Promise<boolean> {
    const { counters, ioClock } = this.#parts;
    if (ticket === undefined || ioClock.now() - ticket.takenAt > LONGEST_LOAD) {
      // Not through the gate: work that leaves the store alone would count as its success.
      counters.storeWrites++;
      counters.storeOutdated++;
      return false;
    }
    return await this.writeOn(text, result, () => this.#groundsOf(text, result.tags, ticket));
  }

  /** The same on other grounds than a ticket. `findGrounds` runs within the gate; undefined stores nothing. */
  async writeOn(text: string, result: StoredResult, findGrounds: () => Promise<Grounds | undefined>): Promise<boolean> {
    const { counters } = this.#parts;
    counters.storeWrites++;
    const draft = this.#draft(text, result);
    if (draft === undefined) return false;
    const size = draft.envelope.payload.length;
    this.#pendingBytes += size;
    const writing = this.#limit(() => this.#put(draft, findGrounds));
    this.#pending.add(writing);
    const end = await writing;
    this.#pending.delete(writing);
    this.#pendingBytes -= size;
    counters[end]++;
    return end === 'storeWritten';
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #draft(text: string, result: StoredResult): Draft | undefined {
    const { clock, counters, expectedTags, lifetime } = this.#parts;
    const { freshUntil, staleUntil, fallbackUntil, tags, loadTime } = result;
    const ttl = Math.min(Math.max(freshUntil, staleUntil, fallbackUntil) - clock.now(), lifetime + LONGEST_LOAD);
    expectedTags.note(text, tags);
    if (!(ttl > 0)) {
      counters.storeOutdated++;
      return undefined;
    }
    if (this.#pending.size >= MAX_PENDING || this.#pendingBytes >= MAX_PENDING_BYTES) {
      counters.storeDropped++;
      return undefined;
    }
    const payload = this.#encode(text, result.value);
    return payload && { text, ttl, envelope: { ...toWallTimes(result, clock), tags, loadTime, payload } };
  }

  #encode(text: string, value: unknown): Uint8Array | undefined {
    const { codec, counters, reportCodec } = this.#parts;
    try {
      const payload: unknown = codec.encode(value);
      if (!(payload instanceof Uint8Array)) {
        throw new ArgumentError(`codec.encode must return a Uint8Array, got ${show(payload)}`);
      }
      // A key of n characters takes up to 3 n bytes.
      const size = payload.length + 3 * text.length + HEAD_ROOM;
      if (size <= MAX_ENVELOPE_BYTES) return payload;
      throw new ArgumentError(
        `a result for the store must be at most ${MAX_ENVELOPE_BYTES} bytes with its key, got ${size}`,
      );
    } catch (error) {
      counters.codecErrors++;
      counters.storeRefused++;
      reportCodec(error);
      return undefined;
    }
  }

  async #put(draft: Draft, findGrounds: () => Promise<Grounds | undefined>): Promise<WriteEnd> {
    const { gate, keys, store } = this.#parts;
    const outcome = await gate.run(async () => {
      const grounds = await findGrounds();
      if (grounds === undefined) return false;
      const bytes = encodeEnvelope({ ...draft.envelope, ...grounds }, keys.identity(draft.text));
      await store.set(keys.entry(draft.text), bytes, draft.ttl);
      return true;
    });
    if (outcome.end !== 'done') return 'storeFailedWrites';
    return outcome.value ? 'storeWritten' : 'storeOutdated';
  }

  async #groundsOf(text: string, tags: readonly string[], ticket: Ticket): Promise<Grounds | undefined> {
    const { keys, registers } = this.#parts;
    const surprises = tags.filter((tag) => !ticket.tags.has(tag));
    const found = await registers.read(surprises.map((tag) => keys.tag(tag)));
    const [epoch, removal, bumps] = (await registers.read([keys.epoch, keys.removal(text), keys.bumps])) ?? [];
    if (found === undefined || epoch !== ticket.epoch || removal !== ticket.removal) return undefined;
    if (surprises.length > 0 && (bumps === undefined || bumps !== ticket.bumps)) return undefined;
    const stampByTag = new Map([...ticket.tags, ...surprises.map((tag, index) => [tag, found[index] ?? ''] as const)]);
    return {
      stamps: [epoch, removal, ...tags.map((tag) => stampByTag.get(tag) ?? '')],
      loadStartedAt: ticket.takenAtWallTime,
    };
  }
}

/** What became of a result. */
type WriteEnd = 'storeWritten' | 'storeOutdated' | 'storeFailedWrites';
