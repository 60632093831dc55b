import { checkDelay } from '../core/delay.js';
import { TimeoutError } from '../core/errors.js';
import { systemClock } from '../core/system-clock.js';
import type { SharedMemory } from './shared-memory.js';

/** Looks before a thread sleeps or asks for the time: falling asleep and being woken takes longer than they do. */
const LOOKS = 500;
/** Turns of the event loop before it sleeps. */
const TURNS = 8;

/** Finds something, or nothing yet. */
type Look<T> = () => T | undefined;

/**
 * Blocks the thread until something is found, which whoever rings the bell has caused.
 * @param isAwake Looks all the time instead of sleeping.
 * @throws TimeoutError when it takes longer than `timeout`. ArgumentError when that is no number.
 */
export function block<T>(memory: SharedMemory, bell: number, look: Look<T>, timeout: number, isAwake = false): T {
  const due = dueIn(timeout);
  for (;;) {
    for (let looks = 0; looks < LOOKS; looks++) {
      const found = look();
      if (found !== undefined) return found;
    }
    const rest = restUntil(due, timeout);
    if (isAwake) continue;
    const asked = memory.ask(bell);
    if (look() === undefined) Atomics.wait(memory.words, bell, asked, rest);
  }
}

/** `Atomics.waitAsync`, which every supported Node has and ES2023's types have not. */
type WaitAsync = (words: Int32Array, at: number, asked: number) => { readonly value: unknown };

/** Waits at least a turn of the event loop, and lets it sleep once there is nothing to do. Otherwise as `block`. */
export async function doze<T>(memory: SharedMemory, bell: number, look: Look<T>, timeout: number): Promise<T> {
  const due = dueIn(timeout);
  for (let turn = 1; ; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    const found = look();
    if (found !== undefined) return found;
    const rest = restUntil(due, timeout);
    if (turn < TURNS) continue;
    const asked = memory.ask(bell);
    if (look() !== undefined) continue;
    // Rings when it is time, so that no listener is left behind. And keeps the thread alive: `waitAsync` does not.
    const timer = systemClock.setTimeout(() => memory.ring(bell), rest);
    await (Atomics as unknown as { readonly waitAsync: WaitAsync }).waitAsync(memory.words, bell, asked).value;
    timer.cancel();
  }
}

function dueIn(timeout: number): number {
  return systemClock.now() + checkDelay(timeout);
}

function restUntil(due: number, timeout: number): number {
  const rest = due - systemClock.now();
  if (rest <= 0) throw new TimeoutError(`SharedRing: the other side did nothing for ${timeout} ms`);
  return rest;
}
