import fc from 'fast-check';
import { expect } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { ModelCache, type ModelAnswer, type ModelOptions } from './model.js';

/** One thing that happens to a cache. */
export interface Step {
  readonly type: 'call' | 'peek' | 'set' | 'invalidate' | 'clear' | 'advance' | 'break';
  readonly key: string;
  readonly amount: number;
}

export const optionsOfHistory: fc.Arbitrary<ModelOptions> = fc.record({
  ttl: fc.constantFrom(0, 5, 10, 100, Infinity),
  staleWhileRevalidate: fc.constantFrom(0, 0, 7, 50),
  staleIfError: fc.constantFrom(0, 0, 7, 50),
  errorTtl: fc.constantFrom(0, 0, 5),
  maxEntries: fc.constantFrom(1, 2, 3, 5, 10_000),
});

/** Random histories of up to `maxLength` steps, mostly calls. */
export function historyOf(maxLength: number, minLength = 0): fc.Arbitrary<Step[]> {
  const step = fc.record({
    type: fc.oneof(
      { weight: 10, arbitrary: fc.constant('call' as const) },
      { weight: 4, arbitrary: fc.constant('advance' as const) },
      fc.constantFrom('peek' as const, 'set' as const, 'invalidate' as const, 'break' as const),
      { weight: 1, arbitrary: fc.constantFrom('clear' as const, 'call' as const, 'call' as const) },
    ),
    key: fc.constantFrom('a', 'b', 'c', 'd', '__proto__', '\0'),
    amount: fc.nat(12),
  });
  return fc.array(step, { minLength, maxLength, size: 'max' });
}

/** Runs a history on a memoised function and on the model, and compares answers, counts and size at each step. */
export async function checkSyncHistory(options: ModelOptions, history: readonly Step[]): Promise<void> {
  const clock = new VirtualClock();
  let isBroken = false;
  let serial = 0;
  const makeLoad = (): ((key: string) => number) => {
    const versions = new Map<string, number>();
    return (key) => {
      const version = (versions.get(key) ?? 0) + 1;
      versions.set(key, version);
      if (isBroken) throw new Error(`${key}${version}`);
      return version;
    };
  };
  const cached = memo(makeLoad(), { ...options, clock, onError: () => undefined });
  const model = new ModelCache(options, makeLoad());
  const answerOf = (key: string): ModelAnswer => {
    try {
      return { value: cached(key) };
    } catch (error) {
      return { error: error as Error };
    }
  };

  for (const { type, key, amount } of history) {
    const now = clock.now();
    switch (type) {
      case 'call':
        expect(answerOf(key)).toEqual(model.call(key, now));
        break;
      case 'peek':
        expect(cached.peek(key)).toBe(model.peek(key, now));
        expect(cached.has(key)).toBe(model.peek(key, now) !== undefined);
        break;
      case 'set':
        serial++;
        cached.set([key], -serial);
        model.set(key, -serial, now);
        break;
      case 'invalidate':
        void cached.invalidate(key);
        model.invalidate(key);
        break;
      case 'clear':
        void cached.clear();
        model.clear();
        break;
      case 'break':
        isBroken = !isBroken;
        break;
      case 'advance':
        await clock.advance(amount);
    }
    const { calls, hits, staleHits, misses, coalesced } = cached.stats();
    expect(cached.stats()).toMatchObject({ ...model.counts, entries: model.size });
    expect(calls).toBe(hits + staleHits + misses + coalesced);
  }
}
