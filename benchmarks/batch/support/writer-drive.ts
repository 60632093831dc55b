import { BatchWriter, type SinkObject } from 'tickwise/batch';
import type { Instance } from '../../runner/contract.js';
import { BATCH, RowSource, type TradeRow } from './trade-rows.js';

/** What there is to say about the place that is written to. */
interface Place {
  /** What is stored. */
  readonly answer: () => unknown;
  /** Ends it. */
  readonly close: () => void | Promise<void>;
}

/** Writes every row by `add`, and waits for the last. Blocks are multiples of a batch. */
export function writerInstance(sink: SinkObject<TradeRow>, concurrency: number, place: Place): Instance {
  const writer = new BatchWriter<TradeRow>({ sink, maxItems: BATCH, maxPending: 2 ** 24, concurrency });
  const source = new RowSource();
  return {
    async run(operations) {
      for (let index = 0; index < operations; index++) writer.add(source.row());
      await writer.flush();
    },
    answer: place.answer,
    async close() {
      await writer.close();
      await place.close();
    },
  };
}

/** Writes batches by hand, one after the other. */
export function handInstance(write: (batch: readonly TradeRow[]) => unknown, place: Place): Instance {
  const source = new RowSource();
  return {
    async run(operations) {
      for (let left = operations; left > 0; left -= BATCH) {
        await write(Array.from({ length: Math.min(left, BATCH) }, () => source.row()));
      }
    },
    answer: place.answer,
    close: place.close,
  };
}
