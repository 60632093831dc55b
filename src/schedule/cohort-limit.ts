/**
 * A concurrency limit that finds the venue's capacity from latency, and checks itself by throughput.
 *
 * A venue answers at its own speed until as many requests run as it works on at once; beyond that they queue there,
 * and latency grows while throughput does not. So the limit grows while latency stays at its baseline, shrinks by how
 * far it is above, and holds in between.
 *
 * What is compared are cohorts: the first requests *started* after the limit last changed, all of them, once all are
 * answered. Requests that began before a change say nothing about it and would make the limit shrink twice for one
 * queue. The first ones to *finish* would be the short ones, and the baseline would sink until every normal answer
 * looked slow (8 times the ideal time with a heavy tail). Durations are averaged as logarithms, since latency has one
 * long tail, and a difference counts only beyond twice its standard error.
 *
 * Latency alone cannot tell a slow kind of request from a queue. So a cut that cost throughput is undone once, on
 * trial: if the restored limit brings the throughput back, the baseline was wrong and is set anew; if not, the
 * capacity really fell, and the lower limit stays. A venue that became slower for good is found the same way.
 *
 * The limit does not grow while it is not used (a rate limit holds back, or there is no work). Requests refused with
 * 429 do not vote: they speak of a quota.
 *
 * The idea is TCP Vegas', as in Netflix' concurrency-limits; cohorts and the check by throughput are what it lacks.
 */
import type { ConcurrencyLimit } from './concurrency-limit.js';
import { RecentMedian } from './recent-median.js';

/** Bounds of an adaptive limit. */
export interface LimitBounds {
  /** Never fewer tasks at once. */
  readonly min: number;
  /** Never more tasks at once. */
  readonly max: number;
  /** Tasks at once before anything is known. */
  readonly initial: number;
}

/** Smallest and largest cohort. */
const COHORT = { first: 6, min: 4, max: 24 } as const;
/** Means of cohorts that the baseline is the median of. */
const BASELINE_COHORTS = 40;
/** Logarithm of how far above the baseline latency counts as a queue (16 %), or as none (7 %). */
const QUEUE = { clear: 0.15, none: 0.07, trusted: 0.25 } as const;
/** Standard errors beyond which a difference is no accident. */
const SIGNIFICANT = 2;
/** The limit is cut by latency to this power, and never to less than this part at once. */
const CUT = { exponent: 0.75, least: 0.3 } as const;
/** Growth per cohort: until a queue was seen, at first afterwards, how it speeds up, and at most. */
const GROWTH = { start: 1.7, first: 0.05, factor: 1.6, most: 0.5 } as const;
/** Part of the limit that must be in use before it may grow. */
const SATURATED = 0.8;
/** When a cut is put on trial, and when the trial has shown it was wrong. */
const TRIAL = { limit: 0.75, throughput: 0.85, better: 1.12, remembered: 1.02 } as const;

interface Mark {
  readonly limit: number;
  readonly throughput: number;
}

/** What one cohort showed. */
interface Finding {
  /** Mean logarithm of the durations. */
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
  /** Answers per millisecond, of all requests. */
  readonly throughput: number;
  /** Whether the limit was made use of. */
  readonly isSaturated: boolean;
}

/** A limit that follows the venue's capacity. */
export class CohortLimit implements ConcurrencyLimit {
  /** Durations of tasks are what it learns from. */
  readonly isMeasuring = true;
  readonly #bounds: LimitBounds;
  readonly #baselines = new RecentMedian(BASELINE_COHORTS);
  #limit: number;
  #baseline: number | undefined;
  #variance = 0.02;
  #isStarting = true;
  #growth: number = GROWTH.first;
  #anchor: Mark | undefined;
  #trial: (Mark & { hasWaited: boolean }) | undefined;
  #lastStep = 'nothing was measured yet';

  #cohort = 1;
  #size: number = COHORT.first;
  #started = 0;
  #answered = 0;
  #sum = 0;
  #squares = 0;
  #mostRunning = 0;
  #allAnswered = 0;
  #since: number | undefined;

  constructor(bounds: LimitBounds) {
    this.#bounds = bounds;
    this.#limit = bounds.initial;
  }

