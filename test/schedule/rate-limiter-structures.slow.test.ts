import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { VirtualClock } from 'tickwise';
import { describe, expect, it } from 'vitest';
import { OutcomeWindow, thresholdOf } from '../../src/schedule/circuit-breaker-window.js';
import { readHeaders } from '../../src/schedule/rate-limiter-headers.js';
import { type HeapItem, RankedHeap } from '../../src/schedule/rate-limiter-heap.js';
import { type Lane, newLane, type Waiter, WaiterQueue } from '../../src/schedule/rate-limiter-queue.js';
import { ServerTime } from '../../src/schedule/rate-limiter-server-time.js';
import { SignalGroups } from '../../src/schedule/rate-limiter-signals.js';

describe('a heap', () => {
  it('gives the least first and lets any item leave, as a sorted list does, for any history', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('add' as const), rank: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ type: fc.constant('remove' as const), index: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const heap = new RankedHeap<HeapItem>();
        const model: HeapItem[] = [];
        for (const next of steps) {
          if (next.type === 'add') {
            const item = { rank: 0, position: -1 };
            heap.add(item, next.rank);
            model.push(item);
          } else {
            const [item] = model.splice(next.index % Math.max(1, model.length), 1);
            if (item !== undefined) heap.remove(item);
            expect(item?.position ?? -1).toBe(-1);
          }
          expect(heap.first?.rank).toBe(model.toSorted((a, b) => a.rank - b.rank)[0]?.rank);
          expect(new Set(model.map(({ position }) => position)).size).toBe(model.length);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the queue of those who wait', () => {
  type Step =
    | { type: 'add'; lane: number }
    | { type: 'remove'; index: number }
    | { type: 'block'; for: number }
    | { type: 'wait'; ms: number };

  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('add' as const), lane: fc.nat(4) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), index: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('block' as const), for: fc.integer({ min: 1, max: 50 }) }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 30 }) }) },
  );

  it('gives the turn to the lane whose first came first, as a search through all does, for any history', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const queue = new WaiterQueue();
        const waiters: Waiter[] = [];
        const blockedUntil = new Map<Lane, number>();
        const firstOf = (lane: Lane): Waiter | undefined => waiters.find((waiter) => waiter.lane === lane);
        let now = 0;
        for (const [sequence, next] of steps.entries()) {
          if (next.type === 'add') {
            const id = `lane ${next.lane}`;
            const lane = queue.find(id) ?? newLane(id, undefined, []);
            const waiter = newWaiter(sequence, lane);
            queue.add(waiter);
            waiters.push(waiter);
          } else if (next.type === 'remove') {
            const [waiter] = waiters.splice(next.index % Math.max(1, waiters.length), 1);
            if (waiter === undefined) continue;
            // Whoever was first takes the block of its lane along.
            if (waiter.lane.first === waiter) blockedUntil.delete(waiter.lane);
            queue.remove(waiter);
          } else if (next.type === 'block') {
            const lane = queue.next;
            if (lane === undefined) continue;
            queue.block(lane, now + next.for);
            blockedUntil.set(lane, now + next.for);
          } else {
            now += next.ms;
            queue.unblockUntil(now);
            for (const [lane, until] of blockedUntil) if (until <= now) blockedUntil.delete(lane);
          }

          const free = waiters.find(({ lane }) => !blockedUntil.has(lane));
          expect(queue.size).toBe(waiters.length);
          expect(queue.next?.first).toBe(free);
          expect(queue.unblocksAt).toBe(Math.min(Infinity, ...blockedUntil.values()));
          for (const { lane } of waiters) {
            expect(queue.find(lane.id)).toBe(lane);
            expect(lane.first).toBe(firstOf(lane));
            expect(lane.last).toBe(waiters.findLast((waiter) => waiter.lane === lane));
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('keeps no lane without waiters', () => {
    const queue = new WaiterQueue();
    const waiter = newWaiter(0, newLane('a', undefined, []));
    queue.add(waiter);
    queue.block(waiter.lane, 100);

    queue.remove(waiter);

    expect([queue.size, queue.find('a'), queue.next, queue.unblocksAt]).toEqual([0, undefined, undefined, Infinity]);
  });

  function newWaiter(sequence: number, lane: Lane): Waiter {
    const resolve = (): void => undefined;
    const rest = { signal: undefined, resolve, reject: resolve, previous: undefined, next: undefined };
    return { sequence, weight: 1, lane, ...rest };
  }
});

describe('groups by signal', () => {
  it('tell each member once, listen once per signal, and not at all without members, for any history', () => {
    const step = fc.record({
      type: fc.constantFrom('add' as const, 'add' as const, 'delete' as const, 'abort' as const),
      signal: fc.nat(2),
      member: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const controllers = Array.from({ length: 3 }, () => new AbortController());
        const members = controllers.map(() => new Set<number>());
        const told: [number[], unknown][] = [];
        const expected: [number[], unknown][] = [];
        const groups = new SignalGroups<number>((all, reason) => told.push([[...all], reason]));
        for (const { member, signal: index, type } of steps) {
          const { signal } = controllers[index] ?? new AbortController();
          const model = members[index] ?? new Set();
          if (type === 'add' && !signal.aborted) {
            groups.add(signal, member);
            model.add(member);
          } else if (type === 'delete') {
            groups.delete(signal, member);
            model.delete(member);
          } else if (type === 'abort') {
            if (model.size > 0) expected.push([[...model], `reason ${index}`]);
            model.clear();
            controllers[index]?.abort(`reason ${index}`);
          }
          expect(getEventListeners(signal, 'abort')).toHaveLength(model.size > 0 ? 1 : 0);
        }
        expect(told).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the time of the venue', () => {
  it('is the wall time plus the offset until it is told, and the monotonic time from then on', async () => {
    const clock = new VirtualClock(1_000_000);
    const time = new ServerTime(clock, -1_800);
    const before = time.at(clock.now());

    time.set(clock.now(), 5_000_000);
    clock.stepWallTime(77_777);
    await clock.advance(250);

    expect([before, time.at(clock.now())]).toEqual([998_200, 5_000_250]);
  });

  it.each([
    ['is left alone by a date up to two seconds old', -2_000, false, 0],
    ['is set by a date that is older', -2_001, true, -2_001],
    ['is set by a date that is ahead, which cannot be', 1, true, 1],
    ['is left alone by the same', 0, false, 0],
  ])('%s', (_, ahead, isChanged, error) => {
    const clock = new VirtualClock(1_000_000);
    const time = new ServerTime(clock, 0);

    const changed = time.hear(0, 1_000_000 + ahead);

    expect([changed, time.at(0)]).toEqual([isChanged, 1_000_000 + error]);
  });
});

describe('the window of outcomes', () => {
  it('opens when a list of the last outcomes would, for any history', () => {
    const outcome = fc.record({ isFailed: fc.boolean(), isSlow: fc.boolean(), wait: fc.integer({ min: 0, max: 40 }) });
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 80 }), fc.integer({ min: 1, max: 9 }), (outcomes, size) => {
        const window = new OutcomeWindow(size, 150, 0.6, 0.9);
        const all: { isFailed: boolean; isSlow: boolean; at: number }[] = [];
        let now = 0;
        for (const { isFailed, isSlow, wait } of outcomes) {
          now += wait;
          all.push({ isFailed, isSlow, at: now });
          const last = all.slice(-size);
          const failures = last.filter((entry) => entry.isFailed).length;
          const slow = last.filter((entry) => entry.isSlow).length;
          const isTooMuch = failures >= Math.ceil(0.6 * size) || slow >= Math.ceil(0.9 * size);
          const isRecent = now - (last[0]?.at ?? 0) <= 150;

          expect(window.add(isFailed, isSlow, now)).toBe(last.length === size && isTooMuch && isRecent);
          expect([window.calls, window.failures, window.slow]).toEqual([last.length, failures, slow]);
        }
        window.clear();
        expect([window.calls, window.failures, window.slow]).toEqual([0, 0, 0]);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [0.07, 100, 7],
    [0.5, 1, 1],
    [0.5, 3, 2],
    [0.001, 10, 1],
    [1, 20, 20],
    [0.3, 10, 3],
  ])('takes a rate of %f of %i calls as %i', (rate, calls, threshold) => {
    expect(thresholdOf(rate, calls)).toBe(threshold);
  });
});

describe('headers', () => {
  const facts = (headers: Record<string, string>) => readHeaders(headers);

  it.each([
    ['x-mbx-used-weight-1m', 'weight', 60_000],
    ['X-MBX-USED-WEIGHT-1S', 'weight', 1_000],
    ['x-mbx-used-weight-5m', 'weight', 300_000],
    ['x-mbx-order-count-10s', 'requests', 10_000],
    ['X-Mbx-Order-Count-1d', 'requests', 86_400_000],
    ['x-mbx-order-count-1h', 'requests', 3_600_000],
  ])('%s are of %s in %i ms', (name, counts, interval) => {
    expect(facts({ [name]: '42' })).toMatchObject({ uses: [{ counts, interval, used: 42 }], unreadable: 0 });
  });

  it.each([
    'x-mbx-used-weight',
    'x-mbx-used-weight-0s',
    'x-mbx-used-weight-1w',
    'x-mbx-uuid',
    'x-sapi-used-ip-weight-1m',
  ])('%s is left alone', (name) => {
    expect(facts({ [name]: '42' })).toMatchObject({ uses: [], unreadable: 0 });
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['0.5', 500],
    [' 12 ', 12_000],
    ['259200', 259_200_000],
  ])('Retry-After of %j is %i ms', (value, wait) => {
    expect(facts({ 'Retry-After': value })).toMatchObject({ retryAfter: wait, retryAt: undefined, unreadable: 0 });
  });

  it.each(['', '-1', '1e3', '0x10', '1,5', 'NaN', 'Infinity', '1 2', 'Sun Nov 6 08:49:37 1994', '9'.repeat(16)])(
    'Retry-After of %j cannot be read',
    (value) => {
      expect(facts({ 'Retry-After': value })).toMatchObject({
        retryAfter: undefined,
        retryAt: undefined,
        unreadable: 1,
      });
    },
  );

  it('dates are HTTP dates', () => {
    const date = 'Sun, 06 Nov 1994 08:49:37 GMT';

    expect(facts({ date, 'retry-after': date })).toMatchObject({
      date: Date.UTC(1994, 10, 6, 8, 49, 37),
      retryAt: Date.UTC(1994, 10, 6, 8, 49, 37),
    });
    expect(facts({ date: 'Sun, 99 Nov 1994 08:49:37 GMT' })).toMatchObject({ date: undefined, unreadable: 1 });
  });
});
