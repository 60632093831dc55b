import { microBatch } from 'tickwise/batch';
import { describe, expect, it, vi } from 'vitest';
import { DenseNetwork, seededRandom } from '../../examples/micro-batch/dense-network.js';
import { checkOrder, checkOrders, type Order } from '../../examples/micro-batch/order-check.js';

describe('the examples of microBatch', () => {
  it('in examples/micro-batch.ts print what they say', async () => {
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((...line: unknown[]) => void lines.push(line.join(' ')));

    await import('../../examples/micro-batch.js');

    expect(lines).toEqual([
      '300 predictions, 1 call, equal to the bit: true',
      '100 requests one by one, 1 batched; 5 orders passed',
      'same outcomes: true',
      '1 request for the rules of 102 orders',
    ]);
  });

  it('in the comment of microBatch give what it says', async () => {
    const predict = microBatch(async (rows: readonly number[][]) => rows.map((row) => row.length));

    expect(await Promise.all([predict([1, 2]), predict([3])])).toEqual([2, 1]);
    expect(predict.stats().calls).toBe(1);
  });
});

describe('a model behind microBatch', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 257])('predicts %d rows at once as it does one by one, to the bit', async (count) => {
    const random = seededRandom(count);
    const network = new DenseNetwork([17, 9, 4], random);
    const rows = Array.from({ length: count }, () => Float64Array.from({ length: 17 }, () => random() * 200 - 100));
    const predict = microBatch(async (batch: readonly Float64Array[]) => network.predictAll(batch));

    const together = await predict.many(rows);

    expect(together).toStrictEqual(rows.map((row) => network.predict(row)));
    expect(predict.stats().calls).toBe(1);
  });
});

describe('a check of orders behind microBatch', () => {
  it('has the outcome of one by one for each order, with one request', async () => {
    let requests = 0;
    const source = async () => {
      requests++;
      return new Map([['BTC', { tickSize: 0.5, minValue: 10 }]]);
    };
    const orders: Order[] = [
      { symbol: 'BTC', price: 10, size: 1 },
      { symbol: 'BTC', price: 10.25, size: 1 },
      { symbol: 'BTC', price: 10, size: 0.5 },
      { symbol: 'ETH', price: 10, size: 1 },
    ];
    const oneByOne = await Promise.allSettled(orders.map((order) => checkOrder(order, source)));
    requests = 0;
    const check = microBatch((batch: readonly Order[]) => checkOrders(batch, source));

    const batched = await Promise.allSettled(orders.map((order) => check(order)));

    expect(batched).toEqual(oneByOne);
    expect(batched.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(requests).toBe(1);
  });
});
