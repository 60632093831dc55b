import type { Instance } from '../../runner/contract.js';

/** Experiences held. */
export const CAPACITY = 100_000;
/** Experiences per batch. */
export const BATCH = 64;
/** Numbers of a state. */
export const STATE = 16;
/** Exponent of priorities. */
export const EXPONENT = 0.6;
/** Correction of weights. */
export const CORRECTION = 0.4;

/** Every tenth experience is urgent: its weight is 81 times that of others, so that nine tenths of the draws are. */
const URGENT = 81 ** (1 / EXPONENT);

/** A batch as a network takes it: one flat array per input. */
export interface Batch {
  readonly ids: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
  readonly states: ArrayLike<number>;
  readonly actions: ArrayLike<number>;
  readonly rewards: ArrayLike<number>;
}

/** A full replay buffer of the experiences below. */
export interface Replay {
  sample(): Batch;
  /** Sets the priorities of the newest batch. */
  prioritise(errors: Float64Array): void;
}

/** State of experience i. Every number of it is one that a 32-bit float keeps. */
export function stateOf(i: number): Float32Array {
  return Float32Array.from({ length: STATE }, (_, k) => i + k / 32);
}

/** How wrong the network was about experience i. */
export function errorOf(i: number): number {
  return i % 10 === 0 ? URGENT : 1;
}

/** Draws batches and sets their priorities anew; the answer is how many were drawn, and whether rightly. */
export function learner(replay: Replay): Instance {
  const errors = new Float64Array(BATCH);
  let drawn = 0;
  let urgent = 0;
  let newest: Batch | undefined;
  return {
    run(operations) {
      for (let step = 0; step < operations; step++) {
        newest = replay.sample();
        for (let k = 0; k < BATCH; k++) {
          const error = errorOf(newest.ids[k] ?? Number.NaN);
          errors[k] = error;
          if (error === URGENT) urgent++;
        }
        replay.prioritise(errors);
        drawn += BATCH;
      }
      return newest;
    },
    answer: () => ({ drawn, shareOfUrgent: Math.round((urgent / drawn) * 20) / 20, isTrue: isTrue(newest) }),
  };
}

/** Whether all rows of a batch are what their ids say, and their weights what their priorities say. */
function isTrue(batch: Batch | undefined): boolean {
  if (batch === undefined) return false;
  const { ids, weights, states, actions, rewards } = batch;
  const expected = Array.from(ids, (id) => errorOf(id) ** (-EXPONENT * CORRECTION));
  const largest = Math.max(...expected);
  return Array.from(ids).every(
    (id, k) =>
      stateOf(id).every((value, i) => states[k * STATE + i] === value) &&
      actions[k] === (id & 3) &&
      rewards[k] === (id & 15) &&
      Math.abs((weights[k] ?? Number.NaN) - (expected[k] ?? Number.NaN) / largest) < 1e-4,
  );
}
