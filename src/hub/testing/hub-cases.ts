import assert from 'node:assert/strict';
import { SubscriptionHub } from '../subscription-hub.js';
import { eventually, range, type SourceBench, sourceCase, type SourceCase, untilSubscriptions } from './source-case.js';

/** Changes of mind in the case about them. */
const CHANGES = 21;

function hubCase(title: string, check: (hub: SubscriptionHub, bench: SourceBench) => Promise<void>): SourceCase {
  return sourceCase(title, async (bench) => {
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    const hub = new SubscriptionHub({ source: bench.source, onError });
    try {
      await check(hub, bench);
    } finally {
      await hub.close();
    }
    assert.deepEqual(errors, []);
  });
}

/** The cases about a hub over the source. */
export const hubCases: readonly SourceCase[] = [
  hubCase('serves many subscribers of a hub with one subscription', async (hub, bench) => {
    const [topic] = bench.topics;
    const logs = range(1, 9).map((): number[] => []);
    for (const log of logs) hub.subscribe(topic, (value) => void log.push(bench.numberOf(value)));
    await untilSubscriptions(bench, topic, 1);
    await bench.send(topic, 1);
    await eventually(bench, 'the value comes', () => logs.every((log) => log.length > 0));
    for (const log of logs) assert.deepEqual(log, [1]);
  }),
  hubCase('comes to rest as it was wanted last, however often that changed', async (hub, bench) => {
    const [topic] = bench.topics;
    const numbers: number[] = [];
    let subscription: Disposable | undefined;
    for (let change = 0; change < CHANGES; change++) {
      if (subscription === undefined) {
        subscription = hub.subscribe(topic, (value) => void numbers.push(bench.numberOf(value)));
      } else {
        subscription[Symbol.dispose]();
        subscription = undefined;
      }
      // Some changes fall into one turn, some wait for the source.
      for (let turn = 0; turn < change % 4; turn++) await new Promise(setImmediate);
    }
    await eventually(bench, 'the topic is live', () => hub.explain(topic).state === 'live');
    await untilSubscriptions(bench, topic, 1);
    await bench.send(topic, 1);
    await eventually(bench, 'the value comes', () => numbers.length > 0);
    assert.deepEqual(numbers, [1]);
    subscription?.[Symbol.dispose]();
    await untilSubscriptions(bench, topic, 0);
  }),
  hubCase('has nothing left on the other side once the hub is closed', async (hub, bench) => {
    for (const topic of bench.topics) hub.subscribe(topic, () => undefined);
    for (const topic of bench.topics) await untilSubscriptions(bench, topic, 1);
    for (const topic of bench.topics) {
      await eventually(bench, 'the topic is live', () => hub.explain(topic).state === 'live');
    }
    await hub.close();
    for (const topic of bench.topics) await untilSubscriptions(bench, topic, 0);
  }),
];
