import { metricType } from './metric-type.js';
import { readingsOf, type Reading } from './readings.js';

/** What one primitive said. */
export interface PrimitiveSnapshot {
  /** What it is, in snake case: `feed_pool`. */
  readonly kind: string;
  /** Its `stats()`; `undefined` when they could not be read. */
  readonly stats: unknown;
  /** Why they could not be read. */
  readonly error?: string;
}

/** What every primitive of a registry said at one time. Plain data: it can be stored as JSON and compared later. */
export interface MetricsSnapshot {
  /** Wall time, in epoch milliseconds. */
  readonly takenAt: number;
  /** The same instant on the clock that never goes back, in milliseconds. */
  readonly now: number;
  /** By the name each was added under. */
  readonly primitives: Readonly<Record<string, PrimitiveSnapshot>>;
}

/** Readings of one primitive that one snapshot may hold. */
export const MOST_READINGS = 10_000;

/**
 * How fast counters grew between two snapshots of one registry, in counts per second, by primitive and field:
 * `rates.feed.frames`.
 *
 * A counter that went down belongs to a primitive that was replaced, and counts from 0. States such as `pending`
 * have no rate. Fields of tables are named with their keys: `jobs_runs/ppo`. Of objects that are not this
 * package's every field that did not go down has one.
 *
 * @returns nothing for primitives that are not in both snapshots, and no rates when no time passed between them.
 */
export function ratesBetween(earlier: MetricsSnapshot, later: MetricsSnapshot): Record<string, Record<string, number>> {
  const seconds = (later.now - earlier.now) / 1_000;
  if (!(seconds > 0)) return {};
  const found: [string, Record<string, number>][] = [];
  for (const [name, { kind, stats }] of Object.entries(later.primitives)) {
    const before = Object.hasOwn(earlier.primitives, name) ? earlier.primitives[name] : undefined;
    if (before?.kind !== kind) continue;
    found.push([name, growth(kind, valuesOf(before.stats), stats, seconds)]);
  }
  return Object.fromEntries(found);
}

function growth(
  kind: string,
  before: ReadonlyMap<string, number>,
  stats: unknown,
  seconds: number,
): Record<string, number> {
  const rates: [string, number][] = [];
  for (const reading of readingsOf(stats, MOST_READINGS)) {
    const type = metricType(kind, reading);
    const id = idOf(reading);
    const grown = reading.value - (before.get(id) ?? 0);
    if (type === 'gauge' || Number.isNaN(grown)) continue;
    if (grown >= 0) rates.push([id, grown / seconds]);
    else if (type === 'counter') rates.push([id, reading.value / seconds]);
  }
  return Object.fromEntries(rates);
}

function valuesOf(stats: unknown): Map<string, number> {
  return new Map(readingsOf(stats, MOST_READINGS).map((reading) => [idOf(reading), reading.value]));
}

function idOf({ path, keys }: Reading): string {
  return [path, ...keys].join('/');
}
