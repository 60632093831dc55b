import { hashOf, mix } from '../../src/memo/frequency-hash.js';
import { FrequencySketch } from '../../src/memo/frequency-sketch.js';
import { WindowClimber } from '../../src/memo/tinylfu-climber.js';
import { LruGuard } from '../../src/memo/tinylfu-guard.js';

/** What the model knows of an entry. */
interface Item {
  readonly key: number;
  readonly hash: number;
  size: number;
  hits: number;
}

/** The moves of one write, and the hits of one batch, as in the store. */
const MOST_MOVES = 1_000;
const BATCH = 64;

/**
 * The policy of TinyLfuStore over plain arrays, oldest use first, searched from end to end. The sketch, the climber and
 * the guard are the real ones, which have tests of their own.
 */
export class TinyLfuModel {
  readonly evicted: number[] = [];
  readonly climber = new WindowClimber();
  #window: Item[] = [];
  #probation: Item[] = [];
  #protected: Item[] = [];
  #pending: Item[] = [];
  readonly #sketch = new FrequencySketch();
  #guard: LruGuard | undefined;
  #random: number;

  constructor(
    readonly maxEntries: number,
    readonly maxBytes: number,
    readonly seed: number,
    readonly dead: ReadonlySet<number>,
  ) {
    this.#random = seed;
  }

  get all(): readonly Item[] {
    return [...this.#window, ...this.#probation, ...this.#protected];
  }

  /** Keys as the store lists them. */
  get keys(): number[] {
    this.#replay();
    return [this.#window, this.#protected, this.#probation].flatMap((queue) =>
      queue.toReversed().map(({ key }) => key),
    );
  }

  get(key: number): boolean {
    const item = this.#find(key);
    if (item === undefined) return false;
    item.hits++;
    if (item.hits === 1) this.#pending.push(item);
    if (this.#pending.length === BATCH) this.#replay();
    return true;
  }

  set(key: number, size: number): void {
    this.#replay();
    const bytes = this.maxBytes === Infinity ? 0 : Math.max(size, 1);
    const item = this.#find(key);
    if (item !== undefined) this.#replace(item, bytes);
    else {
      const hash = hashOf(key, this.seed);
      this.#observe(hash, 0, bytes);
      this.#enterWindow({ key, hash, size: bytes, hits: 0 });
    }
    this.#makeRoom();
  }

  delete(key: number): void {
    const item = this.#find(key);
    if (item === undefined) return;
    this.#replay();
    this.#guard?.delete(item.hash);
    this.#remove(item);
  }

  #find(key: number): Item | undefined {
    return this.all.find((item) => item.key === key);
  }

  #remove(item: Item): void {
    this.#window = this.#window.filter((each) => each !== item);
    this.#probation = this.#probation.filter((each) => each !== item);
    this.#protected = this.#protected.filter((each) => each !== item);
  }

  #replay(): void {
    for (const item of this.#pending) {
      this.#observe(item.hash, Math.min(item.hits, 15), item.size);
      item.hits = 0;
      this.#use(item);
    }
    this.#pending = [];
  }

  #observe(hash: number, hits: number, bytes: number): void {
    if (this.#guard === undefined) return;
    this.#sketch.add(hash, Math.max(hits, 1));
    if (this.#guard.sees(hash)) this.climber.compare(hits > 0, this.#guard.use(hash, bytes));
    if (hits > 0) this.climber.hit(hits);
    else this.climber.miss(this.#sketch.sampleSize);
  }

  #use(item: Item): void {
    const isNew = this.#window.includes(item);
    const isPromoted = this.#probation.includes(item);
    this.#remove(item);
    if (isNew) this.#window.push(item);
    else this.#protected.push(item);
    if (isPromoted) this.#demote();
  }

  #replace(item: Item, bytes: number): void {
    const isNew = this.#window.includes(item);
    item.size = bytes;
    if (isNew) {
      this.#remove(item);
      this.#enterWindow(item);
    } else this.#use(item);
  }

  #enterWindow(item: Item): void {
    if (item.size > this.#windowBytes) this.#window.unshift(item);
    else this.#window.push(item);
  }

  get #windowEntries(): number {
    return Math.max(1, Math.round(this.maxEntries * this.climber.share));
  }

  get #windowBytes(): number {
    return this.maxBytes * this.climber.share;
  }

  #demote(): void {
    const most = Math.floor((this.maxEntries - this.#windowEntries) * 0.8);
    const mostBytes = this.maxBytes === Infinity ? Infinity : (this.maxBytes - this.#windowBytes) * 0.8;
    for (let moves = 0; moves < MOST_MOVES; moves++) {
      if (this.#protected.length <= most && bytesOf(this.#protected) <= mostBytes) return;
      this.#probation.push(...this.#protected.splice(0, 1));
    }
  }

  #makeRoom(): void {
    if (this.all.length * 2 >= this.maxEntries) this.#beginCounting(this.maxEntries);
    else if (bytesOf(this.all) * 2 >= this.maxBytes) this.#beginCounting(this.all.length);
    this.#demote();
    const candidates: Item[] = [];
    for (let moves = 0; moves < MOST_MOVES; moves++) {
      if (this.#window.length <= this.#windowEntries && bytesOf(this.#window) <= this.#windowBytes) break;
      candidates.push(...this.#window.splice(0, 1));
    }
    this.#probation.push(...candidates);
    while (this.all.length > this.maxEntries || bytesOf(this.all) > this.maxBytes) {
      const victim = this.#victim;
      if (victim === undefined) return;
      const candidate = candidates.shift();
      if (candidate === undefined || candidate === victim) {
        candidates.length = 0;
        this.#evict(victim);
      } else this.#evict(this.#isAdmitted(candidate, victim) ? victim : candidate);
    }
  }

  get #victim(): Item | undefined {
    const [probation] = this.#probation;
    const [guarded] = this.#protected;
    if (guarded !== undefined && this.dead.has(guarded.key) && !(probation && this.dead.has(probation.key))) {
      return guarded;
    }
    return probation ?? guarded ?? this.#window[0];
  }

  #beginCounting(entries: number): void {
    this.#sketch.ensureCapacity(entries);
    this.#guard ??= new LruGuard(this.maxEntries, this.maxBytes);
  }

  #isAdmitted(candidate: Item, victim: Item): boolean {
    if (this.dead.has(victim.key)) return true;
    if (this.dead.has(candidate.key)) return false;
    const frequency = this.#sketch.frequency(candidate.hash);
    if (frequency > this.#sketch.frequency(victim.hash)) return true;
    if (frequency < 6) return false;
    this.#random = (this.#random + 1) >>> 0;
    return (mix(this.#random) & 127) === 0;
  }

  #evict(item: Item): void {
    this.#remove(item);
    this.evicted.push(item.key);
  }
}

function bytesOf(items: readonly Item[]): number {
  return items.reduce((sum, { size }) => sum + size, 0);
}
