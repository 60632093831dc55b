import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../examples/trading-pipeline/report/table.js';
import { hasData, recorded } from '../pipeline/data.js';
import { sampleReport } from '../report/sample-report.js';
import { type FaultSession, type PlayedFaults, playFaults } from './play-faults.js';

const MINUTE = 60_000;
const KINDS = ['disconnect', 'duplicate', 'gap', 'silence'] as const;
const HIDDEN = 'this venue shows nobody that updates are missing';
const V5 = 'bybit-v5-orderbook500-xrpusdt-2024-12-01';

describe.skipIf(!hasData)('faults of the market where snapshots come in the stream', () => {
  it(
    'Bybit V5 numbers its updates: both versions notice, subscribe again and end as if nothing was',
    {
      timeout: 4 * MINUTE,
    },
    async () => {
      const played = await playRecording(V5, { bar: 10, seed: 2 });
      const { report, naive, optimised, trueBooks } = played;

      expect(report.optimised).toMatchObject({ gaps: 2, recoveries: 3, signalsOnWrongPrice: 0 });
      expect(report.naive).toMatchObject({ gaps: 4, recoveries: 6, signalsOnWrongPrice: 0 });
      expect(optimised.result.books).toEqual(trueBooks);
      for (const book of naive.result.books) expect({ ...book, owner: 'shared' }).toEqual(trueBooks[0]);
      expect(tableOf(played)).not.toContain(HIDDEN);
    },
  );

  it('and give the same each time, however fast the machine is', { timeout: 4 * MINUTE }, async () => {
    const first = await playRecording(V5, { bar: 10, seed: 2 });
    const second = await playRecording(V5, { bar: 10, seed: 2 });

    expect(second.optimised.result.signals).toEqual(first.optimised.result.signals);
    expect([second.report.naive, second.report.optimised]).toEqual([first.report.naive, first.report.optimised]);
  });

  it('Kraken sends checksums: tickwise looks at them, and its books end right', { timeout: 4 * MINUTE }, async () => {
    const played = await playRecording('kraken-book-2021-04-17', { bar: 20, symbols: '2' });
    const { report, optimised, trueBooks } = played;

    expect(report.optimised.gaps).toBeGreaterThan(0);
    expect(report.naive.gaps).toBe(0);
    expect(report.optimised.signalsOnWrongPrice).toBeLessThan(report.naive.signalsOnWrongPrice / 2);
    expect(optimised.result.books).toEqual(trueBooks);
    expect(tableOf(played)).not.toContain(HIDDEN);
  });

  it.each(['bybit-linear-2021-04-17', 'coinbase-2021-04-17'])(
    '%s shows nothing: the table says so, and after a silence tickwise asks for the books again',
    { timeout: 4 * MINUTE },
    async (name) => {
      const played = await playRecording(name, { bar: 20, symbols: '2' });
      const { report } = played;

      expect([report.naive.gaps, report.optimised.gaps]).toEqual([0, 0]);
      // Of two symbols, after the silence and after the cut.
      expect(report.optimised.recoveries).toBeGreaterThanOrEqual(2 * 2);
      expect(report.optimised.signalsOnWrongPrice).toBeLessThan(report.naive.signalsOnWrongPrice);
      expect(report.lines.find(({ kind }) => kind === 'gap')?.isVisible).toBe(false);
      expect(
        tableOf(played)
          .split('\n')
          .filter((line) => line.includes(HIDDEN)),
      ).toHaveLength(2 * 2);
    },
  );
});

/** Plays the faults, and demands what holds at every venue. */
async function playRecording(name: string, session: FaultSession): Promise<PlayedFaults> {
  const played = await playFaults(KINDS, { ...session, recording: await recorded(name) });
  const { report, truth } = played;
  expect(truth.length).toBeGreaterThan(500);
  for (const version of [report.naive, report.optimised])
    expect(version).toMatchObject({ rowsLost: 0, rowsDoubled: 0, booksLost: 0, tradesDoubled: 0 });
  expect(report.optimised.staleMs).toBeGreaterThan(0);
  for (const { kind, optimised } of report.lines) {
    if (kind === 'disconnect') expect(optimised.staleMs).toBeGreaterThan(0);
    if (kind === 'duplicate') expect(optimised).toMatchObject({ signalsOnWrongPrice: 0, signalsMissing: 0 });
  }
  return played;
}

function tableOf({ report }: PlayedFaults): string {
  return renderReport({ ...sampleReport(), faults: report });
}
