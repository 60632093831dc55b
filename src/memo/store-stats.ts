/**
 * What a cache has done with its second level so far. Counters only grow; `storePending` and `storeUnsettled` go up
 * and down.
 *
 * storeReads = storeHits + storeMisses + storeErrors + storeTimeouts + storeSkipped, once no read is under way.
 * storeWrites = storeWritten + storeOutdated + storeRefused + storeFailedWrites + storeDropped + storePending.
 * storeInvalidations = storeInvalidated + storePostponed, once none is under way.
 * leaseWaits = leaseShared + leaseTakeovers + leaseGivenUp, once nobody waits.
 */
export interface StoreStats {
  /** Look-ups in the store, those of calls that wait for another process's load included. */
  readonly storeReads: number;
  /** Look-ups that found an entry of use. */
  readonly storeHits: number;
  /** Look-ups that found none: absent, expired, invalidated or corrupt. */
  readonly storeMisses: number;
  /** Misses because what was there was damaged, of another format, or not this key's. */
  readonly storeCorrupt: number;
  /** Misses because the entry had been invalidated, or an invalidation of it is still to be carried out. */
  readonly storeStamped: number;
  /** Look-ups that the store failed. */
  readonly storeErrors: number;
  /** Look-ups that took longer than `storeTimeout`. */
  readonly storeTimeouts: number;
  /** Look-ups that the breaker kept from the store. */
  readonly storeSkipped: number;
  /** Results offered to the store. */
  readonly storeWrites: number;
  /** Results that the store has taken. */
  readonly storeWritten: number;
  /** Results not stored: invalidated meanwhile, or nobody can say that they were not. */
  readonly storeOutdated: number;
  /** Results not stored: the codec failed, or the bytes were more than 64 MiB. */
  readonly storeRefused: number;
  /** Results not stored: the store failed, was late or was kept from by the breaker. */
  readonly storeFailedWrites: number;
  /** Results not stored: too many were waiting. */
  readonly storeDropped: number;
  /** Results on their way now. */
  readonly storePending: number;
  /** Invalidations asked for: of keys, tags, or everything. */
  readonly storeInvalidations: number;
  /** Invalidations that the store has taken at once. */
  readonly storeInvalidated: number;
  /** Invalidations that the store did not take at once; they are tried again. */
  readonly storePostponed: number;
  /** Invalidations that the store has not taken yet; what they concern is not read from it. */
  readonly storeUnsettled: number;
  /** Values that the codec could not encode or decode. */
  readonly codecErrors: number;
  /** Times the breaker has opened. */
  readonly breakerOpened: number;
  /** Calls whose key is good in this process only, so that the store was not asked. */
  readonly localOnly: number;
  /** Leases taken, that is loads which others may wait for. */
  readonly leases: number;
  /** Calls that found another process loading, and waited. */
  readonly leaseWaits: number;
  /** Waits that ended with the other's result. */
  readonly leaseShared: number;
  /** Waits that ended with the lease: the other failed, was killed, or its result is not stored. */
  readonly leaseTakeovers: number;
  /** Waits that ended with a load without the lease: it took too long, the store failed, or nobody waits any more. */
  readonly leaseGivenUp: number;
}

/** The counters behind {@link StoreStats}. */
export type StoreCounters = {
  -readonly [Name in Exclude<keyof StoreStats, 'storePending' | 'storeUnsettled' | 'breakerOpened'>]: number;
};

/** Makes counters at zero. */
export function newStoreCounters(): StoreCounters {
  return {
    storeReads: 0,
    storeHits: 0,
    storeMisses: 0,
    storeCorrupt: 0,
    storeStamped: 0,
    storeErrors: 0,
    storeTimeouts: 0,
    storeSkipped: 0,
    storeWrites: 0,
    storeWritten: 0,
    storeOutdated: 0,
    storeRefused: 0,
    storeFailedWrites: 0,
    storeDropped: 0,
    storeInvalidations: 0,
    storeInvalidated: 0,
    storePostponed: 0,
    codecErrors: 0,
    localOnly: 0,
    leases: 0,
    leaseWaits: 0,
    leaseShared: 0,
    leaseTakeovers: 0,
    leaseGivenUp: 0,
  };
}
