import { microBatch } from 'tickwise/batch';
import type { Benchmark } from '../runner/contract.js';
import { double, ITEMS, turns, turnsAnswer } from './support/loads.js';

interface DataLoaderModule {
  readonly default: new (
    load: (keys: readonly number[]) => Promise<number[]>,
    options?: { readonly cache: boolean },
  ) => { load(key: number): Promise<number>; loadMany(keys: readonly number[]): Promise<(number | Error)[]> };
}

export default {
  question: `how long does a turn take in which ${ITEMS} items are asked for and one call answers them?`,
  operation: `turn of ${ITEMS} items`,
  checkOperations: 20,
  reference: turnsAnswer,
  note: '15 us per turn are 30 ns per item. A new DataLoader cache would keep every key; it is off, as there is none in microBatch.',
  contenders: [
    {
      name: 'microBatch, many',
      ours: true,
      setup() {
        const load = microBatch(double);
        return turns((items) => load.many(items));
      },
    },
    {
      name: 'microBatch, many, with a key',
      ours: true,
      setup() {
        const load = microBatch(double, { key: (item) => item });
        return turns((items) => load.many(items));
      },
    },
    {
      name: 'microBatch, one by one',
      ours: true,
      setup() {
        const load = microBatch(double);
        return turns((items) => Promise.all(items.map((item) => load(item))));
      },
    },
    {
      name: 'DataLoader, loadMany',
      package: 'dataloader',
      setup({ default: DataLoader }: DataLoaderModule) {
        const loader = new DataLoader(double, { cache: false });
        return turns((items) => loader.loadMany(items));
      },
    },
    {
      name: 'DataLoader, one by one',
      package: 'dataloader',
      setup({ default: DataLoader }: DataLoaderModule) {
        const loader = new DataLoader(double, { cache: false });
        return turns((items) => Promise.all(items.map((item) => loader.load(item))));
      },
    },
    {
      name: 'a call per item',
      setup: () => turns((items) => Promise.all(items.map(async (item) => (await double([item]))[0]))),
    },
    { name: 'one call, by hand', floor: true, setup: () => turns((items) => double(items)) },
  ],
} satisfies Benchmark;
