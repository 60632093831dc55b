import type { Benchmark } from '../runner/contract.js';
import { contenders, rowsAfter, sizes } from './support/formats.js';
import { blockOf, SOURCE } from './support/trades.js';

export default {
  question: `how long does it take to make bytes of 500 rows (${SOURCE})?`,
  headline: true,
  operation: 'block of 500 rows',
  checkOperations: 50,
  reference: rowsAfter,
  note: `${sizes()} 250 us per block are 2 million rows per second.`,
  contenders: contenders((format) => {
    let done = 0;
    let last = new Uint8Array();
    return {
      run(operations) {
        for (const end = done + operations; done < end; done++) last = format.encode(blockOf(done)) as typeof last;
        return last;
      },
      answer: () => format.decode(last),
    };
  }),
} satisfies Benchmark;
