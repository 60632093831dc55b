import type { CacheStore } from '../../memo/cache-store.js';
import { ArgumentError, ClosedError, CorruptDataError } from '../../core/errors.js';
import { FailureReporter } from '../../core/failures.js';
import { registerClosable } from '../../core/life-cycle.js';
import { checkBytes, checkKey, checkLease, checkToken, wholeTtl } from '../value-limits.js';
import {
  type DiskErrorContext,
  type DiskStoreOptions,
  type DiskStoreSettings,
  readDiskStoreOptions,
} from './disk-store-options.js';
import { KeyTurns } from './key-turns.js';
import { decodeRecord, encodeRecord, fileNameOf, recordSize } from './record.js';
import { openRoom, type Room } from './room.js';

/** A second cache level in files. */
export interface DiskStore extends Required<CacheStore>, AsyncDisposable {
  /** Makes the folder and opens it, which the first operation does otherwise. Rejects when it cannot be made. */
  ready(): Promise<void>;
  /** Counters as they are now. */
  stats(): DiskStoreStats;
}

/** Counters of a {@link DiskStore}. reads = hits + misses + those that failed. */
export interface DiskStoreStats {
  /** Calls of `get`. */
  readonly reads: number;
  /** Those that found a value. */
  readonly hits: number;
  /** Those that found none, or one that counts no more. */
  readonly misses: number;
  /** Misses because the time of the value was over. */
  readonly expired: number;
  /** Misses because the file was damaged or of another format. */
  readonly corrupt: number;
  /** Calls of `set`. */
  readonly writes: number;
  /** Calls of `delete`. */
  readonly deletes: number;
  /** Calls of `acquireLease` and `releaseLease`. */
  readonly leases: number;
  /** Operations of all kinds that failed. */
  readonly failures: number;
  /** Times that this process gave up the oldest eighth, or what was older than a damaged file. */
  readonly evictions: number;
  /** Operations under way now. */
  readonly pending: number;
}

const OWNER = 'diskStore';

/**
 * Makes a second cache level that keeps its bytes in files, one per key.
 *
 * A change is there whole or not at all, whenever the process ends. A file that is damaged, or of another format, is a
 * miss; it is given up together with all that was written before it, so that no invalidation is lost before the
 * values it concerns. For the same reason the oldest eighth is given up when there is no more room, whether its values
 * are still read or not. Several processes of one machine may share a folder; each may then exceed the bounds by a
 * 128th. Not for network disks. A value whose time is over stays on the disk until its eighth is given up.
 *
 * Operations of one key go in the order they were asked for. `close` waits for those under way.
 *
 * Cost: `get` lists a small folder and opens up to eight files; `set` writes a file and renames it.
 *
 * @throws ConfigError when an option is unknown or has a wrong value.
 * @example
 * const store = diskStore({ folder: '/var/cache/bot', maxBytes: 2 ** 28 });
 * const features = memo(loadFeatures, { name: 'features', store });
 */
export function diskStore(options: DiskStoreOptions): DiskStore {
  return new FileStore(options);
}

class FileStore implements DiskStore {
  readonly #settings: DiskStoreSettings;
  readonly #turns: KeyTurns;
  readonly #reporter: FailureReporter<DiskErrorContext>;
  readonly #stats = {
    reads: 0,
    hits: 0,
    misses: 0,
    expired: 0,
    corrupt: 0,
    writes: 0,
    deletes: 0,
    leases: 0,
    failures: 0,
  };
  #opening: Promise<Room> | undefined;
  #room: Room | undefined;
  #isClosed = false;

  constructor(options: DiskStoreOptions) {
    this.#settings = readDiskStoreOptions(options);
    this.#turns = new KeyTurns(OWNER, this.#settings.maxPending);
    this.#reporter = new FailureReporter(OWNER, this.#settings.onError);
    registerClosable('store', this);
  }

  async ready(): Promise<void> {
    if (this.#isClosed) throw new ClosedError(`${OWNER} is closed`);
    await this.#open();
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#run('reads', key, async (room) => {
      const bytes = await this.#read(room, key);
      this.#stats[bytes === undefined ? 'misses' : 'hits']++;
      return bytes;
    });
  }

  async set(key: string, bytes: Uint8Array, ttl: number): Promise<void> {
    checkKey(OWNER, key);
    checkBytes(OWNER, bytes, this.#settings.maxValueBytes);
    const whole = wholeTtl(OWNER, ttl);
    await this.#run('writes', key, async ({ generations }) => {
      if (!generations.fits(recordSize(key, bytes))) {
        throw new ArgumentError(`${OWNER}: a value must fit with its key into an eighth of maxBytes`);
      }
      const expiry = this.#settings.clock.wallTime() + whole;
      await generations.write(fileNameOf(key), encodeRecord({ key, expiry, bytes }));
    });
  }

  delete(key: string): Promise<void> {
    return this.#run('deletes', key, ({ generations }) => generations.remove(fileNameOf(key)));
  }

  async acquireLease(key: string, token: string, ttl: number): Promise<boolean> {
    const whole = checkLease(OWNER, token, ttl);
    return this.#run('leases', key, ({ leases }) => leases.acquire(key, token, whole));
  }

  async releaseLease(key: string, token: string): Promise<void> {
    checkToken(OWNER, token);
    return this.#run('leases', key, ({ leases }) => leases.release(key, token));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turns.idle();
    const room = await this.#opening?.catch(() => undefined); // told to whoever asked for it
    await room?.cleaning;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  stats(): DiskStoreStats {
    return { ...this.#stats, evictions: this.#room?.generations.dropped ?? 0, pending: this.#turns.pending };
  }

  async #run<T>(
    counter: 'reads' | 'writes' | 'deletes' | 'leases',
    key: string,
    operation: (room: Room) => Promise<T>,
  ): Promise<T> {
    checkKey(OWNER, key);
    if (this.#isClosed) throw new ClosedError(`${OWNER} is closed`);
    this.#stats[counter]++;
    try {
      return await this.#turns.run(key, async () => operation(await this.#open()));
    } catch (error) {
      this.#stats.failures++;
      throw error;
    }
  }

  async #open(): Promise<Room> {
    this.#opening ??= openRoom(this.#settings, this.#reporter).catch((error: unknown) => {
      this.#opening = undefined; // the next operation tries again
      throw error;
    });
    this.#room = await this.#opening;
    return this.#room;
  }

  async #read({ generations }: Room, key: string): Promise<Uint8Array | undefined> {
    const found = await generations.read(fileNameOf(key));
    if (found === undefined) return undefined;
    const record = decodeRecord(found.file, key);
    if (record === undefined) {
      this.#stats.corrupt++;
      const error = new CorruptDataError(
        `${OWNER}: a file of ${found.file.length} bytes is damaged and given up with all that is older`,
      );
      this.#reporter.report(error, { during: 'read' });
      await generations.dropUpTo(found.generation);
      return undefined;
    }
    if (record.expiry > this.#settings.clock.wallTime()) return record.bytes;
    this.#stats.expired++;
    return undefined;
  }
}
