import assert from 'node:assert/strict';
import { range, sourceCase, type SourceCase, untilSubscriptions, Witness } from './source-case.js';

/** The cases about single subscriptions, made at the source itself. */
export const topicCases: readonly SourceCase[] = [
  sourceCase('asks the other side for what is subscribed, and for nothing else', async (bench) => {
    const [topic, other] = bench.topics;
    assert.equal(await bench.subscriptions(topic), 0);
    await Witness.open(bench, topic);
    assert.equal(await bench.subscriptions(topic), 1);
    assert.equal(await bench.subscriptions(other), 0);
  }),
  sourceCase('brings the values of a topic in order, each once', async (bench) => {
    const witness = await Witness.open(bench, bench.topics[0]);
    await witness.receive(1, 200);
    assert.deepEqual(witness.numbers, range(1, 200));
  }),
  sourceCase('keeps topics apart', async (bench) => {
    const [one, two] = [await Witness.open(bench, bench.topics[0]), await Witness.open(bench, bench.topics[1])];
    await one.receive(1, 20);
    await two.receive(101, 120);
    await one.receive(21, 30);
    assert.deepEqual(one.numbers, range(1, 30));
    assert.deepEqual(two.numbers, range(101, 120));
  }),
  sourceCase('ends on the other side what is ended, and leaves the rest alone', async (bench) => {
    const [topic, other] = bench.topics;
    const [ended, stays] = [await Witness.open(bench, topic), await Witness.open(bench, other)];
    await ended.end();
    await untilSubscriptions(bench, topic, 0);
    await stays.receive(1, 10);
    assert.equal(await bench.subscriptions(other), 1);
    assert.deepEqual(stays.numbers, range(1, 10));
  }),
  sourceCase('is silent about a topic once its end has settled', async (bench) => {
    const [topic, other] = bench.topics;
    const [ended, stays] = [await Witness.open(bench, topic), await Witness.open(bench, other)];
    await ended.receive(1, 5);
    await ended.end();
    const told = [...ended.told];
    await bench.send(topic, 6);
    await stays.receive(1, 10);
    assert.deepEqual(ended.numbers, range(1, 5));
    assert.deepEqual(ended.told, told);
  }),
  sourceCase('brings a topic again that was ended before, to the new subscriber only', async (bench) => {
    const [topic] = bench.topics;
    const first = await Witness.open(bench, topic);
    await first.receive(1, 3);
    await first.end();
    await untilSubscriptions(bench, topic, 0);
    const second = await Witness.open(bench, topic);
    await second.receive(11, 15);
    assert.deepEqual(first.numbers, range(1, 3));
    assert.deepEqual(second.numbers, range(11, 15));
  }),
];
