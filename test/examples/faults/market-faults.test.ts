import { describe, expect, it } from 'vitest';
import type { SignalRow } from '../../../examples/trading-pipeline/bot/rows.js';
import { playFaults, type PlayedFaults } from './play-faults.js';

const MINUTE = 60_000;
/** Bots that the usual way runs: one for each model and symbol. */
const NAIVE_BOTS = 4;
const MODELS = 2;

describe('a venue with faults', () => {
  it('disconnect: all come back, and tickwise says for how long it had no price', { timeout: 3 * MINUTE }, async () => {
    const played = await playFaults(['disconnect']);
    const { report, naive, optimised } = played;

    expect(naive.counts).toMatchObject({ cuts: NAIVE_BOTS, connections: 2 * NAIVE_BOTS });
    expect(optimised.counts).toMatchObject({ cuts: 1, connections: 2 });
    expect(report.optimised.staleMs).toBeGreaterThanOrEqual(2 * 1_900);
    expect(report.naive.staleMs).toBe(0);
    expect(report.optimised.signalsOnWrongPrice).toBe(0);
    expectWhole(played);
  });

  it('gap: each book that misses an update gets a new snapshot', { timeout: 3 * MINUTE }, async () => {
    const played = await playFaults(['gap']);
    const { report } = played;

    expect(report.naive).toMatchObject({ gaps: MODELS, recoveries: MODELS, framesWithheld: MODELS });
    expect(report.optimised).toMatchObject({ gaps: 1, recoveries: 1, framesWithheld: 1 });
    expectWhole(played);
  });

  it('silence: tickwise gives no signal on an old price once it has noticed', { timeout: 3 * MINUTE }, async () => {
    const played = await playFaults(['silence']);
    const { report } = played;

    expect(report.optimised.staleMs).toBeGreaterThan(0);
    expect(report.optimised.signalsOnWrongPrice).toBeLessThan(report.naive.signalsOnWrongPrice);
    expect(report.naive.signalsMissing).toBeLessThan(report.optimised.signalsMissing);
    expectWhole(played);
  });

  it(
    'duplicate: the usual way counts trades twice, tickwise says what it always says',
    { timeout: 3 * MINUTE },
    async () => {
      const played = await playFaults(['duplicate']);
      const { report, optimised, truth } = played;

      expect(report.naive.tradesDoubled).toBeGreaterThan(0);
      expect(report.optimised.tradesDoubled).toBe(0);
      expect(optimised.result.signals).toEqual(truth);
      expectWhole(played);
    },
  );

  it(
    '429: tickwise asks again when the venue says so, the usual way with each update',
    { timeout: 3 * MINUTE },
    async () => {
      const played = await playFaults(['429']);
      const { report } = played;

      expect(report.optimised.restRefused).toBe(1);
      expect(report.naive.restRefused).toBeGreaterThan(2 * MODELS);
      expectWhole(played);
    },
  );

  it('gives the same faults the same outcome, however fast the machine is', { timeout: 4 * MINUTE }, async () => {
    const first = await playFaults(['disconnect', 'silence', '429'], { models: '1' });
    const second = await playFaults(['disconnect', 'silence', '429'], { models: '1' });

    expect(second.faults).toEqual(first.faults);
    expect(second.optimised.result.signals).toEqual(first.optimised.result.signals);
    expect(inOrder(second.naive.result.signals)).toEqual(inOrder(first.naive.result.signals));
    expect(second.report.naive).toEqual(first.report.naive);
    expect(second.report.optimised).toEqual(first.report.optimised);
  });
});

/** Demands that no row is lost or doubled and that every book ends as the others do, complete. */
function expectWhole({ report, naive, optimised }: PlayedFaults): void {
  expect(report.optimised).toMatchObject({ rowsLost: 0, rowsDoubled: 0, booksLost: 0 });
  expect(report.naive).toMatchObject({ rowsLost: 0, rowsDoubled: 0, booksLost: 0 });
  for (const book of naive.result.books) {
    const shared = optimised.result.books.find(({ symbol }) => symbol === book.symbol);
    expect(book.bids).toHaveLength(10);
    expect(shared).toEqual({ ...book, owner: 'shared' });
  }
}

/** Bots of the usual way take turns as it comes. */
function inOrder(signals: readonly SignalRow[]): SignalRow[] {
  const nameOf = ({ ts, symbol, model }: SignalRow): string => `${ts} ${symbol} ${model}`;
  return signals.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
}
