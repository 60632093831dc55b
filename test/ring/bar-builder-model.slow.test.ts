import * as fc from 'fast-check';
import { type OhlcvBar, BarBuilder, type BarBuilderOptions } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';
import { type BarEvent, BarModel } from './bar-model.js';

const PERIOD = 10;

/** Sums of these are exact in doubles, so that the order of additions does not show. */
const trade = fc.record({
  step: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 6 }) },
    { weight: 2, arbitrary: fc.integer({ min: -15, max: -1 }) },
    { weight: 1, arbitrary: fc.integer({ min: 20, max: 90 }) },
  ),
  fraction: fc.constantFrom(0, 0, 0.25, 0.5),
  price: fc.integer({ min: 1, max: 40 }).map((price) => price / 2),
  quantity: fc.integer({ min: 0, max: 20 }).map((quantity) => quantity / 4),
  side: fc.constantFrom('buy' as const, 'sell' as const, 'buy' as const, 'sell' as const, undefined),
});

const step = fc.oneof(
  { weight: 20, arbitrary: trade.map((of) => ({ do: 'add' as const, ...of })) },
  { weight: 3, arbitrary: fc.integer({ min: -20, max: 60 }).map((ahead) => ({ do: 'advance' as const, ahead })) },
  { weight: 1, arbitrary: fc.constant({ do: 'flush' as const }) },
);

/** Turns steps relative to the newest time into events, from before the epoch on. */
const history = fc.array(step, { maxLength: 120 }).map((steps) => {
  let now = -37;
  return steps.map((one): BarEvent => {
    if (one.do === 'flush') return one;
    if (one.do === 'advance') return { do: 'advance', now: now + one.ahead };
    const { price, quantity, side } = one;
    const ts = now + one.step + one.fraction;
    now = Math.max(now, ts);
    return { do: 'add', ts, price, quantity, side };
  });
});

function play(
  options: BarBuilderOptions,
  model: BarModel,
  events: readonly BarEvent[],
  bars: readonly OhlcvBar[],
): void {
  const late: number[] = [];
  const builder = new BarBuilder({ ...options, onLate: (ts) => void late.push(ts) });
  for (const event of events) {
    const expected = model.apply(event);

    const closed = tell(builder, event);

    expect(closed).toBe(expected);
    expect(builder.current).toEqual(model.current);
  }
  const { used, late: refused, received, bars: made, filled, unfilled, failures } = builder.stats();
  expect(bars).toEqual(model.bars);
  expect(late).toEqual(model.late.map(({ ts }) => ts));
  expect(used).toBe(model.used);
  expect(refused).toBe(late.length);
  expect(received).toBe(events.filter((event) => event.do === 'add').length);
  expect(received).toBe(used + refused);
  expect([made, filled]).toEqual([bars.filter(({ trades }) => trades > 0).length, bars.filter(isEmpty).length]);
  expect([unfilled, failures]).toEqual([model.unfilled, 0]);
}

function tell(builder: BarBuilder, event: BarEvent): number {
  if (event.do === 'flush') return builder.flush();
  if (event.do === 'advance') return builder.advance(event.now);
  return builder.add(event.ts, event.price, event.quantity, event.side);
}

function isEmpty({ trades }: OhlcvBar): boolean {
  return trades === 0;
}

const lateness = fc.constantFrom('merge' as const, 'reject' as const);

describe('BarBuilder against trades grouped and sorted anew', () => {
  it('makes the same time bars of any history', () => {
    fc.assert(
      fc.property(
        history,
        lateness,
        fc.constantFrom('fill' as const, 'leave' as const),
        fc.integer({ min: 0, max: 6 }),
        (events, late, gaps, maxFill) => {
          const bars: OhlcvBar[] = [];
          const options = { by: 'time', period: PERIOD, late, gaps, maxFill, onBar: collect(bars) } as const;

          play(options, new BarModel({ by: 'time', amount: PERIOD, late, gaps, maxFill }), events, bars);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['tick', 7],
    ['tick', 1],
    ['volume', 12.25],
    ['dollar', 100],
  ] as const)('makes the same %s bars of %d from any history', (by, size) => {
    fc.assert(
      fc.property(history, lateness, (events, late) => {
        const bars: OhlcvBar[] = [];

        play({ by, size, late, onBar: collect(bars) }, new BarModel({ by, amount: size, late }), events, bars);
      }),
      { numRuns: 150 },
    );
  });

  it('makes the same time bars whatever the order of the trades within a period', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 30 }),
        fc.func(fc.integer()),
        (times, rank) => {
          const shuffled = times.toSorted((a, b) => rank(a) - rank(b));

          expect(barOf(shuffled)).toEqual(barOf(times.toSorted((a, b) => a - b)));
        },
      ),
    );
  });
});

function barOf(times: readonly number[]): OhlcvBar | undefined {
  const builder = new BarBuilder({ by: 'time', period: 1_000, onBar: () => undefined });
  for (const ts of times) builder.add(ts, ts + 1, 0.5, 'buy');
  return builder.current;
}

function collect(bars: OhlcvBar[]): (bar: OhlcvBar) => void {
  return (bar) => void bars.push(bar);
}
