import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findRecordings, openRecording, topicsOf } from '../../../examples/trading-pipeline/recording/index.js';
import { krakenLines, line } from './recordings.js';

test('the trades and tickers that were recorded beside a book are parts of its recording', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tickwise-test-'));
  const trades = [
    line(1_003.5, { event: 'heartbeat' }),
    line(1_004.5, [497, [['10', '1', '1.0', 'b', 'm', '']], 'trade', 'ETH/CHF']),
    'no line',
  ];
  const tickers = [line(1_000.5, [498, { a: ['11', 1, '1'], b: ['10', 1, '1'] }, 'ticker', 'ETH/CHF'])];
  await writeFile(join(folder, 'kraken-book-1.ndjson'), krakenLines.join('\n'));
  await writeFile(join(folder, 'kraken-trade-1.ndjson'), trades.join('\n'));
  await writeFile(join(folder, 'kraken-ticker-1.ndjson'), tickers.join('\n'));

  try {
    const found = await findRecordings(folder);
    const recording = await openRecording(join(folder, 'kraken-book-1.ndjson'));

    expect(found.map(({ name }) => name)).toEqual(['kraken-book-1']);
    expect(recording.frames.map(({ t, topic }) => [t, topic])).toEqual([
      [1_000.5, 'ticker:ETH/CHF'],
      [1_003, 'heartbeat'],
      [1_004, 'book-1000:ETH/CHF'],
      [1_004.5, 'trade:ETH/CHF'],
      [1_005, 'book-1000:ETH/CHF'],
    ]);
    expect(recording).toMatchObject({ start: 1_000.5, malformed: 1 });
    expect(topicsOf(recording, 'ETH/CHF')).toEqual({
      book: 'book-1000:ETH/CHF',
      trade: 'trade:ETH/CHF',
      quote: 'ticker:ETH/CHF',
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
