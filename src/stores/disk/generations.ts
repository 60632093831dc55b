/**
 * Files by age: each value is a file in the newest of eight folders, its generation. When a generation has its share
 * of bytes or files, the next begins and the oldest is given up, as a whole and at once, by renaming its folder.
 *
 * So what is given up is always the oldest that was written, and nothing ever outlives what was written after it: an
 * invalidation, which is itself a value, stays longer than what it concerns. Rejected: removing files one by one in
 * the order of their times. Another process may replace a file between the look at its time and its removal, and
 * clocks go backwards. A damaged file is treated likewise: it is given up with all that is older.
 *
 * Invariant, with any number of processes: a write that has resolved is in the newest generation there was. A writer
 * looks again after its write, and writes once more when a generation has begun meanwhile.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OverflowError } from '../../core/errors.js';
import { bytesOnDisk, GENERATIONS } from './bounds.js';
import type { DiskStoreSettings } from './disk-store-options.js';
import { type Files, isThere, makeFolder, namesIn, readIfThere, unlessMissing } from './files.js';
import { isFileName } from './record.js';

/** Part of a share after which a generation is measured anew, since other processes write too. */
const MEASURED_PARTS = 16;
/** Files that are looked at together. */
const AT_ONCE = 32;
/** Times that a write is tried while others begin generations. */
const MOST_TRIES = 16;

/** Bytes and files. */
interface Amount {
  bytes: number;
  files: number;
}

/** See the notes above. */
export class Generations {
  readonly #root: string;
  readonly #files: Files;
  readonly #share: Readonly<Amount>;
  /** What the newest generation is thought to hold, files under way included. */
  #tally: Amount & { generation: number } = { generation: -1, bytes: 0, files: 0 };
  /** Written by this process since the last measurement. */
  readonly #unmeasured: Amount = { bytes: 0, files: 0 };
  readonly #underWay: Amount = { bytes: 0, files: 0 };
  /** Writes of this process that have room and are not done. */
  readonly #attempts = new Set<Promise<unknown>>();
  /** Looks for room, and all else that begins generations, go one after another. */
  #turn: Promise<unknown> = Promise.resolve();
  #dropped = 0;

  constructor(
    root: string,
    files: Files,
    { maxBytes, maxEntries }: Pick<DiskStoreSettings, 'maxBytes' | 'maxEntries'>,
  ) {
    this.#root = root;
    this.#files = files;
    this.#share = { bytes: Math.floor(maxBytes / GENERATIONS), files: Math.floor(maxEntries / GENERATIONS) };
  }

  /** Generations that this process gave up. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether a file of this size can ever be written. */
  fits(size: number): boolean {
    return bytesOnDisk(size) <= this.#share.bytes;
  }

