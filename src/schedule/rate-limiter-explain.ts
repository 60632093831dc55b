import type { WindowSettings } from './rate-limiter-options.js';
import type { Lane } from './rate-limiter-queue.js';
import { amountOf, type LimitRules } from './rate-limiter-rules.js';
import type { LimitWindow } from './window-limit.js';

/** One reason why a request has to wait. */
export type WaitReason =
  /** The venue, or the caller, asked for a pause: of one endpoint, or without it of everything. */
  | { readonly type: 'pause'; readonly endpoint: string | undefined; readonly wait: number }
  /** A window is full. `key` is the value it goes by. */
  | {
      readonly type: 'window';
      readonly limit: number;
      readonly interval: number;
      readonly per: string | undefined;
      readonly key: string | undefined;
      readonly used: number;
      readonly wait: number;
    }
  /** Others came before. */
  | { readonly type: 'queue'; readonly waiting: number };

/** Whether a request may start, and what holds it up. */
export interface RateLimiterExplanation {
  /** Whether it would start at once. */
  readonly isFree: boolean;
  /**
   * Milliseconds that its own reasons last, if nothing else starts before; Infinity when the weight never fits.
   * Those who wait before it are not counted in.
   */
  readonly wait: number;
  /** All that holds it up. */
  readonly reasons: readonly WaitReason[];
}

/** Says what holds up a request of this weight in this lane. */
export function explainWait(rules: LimitRules, now: number, weight: number, lane: Lane, waiting: number) {
  const reasons: WaitReason[] = [...pauses(rules, now, lane)];
  for (const { settings, window } of rules.shared) reasons.push(...full(settings, window, undefined, now, weight));
  for (const [index, { settings, windows }] of rules.keyed.entries()) {
    const key = lane.keys[index];
    const window = key === undefined ? undefined : windows.find(key);
    if (window !== undefined) reasons.push(...full(settings, window, key, now, weight));
  }
  const wait = Math.max(rules.laneFreeAt(now, weight, lane), rules.sharedFreeAt(now, weight)) - now;
  if (waiting > 0) reasons.push({ type: 'queue', waiting });
  return { isFree: wait === 0 && waiting === 0, wait, reasons } satisfies RateLimiterExplanation;
}

function* pauses(rules: LimitRules, now: number, { endpoint }: Lane): Generator<WaitReason> {
  if (rules.pausedUntil > now) yield { type: 'pause', endpoint: undefined, wait: rules.pausedUntil - now };
  if (endpoint === undefined) return;
  const until = rules.endpointPausedUntil(endpoint);
  if (until > now) yield { type: 'pause', endpoint, wait: until - now };
}

function* full(
  settings: WindowSettings,
  window: LimitWindow,
  key: string | undefined,
  now: number,
  weight: number,
): Generator<WaitReason> {
  const wait = window.freeAt(now, amountOf(settings, weight)) - now;
  if (wait <= 0) return;
  const { interval, per } = settings;
  yield { type: 'window', limit: window.limit, interval, per, key, used: window.usedAt(now), wait };
}
