import { type IntervalHistogram, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { Clock, Timer } from '../core/clock.js';
import { type ProcessSamplerOptions, readSamplerOptions } from './process-sampler-options.js';
import type { Usage } from './usage.js';

/** What a process used since its sampler was made. */
export interface ProcessStats {
  /** Times memory was looked at. */
  readonly samples: number;
  /** Time watched, in milliseconds of the sampler's clock. */
  readonly elapsedMs: number;
  /** CPU time of all threads, user and system, in milliseconds. */
  readonly cpuMs: number;
  /** CPU time over the last full period, in per cent of one core; above 100 with threads. 0 before the first. */
  readonly cpuPercent: number;
  /** Resident memory at the last sample, in bytes. */
  readonly rssBytes: number;
  /** The most at any sample, in bytes. */
  readonly peakRssBytes: number;
  /** JavaScript heap in use at the last sample, in bytes. */
  readonly heapBytes: number;
  /** Collections of garbage. */
  readonly gcCount: number;
  /** Time they took, in milliseconds. */
  readonly gcMs: number;
  /** How late the event loop ran its timers, median over all time watched, in milliseconds. 0 until one is measured. */
  readonly loopDelayP50: number;
  /** The same, 99th percentile. */
  readonly loopDelayP99: number;
  /** The same, longest. */
  readonly loopDelayMax: number;
}

/** Node measures the delay of the event loop with a timer of this period, in milliseconds. */
const LOOP_RESOLUTION = 10;

/**
 * Watches CPU, memory, garbage collection and the event loop of this process.
 *
 * Cost: one timer that does not keep the process alive, some 20 µs per sample, and Node's own histogram of the
 * event loop. Nothing after `close`.
 *
 * @example
 * const sampler = new ProcessSampler();
 * metrics.add('process', sampler);
 */
export class ProcessSampler {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #startCpu = process.cpuUsage();
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION });
  readonly #collections = new PerformanceObserver((list) => this.#onCollections(list.getEntries()));
  #timer: Timer | undefined;
  #lastAt: number;
  #lastCpu = 0;
  #endedAt: number | undefined;
  #samples = 0;
  #cpuMs = 0;
  #cpuPercent = 0;
  #rss = 0;
  #peakRss = 0;
  #heap = 0;
  #gcCount = 0;
  #gcMs = 0;

  /** @throws ConfigError when an option is unknown or has a wrong value. */
  constructor(options: ProcessSamplerOptions = {}) {
    const { period, clock } = readSamplerOptions(options);
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#lastAt = this.#startedAt;
    this.#loop.enable();
    this.#collections.observe({ entryTypes: ['gc'] });
    this.#look();
    this.#arm(period);
  }

  /** What the process used so far; CPU time and memory are looked at now. */
  stats(): ProcessStats {
    this.#look();
    const measured = this.#loop.count > 0;
    return {
      samples: this.#samples,
      elapsedMs: this.#elapsed,
      cpuMs: this.#cpuMs,
      cpuPercent: this.#cpuPercent,
      rssBytes: this.#rss,
      peakRssBytes: this.#peakRss,
      heapBytes: this.#heap,
      gcCount: this.#gcCount,
      gcMs: this.#gcMs,
      loopDelayP50: measured ? delayOf(this.#loop.percentile(50)) : 0,
      loopDelayP99: measured ? delayOf(this.#loop.percentile(99)) : 0,
      loopDelayMax: measured ? delayOf(this.#loop.max) : 0,
    };
  }

  /** Time, CPU and peak memory in the form that {@link EfficiencyReport} compares; add what else was counted. */
  usage(): Usage {
    const { elapsedMs, cpuMs, peakRssBytes } = this.stats();
    return { elapsed: elapsedMs, cpu: cpuMs, memory: peakRssBytes };
  }

  /** Ends the watching. `stats()` goes on to answer with the last figures. */
  close(): Promise<void> {
    if (this.#endedAt !== undefined) return Promise.resolve();
    this.#look();
    this.#endedAt = this.#clock.now();
    this.#timer?.cancel();
    this.#loop.disable();
    this.#collections.disconnect();
    return Promise.resolve();
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #elapsed(): number {
    return (this.#endedAt ?? this.#clock.now()) - this.#startedAt;
  }

  #arm(period: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#look();
      const now = this.#clock.now();
      this.#cpuPercent = (100 * (this.#cpuMs - this.#lastCpu)) / Math.max(now - this.#lastAt, Number.EPSILON);
      this.#lastAt = now;
      this.#lastCpu = this.#cpuMs;
      this.#arm(period);
    }, period);
    this.#timer.unref();
  }

  #look(): void {
    if (this.#endedAt !== undefined) return;
    const { user, system } = process.cpuUsage(this.#startCpu);
    const { rss, heapUsed } = process.memoryUsage();
    this.#cpuMs = (user + system) / 1_000;
    this.#rss = rss;
    this.#peakRss = Math.max(this.#peakRss, rss);
    this.#heap = heapUsed;
    this.#samples++;
  }

  #onCollections(entries: readonly { readonly duration: number }[]): void {
    for (const { duration } of entries) {
      this.#gcCount++;
      this.#gcMs += duration;
    }
  }
}

/** Node's histogram holds the time between two timers, in nanoseconds; what exceeds its own period is delay. */
function delayOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - LOOP_RESOLUTION);
}
