import type { Instance } from '../../runner/contract.js';

/** Milliseconds that results live, with everybody who can limit it. */
export const TTL = 60_000;
/** Entries, with everybody who can limit them. */
export const CAPACITY = 1_000;
/**
 * Milliseconds to warm up at least. A cache with a time to live that is asked millions of times a second starts a
 * thread to read the clock for it: what came before, and the start itself, is not what a hit takes.
 */
export const WARMUP = 200;

/** What the cached functions return. */
export interface Result {
  readonly value: number;
}

/** What came out of so many hits: the sum of all values, and how often the function was run. */
export interface HitAnswer {
  readonly sum: number;
  readonly loads: number;
}

/** Calls to make, one after the other, over and over. */
export interface Calls<Args extends readonly unknown[]> {
  /** Arguments that are asked with: equal to those of `warm`, but other strings and objects. */
  readonly asked: readonly Args[];
  /** Arguments that the cache is filled with. */
  readonly warm: readonly Args[];
}

/** Makes `count` calls twice, so that identity never helps. */
export function callsOf<Args extends readonly unknown[]>(count: number, argsOf: (i: number) => Args): Calls<Args> {
  const make = (): Args[] => Array.from({ length: count }, (_, i) => structuredClone(argsOf(i)));
  return { warm: make(), asked: make() };
}

/** A function to be cached, which counts its runs. The value is the position of the arguments among the warm ones. */
export function counted<Args extends readonly unknown[]>({
  warm,
}: Calls<Args>): {
  readonly load: (...args: Args) => Result;
  readonly loads: () => number;
} {
  let loads = 0;
  return { load: () => ({ value: loads++ % warm.length }), loads: () => loads };
}

/** The answer to expect: every warm call ran the function once, and nobody again. */
export function hitAnswer(count: number, operations: number): HitAnswer {
  let sum = 0;
  for (let i = 0; i < operations; i++) sum += i % count;
  return { sum, loads: count };
}

/** Fills a cached function of one argument, then asks it. */
export function askOne<A>(calls: Calls<[A]>, cache: (load: (a: A) => Result) => (a: A) => Result): Instance {
  const { load, loads } = counted(calls);
  const call = cache(load);
  for (const [a] of calls.warm) call(a);
  const asked = calls.asked.map(([a]) => a);
  let done = 0;
  let sum = 0;
  return {
    run(operations) {
      const { length } = asked;
      // Every position exists.
      for (const end = done + operations; done < end; done++) sum += call(asked[done % length] as A).value;
      return sum;
    },
    answer: (): HitAnswer => ({ sum, loads: loads() }),
  };
}

/** As `askOne`, for three arguments. */
export function askThree<A, B, C>(
  calls: Calls<[A, B, C]>,
  cache: (load: (a: A, b: B, c: C) => Result) => (a: A, b: B, c: C) => Result,
): Instance {
  const { load, loads } = counted(calls);
  const call = cache(load);
  for (const [a, b, c] of calls.warm) call(a, b, c);
  let done = 0;
  let sum = 0;
  return {
    run(operations) {
      const { asked } = calls;
      for (const end = done + operations; done < end; done++) {
        const args = asked[done % asked.length] as [A, B, C]; // As above.
        sum += call(args[0], args[1], args[2]).value;
      }
      return sum;
    },
    answer: (): HitAnswer => ({ sum, loads: loads() }),
  };
}

/** As `askOne`, for an async function: each call is awaited. */
export async function askAsync<A>(
  calls: Calls<[A]>,
  cache: (load: (a: A) => Promise<Result>) => (a: A) => Promise<Result>,
): Promise<Instance> {
  const { load, loads } = counted(calls);
  const call = cache((a) => Promise.resolve(load(a)));
  for (const [a] of calls.warm) await call(a);
  const asked = calls.asked.map(([a]) => a);
  let done = 0;
  let sum = 0;
  return {
    async run(operations) {
      const { length } = asked;
      for (const end = done + operations; done < end; done++) sum += (await call(asked[done % length] as A)).value;
      return sum;
    },
    answer: (): HitAnswer => ({ sum, loads: loads() }),
  };
}
