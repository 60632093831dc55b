import { describe, expect, it } from 'vitest';
import type { CacheStore, InvalidationBus } from 'tickwise/memo';
import { busContract, storeContract } from 'tickwise/stores/contract';
import { MemoryStore, newMemory, type SharedMemory } from './memory-store.js';

/** Titles of the cases that a store fails. */
async function failuresOf(make: (memory: SharedMemory) => CacheStore): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of storeContract) {
    const memory = newMemory();
    const passTime = async (ms: number): Promise<void> => void (memory.now += ms);
    await run(() => make(memory), passTime).catch(() => failed.push(title));
  }
  return failed;
}

describe('storeContract', () => {
  it('passes a plain right store, and one without leases', async () => {
    const withoutLeases = (memory: SharedMemory): CacheStore => {
      const store = new MemoryStore(memory);
      return {
        get: (key) => store.get(key),
        set: (key, bytes, ttl) => store.set(key, bytes, ttl),
        delete: (key) => store.delete(key),
        close: () => store.close(),
      };
    };

    expect(await failuresOf((memory) => new MemoryStore(memory))).toEqual([]);
    expect(await failuresOf(withoutLeases)).toEqual([]);
  });

  it.each<readonly [string, new (memory: SharedMemory) => CacheStore, string]>([
    [
      'loses empty values',
      class extends MemoryStore {
        override async get(key: string) {
          const found = await super.get(key);
          return found?.byteLength === 0 ? undefined : found;
        }
      },
      'returns the bytes that were set, whatever they are',
    ],
    [
      'keeps text',
      class extends MemoryStore {
        override set(key: string, bytes: Uint8Array, ttl: number) {
          return super.set(key, Buffer.from(Buffer.from(bytes).toString()), ttl);
        }
      },
      'returns the bytes that were set, whatever they are',
    ],
    [
      'takes the whole buffer of a view',
      class extends MemoryStore {
        override set(key: string, bytes: Uint8Array, ttl: number) {
          return super.set(key, new Uint8Array(bytes.buffer), ttl);
        }
      },
      'takes a view into a larger buffer for its own bytes only',
    ],
    [
      'keeps the first value',
      class extends MemoryStore {
        override async set(key: string, bytes: Uint8Array, ttl: number) {
          if ((await this.get(key)) === undefined) await super.set(key, bytes, ttl);
        }
      },
      'replaces a value',
    ],
    [
      'does not tell cases apart',
      class extends MemoryStore {
        override get(key: string) {
          return super.get(key.toLowerCase());
        }
        override set(key: string, bytes: Uint8Array, ttl: number) {
          return super.set(key.toLowerCase(), bytes, ttl);
        }
      },
      'never merges two different keys',
    ],
    [
      'deletes nothing',
      class extends MemoryStore {
        override async delete() {
          this.check();
        }
      },
      'forgets a deleted key and no other',
    ],
    [
      'deletes everything',
      class extends MemoryStore {
        override async delete() {
          this.check();
          this.memory.values.clear();
        }
      },
      'forgets a deleted key and no other',
    ],
    [
      'lets large values land late',
      class extends MemoryStore {
        override async set(key: string, bytes: Uint8Array, ttl: number) {
          for (let turn = 0; turn < bytes.byteLength; turn += 10) await Promise.resolve();
          return super.set(key, bytes, ttl);
        }
      },
      'ends with the last of several changes that nobody waited for',
    ],
    [
      'keeps values for ever',
      class extends MemoryStore {
        override async set(key: string, bytes: Uint8Array, ttl: number) {
          await super.set(key, bytes, ttl > 0 ? Infinity : ttl);
        }
      },
      'forgets a value after its time',
    ],
    [
      'keeps the first time',
      class extends MemoryStore {
        override async set(key: string, bytes: Uint8Array, ttl: number) {
          const end = this.memory.values.get(key)?.end;
          await super.set(key, bytes, ttl);
          if (end !== undefined) this.memory.values.set(key, { bytes, end });
        }
      },
      'gives a value that is set again its new time',
    ],
    [
      'takes any time',
      class extends MemoryStore {
        override async set(key: string, bytes: Uint8Array, ttl: number) {
          await super.set(key, bytes, ttl > 0 ? ttl : 1);
        }
      },
      'refuses a time that is none, and keeps what is there',
    ],
    [
      'shares nothing',
      class extends MemoryStore {
        constructor(memory: SharedMemory) {
          super({ ...newMemory(), now: memory.now });
        }
      },
      'shows what another store of the same data has set, once that resolved',
    ],
    [
      'gives a lease to everybody',
      class extends MemoryStore {
        override async acquireLease() {
          this.check();
          return true;
        }
      },
      'gives a lease to one of many',
    ],
    [
      'releases the leases of others',
      class extends MemoryStore {
        override async releaseLease(key: string) {
          this.check();
          this.memory.leases.delete(key);
        }
      },
      'keeps a lease when another token releases it',
    ],
    [
      'never ends a lease',
      class extends MemoryStore {
        override acquireLease(key: string, token: string) {
          return super.acquireLease(key, token, Infinity);
        }
      },
      'lets a lease end after its time, and its late release undo nothing',
    ],
    [
      'releases leases with values',
      class extends MemoryStore {
        override async delete(key: string) {
          await super.delete(key);
          this.memory.leases.delete(key);
        }
      },
      'keeps the lease and the value of a key apart',
    ],
    [
      'works after its end',
      class extends MemoryStore {
        protected override check() {
          // no end
        }
      },
      'rejects every call once it is closed',
    ],
  ])('fails a store that %s', async (_title, Broken, expected) => {
    expect(await failuresOf((memory) => new Broken(memory))).toContain(expected);
  });
});

