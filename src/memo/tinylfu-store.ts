/**
 * W-TinyLFU: keeps what is asked for often, and tunes itself to what is asked for again soon.
 *
 * A new entry waits in a window, a small LRU queue. What falls out of it is a candidate for the main part, and there
 * it meets the entry that would have to go: the one that was used more often lately stays. So a walk through
 * more keys than there is room for, which leaves an LRU cache without a single hit, cannot drive out what was
 * there. The main part is two LRU queues, probation and protected: a hit moves an entry from the first to the
 * second, which has four fifths of the room and hands its oldest back. Frequencies are counted in FrequencySketch,
 * and WindowClimber moves the border between window and main part towards more hits.
 *
 * Hits are noted per slot and replayed in batches, at the latest before the next write, in the order in which the slots
 * were first hit. A slot that is hit again before its replay costs an increment.
 *
 * With a limit in bytes each part has its share of both limits; who is admitted is decided by frequency alone.
 *
 * Source: Einziger, Friedman, Manes, "TinyLFU" (ACM Transactions on Storage 13, 2017), and BoundedLocalCache.java
 * of Caffeine, including its random admission of one warm candidate in 128 against chosen collisions.
 * Rejected: three lru-cache instances. A hit has to look in up to three maps, and a promotion deletes and adds: with 1 000
 * keys asked for as often it took 1.5 times as long, even without counting (Node 20).
 *
 * Cost: an increment for a slot that was hit since the last replay. In a full store of 1 000 keys asked for as often, where
 * nearly every hit is replayed, a hit takes 2.5 times as long as in lru-cache (Node 20).
 */
import type { CallKey } from './call-key.js';
import type { Entry } from './entry.js';
import type { EntryStore, StoreLimits } from './entry-store.js';
import { hashOf, mix } from './frequency-hash.js';
import { FrequencySketch, MAX_FREQUENCY } from './frequency-sketch.js';
import { WindowClimber } from './tinylfu-climber.js';
import { LruGuard } from './tinylfu-guard.js';
import { FIRST_SLOT, PROBATION, PROTECTED, SlotQueues, WINDOW } from './tinylfu-queues.js';

/** Slots of a new store. */
const INITIAL_CAPACITY = 16 + FIRST_SLOT;
/** Slots whose hits are replayed together. */
const BATCH = 64;
/** Part of the main queues' room that is protected. */
const PROTECTED_SHARE = 0.8;
/** From this frequency on, a candidate that is not admitted has one chance in 128. */
const WARM = 6;
/** Most entries moved between queues in one write, so that a large window shrinks in many short steps. */
const MOST_MOVES = 1_000;

/** One seed per process, so that nobody outside knows which keys collide. */
const PROCESS_SEED = Math.floor(Math.random() * 2 ** 32);

/** Entries by key with admission by frequency; see the notes above. */
export class TinyLfuStore implements EntryStore {
  readonly #limits: StoreLimits;
  readonly #isSized: boolean;
  readonly #seed: number;
  readonly #sketch = new FrequencySketch();
  readonly #reads = new Uint32Array(BATCH);
  #readCount = 0;
  #random: number;
  #climber = new WindowClimber();
  #guard: LruGuard | undefined;
  #slots = new Map<CallKey, number>();
  #keys: CallKey[] = [];
  #entries: (Entry | undefined)[] = [];
  #hashes = new Uint32Array(INITIAL_CAPACITY);
  #hits = new Uint8Array(INITIAL_CAPACITY);
  #queues: SlotQueues;
  /** Slots that were given back, as a stack. */
  #free: number[] = [];
  #windowEntries = 1;
  #windowBytes = Infinity;

  /** Makes an empty store. Equal seeds make equal decisions. */
  constructor(limits: StoreLimits, seed = PROCESS_SEED) {
    this.#limits = limits;
    this.#isSized = limits.maxBytes !== Infinity;
    this.#seed = seed;
    this.#random = seed;
    this.#queues = new SlotQueues(INITIAL_CAPACITY, this.#isSized);
    this.#resizeWindow();
  }

  /** Entries held now. */
  get size(): number {
    return this.#slots.size;
  }

  /** Bytes of the entries held now, at least 1 each; 0 when there is no limit. */
  get bytes(): number {
    const { bytes } = this.#queues;
    return bytes[WINDOW] + bytes[PROBATION] + bytes[PROTECTED];
  }

