import type { VirtualClock } from 'tickwise/core';

/** One minute, the step of most tests. */
export const MINUTE = 60_000;

/** A candle. `close` tells when the venue looked at it: it grows until the candle is settled. */
export interface Bar {
  readonly time: number;
  readonly close: number;
  readonly version: number;
}

/** What a venue was asked, and what it answered. */
export interface Request {
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly rows: readonly Bar[];
}

/** How a venue behaves. */
export interface VenueRules {
  readonly step?: number;
  /** How long after its end a bar changes. */
  readonly settleTime?: number;
  /** Most bars of one answer. */
  readonly most?: number;
  /** Which bars an answer over that keeps. */
  readonly keeps?: 'oldest' | 'newest';
  /** Whether it has a bar for the step that begins at this time. */
  readonly has?: (time: number) => boolean;
  /** How long after the begin of its step a bar appears. */
  readonly lag?: number;
}

/** A venue that has a bar per step, and keeps a book of what it was asked. */
export class Venue {
  readonly requests: Request[] = [];
  /** How long an answer takes, in milliseconds; 0 answers in the same instant. */
  latency = 0;
  /** What the next requests fail with. */
  failures: Error[] = [];
  readonly #clock: VirtualClock;
  readonly #rules: Required<VenueRules>;
  readonly #versions = new Map<string, number>();

  constructor(clock: VirtualClock, rules: VenueRules = {}) {
    this.#clock = clock;
    this.#rules = {
      step: MINUTE,
      settleTime: 5_000,
      most: Infinity,
      keeps: 'oldest',
      has: () => true,
      lag: 0,
      ...rules,
    };
  }

  /** What was asked, as pairs of times in steps. */
  get asked(): [from: number, to: number][] {
    return this.requests.map(({ from, to }) => [from / this.#rules.step, to / this.#rules.step]);
  }

  /** Bars sent so far. */
  get sent(): number {
    return this.requests.reduce((sum, { rows }) => sum + rows.length, 0);
  }

  /** The function to be cached. */
  readonly load = async (symbol: string, from: number, to: number): Promise<Bar[]> => {
    const failure = this.failures.shift();
    const { most, keeps } = this.#rules;
    const all = failure === undefined ? this.bars(symbol, from, to) : [];
    const rows = keeps === 'oldest' ? all.slice(0, most) : all.slice(Math.max(0, all.length - most));
    this.requests.push({ symbol, from, to, at: this.#clock.wallTime(), rows });
    if (this.latency > 0) await this.#wait(this.latency);
    if (failure !== undefined) throw failure;
    return rows;
  };

  /** All bars of a range, as a venue without limits shows them now. */
  bars(symbol: string, from: number, to: number): Bar[] {
    const { step, settleTime, has, lag } = this.#rules;
    const now = this.#clock.wallTime();
    const bars: Bar[] = [];
    for (let time = Math.ceil(from / step) * step; time < to && time + lag <= now; time += step) {
      if (!has(time)) continue;
      bars.push({ time, close: Math.min(now, time + step + settleTime), version: this.version(symbol, time) });
    }
    return bars;
  }

  /** The version of a bar: how often it was corrected. */
  version(symbol: string, time: number): number {
    return this.#versions.get(`${symbol} ${time}`) ?? 0;
  }

  /** Corrects the bars of a range. */
  correct(symbol: string, from: number, to: number): void {
    const { step } = this.#rules;
    for (let time = Math.ceil(from / step) * step; time < to; time += step) {
      this.#versions.set(`${symbol} ${time}`, this.version(symbol, time) + 1);
    }
  }

  #wait(latency: number): Promise<void> {
    return new Promise((resolve) => this.#clock.setTimeout(resolve, latency));
  }
}

/** The times of rows, in minutes. */
export function minutesOf(rows: readonly { readonly time: number }[] | undefined): number[] | undefined {
  return rows?.map(({ time }) => time / MINUTE);
}
