import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { describe, expect, it } from 'vitest';
import type { Question } from '../../../examples/trading-pipeline/bot/question.js';
import type { Proposal } from '../../../examples/trading-pipeline/models/gate.js';
import { createModel } from '../../../examples/trading-pipeline/models/model.js';
import { WINDOW } from '../../../examples/trading-pipeline/models/market-window.js';
import { rosterOf } from '../../../examples/trading-pipeline/models/roster.js';
import { newBars } from '../../../examples/trading-pipeline/optimised/desk.js';
import type { Moment, Seat } from '../../../examples/trading-pipeline/optimised/moment.js';
import { type Slack, toleranceOf } from '../../../examples/trading-pipeline/optimised/tolerance.js';

const TTLS = { features: 60_000, regime: 300_000, predictions: 30_000, decisions: 10_000, reasoning: 3_600_000 };

const question: Question = { symbol: 'A', action: 1, score: 0.31, regime: 'rising', price: 60_000 };
const proposal: Proposal = { symbol: 'A', score: 0.31, regime: 'rising' };
const seats = rosterOf('ppo,genetic').map((spec) => ({ spec, model: createModel(spec) }));

/** For each cache: a call, one that is nearly the same, and ones that are not. */
const CALLS: Record<
  keyof typeof TTLS,
  { readonly call: unknown[]; readonly near: unknown[]; readonly far: unknown[][] }
> = {
  features: {
    call: [moment(60_000)],
    near: [moment(60_001, { at: 2 })],
    far: [[moment(60_030)], [moment(60_000, { symbol: 'B' })]],
  },
  regime: {
    call: [moment(60_000)],
    near: [moment(60_001, { at: 2 })],
    far: [[moment(60_030)], [moment(60_000, { symbol: 'B' })]],
  },
  predictions: {
    call: [seat(0), moment(60_000)],
    near: [seat(0), moment(60_001, { at: 2 })],
    far: [
      [seat(1), moment(60_000)],
      [seat(0), moment(60_030)],
    ],
  },
  decisions: {
    call: [[proposal]],
    near: [[{ ...proposal, score: 0.33 }]],
    far: [
      [[{ ...proposal, score: 0.4 }]],
      [[{ ...proposal, regime: 'falling' }]],
      [[proposal, { ...proposal, symbol: 'B' }]],
    ],
  },
  reasoning: {
    call: [question],
    near: [{ ...question, score: 0.33, price: 60_001 }],
    far: [[{ ...question, action: -1 }], [{ ...question, price: 60_030 }], [{ ...question, symbol: 'B' }]],
  },
};
const NAMES = Object.keys(TTLS) as (keyof typeof TTLS)[];

describe('mode tolerant', () => {
  it.each(NAMES)('serves %s of nearly the same, but not for other calls', (name) => {
    const { call, near, far } = CALLS[name];
    const { ask, stats } = cached(name, 1);

    for (const args of [call, near]) ask(...args);
    expect(stats().loads).toBe(1);

    for (const args of far) ask(...args);
    expect(stats().loads).toBe(1 + far.length);
  });

  it.each(NAMES.flatMap((name) => [1, 0.01].map((scale) => ({ name, scale }))))(
    'serves $name for its time at scale $scale',
    async ({ name, scale }) => {
      const { call } = CALLS[name];
      const { ask, stats, clock } = cached(name, scale);
      ask(...call);

      await clock.advance(TTLS[name] * scale - 1);
      ask(...call);
      expect(stats().loads).toBe(1);

      await clock.advance(1);
      ask(...call);
      expect(stats().loads).toBe(2);
    },
  );

  it('shares nothing between boundaries before the window is full', () => {
    const { ask, stats } = cached('features', 1);

    for (const at of [1, 2]) ask(moment(60_000, { at, bars: WINDOW - 1 }));

    expect(stats().loads).toBe(2);
  });
});

describe('mode exact', () => {
  it.each(['features', 'regime', 'reasoning'] as const)('never serves %s of nearly the same', (name) => {
    const { call, near } = CALLS[name];
    const { ask, stats } = cached(name);

    for (const args of [call, near, call]) ask(...args);

    expect(stats()).toMatchObject({ loads: 2, hits: 1 });
  });

  it('asks every model and the gate at every boundary', () => {
    const { predictions, decisions } = toleranceOf({ mode: 'exact', ttlScale: 1 });

    expect([predictions, decisions]).toEqual([undefined, undefined]);
  });
});

/** A cache with the slack of a name; exact without a scale. */
function cached(name: keyof typeof TTLS, ttlScale?: number) {
  const clock = new VirtualClock();
  const tolerance = toleranceOf({ mode: ttlScale === undefined ? 'exact' : 'tolerant', ttlScale: ttlScale ?? 1 });
  // Each takes arguments of its own; the table above has the right ones.
  const slack = tolerance[name] as Slack<unknown[]> | undefined;
  const ask = memo((...args: unknown[]) => args.length, { clock, ...slack });
  return { ask, stats: () => ask.stats(), clock };
}

/** A symbol at a price, with as many bars. */
function moment(close: number, { at = 1, symbol = 'A', bars = WINDOW } = {}): Moment {
  const closes = new Float64Array(bars).fill(close);
  const window = { close: closes, longClose: closes, volume: closes, imbalance: 0, tilt: 0 };
  return { symbol, bars: newBars(), at, close, window };
}

function seat(index: number): Seat {
  return seats[index] ?? expect.fail('no such seat');
}
