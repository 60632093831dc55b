// Asks once for what many ask for in the same turn: a model's predictions and a venue's rules.
import { microBatch } from 'tickwise/batch';
import { memo } from 'tickwise/memo';
import { DenseNetwork, seededRandom } from './micro-batch/dense-network.js';
import { checkOrder, checkOrders, type Order, type Rules } from './micro-batch/order-check.js';

// 300 strategies each want a prediction of the same model: one product of matrices instead of 300 of vectors.
const random = seededRandom(8);
const network = new DenseNetwork([64, 64, 32, 3], random);
const features = Array.from({ length: 300 }, () => Float64Array.from({ length: 64 }, () => random() * 2 - 1));
const predict = microBatch(async (rows: readonly Float64Array[]) => network.predictAll(rows));

const predictions = await Promise.all(features.map((row) => predict(row)));
const isEqual = predictions.every((outputs, index) =>
  network.predict(features[index] ?? new Float64Array()).every((value, output) => value === outputs[output]),
);
console.log(`${predictions.length} predictions, ${predict.stats().calls} call, equal to the bit: ${isEqual}`);

// Orders are checked against the venue's rules: one request for all symbols of a turn. A bad order fails alone.
const rules = new Map<string, Rules>([
  ['BTCUSDT', { tickSize: 0.5, minValue: 5 }],
  ['ETHUSDT', { tickSize: 0.25, minValue: 5 }],
]);
let requests = 0;
const fetchRules = async (symbols: readonly string[]): Promise<ReadonlyMap<string, Rules>> => {
  requests++;
  return new Map([...rules].filter(([symbol]) => symbols.includes(symbol)));
};
const orders: Order[] = Array.from({ length: 100 }, (_, index) => ({
  symbol: ['BTCUSDT', 'ETHUSDT', 'BTCUSDT', 'NONE'][index % 4] ?? '',
  price: 100 + index / 8,
  size: 1 / (index + 1),
}));

const oneByOne = await Promise.allSettled(orders.map((order) => checkOrder(order, fetchRules)));
const requestsOneByOne = requests;
const check = microBatch((batch: readonly Order[]) => checkOrders(batch, fetchRules));
const batched = await Promise.allSettled(orders.map((order) => check(order)));

const outcome = (result: PromiseSettledResult<Order>): string =>
  result.status === 'fulfilled' ? JSON.stringify(result.value) : String(result.reason);
const passed = batched.filter(({ status }) => status === 'fulfilled').length;
console.log(`${requestsOneByOne} requests one by one, ${requests - requestsOneByOne} batched; ${passed} orders passed`);
console.log(
  'same outcomes:',
  batched.every((result, index) => outcome(result) === outcome(oneByOne[index] ?? result)),
);

// With memo in front, only what it does not have is asked for, still all of a turn at once.
const rulesOf = memo(
  microBatch(async (symbols: readonly string[]) => {
    const found = await fetchRules(symbols);
    return symbols.map((symbol) => found.get(symbol) ?? new Error(`${symbol} is not traded`));
  }),
  { name: 'rules', ttl: 60_000 },
);
requests = 0;
await Promise.all(orders.map(({ symbol }) => rulesOf(symbol).catch(() => undefined)));
await Promise.all(['BTCUSDT', 'ETHUSDT'].map((symbol) => rulesOf(symbol)));
console.log(`${requests} request for the rules of ${orders.length + 2} orders`);
