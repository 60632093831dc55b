import type { Timer, VirtualClock } from 'tickwise/core';

/** A seeded source of numbers from 0 (inclusive) to 1 (exclusive): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a timer does when it fires; drawn before it is set, so that clock and model act alike. */
interface Plan {
  readonly id: number;
  readonly delay: number;
  /** Timers it sets, relative to its own time. */
  readonly sets: readonly Plan[];
  /** The id of a timer it cancels. */
  readonly cancels: number | undefined;
}

export interface TimerScript {
  readonly plans: readonly Plan[];
  /** Ids cancelled before time moves. */
  readonly cancelledFirst: readonly number[];
}

/** Draws `count` timers, a fifth of them set by others, some cancelled before and some while time moves. */
export function drawTimers(count: number, seed: number): TimerScript {
  const random = seeded(seed);
  let id = 0;
  const draw = (depth: number): Plan => {
    const own = id++;
    const sets = depth < 3 && random() < 0.15 ? [draw(depth + 1)] : [];
    const cancels = random() < 0.1 ? Math.floor(random() * count) : undefined;
    // Whole delays within a small range make many timers share an instant.
    const delay = random() < 0.5 ? Math.floor(random() * 1_000) : random() * 1_000;
    return { id: own, delay, sets, cancels };
  };
  const plans: Plan[] = [];
  do plans.push(draw(0));
  while (plans.length < count * 0.86);
  const cancelledFirst = plans.filter(() => random() < 0.2).map((plan) => plan.id);
  return { plans, cancelledFirst };
}

/** The ids in the order the clock fires them. */
export async function fireOnClock(clock: VirtualClock, script: TimerScript, duration: number): Promise<number[]> {
  const fired: number[] = [];
  const timers = new Map<number, Timer>();
  const set = (plan: Plan): void => {
    const timer = clock.setTimeout(() => {
      fired.push(plan.id);
      plan.sets.forEach(set);
      if (plan.cancels !== undefined) timers.get(plan.cancels)?.cancel();
    }, plan.delay);
    timers.set(plan.id, timer);
  };
  script.plans.forEach(set);
  for (const id of script.cancelledFirst) timers.get(id)?.cancel();
  await clock.advance(duration);
  return fired;
}

interface Waiting {
  readonly due: number;
  readonly order: number;
  readonly plan: Plan;
}

/** The same by a list kept sorted by insertion: slow and obvious. */
export function fireOnList(script: TimerScript, duration: number): number[] {
  const fired: number[] = [];
  let list: Waiting[] = [];
  let order = 0;
  const isBefore = (a: Waiting, b: Waiting): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);
  const set = (plan: Plan, now: number): void => {
    const waiting = { due: now + plan.delay, order: order++, plan };
    const later = list.findIndex((other) => isBefore(waiting, other));
    list.splice(later === -1 ? list.length : later, 0, waiting);
  };
  // Sorting the first ones at once is the same as inserting them one by one.
  list = script.plans.map((plan) => ({ due: plan.delay, order: order++, plan }));
  list.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  const first = new Set(script.cancelledFirst);
  list = list.filter((waiting) => !first.has(waiting.plan.id));
  const cancelled = new Set<number>();
  const known = new Set(script.plans.map((plan) => plan.id));
  for (let next = list.shift(); next !== undefined && next.due <= duration; next = list.shift()) {
    const { plan, due } = next;
    if (cancelled.has(plan.id)) continue;
    fired.push(plan.id);
    for (const nested of plan.sets) {
      known.add(nested.id);
      set(nested, due);
    }
    // Only a timer that is set already can be cancelled.
    if (plan.cancels !== undefined && known.has(plan.cancels)) cancelled.add(plan.cancels);
  }
  return fired;
}
