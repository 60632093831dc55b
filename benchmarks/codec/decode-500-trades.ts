import type { Benchmark } from '../runner/contract.js';
import { contenders, rowsAfter } from './support/formats.js';
import { BLOCKS, SOURCE, type Trade } from './support/trades.js';

export default {
  question: `how long does it take to make 500 rows of bytes (${SOURCE})?`,
  headline: true,
  operation: 'block of 500 rows',
  checkOperations: 50,
  reference: rowsAfter,
  note: '250 us per block are 2 million rows per second.',
  contenders: contenders((format) => {
    const encoded = BLOCKS.map((rows) => format.encode(rows));
    let done = 0;
    let last: readonly Trade[] = [];
    return {
      run(operations) {
        for (const end = done + operations; done < end; done++)
          last = format.decode(encoded[done % encoded.length] ?? new Uint8Array());
        return last;
      },
      answer: () => last,
    };
  }),
} satisfies Benchmark;
