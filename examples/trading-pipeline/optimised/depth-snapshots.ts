import type { VirtualClock } from 'tickwise/core';
import { binanceDepthSnapshot, type BookChange } from 'tickwise/feed';
import { RateLimiter } from 'tickwise/schedule';
import type { BotJob } from '../bot/job.js';
import { depthUrl } from '../bot/venue-address.js';

/** What the venue allows a minute, and what one snapshot of 1,000 levels counts: Binance's futures, July 2026. */
const WEIGHT_PER_MINUTE = 2_400;
const WEIGHT = 20;

/** Fetches order-book snapshots over REST, no faster than the venue allows, and after a 429 when it says so. */
export class DepthSnapshots {
  readonly #job: BotJob;
  readonly #clock: VirtualClock;
  readonly #limiter: RateLimiter;
  #requests = 0;

  constructor(job: BotJob, clock: VirtualClock) {
    this.#job = job;
    this.#clock = clock;
    this.#limiter = new RateLimiter({ windows: [{ limit: WEIGHT_PER_MINUTE, interval: 60_000 }], clock });
  }

  /** Requests sent. */
  get requests(): number {
    return this.#requests;
  }

  /** Fetches the book of a symbol; the market waits for the answer, so that a replay is reproducible. */
  async fetch(symbol: string, signal?: AbortSignal): Promise<BookChange> {
    await this.#limiter.acquire(WEIGHT, signal && { signal });
    return this.#clock.hold(this.#ask(symbol, signal));
  }

  async #ask(symbol: string, signal: AbortSignal | undefined): Promise<BookChange> {
    this.#requests++;
    const response = await fetch(depthUrl(this.#job, symbol), signal && { signal });
    this.#limiter.observe(response);
    if (!response.ok) throw new Error(`the venue has no order book of ${symbol} (status ${response.status})`);
    return binanceDepthSnapshot(await response.json());
  }
}
