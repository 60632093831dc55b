import { ReplayRing } from 'tickwise/ring';
import type { Benchmark } from '../runner/contract.js';
import { ArrayReplay } from './support/array-replay.js';
import { BATCH, type Batch, CAPACITY, errorOf, learner, type Replay, STATE, stateOf } from './support/experience.js';
import { TypedReplay } from './support/typed-replay.js';

/** Our own ring behind the interface of the others. */
function ring(): Replay {
  const replay = new ReplayRing({
    capacity: CAPACITY,
    columns: { state: { type: 'f32', length: STATE }, action: 'i32', reward: 'f32' },
    priority: { exponent: 0.6, correction: 0.4 },
  });
  for (let i = 0; i < CAPACITY; i++) replay.push({ state: stateOf(i), action: i & 3, reward: i & 15 }, errorOf(i));
  const batch = replay.batch(BATCH);
  const { ids, weights, columns } = batch;
  const filled: Batch = { ids, weights, states: columns.state, actions: columns.action, rewards: columns.reward };
  return {
    sample() {
      replay.sample(batch);
      return filled;
    },
    prioritise: (errors) => replay.prioritise(ids, errors),
  };
}

export default {
  question: `how long does a draw of ${BATCH} out of ${CAPACITY} experiences by priority take, with their new priorities?`,
  operation: 'batch',
  checkOperations: 500,
  // Draws in proportion to weights, and the newest batch true to its ids. Which rows is each one's own chance.
  reference: (operations) => ({ drawn: operations * BATCH, shareOfUrgent: 0.9, isTrue: true }),
  note:
    'All hand over flat arrays of states, actions, rewards and weights, as a network takes them. The floor never ' +
    'replaces a row. What taking a row costs: replay-push.',
  contenders: [
    { name: 'ReplayRing', ours: true, setup: () => learner(ring()) },
    { name: 'array of objects, sum tree in an array', setup: () => learner(new ArrayReplay('tree')) },
    { name: 'array of objects, running sums per batch', setup: () => learner(new ArrayReplay('running sums')) },
    { name: 'typed arrays and sum tree by hand, unchecked', floor: true, setup: () => learner(new TypedReplay()) },
  ],
} satisfies Benchmark;
