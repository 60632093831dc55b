import { rm } from 'node:fs/promises';
import { backOffDelay } from '../../core/back-off.js';
import type { Clock, Timer } from '../../core/clock.js';
import { ArgumentError } from '../../core/errors.js';
import { onProcessExit } from '../process-hooks.js';
import { type DirectoryLock, lockDirectory } from './directory-lock.js';
import { makeFolder } from './journal-files.js';
import type { JournalSettings } from './journal-options.js';
import type { JournalStats } from './journal-stats.js';
import { Ledger } from './ledger.js';
import { type OldRow, type OldSegment, recover } from './recovery.js';
import { RowQueue } from './row-queue.js';
import { rowWriter } from './row-writer.js';
import { SEGMENT_HEADER, seedOf } from './segment-format.js';
import { SegmentLog } from './segment-log.js';

/*
 * Rows on their way to the sink, in files.
 *
 * Rows are encoded as they come and written in groups: while one group is being written and waited for, the next
 * collects, so that one wait serves as many rows as came meanwhile. The sink does not wait for the disk, nor the other
 * way round. What the sink has is noted in the ledger; a file whose rows it has all is removed. A row that the sink
 * has before its group was written need not be written at all.
 *
 * When the disk fails, rows are still taken and sent, but not safe: `secured` waits, and the next try follows after a
 * growing delay, in a new file.
 */

/** Largest group, and smallest and largest segment. */
const GROUP_BYTES = 262_144;
const SMALLEST_SEGMENT = 4_096;
const LARGEST_SEGMENT = 16 * 2 ** 20;
/** Waits for the disk under 'interval', in milliseconds. */
const SYNC_INTERVAL = 500;
/** Waits after a failure of the disk, in milliseconds. */
const RETRY = { minDelay: 100, maxDelay: 5_000 };

/** What a journal tells the writer. */
interface JournalListener {
  /** Something went wrong; once per outage of the disk. */
  onFailure(error: unknown, rows: number): void;
  /** Files were removed, so that there may be room. */
  onRoom(): void;
}

/** A row that an earlier run has left. */
interface OpenedRow<T> {
  readonly item: T;
  readonly identity: number;
}

/** Who waits for rows to be safe. */
interface Waiter {
  readonly sequence: number;
  readonly settle: (error?: unknown) => void;
}

/** The journal of one writer; see the notes above. */
export class Journal<T> {
  readonly #settings: JournalSettings<T>;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #listener: JournalListener;
  readonly #queue: RowQueue<T>;
  readonly #segmentBytes: number;
  #log: SegmentLog | undefined;
  #ledger: Ledger | undefined;
  #lock: DirectoryLock | undefined;
  #exitHook: Disposable | undefined;
  #run = 0;
  #sequence = 0;
  /** Rows of earlier runs, by minus their identity less 1, without what they hold. */
  readonly #oldRows: OldRow[] = [];
  readonly #oldSegments = new Set<OldSegment>();
  /** Rows that were given up before the journal was open. */
  readonly #settledEarly: [from: number, to: number][] = [];
  #waiters: Waiter[] = [];
  #opening: Promise<readonly OpenedRow<T>[]> | undefined;
  #writing: Promise<void> | undefined;
  #failures = 0;
  #endPause: (() => void) | undefined;
  #syncTimer: Timer | undefined;
  #isSyncDue = false;
  #isEnding = false;
  #fileBytes = 0;
  #counts = { replayed: 0, corrupt: 0, torn: 0, undecodable: 0 };

