import { systemClock } from '../../core/system-clock.js';

/** Longest time that something may take to become true, in milliseconds. */
const PATIENCE = 5_000;
/** Milliseconds between two looks. */
const PACE = 5;

/** Resolves after some real time. */
export function passRealTime(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.setTimeout(resolve, ms));
}

/** Looks again until a claim holds. Rejects with what it failed with when it never does. */
export async function eventually(what: string, claim: () => Promise<boolean> | boolean): Promise<void> {
  const end = systemClock.now() + PATIENCE;
  while (!(await claim())) {
    if (systemClock.now() > end) throw new Error(`${what}: not within ${PATIENCE} ms`);
    await passRealTime(PACE);
  }
}
