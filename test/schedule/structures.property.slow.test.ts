import * as fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AbortGroups } from '../../src/schedule/abort-groups.js';
import { ClassShares } from '../../src/schedule/class-shares.js';
import { KeyLanes } from '../../src/schedule/key-lanes.js';
import { DONE, KeySource } from '../../src/schedule/key-source.js';
import { LearnedQuota } from '../../src/schedule/learned-quota.js';
import { RecentMedian } from '../../src/schedule/recent-median.js';
import { RetryBudget } from '../../src/schedule/retry-budget.js';
import { TaskHeap } from '../../src/schedule/task-heap.js';

type HeapStep = { push: number } | 'pop' | 'filter';

const heapSteps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ push: fc.integer({ min: -3, max: 3 }) }) },
    { weight: 4, arbitrary: fc.constant<HeapStep>('pop') },
    { weight: 1, arbitrary: fc.constant<HeapStep>('filter') },
  ),
  { maxLength: 400 },
);

describe('TaskHeap', () => {
  it('gives what a sorted list gives, over any history', () => {
    fc.assert(
      fc.property(heapSteps, fc.boolean(), (steps, isFlat) => {
        const heap = new TaskHeap<{ id: number }>();
        let model: { id: number; priority: number }[] = [];
        let id = 0;
        for (const step of steps) {
          if (step === 'pop') {
            expect(heap.peek()?.id).toBe(model[0]?.id);
            expect(heap.pop()?.id).toBe(model.shift()?.id);
          } else if (step === 'filter') {
            heap.filter((item) => item.id % 3 !== 0);
            model = model.filter((item) => item.id % 3 !== 0);
          } else {
            const priority = isFlat ? 0 : step.push;
            heap.push({ id }, priority);
            model.push({ id, priority });
            model.sort((a, b) => b.priority - a.priority || a.id - b.id);
            id++;
          }
          expect(heap.size).toBe(model.length);
        }
        while (model.length > 0) expect(heap.pop()?.id).toBe(model.shift()?.id);
        expect(heap.pop()).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('puts an item back at its own place', () => {
    const heap = new TaskHeap<string>();
    heap.push('a', 1, 10);
    heap.push('c', 1, 30);
    heap.push('b', 1, 20);

    expect([heap.pop(), heap.pop(), heap.pop()]).toEqual(['a', 'b', 'c']);
  });
});

describe('KeyLanes', () => {
  it('lets one item per key through at a time, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean()), { maxLength: 500 }), (steps) => {
        const lanes = new KeyLanes<number>();
        const model = new Map<number, number[]>();
        for (const [index, [key, isEntering]] of steps.entries()) {
          const line = model.get(key) ?? [];
          if (isEntering) {
            expect(lanes.enter(key, index)).toBe(line.length === 0);
            line.push(index);
          } else {
            line.shift();
            expect(lanes.leave(key)).toBe(line[0]);
          }
          model.set(key, line);
          expect(lanes.size).toBe([...model.values()].filter((each) => each.length > 0).length);
        }
      }),
    );
  });
});

describe('KeySource', () => {
  const sourceOf = (keys: Iterable<number>, lookahead: number, score?: (key: number) => number) =>
    new KeySource<number>({ keys, lookahead, score, onReady: () => undefined, onError: () => undefined });
  const takeAll = (source: KeySource<number>): number[] => {
    const taken: number[] = [];
    for (let key = source.take(); typeof key === 'number'; key = source.take()) taken.push(key);
    return taken;
  };

  it('gives every key once, whatever was sampled in between', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        (count, lookahead, before, probes, isScored) => {
          const all = Array.from({ length: count }, (_, key) => key);
          const source = sourceOf(all, lookahead, isScored ? (key) => (key * 7) % 10 : undefined);
          const taken: number[] = [];
          for (let index = 0; index < before; index++) {
            const key = source.take();
            if (typeof key === 'number') taken.push(key);
          }
          const sampled = source.spread(probes);
          expect(sampled.length).toBe(Math.min(probes, lookahead, count - taken.length));
          taken.push(...sampled, ...takeAll(source));
          expect(taken.toSorted((a, b) => a - b)).toEqual(all);
          expect(source.isDone).toBe(true);
          expect(source.take()).toBe(DONE);
        },
      ),
    );
  });

  it('spreads a sample evenly', () => {
    const source = sourceOf(
      Array.from({ length: 120 }, (_, key) => key),
      1_000,
    );

    expect(source.spread(12)).toEqual([5, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115]);
  });

  it('returns all that is left of a collection, and of a generator only what was read', () => {
    const collection = sourceOf(new Set([1, 2, 3, 4]), 2);
    collection.take();
    function* endless(): Generator<number> {
      for (let key = 0; ; key++) yield key;
    }
    const generator = sourceOf(endless(), 3, () => 0);
    generator.take();

    expect(collection.close()).toEqual([2, 3, 4]);
    expect(generator.close()).toEqual([1, 2]);
  });
});

describe('RetryBudget', () => {
  it('never allows more than its share of the tasks and what time brings', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant('task'), fc.constant('retry'), fc.integer({ min: 1, max: 500 })), {
          maxLength: 500,
        }),
        fc.constantFrom(0, 0.05, 0.2),
        fc.constantFrom(0, 1, 10),
        (steps, ratio, perSecond) => {
          let now = 0;
          const budget = new RetryBudget(ratio, perSecond, now);
          let tasks = 0;
          let retries = 0;
          for (const step of steps) {
            if (step === 'task') {
              tasks++;
              budget.earn();
            } else if (step === 'retry') {
              if (budget.trySpend(now)) retries++;
            } else if (typeof step === 'number') now += step;
            expect(retries).toBeLessThanOrEqual(tasks * ratio + (perSecond * now) / 1_000 + perSecond * 10 + 1e-9);
          }
        },
      ),
    );
  });
});