  constructor(settings: JournalSettings<T>, name: string, clock: Clock, listener: JournalListener) {
    this.#settings = settings;
    this.#name = name;
    this.#clock = clock;
    this.#listener = listener;
    this.#segmentBytes = Math.min(Math.max(settings.maxBytes >> 4, SMALLEST_SEGMENT), LARGEST_SEGMENT);
    const groupBytes = Math.min(GROUP_BYTES, this.#segmentBytes);
    this.#queue = new RowQueue(rowWriter(settings), groupBytes, seedOf(name));
  }

  /** Whether rows may come: below `maxBytes`. */
  get hasRoom(): boolean {
    const headers = (this.#queue.groupCount + 1) * SEGMENT_HEADER;
    return this.#queue.bytes + headers + this.#fileBytes < this.#settings.maxBytes;
  }

  /**
   * Takes the directory and reads what earlier runs have left. Rows may come before; they are written after it.
   * @returns the rows left, with the identity of each, in their order.
   * @throws ConfigError when another writer has the directory; CorruptDataError for files of another version.
   */
  open(): Promise<readonly OpenedRow<T>[]> {
    this.#opening = this.#open();
    return this.#opening;
  }

  async #open(): Promise<readonly OpenedRow<T>[]> {
    const { directory, durability } = this.#settings;
    await makeFolder(directory);
    this.#lock = await lockDirectory(directory);
    try {
      const { rows, lastRun, settled, corrupt, torn } = await recover(directory);
      this.#run = lastRun + 1;
      this.#counts = { ...this.#counts, corrupt, torn };
      const found = this.#adopt(rows);
      this.#log = new SegmentLog({
        directory,
        run: this.#run,
        name: this.#name,
        segmentBytes: this.#segmentBytes,
        durability,
        wallTime: () => this.#clock.wallTime(),
      });
      this.#ledger = new Ledger(directory, settled);
      for (const [from, to] of this.#settledEarly.splice(0)) this.#ledger.settle(this.#run, from, to);
      this.#measure();
      this.#exitHook = onProcessExit(() => this.#writeNow());
      if (durability === 'interval') this.#armSync();
      this.#kick();
      return found;
    } catch (error) {
      await this.#lock.release();
      throw error;
    }
  }

  // Hot path: once per row.
  /** Keeps a row. @returns its identity. @throws what encoding throws, ArgumentError for a row that is too large. */
  append(item: T): number {
    const sequence = this.#sequence + 1;
    this.#queue.add(item, sequence);
    this.#sequence = sequence;
    this.#kick();
    return sequence;
  }