  /** The newest file of a name, and its generation; undefined when there is none. */
  async read(name: string): Promise<{ readonly generation: number; readonly file: Buffer } | undefined> {
    for (const generation of (await this.#list()).toReversed()) {
      const file = await readIfThere(this.#path(generation, name));
      if (file !== undefined) return { generation, file };
    }
    return undefined;
  }

  /** Writes a file into the newest generation. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (await this.#reserve(bytes.byteLength, (generation) => this.#writeInto(generation, name, bytes))) return;
    }
    throw new OverflowError(`diskStore: ${MOST_TRIES} generations were filled or removed during one write`);
  }

  /** Removes the files of a name, the oldest first, so that none comes to light again. */
  async remove(name: string): Promise<void> {
    for (const generation of await this.#list()) await this.#files.remove(this.#path(generation, name));
  }

  /** Gives up a generation and all that are older. */
  dropUpTo(generation: number): Promise<void> {
    const dropped = this.#turn.then(() => this.#dropUpTo(generation));
    this.#turn = dropped.catch(nothing);
    return dropped;
  }

  async #dropUpTo(generation: number): Promise<void> {
    const all = await this.#list();
    // Numbers only grow, so that no writer takes a new folder for the one it looked at.
    if (all.at(-1) === generation) await this.#begin(generation + 1);
    for (const old of all) if (old <= generation) await this.#drop(old);
  }

  /** Writes a file. @returns whether it is in what is the newest generation now. */
  async #writeInto(generation: number, name: string, bytes: Uint8Array): Promise<boolean> {
    const temporary = await this.#files.writeTemporary(bytes);
    const isPlaced = await this.#files.place(temporary, this.#path(generation, name));
    return isPlaced && (await this.#list()).at(-1) === generation;
  }

  /** Runs a write once there is room for it. */
  async #reserve(size: number, write: (generation: number) => Promise<boolean>): Promise<boolean> {
    const begun = this.#turn.then(async () => {
      const generation = await this.#findRoom(size);
      for (const amount of [this.#tally, this.#unmeasured, this.#underWay]) add(amount, size);
      const attempt = write(generation).finally(() => {
        subtract(this.#underWay, size);
        this.#attempts.delete(attempt);
      });
      this.#attempts.add(attempt);
      return { attempt };
    });
    this.#turn = begun.then(({ attempt }) => void attempt.catch(nothing), nothing);
    return (await begun).attempt;
  }

  async #findRoom(size: number): Promise<number> {
    const all = await this.#list();
    const newest = all.at(-1);
    if (newest === undefined) return this.#begin(1);
    const { bytes, files } = this.#share;
    const isDue = this.#unmeasured.bytes > bytes / MEASURED_PARTS || this.#unmeasured.files > files / MEASURED_PARTS;
    if (newest !== this.#tally.generation || isDue) await this.#measure(newest);
    // Files that replaced others were counted twice.
    if (!this.#hasRoom(size) && this.#unmeasured.files > 0) await this.#measure(newest);
    if (this.#hasRoom(size)) return newest;
    // A new generation would make those under way write once more.
    await Promise.allSettled(this.#attempts);
    for (const old of all.slice(0, Math.max(0, all.length - GENERATIONS + 1))) await this.#drop(old);
    return this.#begin(newest + 1);
  }

  #hasRoom(size: number): boolean {
    return this.#tally.bytes + bytesOnDisk(size) <= this.#share.bytes && this.#tally.files < this.#share.files;
  }

  async #begin(generation: number): Promise<number> {
    await makeFolder(this.#root);
    await mkdir(this.#path(generation), { mode: 0o700 }).catch((error: unknown) => {
      if (!isThere(error)) throw error; // another process has begun it
    });
    await this.#files.settle(this.#root);
    await this.#measure(generation);
    return generation;
  }

  async #drop(generation: number): Promise<void> {
    const away = await this.#files.takeAway(this.#path(generation));
    if (away === undefined) return; // another process was faster
    this.#dropped++;
    await rm(away, { recursive: true, force: true });
  }

  async #measure(generation: number): Promise<void> {
    const tally = { generation, ...this.#underWay };
    const names = (await namesIn(this.#path(generation))).filter(isFileName);
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const looks = names.slice(from, from + AT_ONCE).map((name) => unlessMissing(stat(this.#path(generation, name))));
      for (const found of await Promise.all(looks)) if (found !== undefined) add(tally, found.size);
    }
    this.#tally = tally;
    this.#unmeasured.bytes = 0;
    this.#unmeasured.files = 0;
  }

  /** The generations there are, the oldest first. */
  async #list(): Promise<number[]> {
    const names = (await namesIn(this.#root)).filter((name) => /^g\d{12}$/.test(name));
    return names.map((name) => Number(name.slice(1))).toSorted((a, b) => a - b);
  }

  #path(generation: number, ...rest: readonly string[]): string {
    return join(this.#root, `g${String(generation).padStart(12, '0')}`, ...rest);
  }
}

function nothing(): void {
  // Whoever asked for it gets its failure.
}

function add(amount: Amount, size: number): void {
  amount.bytes += bytesOnDisk(size);
  amount.files++;
}

function subtract(amount: Amount, size: number): void {
  amount.bytes -= bytesOnDisk(size);
  amount.files--;
}
