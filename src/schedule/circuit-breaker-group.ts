import { CircuitBreaker, type CircuitBreakerStats, type CircuitExplanation } from './circuit-breaker.js';
import {
  type CircuitBreakerGroupOptions,
  type CircuitBreakerOptions,
  type CircuitBreakerSettings,
  readCircuitBreakerGroupOptions,
} from './circuit-breaker-options.js';

/** Breakers looked at to find one that may go. */
const CANDIDATES = 32;

/** What a group has done. */
export interface CircuitBreakerGroupStats extends Omit<CircuitBreakerStats, 'state'> {
  /** Keys with a breaker. */
  readonly keys: number;
  /** Breakers that are open or half-open. */
  readonly notClosed: number;
  /** Breakers that went to make room. What they have counted stays in the sums. */
  readonly evicted: number;
  /** Those among them that were not closed: their keys are tried again too early. */
  readonly evictedOpen: number;
}

const COUNTERS = [
  'calls',
  'refused',
  'running',
  'succeeded',
  'failed',
  'slow',
  'stale',
  'abandoned',
  'opened',
] as const;

/**
 * One breaker per key, such as an endpoint or a symbol, bounded in number.
 *
 * A breaker's name is the group's with the key in brackets.
 *
 * @example
 * const breakers = new CircuitBreakerGroup({ window: 10, maxKeys: 500 });
 * const book = await breakers.execute('BTCUSDT', () => fetchBook('BTCUSDT'));
 */
export class CircuitBreakerGroup {
  readonly #settings: CircuitBreakerSettings;
  readonly #maxKeys: number;
  /** Used longest ago first. */
  readonly #breakers = new Map<string, CircuitBreaker>();
  readonly #gone: Record<(typeof COUNTERS)[number], number> = {
    calls: 0,
    refused: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    slow: 0,
    stale: 0,
    abandoned: 0,
    opened: 0,
  };
  #evicted = 0;
  #evictedOpen = 0;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: CircuitBreakerGroupOptions = {}) {
    const { breaker, maxKeys } = readCircuitBreakerGroupOptions(options);
    this.#settings = breaker;
    this.#maxKeys = maxKeys;
  }

  /** The breaker of a key, made when there is none. Ask anew for each call: it may have gone to make room. */
  at(key: string): CircuitBreaker {
    const known = this.#breakers.get(key);
    if (known !== undefined) {
      this.#breakers.delete(key);
      this.#breakers.set(key, known);
      return known;
    }
    if (this.#breakers.size >= this.#maxKeys) this.#evict();
    const fresh = new CircuitBreaker(this.#optionsOf(key));
    this.#breakers.set(key, fresh);
    return fresh;
  }

  /** As `execute` of the key's breaker. */
  execute<T>(key: string, call: () => T | PromiseLike<T>): Promise<T> {
    return this.at(key).execute(call);
  }

  /** Sums over all breakers, those that have gone included. */
  stats(): CircuitBreakerGroupStats {
    const sums = { ...this.#gone };
    let notClosed = 0;
    for (const breaker of this.#breakers.values()) {
      const stats = breaker.stats();
      for (const name of COUNTERS) sums[name] += stats[name];
      if (stats.state !== 'closed') notClosed++;
    }
    const keys = this.#breakers.size;
    return { ...sums, keys, notClosed, evicted: this.#evicted, evictedOpen: this.#evictedOpen };
  }

  /** As `explain` of the key's breaker; undefined when the key has none. */
  explain(key: string): CircuitExplanation | undefined {
    return this.#breakers.get(key)?.explain();
  }

  #optionsOf(key: string): CircuitBreakerOptions {
    const { isSuccess, onError, onStateChange, ...rest } = this.#settings;
    return {
      ...rest,
      name: `${rest.name}[${key}]`,
      ...(isSuccess && { isSuccess }),
      ...(onError && { onError }),
      ...(onStateChange && { onStateChange }),
    };
  }

  #evict(): void {
    const [key, breaker] = this.#leastNeeded();
    if (key === undefined || breaker === undefined) return;
    const stats = breaker.stats();
    for (const name of COUNTERS) this.#gone[name] += stats[name];
    // Its calls end somewhere nobody looks any more.
    this.#gone.running -= stats.running;
    this.#gone.abandoned += stats.running;
    this.#evicted++;
    if (stats.state !== 'closed') this.#evictedOpen++;
    this.#breakers.delete(key);
  }

  #leastNeeded(): [string, CircuitBreaker] | [undefined, undefined] {
    let oldest: [string, CircuitBreaker] | undefined;
    let looked = 0;
    for (const entry of this.#breakers) {
      const { running, state } = entry[1].stats();
      if (state === 'closed' && running === 0) return entry;
      oldest ??= entry;
      if (++looked === CANDIDATES) break;
    }
    return oldest ?? [undefined, undefined];
  }
}
