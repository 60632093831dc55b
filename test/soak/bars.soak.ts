import { type OhlcvBar, BarBuilder } from 'tickwise/ring';
import { expect, it } from 'vitest';

const TRADES = 10_000_000;

/** A quantity in thousandths, the same for the same trade. */
const thousandths = (i: number): number => ((i * 7_919) % 10_007) + 1;

it.each([
  { by: 'time', period: 60_000 },
  { by: 'time', period: 1e11 },
  { by: 'tick', size: 1_000 },
  { by: 'volume', size: 1_234.567 },
  { by: 'dollar', size: 1e7 },
] as const)('ten million trades lose nothing in bars by %o', (rule) => {
  let volume = 0n;
  let trades = 0;
  let worst = 0;
  const onBar = (bar: OhlcvBar): void => {
    // A bar's volume in thousandths is a whole number but for the rounding of the decimals.
    const scaled = bar.volume * 1_000;
    worst = Math.max(worst, Math.abs(scaled - Math.round(scaled)) / scaled);
    volume += BigInt(Math.round(scaled));
    trades += bar.trades;
  };
  const builder = new BarBuilder({ ...rule, onBar });
  let expected = 0n;

  for (let i = 0; i < TRADES; i++) {
    const quantity = thousandths(i);
    expected += BigInt(quantity);
    builder.add(1_700_000_000_000 + i * 5, 61_785.1 + (i % 100) / 10, quantity / 1_000, i % 2 === 0 ? 'buy' : 'sell');
  }
  builder.flush();

  expect(trades).toBe(TRADES);
  expect(volume).toBe(expected);
  expect(worst).toBeLessThan(2 ** -50);
});
