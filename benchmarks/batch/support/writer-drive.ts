import { BatchWriter, type Sink } from 'tickwise/batch';
import type { Instance } from '../../runner/contract.js';
import { BATCH, RowSource, type TradeRow } from './trade-rows.js';

/** Writes every row by `add`, and waits for the last. */
export function writerInstance(
  sink: Sink<TradeRow>,
  concurrency: number,
  ends: { readonly answer: () => unknown; readonly close: () => void | Promise<void> },
): Instance {
  const writer = new BatchWriter<TradeRow>({ sink, maxItems: BATCH, maxPending: 2 ** 24, concurrency });
  const source = new RowSource();
  return {
    async run(operations) {
      for (let index = 0; index < operations; index++) writer.add(source.row());
      await writer.flush();
    },
    answer: ends.answer,
    async close() {
      await writer.close();
      await ends.close();
    },
  };
}
