import type { Instance } from '../../runner/contract.js';
import { type Candle, closeAfter, firstCandles } from './candles.js';

/** Changes the last candle's close with each operation, then asks; the answer is the text of the last time. */
export function ticks(close: (value: number) => void, ask: () => Buffer | string | undefined): Instance {
  let done = 0;
  let last: Buffer | string | undefined;
  return {
    run(operations) {
      for (let i = 0; i < operations; i++) {
        close(closeAfter(++done));
        last = ask();
      }
      return last;
    },
    answer: () => last?.toString(),
  };
}

/** As `ticks`, for what serialises candles that are objects. */
export function objectTicks(serialiser: (candles: readonly Candle[]) => () => Buffer | string | undefined): Instance {
  const candles = firstCandles();
  const last = candles.at(-1);
  return ticks((value) => {
    if (last !== undefined) last.close = value;
  }, serialiser(candles));
}
