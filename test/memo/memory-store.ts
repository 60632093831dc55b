import type { Clock } from '../../src/core/clock.js';
import type { CacheStore } from '../../src/memo/cache-store.js';

/** What goes wrong with one operation. */
export type Fault =
  /** Nothing happens, no answer comes. */
  | 'hang'
  /** Nothing happens, the answer is an error. */
  | 'reject'
  /** It throws instead of returning a promise. */
  | 'throw'
  /** It is carried out, the answer is an error. */
  | 'lose-answer'
  /** What is read is damaged. */
  | 'corrupt'
  /** It is carried out and answered so many milliseconds later. */
  | { readonly late: number };

/** An operation as the store sees it. */
export interface StoreOperation {
  readonly name: 'get' | 'set' | 'delete' | 'acquireLease' | 'releaseLease';
  readonly key: string;
}

/** A store in memory, on a clock, in which anything can go wrong. */
export class MemoryStore implements CacheStore {
  /** Asked for each operation before it happens. */
  fault: (operation: StoreOperation) => Fault | undefined = () => undefined;
  readonly operations: StoreOperation[] = [];
  readonly items = new Map<string, { bytes: Uint8Array; until: number }>();
  readonly leases = new Map<string, { token: string; until: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#perform({ name: 'get', key }, () => {
      const item = this.items.get(key);
      return item !== undefined && this.#clock.now() < item.until ? item.bytes : undefined;
    });
  }

  set(key: string, bytes: Uint8Array, ttl: number): Promise<void> {
    if (!(ttl > 0)) throw new RangeError(`a ttl of ${ttl}`);
    return this.#perform({ name: 'set', key }, () => {
      this.items.set(key, { bytes: Uint8Array.from(bytes), until: this.#clock.now() + ttl });
    });
  }

  delete(key: string): Promise<void> {
    return this.#perform({ name: 'delete', key }, () => void this.items.delete(key));
  }

  acquireLease(key: string, token: string, ttl: number): Promise<boolean> {
    return this.#perform({ name: 'acquireLease', key }, () => {
      const lease = this.leases.get(key);
      if (lease !== undefined && lease.token !== token && this.#clock.now() < lease.until) return false;
      this.leases.set(key, { token, until: this.#clock.now() + ttl });
      return true;
    });
  }

  releaseLease(key: string, token: string): Promise<void> {
    return this.#perform({ name: 'releaseLease', key }, () => {
      if (this.leases.get(key)?.token === token) this.leases.delete(key);
    });
  }

  async close(): Promise<void> {
    // Nothing to end.
  }

  /** The keys that hold something now, without the given prefix. */
  names(prefix: string): string[] {
    return [...this.items.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  }

  /** How often an operation was asked for. */
  count(name: StoreOperation['name']): number {
    return this.operations.filter((operation) => operation.name === name).length;
  }

  #perform<T>(operation: StoreOperation, carryOut: () => T): Promise<T> {
    this.operations.push(operation);
    const fault = this.fault(operation);
    if (fault === 'throw') throw new Error(`${operation.name} threw`);
    return this.#suffer(fault, operation, carryOut);
  }

  async #suffer<T>(fault: Fault | undefined, { name }: StoreOperation, carryOut: () => T): Promise<T> {
    if (fault === 'hang') return await new Promise<never>(() => undefined);
    if (fault === 'reject') throw new Error(`${name} failed`);
    if (typeof fault === 'object') await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, fault.late));
    const result = carryOut();
    if (fault === 'lose-answer') throw new Error(`the answer of ${name} was lost`);
    return fault === 'corrupt' && result instanceof Uint8Array ? damaged(result) : result;
  }
}

/** The same bytes with one bit turned over. The type stays: bytes are all that is ever damaged. */
function damaged<T extends Uint8Array>(bytes: T): T {
  const copy = bytes.slice();
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy as T;
}

/** Turns a fault on for operations on keys that contain a text. */
export function faultOn(part: string, fault: Fault, ...names: StoreOperation['name'][]) {
  return ({ key, name }: StoreOperation): Fault | undefined =>
    key.includes(part) && (names.length === 0 || names.includes(name)) ? fault : undefined;
}
