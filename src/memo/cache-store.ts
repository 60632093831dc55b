/**
 * What a second cache level has to do: keep bytes by key. `tickwise/stores/redis` and `tickwise/stores/disk` are two;
 * any object with these methods will do, and `storeContract` of `tickwise/stores/contract` checks it.
 *
 * Every method may reject: the call that needed it is answered all the same, and the failure goes to `onError`.
 */
export interface CacheStore {
  /** Returns the bytes last set for a key, unless they expired, were deleted or given up. */
  get(key: string): Promise<Uint8Array | undefined>;
  /**
   * Keeps bytes for `ttl` milliseconds; Infinity keeps them until there is no room. The bytes are not changed later.
   * When it resolves, a `get` from any process returns them.
   */
  set(key: string, bytes: Uint8Array, ttl: number): Promise<void>;
  /** Forgets a key. When it resolves, no `get` from any process returns it. Not an error when there is none. */
  delete(key: string): Promise<void>;
  /** Ends the use of the store. What others gave it, such as a client, stays open. */
  close(): Promise<void>;
  /**
   * Takes the lease of a key for `ttl` milliseconds unless somebody else holds it; `token` names the taker.
   * Needed for the option `lease` only.
   * @returns whether the lease is the taker's now.
   */
  acquireLease?(key: string, token: string, ttl: number): Promise<boolean>;
  /** Gives the lease of a key back, if it is still this token's. */
  releaseLease?(key: string, token: string): Promise<void>;
}

/**
 * Carries invalidations between processes. Messages may be lost while the connection is down; `onGap` is called once it
 * is back, since nobody can say what was missed.
 */
export interface InvalidationBus {
  /** Sends a message to all other subscribers, this process's included. Rejects when it cannot be sent. */
  publish(message: string): Promise<void>;
  /** Calls `onMessage` for each message from now on, and `onGap` when some may have been missed. */
  subscribe(onMessage: (message: string) => void, onGap: () => void): Disposable;
  /** Ends the bus. What others gave it, such as a client, stays open. */
  close(): Promise<void>;
}
