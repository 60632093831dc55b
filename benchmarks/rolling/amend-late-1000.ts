import { RollingCorrelation } from 'tickwise/rolling';
import type { Benchmark } from '../runner/contract.js';
import { makeBars, names, SYMBOLS, WINDOW } from './support/market.js';

const bars = makeBars(SYMBOLS);
const symbols = names(SYMBOLS);
/** How many bars back the value changes. */
const AGE = 3;
const priceOf = (i: number): number => 100 + (i % 17) / 100;
const answerOf = (rolling: RollingCorrelation): number => Number(rolling.correlation('S1', 'S2').toFixed(9));

export default {
  question: `how long does a late value of one of ${SYMBOLS} symbols take, ${AGE} bars back?`,
  operation: 'amend',
  checkOperations: 2_500,
  reference(operations) {
    const last = bars.slice(-WINDOW).map((bar) => bar.slice());
    const revised = last[last.length - 1 - AGE] ?? new Float64Array();
    for (let i = 0; i < operations; i++) revised[i % SYMBOLS] = priceOf(i);
    const rolling = new RollingCorrelation({ symbols, window: WINDOW, tickSize: 0.01, engine: 'js' });
    for (const bar of last) rolling.push(bar);
    return answerOf(rolling);
  },
  note: 'The products of the symbol with all others change at once: half of them lie one to a cache line.',
  contenders: [
    {
      name: 'RollingCorrelation.amend',
      ours: true,
      setup() {
        const rolling = new RollingCorrelation({ symbols, window: WINDOW, tickSize: 0.01 });
        for (const [index, bar] of bars.entries()) rolling.push(bar, index);
        let done = 0;
        return {
          run(operations) {
            for (const end = done + operations; done < end; done++) {
              rolling.amend(symbols[done % SYMBOLS] ?? '', priceOf(done), bars.length - 1 - AGE);
            }
          },
          answer: () => answerOf(rolling),
        };
      },
    },
  ],
} satisfies Benchmark;
