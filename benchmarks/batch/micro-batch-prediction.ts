import { microBatch } from 'tickwise/batch';
import type { Benchmark, Instance } from '../runner/contract.js';
import { DenseNetwork, seededRandom } from './support/dense-network.js';

const ROWS = 256;
const FEATURES = 64;

const random = seededRandom(8);
const network = new DenseNetwork([FEATURES, 64, 32, 3], random);
const rows = Array.from({ length: ROWS }, () => Float64Array.from({ length: FEATURES }, () => random() * 2 - 1));

/** Predictions of all rows per operation; the answer are all bits of the last ones. */
function predictions(predict: (row: Float64Array) => Promise<Float64Array>): Instance {
  let last: Float64Array[] = [];
  return {
    async run(operations) {
      for (let operation = 0; operation < operations; operation++)
        last = await Promise.all(rows.map((row) => predict(row)));
      return last;
    },
    answer: () => last,
  };
}

export default {
  question: `how long do ${ROWS} predictions of one model take (${FEATURES} features, layers of 64, 32 and 3)?`,
  operation: `turn of ${ROWS} predictions`,
  checkOperations: 2,
  reference: () => rows.map((row) => network.predict(row)),
  contenders: [
    {
      name: 'microBatch, matrix times matrix',
      ours: true,
      setup() {
        const predict = microBatch(async (batch: readonly Float64Array[]) => network.predictAll(batch));
        return predictions((row) => predict(row));
      },
    },
    {
      name: 'microBatch around a loop',
      setup() {
        const predict = microBatch(async (batch: readonly Float64Array[]) => batch.map((row) => network.predict(row)));
        return predictions((row) => predict(row));
      },
    },
    { name: 'one by one, matrix times vector', setup: () => predictions(async (row) => network.predict(row)) },
    {
      name: 'matrix times matrix, by hand',
      floor: true,
      setup() {
        let last: Float64Array[] = [];
        return {
          run(operations) {
            for (let operation = 0; operation < operations; operation++) last = network.predictAll(rows);
            return last;
          },
          answer: () => last,
        };
      },
    },
  ],
} satisfies Benchmark;
