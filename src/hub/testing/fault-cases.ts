import assert from 'node:assert/strict';
import {
  eventually,
  range,
  type SourceBench,
  sourceCase,
  type SourceCase,
  untilSubscriptions,
  Witness,
} from './source-case.js';

/** Lets the other side send growing numbers until one comes: what it sends during an outage is lost. */
async function untilBack(bench: SourceBench, topic: string, witness: Witness, from: number): Promise<void> {
  let number = from;
  await eventually(bench, `values of '${topic}' come again`, async () => {
    await bench.send(topic, number++);
    return witness.numbers.some((seen) => seen >= from);
  });
}

function interruptionCase(
  title: string,
  check: (interrupt: () => void | Promise<void>, bench: SourceBench) => Promise<void>,
): SourceCase {
  return sourceCase(title, async (bench) => {
    if (bench.interrupt !== undefined) await check(bench.interrupt, bench);
  });
}

/** The cases about refusals and broken connections. */
export const faultCases: readonly SourceCase[] = [
  sourceCase('tells that a topic was refused, and goes on with the others', async (bench) => {
    if (bench.refused === undefined) return;
    const witness = await Witness.open(bench, bench.topics[0]);
    assert.equal(await Witness.isRefused(bench, bench.refused), true);
    await witness.receive(1, 5);
    assert.deepEqual(witness.numbers, range(1, 5));
  }),
  interruptionCase('comes back after an interruption, tells it, and repeats nothing', async (interrupt, bench) => {
    const [topic] = bench.topics;
    const witness = await Witness.open(bench, topic);
    await witness.receive(1, 5);
    await interrupt();
    await untilBack(bench, topic, witness, 6);
    const isTold = witness.told.some((type) => type === 'failed' || type === 'gap' || type === 'stale');
    assert.ok(isTold, `after an interruption something must be told besides live; was told ${witness.told.join(', ')}`);
    const rising = witness.numbers.every((number, index, all) => index === 0 || number > (all[index - 1] ?? number));
    assert.ok(rising, `values came twice or out of order: ${witness.numbers.join(', ')}`);
  }),
  interruptionCase(
    'asks again for what is wanted after an interruption, and only for that',
    async (interrupt, bench) => {
      const [topic, other] = bench.topics;
      const [stays, left] = [await Witness.open(bench, topic), await Witness.open(bench, other)];
      await interrupt();
      await left.end();
      await untilBack(bench, topic, stays, 1);
      await untilSubscriptions(bench, topic, 1);
      await untilSubscriptions(bench, other, 0);
    },
  ),
];