  /** Finds an entry and notes that it was used. Hot path. */
  get(key: CallKey): Entry | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    const hits = this.#hits[slot] ?? 0;
    if (hits === 0) this.#read(slot);
    else if (hits < MAX_FREQUENCY) this.#hits[slot] = hits + 1;
    return this.#entries[slot];
  }

  /** Finds an entry and notes nothing. */
  peek(key: CallKey): Entry | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#entries[slot];
  }

  /** Adds or replaces an entry, then gives up what is too much: this one, when others are used more often. */
  set(key: CallKey, entry: Entry, size: number): void {
    this.#replay();
    const bytes = this.#isSized ? Math.max(size, 1) : 0;
    const slot = this.#slots.get(key);
    if (slot === undefined) this.#add(key, entry, bytes);
    else this.#replace(slot, entry, bytes);
    this.#makeRoom();
  }

  /** Removes an entry, if there is one. What is known about the key's frequency stays. */
  delete(key: CallKey): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#replay();
    this.#guard?.delete(this.#hashes[slot] ?? 0);
    this.#release(slot);
  }

  /** Removes all entries and all frequencies, and gives their room back. */
  clear(): void {
    this.#slots = new Map();
    this.#keys = [];
    this.#entries = [];
    this.#free = [];
    this.#hashes = new Uint32Array(INITIAL_CAPACITY);
    this.#hits = new Uint8Array(INITIAL_CAPACITY);
    this.#queues = new SlotQueues(INITIAL_CAPACITY, this.#isSized);
    this.#readCount = 0;
    this.#sketch.clear();
    this.#guard = undefined;
    this.#climber = new WindowClimber();
    this.#resizeWindow();
  }

  /** The keys: those of the window, of the protected and of the probation queue, each the one used last first. */
  *keys(): Generator<CallKey> {
    this.#replay();
    for (const queue of [WINDOW, PROTECTED, PROBATION] as const) {
      for (const slot of this.#queues.newestFirst(queue)) yield this.#keys[slot] ?? '';
    }
  }

  #read(slot: number): void {
    this.#hits[slot] = 1;
    this.#reads[this.#readCount++] = slot;
    if (this.#readCount === BATCH) this.#replay();
  }

  /** Does what the hits since the last time have to do. */
  #replay(): void {
    for (let index = 0; index < this.#readCount; index++) {
      const slot = this.#reads[index] ?? 0;
      const hits = this.#hits[slot] ?? 0;
      this.#hits[slot] = 0;
      this.#observe(this.#hashes[slot] ?? 0, hits, this.#queues.sizeOf(slot));
      this.#use(slot);
    }
    this.#readCount = 0;
  }

  /** Counts so many hits of a key in a row, or with 0 a miss. */
  #observe(hash: number, hits: number, bytes: number): void {
    if (this.#guard === undefined) return;
    this.#sketch.add(hash, hits || 1);
    if (this.#guard.sees(hash)) this.#climber.compare(hits > 0, this.#guard.use(hash, bytes));
    if (hits > 0) this.#climber.hit(hits);
    else if (this.#climber.miss(this.#sketch.sampleSize)) this.#resizeWindow();
  }

  #use(slot: number): void {
    const queue = this.#queues.queueOf(slot);
    this.#queues.move(slot, queue === WINDOW ? WINDOW : PROTECTED);
    if (queue === PROBATION) this.#demote();
  }

  /** Hands the oldest protected entries back to probation while there are too many. */
  #demote(): void {
    const { counts, bytes } = this.#queues;
    const { maxEntries, maxBytes } = this.#limits;
    const most = Math.floor((maxEntries - this.#windowEntries) * PROTECTED_SHARE);
    const mostBytes = this.#isSized ? (maxBytes - this.#windowBytes) * PROTECTED_SHARE : Infinity;
    for (let moves = 0; moves < MOST_MOVES && (counts[PROTECTED] > most || bytes[PROTECTED] > mostBytes); moves++) {
      this.#queues.move(this.#queues.oldest(PROTECTED), PROBATION);
    }
  }

  #add(key: CallKey, entry: Entry, bytes: number): void {
    const hash = hashOf(key, this.#seed);
    this.#observe(hash, 0, bytes);
    const slot = this.#free.pop() ?? this.#slots.size + FIRST_SLOT;
    if (slot >= this.#hashes.length) this.#grow();
    this.#slots.set(key, slot);
    this.#keys[slot] = key;
    this.#entries[slot] = entry;
    this.#hashes[slot] = hash;
    this.#addToWindow(slot, bytes);
  }

  #replace(slot: number, entry: Entry, bytes: number): void {
    this.#entries[slot] = entry;
    const queue = this.#queues.queueOf(slot);
    this.#queues.remove(slot);
    if (queue === WINDOW) return this.#addToWindow(slot, bytes);
    this.#queues.add(slot, queue, bytes);
    this.#use(slot);
  }

  /** One that is larger than the window is a candidate at once, and drives nothing out of the window. */
  #addToWindow(slot: number, bytes: number): void {
    if (bytes > this.#windowBytes) this.#queues.addOldest(slot, WINDOW, bytes);
    else this.#queues.add(slot, WINDOW, bytes);
  }

  /** Gives up entries until there is room. */
  #makeRoom(): void {
    this.#countFrequencies();
    this.#demote();
    let candidate = this.#shrinkWindow();
    while (this.#isFull()) {
      const victim = this.#victim();
      if (candidate < FIRST_SLOT || candidate === victim) {
        candidate = 0;
        this.#evict(victim);
        continue;
      }
      const next = this.#queues.newerThan(candidate);
      this.#evict(this.#isAdmitted(candidate, victim) ? victim : candidate);
      candidate = next;
    }
  }

  /** Counting begins when the store is half full: before, everything fits. */
  #countFrequencies(): void {
    const { maxEntries, maxBytes } = this.#limits;
    if (this.size * 2 >= maxEntries) this.#sketch.ensureCapacity(maxEntries);
    else if (this.bytes * 2 >= maxBytes) this.#sketch.ensureCapacity(this.size);
    else return;
    this.#guard ??= new LruGuard(maxEntries, maxBytes);
  }

  /** Moves what does not fit into the window to probation. Returns the first of these. */
  #shrinkWindow(): number {
    const { counts, bytes } = this.#queues;
    let first = 0;
    for (let moves = 0; moves < MOST_MOVES; moves++) {
      if (counts[WINDOW] <= this.#windowEntries && bytes[WINDOW] <= this.#windowBytes) break;
      const slot = this.#queues.oldest(WINDOW);
      this.#queues.move(slot, PROBATION);
      if (first === 0) first = slot;
    }
    return first;
  }

  #isFull(): boolean {
    return this.size > this.#limits.maxEntries || this.bytes > this.#limits.maxBytes;
  }

  /** The entry that goes unless a candidate does: one that is past all use, or the oldest of probation. */
  #victim(): number {
    const probation = this.#queues.oldest(PROBATION);
    const guarded = this.#queues.oldest(PROTECTED);
    // Nobody's use would ever hand it back to probation.
    if (guarded >= FIRST_SLOT && this.#isDead(guarded) && !this.#isDead(probation)) return guarded;
    if (probation >= FIRST_SLOT) return probation;
    return guarded >= FIRST_SLOT ? guarded : this.#queues.oldest(WINDOW);
  }

  #isAdmitted(candidate: number, victim: number): boolean {
    if (this.#isDead(victim)) return true;
    if (this.#isDead(candidate)) return false;
    const frequency = this.#sketch.frequency(this.#hashes[candidate] ?? 0);
    if (frequency > this.#sketch.frequency(this.#hashes[victim] ?? 0)) return true;
    if (frequency < WARM) return false;
    this.#random = (this.#random + 1) >>> 0;
    return (mix(this.#random) & 127) === 0;
  }

  #isDead(slot: number): boolean {
    const entry = this.#entries[slot];
    return entry !== undefined && this.#limits.isDead(entry);
  }

  #evict(slot: number): void {
    const key = this.#keys[slot];
    const entry = this.#entries[slot];
    this.#release(slot);
    if (key !== undefined && entry !== undefined) this.#limits.onEvict(key, entry);
  }

  #release(slot: number): void {
    this.#queues.remove(slot);
    this.#slots.delete(this.#keys[slot] ?? '');
    this.#keys[slot] = '';
    this.#entries[slot] = undefined;
    this.#free.push(slot);
  }

  #grow(): void {
    // One more than the limit, for a new entry that is not admitted.
    const most = this.#limits.maxEntries + 1 + FIRST_SLOT;
    const capacity = Math.min(this.#hashes.length * 2, most);
    this.#keys = withRoom(this.#keys, capacity, '');
    this.#entries = withRoom(this.#entries, capacity, undefined);
    const hashes = new Uint32Array(capacity);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const hits = new Uint8Array(capacity);
    hits.set(this.#hits);
    this.#hits = hits;
    this.#queues.grow(capacity);
  }

  #resizeWindow(): void {
    const { maxEntries, maxBytes } = this.#limits;
    this.#windowEntries = Math.max(1, Math.round(maxEntries * this.#climber.share));
    this.#windowBytes = this.#isSized ? maxBytes * this.#climber.share : Infinity;
  }
}

/** A copy with exactly so many places: an array that grows by itself takes up to half as much again. */
function withRoom<T>(from: readonly T[], capacity: number, nothing: T): T[] {
  const to = Array.from<T>({ length: capacity }).fill(nothing, from.length);
  for (let index = 0; index < from.length; index++) to[index] = from[index] ?? nothing;
  return to;
}
