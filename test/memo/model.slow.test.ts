import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { asyncHistoryOf, checkAsyncHistory } from './async-history.js';
import { checkSyncHistory, historyOf, optionsOfHistory } from './history.js';
import { Loads, settle } from './deferred.js';

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('memo of a sync function', () => {
  it('answers random histories as a naive cache does, and counts alike', async () => {
    await fc.assert(
      fc.asyncProperty(optionsOfHistory, historyOf(60), async (options, history) => {
        await checkSyncHistory(options, history);
      }),
      { numRuns: 60 },
    );
  });
});

type AsyncStep =
  | { readonly type: 'call' | 'invalidate' | 'set' | 'resolve' | 'reject'; readonly key: number }
  | { readonly type: 'clear' | 'tag'; readonly key: number };

const asyncStep: fc.Arbitrary<AsyncStep> = fc.record({
  type: fc.oneof(
    { weight: 6, arbitrary: fc.constant('call' as const) },
    { weight: 4, arbitrary: fc.constant('resolve' as const) },
    fc.constantFrom('invalidate' as const, 'set' as const, 'reject' as const, 'clear' as const, 'tag' as const),
  ),
  key: fc.nat(2),
});

describe('memo of an async function', () => {
  it('answers random histories as a naive cache does, and counts alike', async () => {
    await fc.assert(
      fc.asyncProperty(optionsOfHistory, asyncHistoryOf(80), async (options, history) => {
        await checkAsyncHistory(options, history);
      }),
      { numRuns: 500 },
    );
  });

  it('never stores or shares a load that began before the last change of its key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(asyncStep, { maxLength: 60 }), async (steps) => {
        const loads = new Loads<string>();
        const cached = memo(async (key: number) => loads.run(key), {
          tags: (_, key) => [`t${key}`],
          clock: new VirtualClock(),
        });
        const open: number[] = [];
        /** Per key: the number of the first load that may be seen from now on, or the value that was set. */
        const oldest = new Map<number, number | string>();
        const answers: Promise<unknown>[] = [];
        const change = (key: number, to: number | string = loads.count): unknown => oldest.set(key, to);

        for (const { type, key } of steps) {
          const count = loads.count;
          switch (type) {
            case 'call': {
              const minimum = oldest.get(key);
              const call = cached(key);
              if (loads.count > count) open.push(count);
              answers.push(
                call.then(
                  (answer) => {
                    if (typeof minimum === 'number') expect(Number(answer.slice(1))).toBeGreaterThanOrEqual(minimum);
                    return true;
                  },
                  () => true,
                ),
              );
              break;
            }
            case 'resolve':
            case 'reject': {
              const index = open.splice(key % Math.max(open.length, 1), 1)[0];
              if (index !== undefined && type === 'resolve') loads.at(index).resolve(`v${index}`);
              if (index !== undefined && type === 'reject') loads.at(index).reject(new Error(`e${index}`));
              await settle();
              break;
            }
            case 'set':
              cached.set([key], `s${count}`);
              change(key, `s${count}`);
              break;
            case 'invalidate':
              void cached.invalidate(key);
              change(key);
              break;
            case 'tag':
              void cached.invalidateTag(`t${key}`);
              change(key);
              break;
            case 'clear':
              void cached.clear();
              for (const each of [0, 1, 2]) change(each);
          }
          for (const [each, minimum] of oldest) {
            const stored = cached.peek(each);
            if (stored === undefined) continue;
            if (typeof minimum === 'string') expect(stored).toBe(minimum);
            else expect(Number(stored.slice(1))).toBeGreaterThanOrEqual(minimum);
          }
        }
        for (const index of open) loads.at(index).resolve(`v${index}`);
        await Promise.all(answers);

        const { calls, hits, misses, coalesced, staleHits, loads: counted } = cached.stats();
        expect(calls).toBe(steps.filter(({ type }) => type === 'call').length);
        expect(hits + staleHits + misses + coalesced).toBe(calls);
        expect(counted).toBe(loads.count);
      }),
      { numRuns: 150 },
    );
  });
});
