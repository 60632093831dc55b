import fc from 'fast-check';
import { VirtualClock } from 'tickwise';
import { describe, expect, it } from 'vitest';
import { ServerTime } from '../../src/schedule/rate-limiter-server-time.js';
import { ClockWindow } from '../../src/schedule/window-clock.js';
import { DecayWindow } from '../../src/schedule/window-decay.js';
import { KeyedWindows } from '../../src/schedule/window-keyed.js';
import type { LimitWindow } from '../../src/schedule/window-limit.js';
import { RollingWindow } from '../../src/schedule/window-rolling.js';

/** A start as the models see it. */
interface Start {
  readonly at: number;
  readonly amount: number;
}

const sum = (starts: readonly Start[]): number => starts.reduce((total, { amount }) => total + amount, 0);

/** The slow way: the starts that count at a time, found among all. */
const rollingUse = (starts: readonly Start[], now: number, interval: number): number =>
  sum(starts.filter(({ at }) => at + interval > now));

/** The largest sum that falls between two multiples of 1 000. */
function mostPerSecond(starts: readonly Start[]): number {
  const sums = new Map<number, number>();
  for (const { at, amount } of starts) {
    const second = Math.floor(at / 1_000);
    sums.set(second, (sums.get(second) ?? 0) + amount);
  }
  return Math.max(0, ...sums.values());
}

/** Waits and amounts: what a client asks for and when. */
const asks = fc.array(
  fc.record({
    wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 700 })),
    amount: fc.integer({ min: 0, max: 12 }),
  }),
  { maxLength: 150 },
);

/** Starts whatever fits at once, and returns all starts with what the window said in between. */
function drive(window: LimitWindow, list: readonly { wait: number; amount: number }[], advance: (ms: number) => void) {
  const starts: Start[] = [];
  let now = 0;
  for (const { wait, amount } of list) {
    now += wait;
    advance(wait);
    const free = window.freeAt(now, amount);
    expect(free).toBeGreaterThanOrEqual(now);
    if (free > now) continue;
    window.take(now, amount);
    starts.push({ at: now, amount });
  }
  return { starts, now };
}

