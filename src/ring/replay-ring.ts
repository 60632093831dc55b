// Rows lie in slots as those of a SeriesRing do: a row is written into the spare slot, checked on the way, and exists
// once its weight is in the tree; the spare slot and those that were never used weigh 0. A row's id is its number
// since the ring was made, so an id names one row for ever, and which slot it has follows from its age.
import { ArgumentError } from '../core/errors.js';
import { Column } from './column.js';
import { ColumnSet } from './column-set.js';
import { BatchDraft, type ReplayBatch } from './replay-batch.js';
import { readReplayOptions, type ReplayPriority, type ReplayRingOptions } from './replay-options.js';
import { OWNER, refusal } from './replay-refusal.js';
import { isWithin, LARGEST, requireWithin } from './require-within.js';
import type { ColumnValue, SeriesColumns, SeriesRow, TypedArray } from './series-columns.js';
import { storageBytes } from './series-options.js';
import { Sfc32 } from './sfc32.js';
import { SumTree } from './sum-tree.js';

/**
 * What happened to a {@link ReplayRing} so far: `pushed = size + evicted + cleared`, and
 * `prioritised + stale` ids were given to `prioritise`.
 */
export interface ReplayRingStats {
  /** Rows ever taken by `push` and `append`. */
  readonly pushed: number;
  /** Rows that newer ones pushed out. */
  readonly evicted: number;
  /** Rows removed by `clear()`. */
  readonly cleared: number;
  /** Rows drawn by `sample`. */
  readonly sampled: number;
  /** Priorities that `prioritise` set. */
  readonly prioritised: number;
  /** Priorities that came when their row was gone. Many of them: the ring is too small for so late answers. */
  readonly stale: number;
  /** Rows held now. */
  readonly size: number;
  /** Most rows that can be held. */
  readonly capacity: number;
  /** Bytes of storage, taken at construction. */
  readonly storageBytes: number;
}

/**
 * Keeps the newest `capacity` rows of experience for reinforcement learning and draws batches of them at random,
 * uniformly or by priority, with replacement.
 *
 * By priority, a batch is stratified: the sum of all weights is cut into as many equal parts as the batch has rows,
 * and one row is drawn from each. New rows get the largest priority so far (1 at first), so that each is likely to be
 * learned from once; then `prioritise` says how surprising it was. A row that is refused leaves the ring unchanged.
 *
 * Cost: 8 (`f64`) or 4 bytes per number, and 16 per row for priorities, all taken at construction. `append`, `sample`
 * and `prioritise` do not allocate. With priorities they take O(log capacity) per row.
 *
 * @example
 * const replay = new ReplayRing({
 *   capacity: 100_000,
 *   columns: { state: { type: 'f32', length: 3 }, action: 'i32', reward: 'f32' },
 *   priority: { exponent: 0.6 },
 *   seed: 7,
 * });
 * replay.push({ state: [0.1, 0.2, 0.3], action: 1, reward: 0.5 });
 * const batch = replay.batch(64);
 * replay.sample(batch);
 * batch.columns.state.length; // 192
 * replay.prioritise(batch.ids, batch.columns.reward.map(Math.abs)); // or the error of each row
 */
export class ReplayRing<const Columns extends SeriesColumns> {
  /** Most rows that can be held. */
  readonly capacity: number;
  readonly #columns: ColumnSet;
  /** All slots of each column, in column order. */
  readonly #stored: readonly TypedArray[];
  readonly #slots: number;
  readonly #storageBytes: number;
  readonly #rule: Required<ReplayPriority>;
  /** `undefined` when sampling is uniform. */
  readonly #tree: SumTree | undefined;
  readonly #random: Sfc32;
  readonly #drafts = new WeakMap<ReplayBatch<Columns>, BatchDraft<Columns>>();
  /** Weight of new rows: the largest that any row ever had. */
  #largest: number;
  /** Rows ever taken, so also the id of the next one. */
  #count = 0;
  /** `#count` when the ring was last empty. */
  #emptyAt = 0;
  #cleared = 0;
  #clears = 0;
  #sampled = 0;
  #prioritised = 0;
  #stale = 0;
  #isWriting = false;

