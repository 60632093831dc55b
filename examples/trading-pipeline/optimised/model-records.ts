import type { SharedReader, SharedRing, SharedRingHandle } from 'tickwise/ring';
import type { BotJob } from '../bot/job.js';
import { REGIMES } from '../models/regime.js';
import type { Action } from '../models/signal.js';
import type { Opinion, Voice } from './analyst.js';
import { type BarColumn, BAR_COLUMNS } from './desk.js';
import { type Moment, valueAt } from './moment.js';

/** What a worker is given. */
export interface ModelWorkerData {
  /** With its own symbols only. */
  readonly job: BotJob;
  readonly bars: SharedRingHandle;
  readonly opinions: SharedRingHandle;
}

/** Numbers per model in an opinion. */
const VOICE = 3;

/** A bar on its way to a worker: the symbol's number in the job, then the columns. */
export const BAR_FIELDS: readonly string[] = ['symbol', ...BAR_COLUMNS];

/** An opinion on its way back: the symbol's number, then what each model says. */
export function opinionFields(models: readonly string[]): readonly string[] {
  return ['symbol', ...models.flatMap((model) => [`${model}.action`, `${model}.strength`, `${model}.regime`])];
}

/** Writes the newest bar of a moment into claimed room. */
export function putBar(values: Float64Array, from: number, symbol: number, { bars, at }: Moment): void {
  values[from] = symbol;
  for (const [index, column] of BAR_COLUMNS.entries()) values[from + 1 + index] = valueAt(bars, column, at);
}

/** Reads a bar: its row by column. */
export function barOf(record: Float64Array): Record<BarColumn, number> {
  // Every column has its place.
  return Object.fromEntries(BAR_COLUMNS.map((column, index) => [column, record[1 + index]])) as Record<
    BarColumn,
    number
  >;
}

/** Writes an opinion into claimed room. */
export function putOpinion(values: Float64Array, from: number, symbol: number, opinion: Opinion): void {
  values[from] = symbol;
  for (const [index, voice] of opinion.entries()) {
    const to = from + 1 + index * VOICE;
    values[to] = voice?.action ?? Number.NaN;
    values[to + 1] = voice?.strength ?? Number.NaN;
    values[to + 2] = voice === undefined ? Number.NaN : REGIMES.indexOf(voice.regime);
  }
}

/** Reads an opinion. */
export function opinionOf(record: Float64Array): Opinion {
  return Array.from({ length: (record.length - 1) / VOICE }, (_, index): Voice | undefined => {
    const [action = Number.NaN, strength = 0, regime = 0] = record.subarray(1 + index * VOICE);
    if (Number.isNaN(action)) return undefined;
    return { action: action as Action, strength, regime: REGIMES[regime] ?? 'unknown' }; // as putOpinion wrote it
  });
}

/** Takes all records that have come out of a ring. */
export function recordsIn(ring: SharedRing, reader: SharedReader): Float64Array[] {
  const length = ring.handle.fields.length;
  const records: Float64Array[] = [];
  reader.poll((values, from, to) => {
    for (let at = from; at < to; at += length) records.push(values.slice(at, at + length));
  });
  return records;
}