describe('RecentMedian', () => {
  it('is the median of the latest values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 1, max: 10 }),
        (values, capacity) => {
          const median = new RecentMedian(capacity);
          for (const [index, value] of values.entries()) {
            const latest = values.slice(Math.max(0, index + 1 - capacity), index + 1).toSorted((a, b) => a - b);
            expect(median.push(value)).toBe(latest[Math.floor(latest.length / 2)]);
            expect(median.size).toBe(latest.length);
          }
          median.clear();
          expect(median.quantile(0.5)).toBeNaN();
        },
      ),
    );
  });
});

describe('ClassShares', () => {
  it('keeps every reserved share for its class, and always a slot for all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0.1, 0.2, 0.3), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.boolean()), { maxLength: 200 }),
        (reserves, limit, steps) => {
          const shares = new ClassShares(
            reserves.map((reserved, rank) => ({ name: String(rank), reserved, maxWait: Infinity })),
          );
          let running = 0;
          for (const [rank, isEntering] of steps) {
            if (rank >= reserves.length) continue;
            if (isEntering && shares.hasRoom(rank, running, limit)) {
              shares.enter(rank);
              running++;
            } else if (!isEntering && shares.running(rank) > 0) {
              shares.leave(rank);
              running--;
            }
            expect(running).toBeLessThanOrEqual(limit);
            for (const [each, reserved] of reserves.entries()) {
              // A class that uses less than its whole slots always may start one more.
              if (limit > 6 && shares.running(each) < Math.floor(reserved * limit)) {
                expect(shares.hasRoom(each, running, limit)).toBe(true);
              }
            }
            if (running === 0) for (const each of reserves.keys()) expect(shares.hasRoom(each, 0, limit)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('AbortGroups', () => {
  it('listens while somebody waits, and tells everybody who still does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { maxLength: 60 }), (steps) => {
        const told: number[] = [];
        const groups = new AbortGroups<number>((member) => void told.push(member));
        const controller = new AbortController();
        const model = new Set<number>();
        for (const [member, isAdding] of steps) {
          if (isAdding) groups.add(controller.signal, member);
          else groups.remove(controller.signal, member);
          if (isAdding) model.add(member);
          else model.delete(member);
          expect(getEventListeners(controller.signal, 'abort')).toHaveLength(model.size > 0 ? 1 : 0);
        }

        controller.abort();

        expect(new Set(told)).toEqual(model);
        expect(told).toHaveLength(model.size);
        expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
      }),
    );
  });
});

describe('LearnedQuota', () => {
  it('never lets more than the learned limit start in a window, with any weights and pauses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 120 })), {
          minLength: 100,
          maxLength: 400,
        }),
        (steps) => {
          const quota = new LearnedQuota();
          for (let each = 0; each < 40; each++) expect(quota.tryAcquire(1, 0, 10)).toBe(0);
          // Refused at 40, with 30 ms to the end of the second that began at -960.
          expect(quota.refuse(1, 30, undefined, 40)).toBeGreaterThanOrEqual(30);
          expect(quota.limit).toBe(39);
          expect(quota.interval).toBe(1_000);
          let now = 40;
          const byWindow = new Map<number, number>();
          for (const [weight, pause] of steps) {
            now += pause;
            const wait = quota.tryAcquire(weight, 0, now);
            if (wait > 0) continue;
            expect(now).toBeGreaterThan(70);
            const window = Math.floor((now - 71) / 1_000);
            byWindow.set(window, (byWindow.get(window) ?? 0) + weight);
          }
          for (const used of byWindow.values()) expect(used).toBeLessThanOrEqual(quota.limit);
        },
      ),
    );
  });

  it('waits no longer than to the next window', () => {
    const quota = new LearnedQuota();
    for (let each = 0; each < 20; each++) quota.tryAcquire(1, 0, 100);
    quota.refuse(1, 500, undefined, 100);
    let now = 601;
    for (let window = 0; window < 5; window++) {
      let started = 0;
      for (;;) {
        const wait = quota.tryAcquire(1, 0, now);
        if (wait > 0) {
          now += wait;
          break;
        }
        started++;
      }
      expect(started).toBe(19);
      expect((now - 601) % 1_000).toBeCloseTo(0, 6);
    }
  });

  it('takes a longer window when refusals come too early for the short one', () => {
    const quota = new LearnedQuota();
    for (let each = 0; each < 50; each++) quota.tryAcquire(1, 0, 100);
    quota.refuse(1, 900, undefined, 100);
    expect(quota.interval).toBe(1_000);
    for (let each = 0; each < 15; each++) quota.tryAcquire(1, 0, 1_100);

    quota.refuse(1, 3_000, undefined, 1_100);

    expect(quota.interval).toBe(5_000);
  });

  it('takes the limit from the venue’s count', () => {
    const quota = new LearnedQuota();
    quota.tryAcquire(1, 0, 0);

    quota.refuse(1, 400, 6_000, 0);

    expect(quota.limit).toBe(6_000);
  });

  it('raises the limit after a time without refusals', () => {
    const quota = new LearnedQuota();
    for (let each = 0; each < 101; each++) quota.tryAcquire(1, 0, 0);
    quota.refuse(1, 400, undefined, 0);
    expect(quota.limit).toBe(100);

    quota.tryAcquire(1, 0, 120_000);

    expect(quota.limit).toBeCloseTo(110, 6);
  });
});
