import type { HeaderUse } from './rate-limiter-headers.js';
import type { RateLimiterSettings, WindowSettings } from './rate-limiter-options.js';
import type { Lane } from './rate-limiter-queue.js';
import type { ServerTime } from './rate-limiter-server-time.js';
import { ClockWindow } from './window-clock.js';
import { DecayWindow } from './window-decay.js';
import { KeyedWindows } from './window-keyed.js';
import type { LimitWindow } from './window-limit.js';
import { RollingWindow } from './window-rolling.js';

/** A window for all requests. */
interface SharedRule {
  readonly settings: WindowSettings;
  readonly window: LimitWindow;
}

/** A window for each value of a key. */
interface KeyedRule {
  readonly settings: WindowSettings;
  readonly windows: KeyedWindows;
}

/** What a venue said about a count, and whose count that is. */
export interface VenueCount extends HeaderUse {
  /** The venue's time, in epoch milliseconds, at which it was so, if known. */
  readonly at: number | undefined;
}

/** All limits of a limiter together, and its pauses. Knows nothing of those who wait. */
export class LimitRules {
  readonly #shared: SharedRule[];
  readonly #keyed: KeyedRule[];
  readonly #maxPaused: number;
  #pausedUntil = -Infinity;
  #raised = 0;
  readonly #pausedEndpoints = new Map<string, number>();

  constructor(settings: RateLimiterSettings, time: ServerTime) {
    const make = (window: WindowSettings) => (): LimitWindow => makeWindow(window, settings.latency, time);
    this.#maxPaused = settings.maxKeys;
    this.#shared = settings.windows
      .filter(({ per }) => per === undefined)
      .map((window) => ({ settings: window, window: make(window)() }));
    this.#keyed = settings.windows
      .filter(({ per }) => per !== undefined)
      .map((window) => ({ settings: window, windows: new KeyedWindows(make(window), settings.maxKeys) }));
  }

  /** Windows that hold for all requests, in the order of the options. */
  get shared(): readonly SharedRule[] {
    return this.#shared;
  }

  /** Windows that hold for each value of a key, in the order of the options. A lane has a key for each. */
  get keyed(): readonly KeyedRule[] {
    return this.#keyed;
  }

  /** Time until which nothing starts. */
  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  /** Times the venue has raised a limit. */
  get raised(): number {
    return this.#raised;
  }

  /** Time until which nothing starts on an endpoint. */
  endpointPausedUntil(endpoint: string): number {
    return this.#pausedEndpoints.get(endpoint) ?? -Infinity;
  }

  /**
   * The earliest time from `now` on that suits what holds for all requests, with the part `leave` of each window left
   * over; Infinity when the weight never fits.
   */
  sharedFreeAt(now: number, weight: number, leave = 0): number {
    // Hot path: runs for every request.
    let at = this.#pausedUntil > now ? this.#pausedUntil : now;
    for (let index = 0; index < this.#shared.length; index++) {
      const rule = this.#shared[index];
      if (rule === undefined) continue;
      const free = rule.window.freeAt(now, withLeft(amountOf(rule.settings, weight), leave, rule.window.limit));
      if (free > at) at = free;
    }
    return at;
  }

  /** The earliest time from `now` on that suits what holds for this lane only. */
  laneFreeAt(now: number, weight: number, lane: Lane, leave = 0): number {
    let at = now;
    if (lane.endpoint !== undefined) at = Math.max(at, this.endpointPausedUntil(lane.endpoint));
    for (let index = 0; index < lane.keys.length; index++) {
      const key = lane.keys[index];
      const rule = this.#keyed[index];
      if (key === undefined || rule === undefined) continue;
      const window = rule.windows.peek(key);
      const free = window.freeAt(now, withLeft(amountOf(rule.settings, weight), leave, window.limit));
      if (free > at) at = free;
    }
    return at;
  }