  /** @throws ConfigError (ERR_CONFIG) that names the option or column and what it must be. */
  constructor(options: ReplayRingOptions<Columns>) {
    const { series, isUniform, priority, seed } = readReplayOptions(options);
    const slots = series.capacity + 1;
    this.capacity = series.capacity;
    this.#slots = slots;
    this.#columns = new ColumnSet(series.columns.map((column) => new Column(column, slots, false)));
    this.#stored = this.#columns.list.map((column) => column.view(0, slots));
    this.#rule = priority;
    this.#tree = isUniform ? undefined : new SumTree(slots);
    this.#largest = (1 + priority.floor) ** priority.exponent;
    this.#storageBytes = storageBytes(series) + (isUniform ? 0 : 16 * slots);
    this.#random = new Sfc32(seed);
  }

  /** Rows held now. */
  get size(): number {
    return Math.min(this.#count - this.#emptyAt, this.capacity);
  }

  /** Counts changes: it differs after every row taken, every priority set, and every `clear` that removed rows. */
  get version(): number {
    return this.#count + this.#prioritised + this.#clears;
  }

  /**
   * Takes a row as the newest; a full ring evicts its oldest.
   *
   * @param priority A number from 0 to 1e100, such as the size of the row's error if it is known already. Left out,
   * the row gets the largest so far.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when a column is missing or unknown, a value is not one its column
   * can hold, reading the row adds rows to this ring, or `priority` is anything else or sampling is uniform.
   */
  push(row: SeriesRow<Columns>, priority?: number): void {
    const weight = priority === undefined ? this.#largest : this.#weightOf(priority);
    this.#beginRow();
    try {
      this.#columns.writeRow(row);
    } finally {
      this.#isWriting = false;
    }
    this.#commit(weight);
  }

  /**
   * Takes a row as the newest, given as one argument per column in column order, with the largest priority so far.
   *
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when there are more or fewer values than columns, or as `push` does.
   */
  append(...values: readonly ColumnValue<Columns[keyof Columns]>[]): void;
  append(): void {
    // Hot path. `arguments`, because a rest parameter is an array per call.
    const columns = this.#columns;
    const { list } = columns;
    const count = list.length;
    if (arguments.length !== count) throw refusal(`append takes ${count} values, one per column`, arguments.length);
    this.#beginRow();
    try {
      for (let i = 0; i < count; i++) columns.put(list[i], arguments[i]);
    } finally {
      this.#isWriting = false;
    }
    this.#commit(this.#largest);
  }

  /**
   * Makes the arrays that `sample` fills: make one per learner and keep it.
   *
   * @param size Rows per batch, a whole number from 1 to 65536. It may exceed the rows held.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when `size` is anything else.
   */
  batch(size: number): ReplayBatch<Columns> {
    const draft = new BatchDraft<Columns>(this.#columns.list, size);
    this.#drafts.set(draft.batch, draft);
    return draft.batch;
  }

  /**
   * Draws rows and fills the batch with them, their ids and their weights.
   *
   * The weight of a row is (rows held × its chance) ** -correction, divided by the largest of the batch.
   * @param batch A batch that this ring made.
   * @param correction As `ReplayPriority.correction`, for this batch. Uniform sampling has nothing to correct.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT) when the ring is empty, `batch` comes from elsewhere, or `correction`
   * is not a number from 0 to 1.
   */
  sample(batch: ReplayBatch<Columns>, correction = this.#rule.correction): void {
    // Hot path: no allocation.
    const draft = this.#drafts.get(batch);
    if (draft === undefined) throw refusal('sample takes a batch of this ring', batch);
    requireWithin(OWNER, 'correction', correction, 0, 1);
    const rows = this.size;
    if (rows === 0) throw new ArgumentError('ReplayRing: sample needs rows, but the ring is empty');
    const { slots } = draft;
    const { size, ids, weights } = batch;
    const tree = this.#tree;
    const part = tree === undefined ? 0 : tree.total / size;
    let least = Infinity;
    for (let i = 0; i < size; i++) {
      const random = this.#random.next();
      const slot = tree === undefined ? this.#turn(Math.floor(random * rows)) : tree.find((i + random) * part);
      slots[i] = slot;
      ids[i] = this.#count - 1 - this.#turn(slot);
      least = Math.min(least, this.#weight(slot));
    }
    // Rows held and the sum of all weights are the same for the whole batch, so they cancel.
    for (let i = 0; i < size; i++) weights[i] = (this.#weight(slots[i] ?? 0) / least) ** -correction;
    draft.gather(this.#stored);
    this.#sampled += size;
  }

  /**
   * Sets the priorities of rows, mostly of a batch that was learned from.
   *
   * Rows that are gone by now are skipped and counted (`stats().stale`). Of an id given twice the last priority holds.
   * @param ids Ids of rows, as a batch has them.
   * @param priorities As many numbers from 0 to 1e100, such as the size of each row's error.
   * @throws ArgumentError (ERR_INVALID_ARGUMENT), and then no priority was set, when sampling is uniform, an id was
   * never given to a row, a priority is anything else, or there are more of one than of the other.
   */
  prioritise(ids: ArrayLike<number>, priorities: ArrayLike<number>): void {
    // Hot path: no allocation. All are checked before the first is set.
    const length = ids?.length;
    if (typeof length !== 'number' || priorities?.length !== length)
      throw refusal('prioritise takes as many priorities as ids', [ids, priorities]);
    for (let i = 0; i < length; i++) {
      this.#checked(priorities[i]);
      this.#slotOf(ids[i]);
    }
    for (let i = 0; i < length; i++) {
      const weight = this.#weightOf(priorities[i]);
      const slot = this.#slotOf(ids[i]);
      if (slot < 0) this.#stale++;
      else {
        this.#setWeight(slot, weight);
        this.#prioritised++;
      }
    }
  }

  /** Removes all rows; their ids are never used again. Random numbers and the largest priority go on as they are. */
  clear(): void {
    const { size } = this;
    if (size === 0) return;
    this.#cleared += size;
    this.#clears++;
    this.#emptyAt = this.#count;
    this.#tree?.clear();
  }

  /** What happened so far, as a plain object. */
  stats(): ReplayRingStats {
    const { size, capacity } = this;
    return {
      pushed: this.#count,
      evicted: this.#count - this.#cleared - size,
      cleared: this.#cleared,
      sampled: this.#sampled,
      prioritised: this.#prioritised,
      stale: this.#stale,
      size,
      capacity,
      storageBytes: this.#storageBytes,
    };
  }

  /** A getter of a row that added rows to the ring would write over the slot that is just being written. */
  #beginRow(): void {
    if (this.#isWriting) throw new ArgumentError('ReplayRing: reading a row must not add rows to the ring it is for');
    this.#isWriting = true;
  }

  /** Makes the row in the spare slot the newest. The slot of the oldest becomes the spare one of a full ring. */
  #commit(weight: number): void {
    const { spare } = this.#columns;
    const next = spare + 1 === this.#slots ? 0 : spare + 1;
    this.#columns.spare = next;
    this.#count++;
    if (this.#tree === undefined) return;
    this.#setWeight(spare, weight);
    if (this.#tree.get(next) !== 0) this.#tree.set(next, 0);
  }

  #weight(slot: number): number {
    return this.#tree?.get(slot) ?? 1;
  }

  #setWeight(slot: number, weight: number): void {
    this.#tree?.set(slot, weight);
    if (weight > this.#largest) this.#largest = weight;
  }

  #weightOf(priority: unknown): number {
    return (this.#checked(priority) + this.#rule.floor) ** this.#rule.exponent;
  }

  /** Apart from `#weightOf`, so that the first of two passes over a batch computes no power. */
  #checked(priority: unknown): number {
    if (this.#tree === undefined)
      throw new ArgumentError('ReplayRing: there are no priorities when sampling is uniform');
    requireWithin(OWNER, 'priority', priority, 0, LARGEST);
    // Checked on the line before.
    return priority as number;
  }

  /** The slot of the row with an id, or -1 when it is gone. */
  #slotOf(id: unknown): number {
    if (!isWithin(id, 0, this.#count - 1) || !Number.isInteger(id))
      throw refusal('an id must be one that this ring gave', id);
    const age = this.#count - 1 - id;
    return age < this.size ? this.#turn(age) : -1;
  }

  /** The slot of the row that so many are newer than; and how many are newer than the row in a slot. */
  #turn(distance: number): number {
    const slot = this.#columns.spare - 1 - distance;
    return slot < 0 ? slot + this.#slots : slot;
  }
}
