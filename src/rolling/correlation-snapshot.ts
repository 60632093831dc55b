import * as z from 'zod/mini';
import { claim, flag, numberWithin, oneOf, readOptions, wholeNumber } from '../core/options.js';
import { type CorrelationSettings, isTickSize, readCorrelationOptions } from './correlation-options.js';
import { depthOf } from './bar-intake.js';
import { rowStart } from './co-moment-kernels.js';
import { CorrelationState, type StateMarks } from './correlation-state.js';
import { decodeState, encodeState, fillArrays, orCorrupt } from './state-bytes.js';

/** Far from where a count stops being one: what is restored can go on, and be written again. */
const COUNT = wholeNumber(0, 2 ** 52);

/** The header, but for the options, which are checked as those of a constructor. */
const HEADER = z.strictObject({
  options: z.unknown(),
  defaultTick: claim<number>('0 or a tick size', (value) => value === 0 || isTickSize(value)),
  marks: z.strictObject({
    moments: z.strictObject({
      capacity: COUNT,
      slot: wholeNumber(-1),
      bars: COUNT,
      pushes: COUNT,
      waiting: numberWithin(0, 4),
      rebuilds: COUNT,
      fallbacks: COUNT,
      offGridTotal: COUNT,
      modes: z.array(oneOf('exact', 'no-tick-size', 'off-grid', 'range-too-wide')),
      gaps: z.array(COUNT),
    }),
    intake: z.strictObject({ slot: COUNT, gaps: COUNT, filled: COUNT }),
    times: z.tuple([COUNT, wholeNumber(-1), z.union([flag(), z.null()])]),
    counters: z.strictObject({
      pushes: COUNT,
      amends: COUNT,
      replacedBars: COUNT,
      lateDropped: COUNT,
      droppedBars: COUNT,
    }),
  }),
});

/** Writes the whole state as bytes. */
export function writeSnapshot(
  settings: CorrelationSettings,
  symbols: readonly string[],
  state: CorrelationState,
): Uint8Array {
  const { window, minPeriods, ddof, input, missing, tolerance, engine, psd, defaultTick } = settings;
  const ticks = symbols.map((_, symbol) => state.moments.values.tickOf(symbol));
  const bySymbol = Object.fromEntries(
    symbols.flatMap((name, symbol) => (ticks[symbol] ? [[name, ticks[symbol]]] : [])),
  );
  const tickSize = ticks.some((tick) => tick > 0) ? { tickSize: bySymbol } : {};
  const options = { symbols, window, minPeriods, ddof, input, missing, tolerance, engine, psd, ...tickSize };
  return encodeState({ options, defaultTick, marks: state.marks }, state.kept);
}

/**
 * Reads what `writeSnapshot` wrote.
 * @throws ArgumentError when `bytes` is no Uint8Array.
 * @throws CorruptDataError when anything about the bytes is wrong.
 */
export function readSnapshot(
  bytes: unknown,
  workers: number,
): { settings: CorrelationSettings; state: CorrelationState } {
  const { header, body } = decodeState(bytes);
  return orCorrupt(() => {
    const { options, defaultTick, marks } = readOptions('RollingCorrelation snapshot', HEADER, header);
    const settings = { ...readCorrelationOptions('RollingCorrelation', options), defaultTick, workers };
    requireConsistent(settings, marks, body.length);
    const state = new CorrelationState(settings, marks.moments.capacity);
    state.restore(marks);
    fillArrays(state.kept, body);
    return { settings, state };
  });
}

// Before anything is allocated: what the arrays would take must be there, and every place must be within its array.
function requireConsistent(settings: CorrelationSettings, marks: StateMarks, bodyBytes: number): void {
  const { symbols, window, ticks, input, defaultTick } = settings;
  const { capacity, slot, bars, modes, gaps, waiting } = marks.moments;
  const [timesCount, newestTime] = marks.times;
  const depth = depthOf(window, input);
  const values = capacity * (window + 3 * new Set(gaps).size) + rowStart(capacity);
  const isConsistent =
    8 * values <= bodyBytes &&
    marks.intake.slot < depth &&
    timesCount <= depth &&
    newestTime < depth &&
    newestTime >= Math.min(timesCount, 1) - 1 &&
    capacity >= symbols.length &&
    capacity <= 2 * symbols.length + 4096 &&
    slot < window &&
    bars <= window &&
    slot >= Math.min(bars, 1) - 1 &&
    Number.isInteger(waiting) &&
    modes.length === symbols.length &&
    modes.every((mode, symbol) => (mode === 'no-tick-size') === (ticks[symbol] === 0)) &&
    gaps.every((symbol) => symbol < symbols.length) &&
    (defaultTick === 0 || input === 'values');
  if (!isConsistent) throw new RangeError('its numbers contradict one another');
}
