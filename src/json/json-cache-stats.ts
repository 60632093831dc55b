/** What a `JsonCache` did so far: `calls = hits + misses + uncacheable + primitives + failed`. */
export interface JsonCacheStats {
  /** Calls of `stringify` and `bytes`. */
  readonly calls: number;
  /** Calls answered with a text made before. */
  readonly hits: number;
  /** Calls for which a value was serialised that was not kept, or had changed. */
  readonly misses: number;
  /** Calls with a value that is serialised anew each time; `explain(value)` says why. */
  readonly uncacheable: number;
  /** Calls with a value that is no object. */
  readonly primitives: number;
  /** Calls that threw what `JSON.stringify` throws, such as for a circle or a BigInt. */
  readonly failed: number;
  /** Values dropped because there were too many or they took too many bytes. */
  readonly evictions: number;
  /** Values whose JSON is kept now. */
  readonly entries: number;
  /** Bytes that it takes, about; see `JsonCacheOptions.maxBytes`. */
  readonly heldBytes: number;
}

/** Why a value is answered as it is; see `JsonCache.explain`. */
export interface JsonCacheExplanation {
  /**
   * What the next call does: give the text that is kept (`kept`), serialise because there is none (`absent`) or the
   * value has changed (`changed`), or serialise each time (`uncacheable`).
   */
  readonly state: 'kept' | 'changed' | 'absent' | 'uncacheable';
  /** How it is known that the value is the same: the key that it supplies, that it is frozen, or by comparing. */
  readonly by?: 'key' | 'frozen' | 'comparison';
  /** In a sentence, why. */
  readonly reason: string;
}
