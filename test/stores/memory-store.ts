import { ClosedError } from 'tickwise/core';
import type { CacheStore } from 'tickwise/memo';

/** What several memory stores share: bytes and the time they end, in milliseconds of `now`. */
export interface SharedMemory {
  now: number;
  readonly values: Map<string, { readonly bytes: Uint8Array; readonly end: number }>;
  readonly leases: Map<string, { readonly token: string; readonly end: number }>;
}

/** An empty memory. */
export function newMemory(): SharedMemory {
  return { now: 0, values: new Map(), leases: new Map() };
}

/** The plainest right store. Tests of the contract suite break one method of it at a time. */
export class MemoryStore implements Required<CacheStore> {
  readonly memory: SharedMemory;
  isClosed = false;

  constructor(memory: SharedMemory) {
    this.memory = memory;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    this.check();
    const found = this.memory.values.get(key);
    return found !== undefined && found.end > this.memory.now ? found.bytes : undefined;
  }

  async set(key: string, bytes: Uint8Array, ttl: number): Promise<void> {
    this.check();
    if (!(ttl > 0)) throw new RangeError(`ttl ${ttl}`);
    this.memory.values.set(key, { bytes: Uint8Array.from(bytes), end: this.memory.now + ttl });
  }

  async delete(key: string): Promise<void> {
    this.check();
    this.memory.values.delete(key);
  }

  async acquireLease(key: string, token: string, ttl: number): Promise<boolean> {
    this.check();
    const held = this.memory.leases.get(key);
    if (held !== undefined && held.end > this.memory.now && held.token !== token) return false;
    this.memory.leases.set(key, { token, end: this.memory.now + ttl });
    return true;
  }

  async releaseLease(key: string, token: string): Promise<void> {
    this.check();
    if (this.memory.leases.get(key)?.token === token) this.memory.leases.delete(key);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  protected check(): void {
    if (this.isClosed) throw new ClosedError('the memory store is closed');
  }
}
