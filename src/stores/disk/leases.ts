import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.js';
import { type Files, isMissing, isThere, makeFolder, readIfThere } from './files.js';
import { decodeRecord, encodeRecord, fileNameOf } from './record.js';

/** Times that a lease is tried while others come and go. */
const MOST_TRIES = 8;

/** Who has a lease. */
interface Holder {
  readonly token: string;
  readonly expiry: number;
}

/**
 * Leases as files that are made by linking: of several who try, one succeeds.
 *
 * One whose time is over is moved away before the next is made. Were it replaced between the look and the move, it
 * is put back; should a third have taken the lease in that moment, two have it. A lease saves work, it protects nothing.
 */
export class Leases {
  readonly #folder: string;
  readonly #files: Files;
  readonly #clock: Clock;

  constructor(folder: string, files: Files, clock: Clock) {
    this.#folder = folder;
    this.#files = files;
    this.#clock = clock;
  }

  /** Takes a lease unless somebody else has it. */
  async acquire(key: string, token: string, ttl: number): Promise<boolean> {
    const path = this.#path(key);
    const own = encodeRecord({ key, expiry: this.#clock.wallTime() + ttl, bytes: Buffer.from(token) });
    const temporary = await this.#files.writeTemporary(own);
    try {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        if (await this.#link(temporary, path)) return true;
        const holder = await this.#holder(path, key);
        const isFree = holder === undefined || holder.token === token || holder.expiry <= this.#clock.wallTime();
        if (!isFree) return false;
        await this.#takeAway(path, key, holder);
      }
      return false;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Gives a lease back if it is still this token's. */
  async release(key: string, token: string): Promise<void> {
    const path = this.#path(key);
    const holder = await this.#holder(path, key);
    if (holder?.token === token) await this.#takeAway(path, key, holder);
  }

  /** Removes a lease if it is still the one that was seen. */
  async #takeAway(path: string, key: string, seen: Holder | undefined): Promise<void> {
    const away = await this.#files.takeAway(path);
    if (away === undefined) return;
    const taken = await this.#holder(away, key);
    const isOther = taken !== undefined && (taken.token !== seen?.token || taken.expiry !== seen.expiry);
    if (isOther) await this.#link(away, path);
    await rm(away, { force: true });
  }

  /** Who has the lease; undefined when there is none or the file is damaged. */
  async #holder(path: string, key: string): Promise<Holder | undefined> {
    const file = await readIfThere(path);
    const record = file && decodeRecord(file, key);
    return record && { token: Buffer.from(record.bytes).toString(), expiry: record.expiry };
  }

  async #link(from: string, to: string): Promise<boolean> {
    try {
      await link(from, to);
      return true;
    } catch (error) {
      if (isThere(error)) return false;
      if (!isMissing(error)) throw error;
      await makeFolder(this.#folder); // somebody has removed it
      return false;
    }
  }

  #path(key: string): string {
    return join(this.#folder, fileNameOf(key));
  }
}
