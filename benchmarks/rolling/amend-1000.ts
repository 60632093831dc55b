import { RollingCorrelation } from 'tickwise/rolling';
import type { Benchmark, Instance } from '../runner/contract.js';
import { makeBars, names, SYMBOLS, WINDOW } from './support/market.js';

const bars = makeBars(SYMBOLS);
const symbols = names(SYMBOLS);
const priceOf = (i: number): number => 100 + (i % 17) / 100;

/** Amends one symbol after the other, and reads one of its correlations each time. */
function amends(): Instance {
  const rolling = new RollingCorrelation({ symbols, window: WINDOW, tickSize: 0.01 });
  for (const bar of bars) rolling.push(bar);
  let done = 0;
  return {
    run(operations) {
      let sum = 0;
      for (const end = done + operations; done < end; done++) {
        const symbol = symbols[done % SYMBOLS] ?? '';
        rolling.amend(symbol, priceOf(done));
        sum += rolling.correlation(symbol, 'S0');
      }
      return sum;
    },
    answer: () => Number(rolling.correlation('S1', 'S2').toFixed(9)),
  };
}

function reference(operations: number): number {
  const last = bars.slice(-WINDOW).map((bar) => bar.slice());
  const revised = last.at(-1) ?? new Float64Array();
  for (let i = 0; i < operations; i++) revised[i % SYMBOLS] = priceOf(i);
  const rolling = new RollingCorrelation({ symbols, window: WINDOW, tickSize: 0.01, engine: 'js' });
  for (const bar of last) rolling.push(bar);
  return Number(rolling.correlation('S1', 'S2').toFixed(9));
}

export default {
  question: `how long does a new value of one of ${SYMBOLS} symbols take in the newest bar, one of its results read?`,
  operation: 'amend',
  checkOperations: 2_500,
  reference,
  contenders: [{ name: 'RollingCorrelation.amend', ours: true, setup: () => amends() }],
} satisfies Benchmark;
