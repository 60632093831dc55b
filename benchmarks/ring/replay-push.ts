import { ReplayRing } from 'tickwise/ring';
import type { Benchmark, Instance } from '../runner/contract.js';
import { BATCH, CAPACITY, STATE, stateOf } from './support/experience.js';

interface Experience {
  readonly state: Float32Array;
  readonly action: number;
  readonly reward: number;
}

/** Adds experiences; the answer is how old the oldest one held is, and whether all that were looked at are true. */
function feed(run: (from: number, to: number) => void, oldest: () => number, areTrue: () => boolean): Instance {
  let done = 0;
  return {
    run(operations) {
      run(done, done + operations);
      done += operations;
    },
    answer: () => ({ oldest: oldest(), areTrue: areTrue() }),
  };
}

function isState(id: number, numbers: Float32Array): boolean {
  return stateOf(id).every((value, i) => value === numbers[i]);
}

function ring(priority: 'uniform' | object): Instance {
  const replay = new ReplayRing({
    capacity: CAPACITY,
    columns: { state: { type: 'f32', length: STATE }, action: 'i32', reward: 'f32' },
    priority,
  });
  const state = new Float32Array(STATE);
  const batch = replay.batch(100 * BATCH);
  return feed(
    (from, to) => {
      for (let i = from; i < to; i++) {
        for (let k = 0; k < STATE; k++) state[k] = i + k / 32;
        replay.append(state, i & 3, i & 15);
      }
    },
    () => replay.stats().evicted,
    () => {
      replay.sample(batch);
      const { ids, columns } = batch;
      return ids.every((id, k) => isState(id, columns.state.subarray(k * STATE, (k + 1) * STATE)));
    },
  );
}

export default {
  question: `how long does an experience of a state, an action and a reward take to go into a full buffer of ${CAPACITY}?`,
  operation: 'experience',
  checkOperations: 2 * CAPACITY + 7,
  reference: (operations) => ({ oldest: operations - CAPACITY, areTrue: true }),
  note: 'Where ReplayRing loses: it checks and copies what an array keeps by reference. It wins with draws: replay-sample.',
  contenders: [
    { name: 'ReplayRing.append, uniform', ours: true, setup: () => ring('uniform') },
    { name: 'ReplayRing.append, by priority', ours: true, setup: () => ring({}) },
    {
      name: 'array of objects, by hand',
      setup() {
        const rows: Experience[] = [];
        let pushed = 0;
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              const state = new Float32Array(STATE);
              for (let k = 0; k < STATE; k++) state[k] = i + k / 32;
              rows[i % CAPACITY] = { state, action: i & 3, reward: i & 15 };
            }
            pushed = to;
          },
          () => pushed - rows.length,
          () => rows.every(({ state }) => isState(state[0] ?? Number.NaN, state)),
        );
      },
    },
    {
      name: 'typed arrays by hand, unchecked',
      floor: true,
      setup() {
        const states = new Float32Array(CAPACITY * STATE);
        const actions = new Int32Array(CAPACITY);
        const rewards = new Float32Array(CAPACITY);
        let pushed = 0;
        return feed(
          (from, to) => {
            for (let i = from; i < to; i++) {
              const slot = i % CAPACITY;
              for (let k = 0; k < STATE; k++) states[slot * STATE + k] = i + k / 32;
              actions[slot] = i & 3;
              rewards[slot] = i & 15;
            }
            pushed = to;
          },
          () => pushed - CAPACITY,
          () => actions.every((_, slot) => isState(states[slot * STATE] ?? 0, states.subarray(slot * STATE))),
        );
      },
    },
  ],
} satisfies Benchmark;