describe('a rolling window', () => {
  it('counts and frees as a list of all starts does, for any history', () => {
    fc.assert(
      fc.property(asks, fc.integer({ min: 12, max: 40 }), (list, limit) => {
        const window = new RollingWindow(limit, 1_000);
        const starts: Start[] = [];
        let now = 0;

        for (const { wait, amount } of list) {
          now += wait;
          const used = rollingUse(starts, now, 1_000);
          expect(window.usedAt(now)).toBe(used);
          // The model tries each millisecond at which a start leaves.
          const times = [now, ...starts.map(({ at }) => at + 1_000).filter((end) => end > now)];
          const free = times.find((time) => rollingUse(starts, time, 1_000) + amount <= limit);
          expect(window.freeAt(now, amount)).toBe(free);
          if (free !== now) continue;
          window.take(now, amount);
          starts.push({ at: now, amount });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never lets more than the limit start within any stretch of its interval', () => {
    fc.assert(
      fc.property(asks, fc.integer({ min: 12, max: 30 }), (list, limit) => {
        const { starts } = drive(new RollingWindow(limit, 1_000), list, () => undefined);

        for (const { at } of starts) {
          const within = starts.filter((start) => start.at >= at && start.at < at + 1_000);
          expect(sum(within)).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('fits ten starts of 0.1 into a limit of 1, and no eleventh', () => {
    const window = new RollingWindow(1, 1_000);

    for (let index = 0; index < 10; index++) {
      expect(window.freeAt(index, 0.1)).toBe(index);
      window.take(index, 0.1);
    }

    expect(window.freeAt(10, 0.1)).toBe(1_000);
  });

  it('never fits what is above its limit', () => {
    expect(new RollingWindow(10, 1_000).freeAt(0, 11)).toBe(Infinity);
  });

  it('keeps the limit, and at most 65 536 slots, when more starts than that count', () => {
    const window = new RollingWindow(70_000, 1_000_000);

    for (let now = 0; now < 70_000; now++) window.take(now, 1);

    expect(window.usedAt(70_000)).toBe(70_000);
    expect(window.freeAt(70_000, 1)).toBe(1_000_000);
    // The last slot holds all that came while the log was full, and ends with the newest of them.
    expect(window.usedAt(1_065_534)).toBe(70_000 - 65_535);
    expect(window.usedAt(1_069_998)).toBe(70_000 - 65_535);
    expect(window.usedAt(1_069_999)).toBe(0);
  });

  it('raises its count to what the venue says, and never lowers it', () => {
    const window = new RollingWindow(100, 1_000);
    window.take(0, 30);

    window.settle(100, 90);
    window.settle(100, 10);

    expect(window.usedAt(100)).toBe(90);
    expect(window.freeAt(100, 11)).toBe(1_000);
    expect(window.usedAt(1_000)).toBe(60);
    expect(window.usedAt(1_100)).toBe(0);
  });

  it('forgets what the venue says when its window is over, at the latest after an interval', () => {
    const window = new RollingWindow(10, 1_000);

    window.settle(0, 10, 400);
    const early = window.freeAt(0, 1);
    window.settle(400, 10, 1e15);

    expect(early).toBe(400);
    expect(window.freeAt(400, 1)).toBe(1_400);
  });

  it('takes another limit over', () => {
    const window = new RollingWindow(10, 1_000);
    window.take(0, 5);

    window.setLimit(5);
    const lower = window.freeAt(0, 1);
    window.setLimit(20);

    expect(lower).toBe(1_000);
    expect(window.freeAt(0, 15)).toBe(0);
    expect(window.limit).toBe(20);
  });
});

describe('a window on the clock', () => {
  function setUp(latency: number, { start = 370, offset = 0, limit = 20, interval = 1_000 } = {}) {
    const clock = new VirtualClock(start);
    const time = new ServerTime(clock, offset);
    // Time that only moves forward by hand: windows read it through the wall time.
    const window = new ClockWindow(limit, interval, latency, time);
    return { clock, time, window, step: (ms: number) => clock.stepWallTime(ms) };
  }

  it('never lets more than the limit start between two boundaries, for any history and phase', () => {
    fc.assert(
      fc.property(asks, fc.integer({ min: 0, max: 999 }), (list, start) => {
        const { window, step } = setUp(0, { start });
        const { starts } = drive(window, list, step);

        expect(mostPerSecond(starts.map(({ at, amount }) => ({ at: at + start, amount })))).toBeLessThanOrEqual(20);
      }),
      { numRuns: 300 },
    );
  });

  it('lets no more than the limit reach the venue in a window, whatever each request takes up to the latency', () => {
    fc.assert(
      fc.property(asks, fc.infiniteStream(fc.integer({ min: 0, max: 250 })), (list, delays) => {
        const { window, step } = setUp(250);
        const { starts } = drive(window, list, step);

        const arrivals = starts.map(({ at, amount }) => ({ at: at + 370 + Number(delays.next().value), amount }));
        expect(mostPerSecond(arrivals)).toBeLessThanOrEqual(20);
      }),
      { numRuns: 300 },
    );
  });

  it('is free again at the boundary on the clock of the venue', () => {
    const { window } = setUp(0, { start: 61_000, offset: -1_800, interval: 60_000 });

    window.take(0, 20);

    expect(window.freeAt(0, 1)).toBe(800);
  });

  it('skips a window that is full of what was counted in both', () => {
    const { window, step } = setUp(250);
    step(500);
    window.take(500, 20);

    const free = window.freeAt(500, 1);
    step(free - 500);

    expect(free).toBe(1_630);
    expect(window.freeAt(free, 20)).toBe(free);
  });

  it('does not open again when its time is corrected back across the boundary', () => {
    const { window, step } = setUp(0, { start: 900 });
    window.take(0, 20);
    step(150);
    window.take(150, 20);

    step(-100);

    expect(window.freeAt(160, 1)).toBe(160 + 1_050);
  });

  it('keeps its count for at most one more window when the wall time is set far back', () => {
    const { window, step } = setUp(0, { start: 7_200_900 });
    window.take(0, 20);

    step(-3_600_000);

    expect(window.freeAt(0, 1)).toBe(100);
  });

  it('raises its count to what the venue says, unless that is of a window that is over', () => {
    const { window } = setUp(0, { start: 5_370 });

    window.take(0, 3);
    window.settle(0, 18);
    window.settle(0, 5);

    expect(window.usedAt(0)).toBe(18);
    expect(window.isPast(4_999, 0)).toBe(true);
    expect(window.isPast(5_000, 0)).toBe(false);
  });
});

describe('a counter that decays', () => {
  it('never rises above what a venue counts that lets it fall at any phase of its step', () => {
    fc.assert(
      fc.property(asks, fc.integer({ min: 0, max: 99 }), (list, phase) => {
        // Falls by 1 every 100 ms; the venue at the multiples of 100 plus a phase nobody knows.
        const { starts } = drive(new DecayWindow(15, 1_500, 0), list, () => undefined);

        let level = 0;
        let last = 0;
        for (const { at, amount } of starts) {
          const steps = Math.floor((at - phase) / 100) - Math.floor((last - phase) / 100);
          level = Math.max(0, level - steps) + amount;
          last = at;
          expect(level).toBeLessThanOrEqual(15);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never lets the venue count too much, whatever each request takes up to the latency', () => {
    fc.assert(
      fc.property(
        asks,
        fc.integer({ min: 0, max: 99 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 130 })),
        (list, phase, delays) => {
          const { starts } = drive(new DecayWindow(15, 1_500, 130), list, () => undefined);

          let level = 0;
          let last = 0;
          const arrivals = starts.map(({ at, amount }) => ({ at: at + Number(delays.next().value), amount }));
          for (const { at, amount } of arrivals.toSorted((a, b) => a.at - b.at)) {
            const steps = Math.floor((at - phase) / 100) - Math.floor((last - phase) / 100);
            level = Math.max(0, level - steps) + amount;
            last = at;
            expect(level).toBeLessThanOrEqual(15);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives a full counter one start per step', () => {
    const window = new DecayWindow(15, 45_000, 0);
    window.take(0, 15);

    const first = window.freeAt(0, 1);
    const ledger = window.freeAt(0, 2);
    window.take(first, 1);

    expect([first, ledger]).toEqual([3_000, 6_000]);
    expect(window.freeAt(first, 1)).toBe(6_000);
    expect(window.usedAt(3_000)).toBe(15);
    expect(window.usedAt(48_000)).toBe(0);
  });

  it('is free exactly when it says, for any numbers', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ wait: fc.integer({ min: 0, max: 5_000 }), amount: fc.double({ min: 0, max: 7, noNaN: true }) }),
          {
            maxLength: 60,
          },
        ),
        (list) => {
          const window = new DecayWindow(7.5, 3_333, 0);
          let now = 0;
          for (const { wait, amount } of list) {
            now += wait;
            const free = window.freeAt(now, amount);
            expect(window.freeAt(free, amount)).toBe(free);
            now = free;
            window.take(now, amount);
            expect(window.usedAt(now)).toBeLessThanOrEqual(7.5 * (1 + 1e-9));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('raises to what the venue says', () => {
    const window = new DecayWindow(10, 10_000, 0);

    window.settle(0, 10);
    window.settle(0, 4);
    window.setLimit(12);

    expect(window.usedAt(0)).toBe(10);
    expect(window.freeAt(0, 3)).toBe(1_000);
    expect(window.freeAt(0, 13)).toBe(Infinity);
    expect(window.limit).toBe(12);
  });
});

describe('windows by key', () => {
  const keyed = (maxKeys: number) => new KeyedWindows(() => new RollingWindow(1, 1_000), maxKeys);

  it('hold the limit for each key on its own', () => {
    const windows = keyed(10);

    windows.open(0, 'a').take(0, 1);

    expect(windows.peek('a').freeAt(0, 1)).toBe(1_000);
    expect(windows.peek('b').freeAt(0, 1)).toBe(0);
    expect(windows.peek('b').freeAt(0, 2)).toBe(Infinity);
  });

  it('are given up when nothing counts in them: a million keys leave few', () => {
    const windows = keyed(10_000);
    let most = 0;

    for (let now = 0; now < 1_000_000; now++) {
      windows.open(now, `key ${now}`).take(now, 1);
      most = Math.max(most, windows.size);
    }

    expect(most).toBeLessThan(2_100);
    expect(windows.peek('key 999999').freeAt(1_000_000, 1)).toBe(1_000_999);
  });

  it('refuse a new key when as many as allowed count, until one does not', () => {
    const windows = keyed(100);
    for (let index = 0; index < 100; index++) windows.open(index, `key ${index}`).take(index, 1);

    expect(() => windows.open(100, 'one more')).toThrow(/100 keys such as 'key 0' are in use; raise maxKeys/);

    windows.open(1_000, 'one more').take(1_000, 1);
    expect(windows.find('key 0')).toBeUndefined();
    expect(windows.size).toBe(100);
  });

  it('keep a limit that the venue told while there is room', () => {
    const windows = keyed(80);
    windows.open(0, 'told').setLimit(5);

    for (let now = 0; now < 70; now++) windows.open(now * 2_000, `key ${now}`).take(now * 2_000, 1);
    const kept = windows.find('told')?.limit;
    for (let index = 0; index < 79; index++) windows.open(1e6, `other ${index}`).take(1e6, 1);
    windows.open(1e6, 'last').take(1e6, 1);

    expect(kept).toBe(5);
    expect(windows.find('told')).toBeUndefined();
  });
});
