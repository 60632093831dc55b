/**
 * One load for several processes: who holds the lease of a key loads, the others look for its result now and then.
 *
 * A lease ends when its holder has stored the result, when its load failed, or `ttl` after the holder was last heard
 * of. Whoever finds it ended takes it, looks once more and loads. Its name holds the stamps of the look-up, so that
 * nobody waits for a load that began before an invalidation. A lease saves work and decides nothing: two loads at once
 * are never wrong.
 */
import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../core/clock.js';
import type { CacheStore } from './cache-store.js';
import type { LeaseOptions } from './lease-options.js';
import type { StoreGate } from './store-gate.js';
import type { StoreKeys } from './store-keys.js';
import type { StoreCounters } from './store-stats.js';
import type { Ticket } from './store-ticket.js';

/** What leases need. */
export interface LeaseParts {
  /** Where they are. */
  readonly store: CacheStore;
  /** The way to the store. */
  readonly gate: StoreGate;
  /** Their names. */
  readonly keys: StoreKeys;
  /** The clock of waits and signs. */
  readonly ioClock: Clock;
  /** What is counted. */
  readonly counters: StoreCounters;
}

/** {@link LeaseOptions} with their defaults. */
type LeaseTimes = { readonly [Name in keyof LeaseOptions]-?: number };

/** Takes and gives back the leases of one cache; see the notes above. */
export class StoreLeases {
  readonly #parts: LeaseParts;
  readonly #options: LeaseTimes;

  constructor(parts: LeaseParts, options: LeaseOptions) {
    this.#parts = parts;
    this.#options = { ttl: options.ttl ?? 2_000, wait: options.wait ?? 10_000, poll: options.poll ?? 5 };
  }

  /** Tries to take the lease of a load under a ticket. @returns it, 'taken' by another, or undefined if the store failed. */
  async take(text: string, { epoch, removal, bumps }: Ticket): Promise<Lease | 'taken' | undefined> {
    const { counters, gate, keys } = this.#parts;
    const name = keys.lease(text, [epoch, removal, bumps ?? '']);
    const token = randomUUID();
    const outcome = await gate.run(() => this.#acquire(name, token));
    if (outcome.end !== 'done') return undefined;
    if (!outcome.value) return 'taken';
    counters.leases++;
    return new Lease(this.#parts, this.#options, name, token);
  }

  /** The pauses between looks at another's result; it ends when the wait is over. */
  async *pauses(): AsyncGenerator<void, void, undefined> {
    const { ioClock } = this.#parts;
    const { wait, poll } = this.#options;
    const end = ioClock.now() + wait;
    for (let pause = poll; ; pause = Math.min(pause * 2, poll * 16)) {
      const rest = end - ioClock.now();
      if (rest <= 0) return;
      // Not unref'd: a caller waits.
      await new Promise<void>((resolve) => ioClock.setTimeout(resolve, Math.min(pause, rest)));
      yield;
    }
  }

  async #acquire(name: string, token: string): Promise<boolean> {
    return (await this.#parts.store.acquireLease?.(name, token, this.#options.ttl)) ?? false;
  }
}

/** A lease that this process holds, and prolongs until it is given back. */
export class Lease {
  readonly #parts: LeaseParts;
  readonly #options: LeaseTimes;
  readonly #name: string;
  readonly #token: string;
  readonly #heldSince: number;
  #timer: Timer | undefined;
  #sign: Promise<unknown> | undefined;

  constructor(parts: LeaseParts, options: LeaseTimes, name: string, token: string) {
    this.#parts = parts;
    this.#options = options;
    this.#name = name;
    this.#token = token;
    this.#heldSince = parts.ioClock.now();
    this.#planSign();
  }

  /** Lets another process have it. Never rejects; a lease that cannot be given back ends by itself. */
  async giveBack(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { gate, store } = this.#parts;
    // A sign that lands later would take it again.
    await this.#sign;
    await gate.run(async () => store.releaseLease?.(this.#name, this.#token));
  }

  #planSign(): void {
    const { ttl, wait } = this.#options;
    const { ioClock } = this.#parts;
    // Nobody waits longer, so a load that hangs need not keep others from trying.
    if (ioClock.now() - this.#heldSince >= wait) return;
    this.#timer = ioClock.setTimeout(() => {
      this.#sign = this.#giveSign();
    }, ttl / 3);
    this.#timer.unref();
  }

  async #giveSign(): Promise<void> {
    const { gate, store } = this.#parts;
    await gate.run(async () => store.acquireLease?.(this.#name, this.#token, this.#options.ttl));
    // Unless it was given back meanwhile.
    if (this.#timer !== undefined) this.#planSign();
  }
}
