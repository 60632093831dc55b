import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { COPY, FILE_MODE, openDraft, segmentName, syncData, syncFolder, writeAll } from './journal-files.js';
import type { JournalDurability } from './journal-options.js';
import type { RecordGroup } from './row-queue.js';
import { encodeHeader, SEGMENT_HEADER } from './segment-format.js';

/** A file of rows. */
export interface Segment {
  readonly path: string;
  /** Sequence number of the first row; 0 before there is one. */
  first: number;
  /** Sequence number of the last row. */
  last: number;
  /** Rows that the sink does not have. */
  live: number;
  /** Length of the file, without what is being written. */
  bytes: number;
}

/** Which run writes, and where. */
interface SegmentLogSettings {
  readonly directory: string;
  readonly run: number;
  readonly name: string;
  /** Length from which on a new segment is begun. */
  readonly segmentBytes: number;
  /** 'batch' waits for the disk with each call of `append`, 'interval' with `sync` and at the end of a file. */
  readonly durability: JournalDurability;
  readonly wallTime: () => number;
}

/** Where a group was written. */
interface Placement {
  readonly group: RecordGroup;
  readonly segment: Segment;
}

/** The segments of this run: rows are appended to the newest, and whole files removed once the sink has all their rows. */
export class SegmentLog {
  readonly #settings: SegmentLogSettings;
  readonly #segments: Segment[] = [];
  /** Whose rows count, but may not be on the disk: the wait for it has failed. */
  readonly #doubtful = new Set<Segment>();
  #file: FileHandle | undefined;
  #current: Segment | undefined;
  /** Length of the current file, with what is being written. */
  #position = 0;
  #index = 0;
  #isDirty = false;

  constructor(settings: SegmentLogSettings) {
    this.#settings = settings;
  }

  /** Files there are. */
  get count(): number {
    return this.#segments.length;
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Sequence number of the first row in a file; undefined without files. */
  get first(): number | undefined {
    return this.#segments[0]?.first;
  }

  /**
   * Appends groups in their order, and calls `onDone` in the turn in which they count.
   *
   * When it rejects none of them counts, and the next call begins a new file: what a failed write or sync has left
   * in the old one is not known.
   */
  async append(groups: readonly RecordGroup[], onDone: () => void): Promise<void> {
    const placements: Placement[] = [];
    try {
      for (const group of groups) {
        const { file, segment } = await this.#open();
        await writeAll(file, group.used, this.#position);
        this.#position += group.length;
        this.#isDirty = true;
        placements.push({ group, segment });
      }
      if (this.#settings.durability === 'batch') await this.#syncFile();
    } catch (error) {
      await this.#abandon();
      throw error;
    }
    onDone();
    for (const placement of placements) admit(placement);
  }

  /**
   * Waits until all that was appended is on the disk.
   *
   * When it rejects, the next call writes the file anew: a second wait for the same one would succeed without what the
   * system has given up. Not while `append` runs.
   */
  async sync(): Promise<void> {
    for (const segment of this.#doubtful) await this.#renew(segment);
    const segment = this.#current;
    try {
      await this.#syncFile();
    } catch (error) {
      if (segment !== undefined) this.#doubtful.add(segment);
      this.#isDirty = false;
      await this.#closeFile().catch(ignore);
      throw error;
    }
  }

  /** Notes that nobody needs the rows from one number to another, all of which were written and still needed. */
  settle(from: number, to: number): void {
    let rest = from;
    for (const segment of this.#segments) {
      if (rest > to) return;
      if (rest > segment.last) continue;
      segment.live -= Math.min(to, segment.last) - rest + 1;
      rest = segment.last + 1;
    }
  }

  /** Removes the files whose rows the sink has, the current one only when told so. */
  async removeSettled(includesCurrent = false): Promise<void> {
    for (const segment of this.#segments.filter(({ live }) => live <= 0)) {
      if (segment === this.#current) {
        if (!includesCurrent) continue;
        await this.#closeFile();
      }
      await rm(segment.path, { force: true });
      this.#segments.splice(this.#segments.indexOf(segment), 1);
    }
  }

  /** Appends groups at once, in the last moment of the process. A write under way may go on: it writes the same bytes. */
  appendNow(groups: readonly RecordGroup[]): void {
    if (groups.length === 0) return;
    const descriptor = this.#file?.fd ?? this.#createNow();
    let position = this.#current?.bytes ?? SEGMENT_HEADER;
    for (const { used } of groups) position += writeSync(descriptor, used, 0, used.length, position);
    if (this.#settings.durability === 'batch') fdatasyncSync(descriptor);
  }

  /** Closes the current file. */
  async close(): Promise<void> {
    if (this.#settings.durability !== 'os') await this.sync();
    await this.#closeFile();
  }

  async #syncFile(): Promise<void> {
    if (!this.#isDirty || this.#file === undefined) return;
    await syncData(this.#file);
    this.#isDirty = false;
  }

  /** Writes a copy of a file and puts it in its place. */
  async #renew(segment: Segment): Promise<void> {
    if (this.#segments.includes(segment)) {
      const bytes = await readFile(segment.path);
      const copy = join(this.#settings.directory, COPY);
      const file = await openDraft(copy);
      try {
        await writeAll(file, bytes, 0);
        await syncData(file);
      } finally {
        await file.close();
      }
      await rename(copy, segment.path);
      await syncFolder(this.#settings.directory);
    }
    this.#doubtful.delete(segment);
  }

  async #open(): Promise<{ file: FileHandle; segment: Segment }> {
    if (this.#file !== undefined && this.#current !== undefined && this.#position < this.#settings.segmentBytes) {
      return { file: this.#file, segment: this.#current };
    }
    await this.close();
    return this.#create();
  }

  #createNow(): number {
    const { directory, run, name, wallTime } = this.#settings;
    const index = this.#index + 1;
    const descriptor = openSync(join(directory, segmentName(run, index)), 'wx', FILE_MODE);
    writeSync(descriptor, encodeHeader({ run, name, index, createdAt: wallTime() }));
    return descriptor;
  }

  async #create(): Promise<{ file: FileHandle; segment: Segment }> {
    const { directory, run, name, durability, wallTime } = this.#settings;
    const index = ++this.#index;
    const path = join(directory, segmentName(run, index));
    const file = await open(path, 'wx', FILE_MODE);
    const segment: Segment = { path, first: 0, last: 0, live: 0, bytes: SEGMENT_HEADER };
    this.#file = file;
    this.#current = segment;
    this.#segments.push(segment);
    this.#position = SEGMENT_HEADER;
    await writeAll(file, encodeHeader({ run, name, index, createdAt: wallTime() }), 0);
    if (durability !== 'os') await syncFolder(directory);
    return { file, segment };
  }

  /** Begins a new file with the next group, because the present one may be damaged. */
  async #abandon(): Promise<void> {
    const segment = this.#current;
    this.#isDirty = false;
    await this.#closeFile().catch(ignore);
    if (segment === undefined) return;
    // Rows that do not count are written again: without a whole file of their own they are cut off, if that works.
    if (segment.live > 0) await truncate(segment.path, segment.bytes).catch(ignore);
    else await this.removeSettled().catch(ignore);
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#current = undefined;
    await file?.close();
  }
}

function admit({ group, segment }: Placement): void {
  if (segment.first === 0) segment.first = group.first;
  segment.last = group.last;
  segment.live += group.live;
  segment.bytes += group.length;
}

function ignore(): void {
  // The failure that led here is reported; reading copes with what is left.
}
