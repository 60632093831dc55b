import { createHistogram } from 'node:perf_hooks';
import { systemClock } from 'tickwise/core';
import { cacheStats } from 'tickwise/memo';
import type { BotResult, BotTrace, CacheSample } from '../bot/result.js';

/** Boundaries between two samples, in a short run. */
const FIRST_INTERVAL = 10;

/** Samples at which every second one is given up, so that a run of days needs no more room than one of minutes. */
const MOST_SAMPLES = 240;

const NANOS_PER_MS = 1e6;

/** Notes how long decisions take and how often caches have the answer. */
export class Trace {
  readonly #nanos = createHistogram();
  #samples: CacheSample[] = [];
  #interval = FIRST_INTERVAL;
  #boundaries = 0;

  /** Runs the decisions of the boundary `at`, on the watch. */
  async time(at: number, decide: () => Promise<void>): Promise<void> {
    const started = systemClock.now();
    await decide();
    this.#nanos.record(Math.max(1, Math.round((systemClock.now() - started) * NANOS_PER_MS)));
    if (++this.#boundaries % this.#interval === 0) this.#sample(at);
  }

  /** What was noted so far. */
  summary(): Pick<BotTrace, 'cacheSamples' | 'decideMs'> {
    const percentile = (percent: number): number => this.#nanos.percentile(percent) / NANOS_PER_MS;
    return {
      cacheSamples: this.#samples,
      decideMs: { p50: percentile(50), p90: percentile(90), p99: percentile(99), max: percentile(100) },
    };
  }

  #sample(at: number): void {
    this.#samples.push({ at, caches: hitsByName() });
    if (this.#samples.length < MOST_SAMPLES) return;
    this.#samples = this.#samples.filter((_, index) => index % 2 === 1);
    this.#interval *= 2;
  }
}

/** Counters of all caches of this process. */
export function hitsByName(): BotResult['cacheHits'] {
  const { caches } = cacheStats();
  return Object.fromEntries(
    Object.entries(caches).map(([name, { calls, loads, expirations }]) => [
      name,
      { calls, hits: calls - loads, expired: expirations },
    ]),
  );
}