  /** Notes that nobody needs the rows from one identity to another any more. */
  settle(from: number, to = from): void {
    if (from < 0) {
      for (let identity = from; identity <= to; identity++) this.#settleOld(identity);
      return;
    }
    const { first } = this.#queue;
    if (to >= first) this.#queue.settle(Math.max(from, first), to);
    if (from < first) this.#log?.settle(from, Math.min(to, first - 1));
    // Also of rows that wait: they are written with their group if another of that matters.
    if (this.#ledger === undefined) this.#settledEarly.push([from, to]);
    else this.#ledger.settle(this.#run, from, to);
    this.#kick();
  }

  /** A row's identity as the sink gets it. */
  idOf(identity: number): string {
    return identity < 0 ? (this.#oldRows[-identity - 1]?.id ?? '') : `${this.#name}-${identity}`;
  }

  /** Resolves when all rows taken so far are as safe as `durability` says, or need not be. */
  secured(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown): void => (error === undefined ? resolve() : reject(error));
      this.#waiters.push({ sequence: this.#sequence, settle });
      this.#kick();
    });
  }

  /** Writes what waits, unless the disk fails, and lets others have the directory. */
  async close(): Promise<void> {
    await this.#opening?.catch(ignore);
    this.#kick();
    this.#isEnding = true;
    this.#endPause?.();
    this.#syncTimer?.cancel();
    await this.#writing;
    try {
      if (this.#log !== undefined) await this.#end(this.#log);
    } finally {
      this.#exitHook?.[Symbol.dispose]();
      await this.#lock?.release();
    }
  }

  /** Counters as they are now. */
  stats(): JournalStats {
    return {
      bytes: this.#fileBytes,
      segments: this.#oldSegments.size + (this.#log?.count ?? 0),
      unsecured: this.#queue.live,
      isFailing: this.#failures > 0,
      ...this.#counts,
    };
  }

  #adopt(rows: readonly OldRow[]): OpenedRow<T>[] {
    const found: OpenedRow<T>[] = [];
    for (const row of rows) {
      this.#oldSegments.add(row.segment);
      try {
        const item = this.#settings.decode(row.payload);
        this.#oldRows.push({ ...row, payload: EMPTY });
        found.push({ item, identity: -this.#oldRows.length });
      } catch (error) {
        if (this.#counts.undecodable++ === 0) this.#listener.onFailure(error, 1);
      }
    }
    this.#counts.replayed = found.length;
    return found;
  }

  #settleOld(identity: number): void {
    const row = this.#oldRows[-identity - 1];
    if (row === undefined) return;
    row.segment.live--;
    this.#ledger?.settle(row.segment.run, row.sequence, row.sequence);
    this.#kick();
  }

  /** Writes what waits at the end of this turn, if nothing is being written. */
  #kick(): void {
    if (this.#writing !== undefined || this.#log === undefined || this.#isEnding) return;
    this.#writing = Promise.resolve().then(() => this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#hasWork && !(this.#isEnding && this.#failures > 0)) await this.#writeOnce();
    } finally {
      this.#writing = undefined;
    }
  }

  get #hasWork(): boolean {
    return !this.#queue.isEmpty || this.#ledger?.isPending === true || this.#waiters.length > 0 || this.#isSyncDue;
  }

  async #writeOnce(): Promise<void> {
    const [log, ledger] = [this.#log, this.#ledger];
    if (log === undefined || ledger === undefined) return;
    const upTo = this.#sequence;
    try {
      await log.append(this.#queue.begin(), () => this.#queue.done());
      if (this.#settings.durability === 'interval' && (this.#waiters.length > 0 || this.#isSyncDue)) await log.sync();
      this.#isSyncDue = false;
      if (ledger.isPending) await ledger.write();
      await this.#tidy(log, ledger);
      this.#failures = 0;
    } catch (error) {
      this.#queue.failed();
      await this.#fail(error);
      return;
    }
    this.#tellWaiters(upTo);
  }

  /** Removes files that nobody needs. */
  async #tidy(log: SegmentLog, ledger: Ledger): Promise<void> {
    const before = this.#fileBytes;
    await log.removeSettled();
    for (const segment of this.#oldSegments) {
      if (segment.live > 0) continue;
      await rm(segment.path, { force: true });
      this.#oldSegments.delete(segment);
    }
    ledger.prune((run) => (run === this.#run ? (log.first ?? this.#queue.first) : this.#firstOfOldRun(run)));
    this.#measure();
    if (this.#fileBytes < before) this.#listener.onRoom();
  }

  #firstOfOldRun(run: number): number | undefined {
    const firsts = [...this.#oldSegments].filter((segment) => segment.run === run).map(({ first }) => first);
    return firsts.length === 0 ? undefined : Math.min(...firsts);
  }

  #measure(): void {
    let bytes = (this.#log?.bytes ?? 0) + (this.#ledger?.bytes ?? 0);
    for (const segment of this.#oldSegments) bytes += segment.bytes;
    this.#fileBytes = bytes;
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#failures++ === 0) this.#listener.onFailure(error, this.#queue.live);
    if (this.#isEnding) return;
    const delay = backOffDelay(this.#failures, RETRY, Math.random);
    await new Promise<void>((resolve) => {
      const timer = this.#clock.setTimeout(resolve, delay);
      // Rows that are pending keep the process alive, not their copies.
      timer.unref();
      this.#endPause = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#endPause = undefined;
  }

  #tellWaiters(upTo: number): void {
    const told = this.#waiters.filter(({ sequence }) => sequence <= upTo);
    this.#waiters = this.#waiters.filter(({ sequence }) => sequence > upTo);
    for (const { settle } of told) settle();
  }

  #armSync(): void {
    this.#syncTimer = this.#clock.setTimeout(() => {
      // Not beside a write: when it fails the file is closed.
      this.#isSyncDue = true;
      this.#kick();
      this.#armSync();
    }, SYNC_INTERVAL);
    this.#syncTimer.unref();
  }

  /** The last moment of a process that ends without `close`. */
  #writeNow(): void {
    this.#log?.appendNow(this.#queue.all());
    this.#ledger?.writeNow();
  }

  async #end(log: SegmentLog): Promise<void> {
    try {
      await log.removeSettled(true);
      await log.close();
      await this.#ledger?.close();
    } finally {
      for (const { settle } of this.#waiters) settle(new ArgumentError('the journal was closed'));
    }
  }
}

const EMPTY = Buffer.alloc(0);

function ignore(): void {
  // Whoever opened the journal has the failure.
}
