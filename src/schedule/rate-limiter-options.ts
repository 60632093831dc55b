import * as z from 'zod/mini';
import type { Clock } from '../core/clock.js';
import { ConfigError } from '../core/errors.js';
import { claim, clockOrSystem, duration, oneOf, readOptions, text, wholeNumber } from '../core/options.js';
import { show } from '../core/show.js';

/** How a window lies in time. */
export type WindowAlignment = 'rolling' | 'clock' | 'decay';

/** What a window counts. */
export type WindowCounts = 'weight' | 'requests';

/** One limit of a venue: so much within so long. */
export interface RateWindow {
  /** Most weight, or requests, within one window. */
  readonly limit: number;
  /** Length of the window, in milliseconds from 1. */
  readonly interval: number;
  /**
   * Where windows lie: any stretch of time of that length ('rolling'), from one multiple of the interval to the next on
   * the venue's clock ('clock': a minute starts at :00), or a counter that falls by 1 every `interval / limit`
   * milliseconds ('decay').
   * @default 'rolling'
   */
  readonly alignment?: WindowAlignment;
  /**
   * What counts: the weight of requests, or their number.
   * @default 'weight'
   */
  readonly counts?: WindowCounts;
  /**
   * Name of a key: then the limit holds for each value of it, and for requests that name none it does not hold.
   * 'endpoint' is the endpoint of a request; any other name is looked up in its `keys`.
   * @default one limit for all requests
   */
  readonly per?: string;
  /**
   * Highest limit that the venue's headers may raise this one to. Lower ones always count.
   * @default limit
   */
  readonly maxLimit?: number;
}

/** Options of a {@link RateLimiter}. */
export interface RateLimiterOptions {
  /** All limits that hold at once. With none the limiter only pauses when the venue says so. */
  readonly windows: readonly RateWindow[];
  /**
   * How long an answer of a status pauses when it does not say it itself, in milliseconds by HTTP status. Answers of
   * other statuses never pause.
   * @default { 418: 120_000, 429: 1_000, 503: 0 }
   */
  readonly pauses?: Readonly<Record<number, number>>;
  /**
   * How far the venue's clock is ahead of this machine's, in milliseconds; negative when it is behind. For windows
   * aligned to the clock, until the venue tells its time.
   * @default 0
   */
  readonly serverOffset?: number;
  /**
   * Longest time from a start until the venue counts it, in milliseconds. Requests that take different times on their
   * way may otherwise meet in one window of the venue. Less than the interval of each window that does not roll.
   * @default 0
   */
  readonly latency?: number;
  /**
   * Most requests that wait; further ones are refused with an OverflowError.
   * @default 100_000
   */
  readonly maxWaiting?: number;
  /**
   * Most values of each key that count at once, and most endpoints paused at once.
   * @default 10_000
   */
  readonly maxKeys?: number;
  /**
   * Time that the limiter follows.
   * @default systemClock
   */
  readonly clock?: Clock;
}

/** A window with its defaults. */
export type WindowSettings = Readonly<Required<Omit<RateWindow, 'per'>>> & { readonly per: string | undefined };

/** The options with their defaults. */
export type RateLimiterSettings = ReturnType<typeof readRateLimiterOptions>;

const DEFAULT_PAUSES = { 418: 120_000, 429: 1_000, 503: 0 };

const limiterSchema = z.strictObject({
  windows: claim<readonly RateWindow[]>('an array of windows', Array.isArray),
  pauses: z._default(
    claim<Readonly<Record<number, number>>>(
      'an object of milliseconds by HTTP status',
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    ),
    DEFAULT_PAUSES,
  ),
  serverOffset: z._default(claim<number>('a finite number of milliseconds', Number.isFinite), 0),
  latency: z._default(duration(), 0),
  maxWaiting: z._default(wholeNumber(0), 100_000),
  maxKeys: z._default(wholeNumber(1), 10_000),
  clock: clockOrSystem(),
});

const windowSchema = z.strictObject({
  limit: limit(),
  interval: duration({ min: 1 }),
  alignment: z._default(oneOf('rolling', 'clock', 'decay'), 'rolling'),
  counts: z._default(oneOf('weight', 'requests'), 'weight'),
  per: z.optional(text()),
  maxLimit: z.optional(limit()),
});

/** Checks the options and applies the defaults. Nothing of the caller's objects is kept. */
export function readRateLimiterOptions(options: RateLimiterOptions) {
  const settings = readOptions('RateLimiter', limiterSchema, options);
  const windows = settings.windows.map((window, index) => readWindow(window, index, settings.latency));
  return { ...settings, windows, pauses: readPauses(settings.pauses) };
}

function readWindow(window: unknown, index: number, latency: number): WindowSettings {
  const owner = `RateLimiter: windows[${index}]`;
  const { maxLimit, ...read } = readOptions(owner, windowSchema, window);
  if (read.counts === 'requests' && read.limit < 1) {
    throw new ConfigError(`${owner}: limit must be at least 1 where requests count, got ${show(read.limit)}`);
  }
  if (maxLimit !== undefined && maxLimit < read.limit) {
    throw new ConfigError(`${owner}: maxLimit must be at least the limit ${read.limit}, got ${show(maxLimit)}`);
  }
  if (read.alignment !== 'rolling' && latency >= read.interval) {
    throw new ConfigError(`${owner}: interval must be longer than the latency of ${latency} ms, got ${read.interval}`);
  }
  return { ...read, per: read.per, maxLimit: maxLimit ?? read.limit };
}

function readPauses(pauses: Readonly<Record<number, number>>): ReadonlyMap<number, number> {
  const read = new Map<number, number>();
  for (const [status, pause] of Object.entries(pauses)) {
    if (!/^[1-5]\d\d$/.test(status)) {
      throw new ConfigError(`RateLimiter: pauses must be by HTTP status, got the name ${show(status)}`);
    }
    if (!Number.isFinite(pause) || pause < 0) {
      throw new ConfigError(
        `RateLimiter: pauses.${status} must be a number of milliseconds from 0 up, got ${show(pause)}`,
      );
    }
    read.set(Number(status), pause);
  }
  return read;
}

function limit(): z.ZodMiniType<number, number> {
  return claim('a finite number above 0', (value) => Number.isFinite(value) && Number(value) > 0);
}