  /**
   * Counts a start everywhere, or nowhere when it throws.
   * @throws OverflowError when too many values of a key count.
   */
  take(now: number, weight: number, lane: Lane): void {
    if (lane.keys.length > 0) this.#takeKeyed(now, weight, lane);
    for (const { settings, window } of this.#shared) window.take(now, amountOf(settings, weight));
  }

  /** Lets nothing start until `time`, on one endpoint or at all. Never shortens a pause. */
  pause(now: number, time: number, endpoint: string | undefined): void {
    if (endpoint === undefined || !this.#hasRoomFor(endpoint, now)) {
      this.#pausedUntil = Math.max(this.#pausedUntil, time);
    } else {
      this.#pausedEndpoints.set(endpoint, Math.max(this.endpointPausedUntil(endpoint), time));
    }
  }

  /** Raises the counts of the windows that the venue speaks of. @returns how many these are. */
  settle(now: number, count: VenueCount, lane: Lane): number {
    const windows = this.#windowsOf(now, lane, ({ counts, interval }) => {
      return counts === count.counts && interval === count.interval;
    });
    for (const { window } of windows) {
      // The count of a window that is over says nothing about this one.
      if (count.at === undefined || !(window instanceof ClockWindow) || !window.isPast(count.at, now)) {
        window.settle(now, count.used);
      }
    }
    return windows.length;
  }

  /** Takes over what the venue says of a lane's endpoint. @returns how many windows that is about. */
  settleEndpoint(now: number, lane: Lane, limit: number, used: number, until: number): number {
    const windows = this.#windowsOf(now, lane, ({ per }) => per === 'endpoint');
    for (const { settings, window } of windows) {
      const before = window.limit;
      if (limit > 0) window.setLimit(Math.min(limit, settings.maxLimit));
      if (window.limit > before) this.#raised++;
      window.settle(now, used, until);
    }
    return windows.length;
  }

  #takeKeyed(now: number, weight: number, lane: Lane): void {
    // All are opened before the first is taken from, as opening may throw.
    for (let index = 0; index < lane.keys.length; index++) {
      const key = lane.keys[index];
      if (key !== undefined) this.#keyed[index]?.windows.open(now, key);
    }
    for (let index = 0; index < lane.keys.length; index++) {
      const key = lane.keys[index];
      const rule = this.#keyed[index];
      if (key !== undefined) rule?.windows.find(key)?.take(now, amountOf(rule.settings, weight));
    }
  }

  #windowsOf(now: number, lane: Lane, isMeant: (settings: WindowSettings) => boolean) {
    const found = this.#shared.filter(({ settings }) => isMeant(settings));
    for (const [index, { settings, windows }] of this.#keyed.entries()) {
      const key = lane.keys[index];
      if (key !== undefined && isMeant(settings)) found.push({ settings, window: windows.open(now, key) });
    }
    return found;
  }

  #hasRoomFor(endpoint: string, now: number): boolean {
    if (this.#pausedEndpoints.has(endpoint)) return true;
    for (const [name, until] of this.#pausedEndpoints) {
      if (until <= now) this.#pausedEndpoints.delete(name);
    }
    return this.#pausedEndpoints.size < this.#maxPaused;
  }
}

/** What a request of this weight takes from a window. */
export function amountOf(settings: WindowSettings, weight: number): number {
  return settings.counts === 'requests' ? 1 : weight;
}

/** The room that `amount` needs so that a part of the limit stays free. An empty window is enough for any. */
function withLeft(amount: number, leave: number, limit: number): number {
  return leave === 0 ? amount : Math.max(amount, Math.min(limit, amount + leave * limit));
}

function makeWindow(settings: WindowSettings, latency: number, time: ServerTime): LimitWindow {
  const { alignment, interval, limit } = settings;
  if (alignment === 'rolling') return new RollingWindow(limit, interval + latency);
  if (alignment === 'decay') return new DecayWindow(limit, interval, latency);
  return new ClockWindow(limit, interval, latency, time);
}