/** The plainest right bus. */
class MemoryBus implements InvalidationBus {
  readonly #ends: Set<MemoryBus>;
  readonly listeners = new Set<(message: string) => void>();
  #isClosed = false;

  constructor(ends: Set<MemoryBus>) {
    this.#ends = ends.add(this);
  }

  async publish(message: string): Promise<void> {
    if (this.#isClosed) throw new Error('closed');
    for (const end of this.#ends) end.deliver(message);
  }

  subscribe(onMessage: (message: string) => void): Disposable {
    if (this.#isClosed) throw new Error('closed');
    const listener = (message: string): void => onMessage(message);
    this.listeners.add(listener);
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.listeners.clear();
  }

  protected deliver(message: string): void {
    for (const listener of this.listeners) {
      try {
        listener(message);
      } catch {
        // A test's listener that throws.
      }
    }
  }
}

async function busFailuresOf(Bus: new (ends: Set<MemoryBus>) => MemoryBus): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of busContract) {
    const ends = new Set<MemoryBus>();
    await run(() => new Bus(ends)).catch(() => failed.push(title));
  }
  return failed;
}

describe('busContract', () => {
  it('passes a plain right bus', async () => {
    expect(await busFailuresOf(MemoryBus)).toEqual([]);
  });

  it.each<readonly [string, new (ends: Set<MemoryBus>) => MemoryBus, string]>([
    [
      'brings some messages twice',
      class extends MemoryBus {
        protected override deliver(message: string) {
          super.deliver(message);
          if (message.endsWith(':')) super.deliver(message);
        }
      },
      'brings each message to every listener, the sender included, in order',
    ],
    [
      'keeps listeners that have left',
      class extends MemoryBus {
        override subscribe(onMessage: (message: string) => void) {
          super.subscribe(onMessage);
          return { [Symbol.dispose]: () => undefined };
        }
      },
      'brings nothing to a listener that has left',
    ],
    [
      'lets a listener stop the others',
      class extends MemoryBus {
        protected override deliver(message: string) {
          for (const listener of this.listeners) listener(message);
        }
      },
      'serves the other listeners when one throws',
    ],
    [
      'works after its end',
      class extends MemoryBus {
        override async close() {
          // no end
        }
      },
      'takes no more calls, and brings nothing, once it is closed',
    ],
  ])('fails a bus that %s', async (_title, Broken, expected) => {
    expect(await busFailuresOf(Broken)).toContain(expected);
  });
});
