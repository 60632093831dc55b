import * as fc from 'fast-check';
import { BarAligner, type BarAlignerOptions } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { type AlignerEvent, AlignerModel, type ModelRow } from './aligner-model.js';

const PERIOD = 10;
const symbols = ['BTC', 'ETH', 'SOL'];

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      column: fc.nat(symbols.length - 1),
      ahead: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 0, max: 7 }) },
        { weight: 3, arbitrary: fc.integer({ min: -45, max: -1 }) },
        { weight: 1, arbitrary: fc.integer({ min: 10, max: 50 }) },
      ),
      fraction: fc.constantFrom(0, 0, 0.5, 0.25),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ahead: fc.integer({ min: -10, max: 40 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'flush' as const }) },
);

/** Turns steps relative to the newest time into events. Values are all different, so that none is mistaken. */
const history = fc.array(step, { maxLength: 80 }).map((steps) => {
  let now = -33;
  return steps.map((one, i): AlignerEvent => {
    if (one.do === 'flush') return one;
    if (one.do === 'advance') return { do: 'advance', now: now + one.ahead };
    const ts = now + one.ahead + one.fraction;
    now = Math.max(now, ts);
    return { do: 'update', column: one.column, ts, value: i + 1 };
  });
});

const settings = fc.record({
  missing: fc.constantFrom('carry' as const, 'nan' as const, 'wait' as const),
  grace: fc.constantFrom(0, 4, 10, 25, 25.5),
  gaps: fc.constantFrom('fill' as const, 'leave' as const),
  maxFill: fc.integer({ min: 0, max: 5 }),
});

/** Plays events to both and compares every answer; gives back the rows as emitted and amended. */
function play(
  options: Omit<BarAlignerOptions, 'onRow' | 'late'>,
  model: AlignerModel,
  events: readonly AlignerEvent[],
): { emitted: ModelRow[]; amended: ModelRow[]; aligner: BarAligner } {
  const emitted: ModelRow[] = [];
  const amended: ModelRow[] = [];
  const common = {
    ...options,
    onRow(ts: number, values: Float64Array): void {
      emitted.push({ ts, values: [...values] });
      amended.push({ ts, values: [...values] });
    },
  };
  const aligner =
    model.options.history === 0
      ? new BarAligner(common)
      : new BarAligner({
          ...common,
          late: 'amend',
          history: model.options.history,
          onAmend(ts, symbol, value) {
            const row = amended.find((one) => one.ts === ts);
            // Counted as a failure, of which there must be none.
            if (row === undefined) throw new Error(`there is no row at ${ts} to amend`);
            row.values[symbols.indexOf(symbol)] = value;
          },
        });
  for (const event of events) expect(tell(aligner, event)).toBe(model.apply(event));
  return { emitted, amended, aligner };
}

function tell(aligner: BarAligner, event: AlignerEvent): number {
  if (event.do === 'flush') return aligner.flush();
  if (event.do === 'advance') return aligner.advance(event.now);
  return aligner.update(symbols[event.column] ?? '', event.ts, event.value);
}

function expectCountersToAddUp(aligner: BarAligner, model: AlignerModel, events: readonly AlignerEvent[]): void {
  const { updates, used, outdated, amended, late, rows, incomplete, filled, unfilled, failures } = aligner.stats();
  expect(updates).toBe(events.filter((event) => event.do === 'update').length);
  expect(updates).toBe(used + outdated + amended + late);
  expect([late, rows, unfilled, failures]).toEqual([model.late.length, model.emitted.length, model.unfilled, 0]);
  expect(incomplete + filled).toBeLessThanOrEqual(rows);
}

describe('BarAligner against updates sorted by time and grouped by period', () => {
  it('emits the same rows at the same moments, late updates refused', () => {
    fc.assert(
      fc.property(history, settings, (events, given) => {
        const late: number[] = [];
        const model = new AlignerModel({ ...given, width: symbols.length, period: PERIOD, history: 0 });
        const options = { ...given, symbols, period: PERIOD, onLate: (_: string, ts: number) => void late.push(ts) };

        const { emitted, aligner } = play(options, model, events);

        expect(emitted).toEqual(model.emitted);
        expect(emitted).toEqual(model.rows);
        expect(late).toEqual(model.late.map(({ ts }) => ts));
        expectCountersToAddUp(aligner, model, events);
      }),
      { numRuns: 500 },
    );
  });

  it('amends rows to what they would be had the late updates come in time', () => {
    fc.assert(
      fc.property(history, settings, fc.integer({ min: 1, max: 9 }), (events, given, periods) => {
        const model = new AlignerModel({ ...given, width: symbols.length, period: PERIOD, history: periods });

        const { emitted, amended, aligner } = play({ ...given, symbols, period: PERIOD }, model, events);

        expect(emitted).toEqual(model.emitted);
        expect(amended).toEqual(model.rows);
        expectCountersToAddUp(aligner, model, events);
      }),
      { numRuns: 500 },
    );
  });

  it('emits the same rows whatever the order of arrival within the grace', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 40 }),
        fc.func(fc.integer()),
        fc.constantFrom('carry' as const, 'nan' as const),
        (times, rank, missing) => {
          const shuffled = times.toSorted((a, b) => rank(a) - rank(b));

          expect(rowsOf(shuffled, missing)).toEqual(
            rowsOf(
              times.toSorted((a, b) => a - b),
              missing,
            ),
          );
        },
      ),
    );
  });
});

function rowsOf(times: readonly number[], missing: 'carry' | 'nan'): ModelRow[] {
  const rows: ModelRow[] = [];
  const aligner = new BarAligner({
    symbols,
    period: PERIOD,
    missing,
    grace: 100,
    onRow: (ts, values) => void rows.push({ ts, values: [...values] }),
  });
  for (const ts of times) aligner.update(symbols[ts % symbols.length] ?? '', ts, ts);
  aligner.flush();
  return rows;
}
