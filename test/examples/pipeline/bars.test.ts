import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBars } from '../../../examples/trading-pipeline/recording/index.js';
import { UserError } from '../../../examples/trading-pipeline/user-error.js';
import { expectSame } from './expect-same.js';
import { play, removeDatabases } from './play.js';

const MINUTE = 60_000;
const START = Date.UTC(2017, 10, 5);
const HEADER = 'ts_ms,symbol,open,high,low,close,volume';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwise-bars-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await removeDatabases();
});

async function write(lines: readonly string[]): Promise<string> {
  const path = join(folder, 'bars.csv');
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

function line(minute: number, symbol: string, prices: readonly number[], volume = 8): string {
  return [START + minute * MINUTE, symbol, ...prices.map((price) => price.toFixed(8)), volume].join(',');
}

describe('bars', () => {
  it('become trades and books of their minute, price by price', async () => {
    const path = await write([HEADER, line(0, 'ETH/BTC', [0.04, 0.05, 0.03, 0.045])]);

    const session = await openBars({ path });
    const frames = [...session.frames].map(({ t, stream, text }) => ({ t: t - START, stream, ...JSON.parse(text) }));

    expect(frames.map(({ t, stream }) => [t, stream])).toEqual(
      [1_000, 20_000, 40_000, 59_000].flatMap((t) => [
        [t, 'trade'],
        [t, 'book'],
      ]),
    );
    const trades = frames.filter(({ stream }) => stream === 'trade').map(({ data }) => [data[0].p, data[0].v]);
    expect(trades).toEqual(['0.04', '0.03', '0.05', '0.045'].map((price) => [price.padEnd(10, '0'), '2.00000000']));
    expect(frames[1]).toMatchObject({ topic: 'orderbook.50.ETHBTC', type: 'snapshot' });
    expect(frames[1].data.b[0]).toEqual(['0.03999999', '1']);
    expect(frames[1].data.a[0]).toEqual(['0.04000001', '1']);
    expect(frames[3]).toMatchObject({ type: 'delta', data: { u: 2 } });
  });

  it('fall from their high to their low, and repeat no price', async () => {
    const path = await write([HEADER, line(0, 'A/BTC', [3, 3, 1, 2]), line(1, 'A/BTC', [2, 2, 2, 2])]);

    const { frames } = await openBars({ path });
    const seen = [...frames].map(({ t, text, stream }) => [t - START, stream, JSON.parse(text).data[0]?.p]);

    expect(seen).toEqual([
      [20_000, 'trade', '3.00000000'],
      [20_000, 'book', undefined],
      [40_000, 'trade', '1.00000000'],
      [40_000, 'book', undefined],
      [59_000, 'trade', '2.00000000'],
      [59_000, 'book', undefined],
      [119_000, 'trade', '2.00000000'],
    ]);
  });

  it('are the same each time, and only as long as asked for', async () => {
    const path = await write([HEADER, ...[0, 1, 2].map((minute) => line(minute, 'A/BTC', [1, 3, 1, 2]))]);

    const session = await openBars({ path, duration: 2 * MINUTE });

    expect([...session.frames]).toEqual([...session.frames]);
    expect(session).toMatchObject({ kind: 'bars', symbols: ['ABTC'], start: START, end: START + 2 * MINUTE - 1 });
  });

  it('of a coin that is listed later than asked for are left out', async () => {
    const path = await write([HEADER, line(0, 'A/BTC', [1, 3, 1, 2]), line(1, 'B/BTC', [1, 3, 1, 2])]);

    expect((await openBars({ path, duration: MINUTE })).symbols).toEqual(['ABTC']);
  });

  it('have the decimals of their file', async () => {
    const bar = `${START},BTC/IDR,1600000000,1600000000,1600000000,1600000000,1`;
    const { frames, listings } = await openBars({
      path: await write([HEADER, bar, bar.replace('BTC/IDR', 'A/USD').replaceAll('1600000000', '60000.25')]),
    });
    const books = [...frames]
      .filter(({ stream }) => stream === 'book')
      .map(({ text }) => JSON.parse(text).data.b[0][0]);

    expect(books).toEqual(['1599999999', '60000.24']);
    expect([...(listings?.values() ?? [])].map(({ priceDecimals }) => priceDecimals)).toEqual([0, 2]);
  });

  it('that make no sense are counted and left out', async () => {
    const good = line(1, 'A/BTC', [1, 3, 1, 2]);
    const wrong = [
      good.replace('A/BTC', '<b>'),
      `${good},7`,
      line(1, 'A/BTC', [1, 0.5, 1, 2]),
      line(1, 'A/BTC', [1, 3, 0, 2]),
      line(1, 'A/BTC', [1, 3, 1, 2], -1),
      line(0, 'A/BTC', [1, 3, 1, 2]),
      line(1.5, 'A/BTC', [1, 3, 1, 2]),
      good.replace(/^\d+/, ''),
      good.replace(/\d+$/, ''),
    ];
    const path = await write([HEADER, good, ...wrong, line(2, 'A/BTC', [1, 3, 1, 2])]);

    const { malformed, malformedLines, frames } = await openBars({ path });

    expect(malformed).toBe(wrong.length);
    expect(malformedLines[0]).toEqual({ line: 3, reason: 'its symbol is no pair of coins' });
    expect([...frames].at(-1)?.t).toBe(START + 2 * MINUTE + 59_000);
  });

  it.each([
    ['another table', ['date,close', '1,2'], 'does not begin with'],
    ['no bar', [HEADER], 'holds no bar'],
    [
      'two pairs of one name',
      [HEADER, line(0, 'A/BC', [1, 1, 1, 1]), line(0, 'AB/C', [1, 1, 1, 1])],
      'A/BC and AB/C, which are both ABC',
    ],
    [
      'prices too high',
      [HEADER, line(0, 'BTC/IDR', [1.6e9, 1.6e9, 1.6e9, 1.6e9])],
      'BTC/IDR at 1600000000 with 8 decimals',
    ],
    [
      'too many symbols',
      [HEADER, ...Array.from({ length: 65 }, (_, index) => line(0, `A${index}/BTC`, [1, 1, 1, 1]))],
      'more than 64 symbols',
    ],
  ])('are refused from a file with %s', async (_, lines, reason) => {
    const opened = openBars({ path: await write(lines) });

    await expect(opened).rejects.toThrow(UserError);
    await expect(opened).rejects.toThrow(reason);
  });

  it('are refused from no file at all', async () => {
    await expect(openBars({ path: join(folder, 'none.csv') })).rejects.toThrow(UserError);
  });
});

it(
  'both versions say the same on bars with holes, and on a coin that is listed late',
  { timeout: 120_000 },
  async () => {
    const prices = new Map([
      ['A/BTC', 0.05],
      ['B/BTC', 0.004],
      ['C/BTC', 0.00003],
    ]);
    const lines = [HEADER];
    for (let minute = 0; minute < 330; minute += 1) {
      for (const [index, [symbol, price]] of [...prices].entries()) {
        if ((minute + index) % 11 === 0 || (symbol === 'C/BTC' && minute < 100)) continue;
        const close = price * (1 + 0.002 * Math.sin(minute * (1.3 + index)) + 0.001 * Math.cos(minute / 20));
        lines.push(line(minute, symbol, [price, Math.max(price, close), Math.min(price, close), close], minute));
        prices.set(symbol, close);
      }
    }
    const session = await openBars({ path: await write(lines) });

    const naive = await play('naive', session);

    expect(naive.result.signals.length).toBeGreaterThan(500);
    await expectSame(naive, await play('optimised', session));
  },
);
