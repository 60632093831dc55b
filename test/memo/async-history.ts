import fc from 'fast-check';
import { expect } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { AsyncModelCache, type ModelCall, type ModelResult } from './async-model.js';
import { Loads, settle } from './deferred.js';
import type { ModelOptions } from './model.js';

/** One thing that happens to a cache of an async function. */
export interface AsyncStep {
  readonly type:
    | 'call'
    | 'advance'
    | 'resolve'
    | 'reject'
    | 'peek'
    | 'set'
    | 'setPromise'
    | 'invalidate'
    | 'invalidateTag'
    | 'clear';
  readonly key: string;
  readonly amount: number;
  /** For a load that ends: whether the next step comes before anybody hears of that. */
  readonly isLate: boolean;
}

/** Random histories of up to `maxLength` steps, mostly calls and ends of loads. */
export function asyncHistoryOf(maxLength: number, minLength = 0): fc.Arbitrary<AsyncStep[]> {
  const step = fc.record({
    type: fc.oneof(
      { weight: 10, arbitrary: fc.constant('call' as const) },
      { weight: 5, arbitrary: fc.constant('resolve' as const) },
      { weight: 4, arbitrary: fc.constant('advance' as const) },
      { weight: 3, arbitrary: fc.constantFrom('reject' as const, 'reject' as const, 'peek' as const) },
      fc.constantFrom('set' as const, 'invalidate' as const, 'invalidateTag' as const),
      fc.constantFrom('setPromise' as const, 'clear' as const, 'call' as const),
    ),
    key: fc.constantFrom('a', 'b', 'c'),
    amount: fc.nat(12),
    isLate: fc.boolean(),
  });
  return fc.array(step, { minLength, maxLength, size: 'max' });
}

/** Runs a history on a memoised async function and on the model; compares answers, counts and size after each step. */
export async function checkAsyncHistory(options: ModelOptions, history: readonly AsyncStep[]): Promise<void> {
  const clock = new VirtualClock();
  const loads = new Loads<string>();
  const run = async (_key: string): Promise<string> => await loads.run();
  const cached = memo(run, { ...options, clock, tags: (_result, key) => [key], onError: () => undefined });
  const model = new AsyncModelCache(options);
  const calls: { readonly expected: ModelCall; outcome: ModelResult | undefined }[] = [];
  const open = new Set<number>();
  let serial = 0;
  let begun = 0;
  let endLate: (() => void) | undefined;

  const call = (key: string): void => {
    const record: (typeof calls)[number] = { expected: model.call(key, clock.now()), outcome: undefined };
    calls.push(record);
    cached(key).then(
      (value) => (record.outcome = { value }),
      (error: unknown) => (record.outcome = { error: error as Error }),
    );
  };
  const end = (index: number, isResolved: boolean, isLate: boolean): void => {
    const load = model.loads[index];
    if (load === undefined || !open.delete(index)) return;
    const result = isResolved ? { value: `v${index}` } : { error: new Error(`e${index}`) };
    if ('value' in result) loads.at(index).resolve(result.value);
    else loads.at(index).reject(result.error);
    endLate = () => model.settle(load, result, clock.now());
    if (!isLate) endNow();
  };
  const endNow = (): void => {
    endLate?.();
    endLate = undefined;
  };

  for (const { type, key, amount, isLate } of history) {
    const wasLate = endLate;
    switch (type) {
      case 'call':
        call(key);
        break;
      case 'resolve':
      case 'reject':
        // Ends of loads come one after another.
        await settle();
        endNow();
        end([...open][amount % Math.max(open.size, 1)] ?? -1, type === 'resolve', isLate);
        break;
      case 'peek':
        expect(cached.peek(key)).toBe(model.peek(key, clock.now()));
        expect(cached.has(key)).toBe(model.peek(key, clock.now()) !== undefined);
        break;
      case 'set':
        cached.set([key], `s${++serial}`);
        model.set(key, `s${serial}`, clock.now());
        break;
      case 'setPromise':
        cached.set([key], loads.run());
        model.setPromise(key);
        break;
      case 'invalidate':
      case 'invalidateTag':
        void cached[type](key);
        model[type](key);
        break;
      case 'clear':
        void cached.clear();
        model.clear();
        break;
      case 'advance':
        await settle();
        endNow();
        await clock.advance(amount);
    }
    for (; begun < loads.count; begun++) open.add(begun);
    expect(loads.count).toBe(model.loads.length);
    if (endLate !== undefined && endLate !== wasLate) continue;
    await settle();
    endNow();
    expect(calls.map(({ outcome }) => outcome)).toEqual(calls.map(({ expected }) => expected.result));
    expect(cached.stats()).toMatchObject({ ...model.counts, entries: model.size, calls: calls.length });
  }
}
