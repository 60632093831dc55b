/**
 * Orders in which keys are asked for, made from a seed: what different callers of a cache do.
 *
 * They are not recordings. The public traces of the Caffeine simulator show the same kinds: `loop` is their loop, scans
 * are in gli and multi1, drift in web12, bursts in orm-night.
 */
export interface Trace {
  /** What is asked for, in order: keys from 0 up. */
  readonly keys: Uint32Array;
  /** Entries that the cache may hold. */
  readonly capacity: number;
}

/** Calls of a trace. */
export const CALLS = 500_000;

/** Everything that is measured, by name. Each is made when it is asked for. */
export const TRACES = {
  'loop over 1 000 keys': () => fill(500, (i) => i % 1_000),
  'Zipf 0.7': () => zipfTrace(1_000, 20_000, 0.7),
  'Zipf 0.9': () => zipfTrace(1_000, 20_000, 0.9),
  'Zipf 1.1': () => zipfTrace(1_000, 20_000, 1.1),
  'Zipf 0.9 and scans': scanTrace,
  'Zipf 0.9, slow drift': () => driftTrace(200),
  'Zipf 0.9, fast drift': () => driftTrace(10),
  uniform: uniformTrace,
  'used again soon': recencyTrace,
  bursts: burstTrace,
  'loop, then bursts, then Zipf': changingTrace,
} as const satisfies Readonly<Record<string, () => Trace>>;

/** Makes numbers from 0 to 1 from a seed: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws ranks from 0 to `count` - 1, rank r with a weight of 1 / (r + 1) ** alpha. */
export function zipf(count: number, alpha: number, random: () => number): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) sums[rank] = sum += (rank + 1) ** -alpha;
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) <= wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function fill(capacity: number, keyAt: (i: number) => number): Trace {
  const keys = new Uint32Array(CALLS);
  for (let i = 0; i < CALLS; i++) keys[i] = keyAt(i);
  return { keys, capacity };
}

function zipfTrace(capacity: number, count: number, alpha: number): Trace {
  return fill(capacity, zipf(count, alpha, randomFrom(1)));
}

/** Popular keys, and every 10 000 calls a walk through 3 000 others, new each time. */
function scanTrace(): Trace {
  const popular = zipf(20_000, 0.9, randomFrom(2));
  return fill(1_000, (i) => (i % 10_000 < 3_000 ? 1_000_000 + i : popular()));
}

/** Popularity moves on by one key every so many calls. */
function driftTrace(callsPerKey: number): Trace {
  const rank = zipf(20_000, 0.9, randomFrom(3));
  return fill(1_000, (i) => 1_000_000 + rank() - Math.floor(i / callsPerKey));
}

function uniformTrace(): Trace {
  const random = randomFrom(4);
  return fill(1_000, () => Math.floor(random() * 5_000));
}

/** Half of the calls are for keys that were asked for a short while ago, and a key that nobody uses is soon forgotten. */
function recencyTrace(): Trace {
  const random = randomFrom(5);
  const history = new Uint32Array(CALLS);
  let newest = 0;
  return fill(1_000, (i) => {
    const distance = Math.floor(-Math.log(1 - random()) * 800) + 1;
    const isNew = random() < 0.3 || distance > i;
    return (history[i] = isNew ? newest++ : (history[i - distance] ?? 0));
  });
}

/**
 * Jobs of 20 to 100 keys, each asked for a few times in the course of the job and then for long no more; three jobs
 * run at a time. Frequencies say little here, and a small window loses keys before their second use.
 */
function burstTrace(): Trace {
  const random = randomFrom(6);
  const rank = zipf(30_000, 0.6, random);
  const jobs = Array.from({ length: 3 }, () => newJob(random, rank));
  return fill(250, () => {
    const index = Math.floor(random() * jobs.length);
    const job = jobs[index] ?? newJob(random, rank);
    const key = job.keys[Math.floor(random() * job.keys.length)] ?? 0;
    if (--job.calls <= 0) jobs[index] = newJob(random, rank);
    return key;
  });
}

function newJob(random: () => number, rank: () => number): { readonly keys: readonly number[]; calls: number } {
  const keys = Array.from({ length: 20 + Math.floor(random() * 80) }, rank);
  return { keys, calls: keys.length * (2 + Math.floor(random() * 4)) };
}

/** Three kinds of calls one after the other, as a day has them. */
function changingTrace(): Trace {
  const third = Math.floor(CALLS / 3);
  const { keys: bursts } = burstTrace();
  const { keys: popular } = zipfTrace(500, 20_000, 0.9);
  return fill(500, (i) => {
    if (i < third) return i % 1_000;
    return i < 2 * third ? 100_000 + (bursts[i] ?? 0) : 200_000 + (popular[i] ?? 0);
  });
}
