import type { VirtualClock } from 'tickwise';

/** Advances a clock until the promise has settled, and returns what it settled with. */
export async function drive<T>(clock: VirtualClock, promise: Promise<T>, step = 1_000, most = 3_600_000): Promise<T> {
  const state = { isSettled: false };
  const settle = (): void => void (state.isSettled = true);
  promise.then(settle, settle);
  for (let passed = 0; !state.isSettled; passed += step) {
    if (passed >= most) throw new Error(`nothing has settled after ${most} ms`);
    await clock.advance(step);
  }
  return promise;
}