  /** Tasks that may run at once now. */
  get current(): number {
    return Math.floor(this.#limit);
  }

  /** Returns the cohort that the task belongs to; 0 is none. */
  begin(now: number): number {
    this.#since ??= now;
    if (this.#started >= this.#size) return 0;
    this.#started++;
    return this.#cohort;
  }

  /** Takes an answer into account, and moves the limit when its cohort is complete. */
  end(tag: number, duration: number, running: number, now: number): void {
    this.#allAnswered++;
    if (running > this.#mostRunning) this.#mostRunning = running;
    if (tag !== this.#cohort) return;
    // Less than a microsecond is a clock that stood still.
    const value = Math.log(Math.max(duration, 0.001));
    this.#answered++;
    this.#sum += value;
    this.#squares += value * value;
    if (this.#answered < this.#size) return;
    const finding = this.#close(now);
    this.#learn(finding);
    this.#size = this.#nextSize();
  }

  /** Gives the task's place in its cohort to another. */
  drop(tag: number): void {
    if (tag === this.#cohort) this.#started--;
  }

  /** Names the limit and the last step that led to it. */
  explain(): string {
    const { min, max } = this.#bounds;
    return `concurrency is ${this.current} (from ${min} to ${max}): ${this.#lastStep}`;
  }

  #close(now: number): Finding {
    const count = this.#answered;
    const mean = this.#sum / count;
    this.#variance += 0.3 * (Math.max(0, this.#squares / count - mean * mean) - this.#variance);
    const elapsed = Math.max(now - (this.#since ?? now), 0.001);
    const finding = {
      mean,
      error: Math.sqrt(this.#variance / count),
      throughput: this.#allAnswered / elapsed,
      isSaturated: this.#mostRunning >= SATURATED * this.#limit,
    };
    this.#cohort++;
    this.#started = this.#answered = this.#sum = this.#squares = this.#mostRunning = this.#allAnswered = 0;
    this.#since = now;
    return finding;
  }

  /** A cohort is as large as the limit, and larger where durations scatter. */
  #nextSize(): number {
    const wanted = Math.max(this.#limit * SATURATED, this.#variance / 0.0036);
    return Math.ceil(Math.max(COHORT.min, Math.min(wanted, COHORT.max)));
  }

  #learn(finding: Finding): void {
    if (this.#trial !== undefined) {
      this.#judge(this.#trial, finding);
      return;
    }
    const above = finding.mean - (this.#baseline ?? finding.mean);
    if (above < QUEUE.trusted) this.#baseline = this.#baselines.push(finding.mean);
    this.#remember(finding);
    if (this.#startTrial(finding)) return;
    if (above > Math.max(QUEUE.clear, SIGNIFICANT * finding.error)) this.#cut(above);
    else if (above < Math.max(QUEUE.none, 0.8 * finding.error)) this.#grow(finding.isSaturated);
    else this.#hold(above);
  }

  /** Keeps the limit that had the best throughput, to compare a later cut with. */
  #remember({ throughput, isSaturated }: Finding): void {
    if (!isSaturated) return;
    if (this.#anchor === undefined || throughput > this.#anchor.throughput * TRIAL.remembered) {
      this.#anchor = { limit: this.#limit, throughput };
    }
  }

  #startTrial({ throughput }: Finding): boolean {
    const anchor = this.#anchor;
    if (anchor === undefined || this.#limit >= TRIAL.limit * anchor.limit) return false;
    if (throughput >= TRIAL.throughput * anchor.throughput) return false;
    this.#trial = { limit: this.#limit, throughput, hasWaited: false };
    this.#set(anchor.limit, `tries ${anchor.limit.toFixed(1)} again, since ${this.current} cost throughput`);
    return true;
  }

  #judge(trial: Mark & { hasWaited: boolean }, finding: Finding): void {
    if (!trial.hasWaited) {
      trial.hasWaited = true;
      return;
    }
    this.#trial = undefined;
    if (finding.throughput > TRIAL.better * trial.throughput) {
      this.#baselines.clear();
      this.#baseline = this.#baselines.push(finding.mean);
      this.#anchor = { limit: this.#limit, throughput: finding.throughput };
      this.#lastStep = 'a cut had cost throughput and was undone';
      return;
    }
    this.#anchor = { limit: trial.limit, throughput: trial.throughput };
    this.#set(trial.limit, 'more at once brought no more throughput');
  }

  #cut(above: number): void {
    this.#endRamp();
    const part = Math.max(CUT.least, Math.exp(-above * CUT.exponent));
    this.#set(this.#limit * part, `cut, as latency was ${percent(above)} above its baseline`);
  }

  #grow(isSaturated: boolean): void {
    if (!isSaturated) {
      this.#lastStep = 'latency is at its baseline, but the limit is not used up';
      return;
    }
    if (this.#isStarting) {
      this.#set(this.#limit * GROWTH.start, 'grows fast, as no queue was seen yet');
      return;
    }
    this.#set(this.#limit + Math.max(1, this.#limit * this.#growth), 'grows, as latency is at its baseline');
    this.#growth = Math.min(GROWTH.most, this.#growth * GROWTH.factor);
  }

  #hold(above: number): void {
    this.#endRamp();
    this.#lastStep = `holds, as latency is ${percent(above)} above its baseline`;
  }

  #endRamp(): void {
    this.#isStarting = false;
    this.#growth = GROWTH.first;
  }

  #set(limit: number, step: string): void {
    this.#limit = Math.min(this.#bounds.max, Math.max(this.#bounds.min, limit));
    this.#lastStep = step;
  }
}

function percent(logarithm: number): string {
  return `${Math.round((Math.exp(logarithm) - 1) * 100)} %`;
}
