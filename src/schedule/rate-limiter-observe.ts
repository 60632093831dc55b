import { type HeaderFacts, readHeaders } from './rate-limiter-headers.js';
import type { RateObservation } from './rate-limiter-observation.js';
import type { RateLimiterSettings } from './rate-limiter-options.js';
import type { Lane } from './rate-limiter-queue.js';
import type { LimitRules } from './rate-limiter-rules.js';
import type { ServerTime } from './rate-limiter-server-time.js';

/** Answers of these statuses are about one endpoint, if the caller says which; others about the whole address. */
const ENDPOINT_STATUSES: ReadonlySet<number> = new Set([429, 503]);

/** What an observation is applied to. */
interface ObservationTarget {
  readonly now: number;
  /** Lane of the request that was answered. */
  readonly lane: Lane;
  readonly rules: LimitRules;
  readonly time: ServerTime;
  readonly settings: RateLimiterSettings;
}

/** What came of it. */
interface ObservationOutcome {
  readonly pauses: number;
  /** Headers that could not be read, or that no window is about. */
  readonly unused: number;
  /** Whether something may start earlier than known before. */
  readonly isLooser: boolean;
}

/** Applies what a venue said: its time first, as the rest refers to it, then counts, then pauses. */
export function applyObservation(observation: RateObservation, target: ObservationTarget): ObservationOutcome {
  const { headers, serverTime } = observation;
  const facts = headers === undefined ? undefined : readHeaders(headers);
  const { now, rules, time } = target;
  const { raised } = rules;
  const isCorrected = facts?.date !== undefined && time.hear(now, facts.date);
  if (serverTime !== undefined) time.set(now, serverTime);
  const unused = facts === undefined ? 0 : facts.unreadable + settleHeaders(facts, target);
  settleUsed(observation, target);
  const isLooser = serverTime !== undefined || isCorrected || rules.raised > raised;
  return { pauses: pause(observation, facts, target), unused, isLooser };
}

function settleUsed({ interval, used }: RateObservation, { lane, now, rules, settings }: ObservationTarget): void {
  const [first] = settings.windows;
  if (used === undefined || first === undefined) return;
  const counts = settings.windows.find((window) => window.interval === interval)?.counts ?? first.counts;
  rules.settle(now, { counts, interval: interval ?? first.interval, used, at: undefined }, lane);
}

/** @returns how many of them no window is about. */
function settleHeaders({ date, endpoint, uses }: HeaderFacts, target: ObservationTarget): number {
  const { lane, now, rules, time } = target;
  let unused = uses.filter((use) => rules.settle(now, { ...use, at: date }, lane) === 0).length;
  const { limit, remaining, reset } = endpoint;
  if (limit === undefined || remaining === undefined) return unused;
  const left = remaining > 0 || reset === undefined ? 0 : reset - time.at(now);
  // A time of the venue's that has passed here says that the clocks differ, not that the window is over.
  const until = left > 0 ? now + left : Infinity;
  if (rules.settleEndpoint(now, lane, limit, Math.max(0, limit - remaining), until) === 0) unused++;
  return unused;
}

/** @returns how many pauses were asked for. */
function pause(observation: RateObservation, facts: HeaderFacts | undefined, target: ObservationTarget): number {
  const { now, rules, settings, time } = target;
  const { endpoint, pauseFor = 0, status = 0 } = observation;
  let pauses = 0;
  const usual = settings.pauses.get(status);
  if (usual !== undefined) {
    const length = facts?.retryAfter ?? (facts?.retryAt === undefined ? usual : facts.retryAt - time.at(now));
    pauses += pauseUntil(now + length, ENDPOINT_STATUSES.has(status) ? endpoint : undefined);
  }
  return pauses + pauseUntil(now + pauseFor, endpoint);

  function pauseUntil(end: number, scope: string | undefined): number {
    if (end <= now) return 0;
    rules.pause(now, end, scope);
    return 1;
  }
}
