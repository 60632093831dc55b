import fc from 'fast-check';
import { ArgumentError, type Clock, ConfigError, type Timer, VirtualClock } from 'tickwise';
import { Cadence, type CadenceErrorContext, type CadenceOptions, type CadenceSlot } from 'tickwise/schedule';
import { describe, expect, it, vi } from 'vitest';
import { SlotGrid } from '../../src/schedule/slot-grid.js';
import { HoldingClock } from '../holding-clock.js';

/** A run as a test sees it. */
interface Run extends CadenceSlot {
  readonly at: number;
}

function recorder(clock: Clock) {
  const runs: Run[] = [];
  const job = (slot: CadenceSlot): void => {
    runs.push({ ...slot, at: clock.wallTime() });
  };
  return { runs, job };
}

const scheduled = (runs: readonly Run[]): number[] => runs.map((run) => run.scheduled);

describe('the slots', () => {
  it('are multiples of the period in epoch time', async () => {
    const clock = new VirtualClock(1_723_100_012_345);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 60_000, clock }).start({ job });

    await clock.advance(180_000);

    expect(scheduled(runs)).toEqual([1_723_100_040_000, 1_723_100_100_000, 1_723_100_160_000]);
    expect(runs.every(({ at, scheduled: slot, asOf, missed }) => at === slot && asOf === slot && missed === 0)).toBe(
      true,
    );
  });

  it('are shifted by the offset of each job, while asOf is the same for all', async () => {
    const clock = new VirtualClock();
    const runs: [string, number, number][] = [];
    const job = (name: string) => (slot: CadenceSlot) => void runs.push([name, slot.scheduled, slot.asOf]);
    const offsets = { ppo: 0, genetic: 2_000, spectrum: 4_000 };
    using _ = new Cadence({ period: 10_000, offsets, clock }).start({
      ppo: job('ppo'),
      genetic: job('genetic'),
      spectrum: job('spectrum'),
    });

    await clock.advance(14_000);

    expect(runs).toEqual([
      ['ppo', 0, 0],
      ['genetic', 2_000, 0],
      ['spectrum', 4_000, 0],
      ['ppo', 10_000, 10_000],
      ['genetic', 12_000, 10_000],
      ['spectrum', 14_000, 10_000],
    ]);
  });

  it('of jobs that offsets does not name have offset 0', async () => {
    const clock = new VirtualClock(5);
    const named = recorder(clock);
    const other = recorder(clock);
    using _ = new Cadence({ period: 100, offsets: { named: 30 }, clock }).start({ named: named.job, other: other.job });

    await clock.advance(150);

    expect(scheduled(named.runs)).toEqual([30, 130]);
    expect(scheduled(other.runs)).toEqual([100]);
  });

  it('begin at the wall time of start when aligned to it', async () => {
    const clock = new VirtualClock(1_234);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 1_000, align: 'start', clock }).start({ job });

    await clock.advance(2_500);

    expect(scheduled(runs)).toEqual([1_234, 2_234, 3_234]);
  });

  it.each(['epoch', 'start'] as const)('are shifted by phase when aligned to %s', async (align) => {
    const clock = new VirtualClock(0);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 1_000, align, phase: 250, clock }).start({ job });

    await clock.advance(2_500);

    expect(scheduled(runs)).toEqual([250, 1_250, 2_250]);
    expect(runs.map(({ asOf }) => asOf)).toEqual([250, 1_250, 2_250]);
  });

  it('include the present instant, but nothing runs before start has returned', async () => {
    const clock = new VirtualClock(3_000);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 1_000, clock }).start({ job });
    const before = runs.length;

    await clock.advance(0);

    expect(before).toBe(0);
    expect(scheduled(runs)).toEqual([3_000]);
  });

  it('may be fractions of a millisecond', async () => {
    const clock = new VirtualClock(0.25);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 33.3, offsets: { job: 0.1 }, clock }).start({ job });

    await clock.advance(333);

    expect(scheduled(runs).map((slot) => slot.toFixed(6))).toEqual(
      Array.from({ length: 10 }, (__, index) => (0.1 + (index + 1) * 33.3).toFixed(6)),
    );
    expect(runs.every(({ at, scheduled: slot }) => at >= slot)).toBe(true);
  });

  it('may be days apart', async () => {
    const day = 86_400_000;
    const clock = new VirtualClock(Date.UTC(2_024, 1, 28, 12));
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: day, clock }).start({ job });

    await clock.advance(2 * day);

    expect(scheduled(runs)).toEqual([Date.UTC(2_024, 1, 29), Date.UTC(2_024, 2, 1)]);
  });

  it('agree with counting on from the origin, for any numbers', () => {
    const time = fc.double({ min: -1e12, max: 2e12, noNaN: true });
    fc.assert(
      fc.property(time, fc.double({ min: 1, max: 1e7, noNaN: true }), time, (origin, period, at) => {
        const grid = new SlotGrid(origin, period);
        const last = grid.lastUntil(at);
        const first = grid.firstFrom(at);

        expect(grid.timeOf(last)).toBeLessThanOrEqual(at);
        expect(grid.timeOf(last + 1)).toBeGreaterThan(at);
        expect(grid.timeOf(first)).toBeGreaterThanOrEqual(at);
        expect(first - last).toBe(grid.timeOf(last) === at ? 0 : 1);
      }),
    );
  });
});

/** A clock whose timers fire early or late by fractions, driven by hand without promises. */
class RoughClock implements Clock {
  time: number;
  readonly #random: () => number;
  #pending: { due: number; callback: () => void }[] = [];

  constructor(start: number, random: () => number) {
    this.time = start;
    this.#random = random;
  }

  now(): number {
    return this.time;
  }

  /** As Date.now: whole milliseconds. */
  wallTime(): number {
    return Math.floor(this.time);
  }

  setTimeout(callback: () => void, delay: number): Timer {
    // Node fires up to 1.5 ms early and, on a busy loop, late.
    const error = this.#random() * 4 - 1.5;
    const entry = { due: Math.max(this.time + delay + error, this.time), callback };
    this.#pending.push(entry);
    return {
      cancel: () => (this.#pending = this.#pending.filter((other) => other !== entry)),
      ref: () => undefined,
      unref: () => undefined,
    };
  }

  /** Fires the next timer. */
  step(): void {
    const next = this.#pending.reduce((a, b) => (b.due < a.due ? b : a));
    this.#pending = this.#pending.filter((other) => other !== next);
    // Time always moves a little, or a timer that fires too early would never end.
    this.time = Math.max(this.time + 0.01, next.due);
    next.callback();
  }
}

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a run', () => {
  it('does not drift over a million periods and is never early, with a clock of rough timers', () => {
    const clock = new RoughClock(1_723_100_000_000, seededRandom(7));
    const seen = { runs: 0, early: 0, last: 0, gaps: 0 };
    const cadence = new Cadence({ period: 100, clock });
    using _ = cadence.start({
      job: ({ scheduled: slot, missed }) => {
        if (clock.wallTime() < slot) seen.early++;
        if (seen.runs > 0 && slot !== seen.last + 100) seen.gaps++;
        if (missed > 0) seen.gaps++;
        seen.last = slot;
        seen.runs++;
      },
    });

    while (seen.runs < 1_000_000) clock.step();

    expect(seen).toEqual({ runs: 1_000_000, early: 0, gaps: 0, last: 1_723_100_000_000 + 999_999 * 100 });
    expect(clock.time - seen.last).toBeLessThan(4);
    expect(cadence.stats()).toMatchObject({ runs: 1_000_000, missed: 0, failures: 0 });
  });

  it('comes once per slot on a virtual clock', async () => {
    const clock = new VirtualClock();
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 7, clock }).start({ job });

    await clock.advance(7 * 500);

    expect(scheduled(runs)).toEqual(Array.from({ length: 501 }, (__, index) => index * 7));
  });

  it('waits again when the wall time has not come', async () => {
    const clock = new VirtualClock(0);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 1_000, phase: 500, clock }).start({ job });

    clock.stepWallTime(-0.4);
    await clock.advance(500);
    const early = runs.length;
    await clock.advance(0.4);

    expect(early).toBe(0);
    expect(runs.map(({ at }) => at)).toEqual([500]);
  });
});

describe('a job that still runs at its next slot', () => {
  function setUp(missed: 'skip' | 'run-once') {
    const clock = new VirtualClock();
    const slow: Run[] = [];
    const fast = recorder(clock);
    const ends: (() => void)[] = [];
    const cadence = new Cadence({ period: 100, missed, clock });
    const running = cadence.start({
      slow: (slot) => {
        slow.push({ ...slot, at: clock.wallTime() });
        return new Promise((resolve) => ends.push(resolve));
      },
      fast: fast.job,
    });
    return { clock, slow, fast, ends, cadence, running };
  }

  it("misses it under 'skip', and the next run is told how many", async () => {
    const { clock, slow, ends, cadence } = setUp('skip');
    await clock.advance(350);

    ends[0]?.();
    await clock.advance(50);

    expect(slow.map(({ at, missed }) => [at, missed])).toEqual([
      [0, 0],
      [400, 3],
    ]);
    expect(cadence.stats().jobs['slow']).toEqual({ runs: 2, missed: 3, failures: 0 });
  });

  it("runs once more as soon as it is free under 'run-once', for the latest slot", async () => {
    const { clock, slow, ends, cadence } = setUp('run-once');
    await clock.advance(350);

    ends[0]?.();
    await clock.advance(10);
    ends[1]?.();
    await clock.advance(40);

    expect(slow.map(({ at, scheduled: slot, missed }) => [at, slot, missed])).toEqual([
      [0, 0, 0],
      [350, 300, 2],
      [400, 400, 0],
    ]);
    expect(cadence.stats().jobs['slow']).toEqual({ runs: 3, missed: 2, failures: 0 });
  });

  it.each(['skip', 'run-once'] as const)('does not hold up its neighbours under %s', async (missed) => {
    const { clock, fast, cadence } = setUp(missed);

    await clock.advance(1_000);

    expect(scheduled(fast.runs)).toEqual(Array.from({ length: 11 }, (_, index) => index * 100));
    expect(cadence.stats().jobs['fast']).toEqual({ runs: 11, missed: 0, failures: 0 });
  });

  it('never runs twice at once', async () => {
    const clock = new VirtualClock();
    let running = 0;
    let most = 0;
    using _ = new Cadence({ period: 10, missed: 'run-once', clock }).start({
      job: async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 17));
        running--;
      },
    });

    await clock.advance(1_000);

    expect(most).toBe(1);
  });

  it('accounts for every slot as run or missed, for any durations', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('skip' as const, 'run-once' as const),
        fc.array(fc.integer({ min: 0, max: 45 }), { minLength: 1, maxLength: 10 }),
        async (missed, durations) => {
          const clock = new VirtualClock();
          const cadence = new Cadence({ period: 10, missed, clock });
          const slots: number[] = [];
          let told = 0;
          using _ = cadence.start({
            job: async (slot) => {
              const duration = durations[slots.length % durations.length] ?? 0;
              slots.push(slot.scheduled);
              told += slot.missed;
              await new Promise<void>((resolve) => clock.setTimeout(resolve, duration));
            },
          });

          await clock.advance(500);

          const { runs, missed: lost } = cadence.stats();
          const last = slots.at(-1) ?? 0;
          expect(runs).toBe(slots.length);
          expect(slots).toEqual([...new Set(slots)].toSorted((a, b) => a - b));
          expect(runs + told).toBe(last / 10 + 1);
          expect(lost).toBeGreaterThanOrEqual(told);
          expect(51 - runs - lost).toBeLessThanOrEqual(missed === 'skip' ? 0 : 1);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a process that was busy or asleep', () => {
  it('runs the latest slot late and misses those before', async () => {
    const clock = new VirtualClock(0);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 1_000, clock }).start({ job });
    await clock.advance(500);

    clock.stepWallTime(3_300);
    await clock.advance(1_500);

    expect(runs.map(({ at, scheduled: slot, missed }) => [at, slot, missed])).toEqual([
      [0, 0, 0],
      [4_300, 4_000, 3],
      [5_000, 5_000, 0],
    ]);
  });
});

describe('a wall clock that is set', () => {
  it('forward by whole periods shows as missed slots', async () => {
    const clock = new VirtualClock(0);
    const { runs, job } = recorder(clock);
    const cadence = new Cadence({ period: 1_000, clock });
    using _ = cadence.start({ job });
    await clock.advance(1_500);

    clock.stepWallTime(10_000);
    await clock.advance(1_500);

    expect(scheduled(runs)).toEqual([0, 1_000, 12_000, 13_000]);
    expect(cadence.stats()).toMatchObject({ runs: 4, missed: 10 });
  });

  it('back by less than a period runs no slot twice', async () => {
    const clock = new VirtualClock(0);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 1_000, clock }).start({ job });
    await clock.advance(1_100);

    clock.stepWallTime(-900);
    await clock.advance(4_000);

    expect(scheduled(runs)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
    expect(runs.every(({ at, scheduled: slot }) => at >= slot)).toBe(true);
  });

  it('back by less than a period runs no slot twice when the period is long', async () => {
    const clock = new VirtualClock(3_600_000);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 3_600_000, clock }).start({ job });
    await clock.advance(10_000);

    clock.stepWallTime(-1_800_000);
    await clock.advance(7_200_000);

    expect(scheduled(runs)).toEqual([3_600_000, 7_200_000]);
  });

  it('back by more goes on with the slots of the new time within a period', async () => {
    const clock = new VirtualClock(1_000_000);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 1_000, clock }).start({ job });
    await clock.advance(1_500);

    clock.stepWallTime(-500_000);
    await clock.advance(3_000);

    expect(scheduled(runs).slice(2)).toEqual([502_000, 503_000, 504_000]);
  });

  it('is noticed within a minute when the period is long', async () => {
    const clock = new VirtualClock(0);
    const { runs, job } = recorder(clock);
    using _ = new Cadence({ period: 3_600_000, clock }).start({ job });
    await clock.advance(10_000);

    clock.stepWallTime(3_600_000);
    await clock.advance(60_000);

    expect(scheduled(runs)).toEqual([0, 3_600_000]);
    expect(runs[1]?.at).toBeLessThanOrEqual(3_600_000 + 70_000);
  });

  it('is never early under any steps', async () => {
    const event = fc.record({
      step: fc.integer({ min: -5_000, max: 5_000 }),
      pass: fc.integer({ min: 0, max: 2_500 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
        const clock = new VirtualClock(1_000_000);
        const { runs, job } = recorder(clock);
        using _ = new Cadence({ period: 1_000, offsets: { job: 300 }, clock }).start({ job });

        for (const { step, pass } of events) {
          clock.stepWallTime(step);
          await clock.advance(pass);
        }

        expect(runs.every(({ at, scheduled: slot }) => at >= slot && at - slot < 1_000)).toBe(true);
        expect(runs.every(({ scheduled: slot }) => slot % 1_000 === 300)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a job that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no model');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no model'))],
  ])('by what it %s reaches onError, runs again, and leaves the others alone', async (_, broken) => {
    const clock = new VirtualClock();
    const { runs, job } = recorder(clock);
    const onError = vi.fn<(error: unknown, context: CadenceErrorContext) => void>();
    const cadence = new Cadence({ period: 100, clock, onError });
    using __ = cadence.start({ broken, job });

    await clock.advance(200);

    expect(onError.mock.calls).toMatchObject(
      [0, 100, 200].map((slot) => [{ message: 'no model' }, { job: 'broken', scheduled: slot }]),
    );
    expect(runs).toHaveLength(3);
    expect(cadence.stats()).toEqual({
      runs: 6,
      missed: 0,
      failures: 3,
      jobs: { broken: { runs: 3, missed: 0, failures: 3 }, job: { runs: 3, missed: 0, failures: 0 } },
    });
  });

  it('without onError becomes a process warning', async () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const clock = new VirtualClock();
    using _ = new Cadence({ period: 100, clock }).start({ job: () => Promise.reject(new Error('no model')) });

    await clock.advance(300);

    expect(emitWarning).toHaveBeenCalledOnce();
    expect(emitWarning.mock.calls[0]?.[0]).toContain('no model');
  });
});

describe('a hostile job', () => {
  it.each([
    [
      'throws in then',
      () => {
        throw new Error('then');
      },
    ],
    [
      'rejects twice and resolves',
      (resolve: () => void, reject: (error: Error) => void) => {
        reject(new Error('then'));
        reject(new Error('again'));
        resolve();
      },
    ],
  ])('that returns a thenable which %s fails once and runs again', async (_, then) => {
    const clock = new VirtualClock();
    const cadence = new Cadence({ period: 100, clock, onError: () => undefined });
    // oxlint-disable-next-line unicorn/no-thenable -- what is tested
    using __ = cadence.start({ job: () => ({ then }) as unknown as Promise<void> });

    await clock.advance(200);

    expect(cadence.stats()).toMatchObject({ runs: 3, missed: 0, failures: 3 });
  });

  it('that never settles misses all its slots and holds nobody up', async () => {
    const clock = new VirtualClock();
    const { runs, job } = recorder(clock);
    const cadence = new Cadence({ period: 100, clock, missed: 'run-once' });
    using _ = cadence.start({ stuck: () => new Promise(() => undefined), job });

    await clock.advance(1_000);

    expect(runs).toHaveLength(11);
    expect(cadence.stats().jobs['stuck']).toEqual({ runs: 1, missed: 9, failures: 0 });
  });

  it('that steps the wall clock from within runs each slot at most once', async () => {
    const clock = new VirtualClock(10_000);
    const slots: number[] = [];
    using _ = new Cadence({ period: 100, clock }).start({
      job: ({ scheduled: slot }) => {
        slots.push(slot);
        clock.stepWallTime(-60);
      },
    });

    await clock.advance(2_000);

    expect(slots).toEqual([...new Set(slots)]);
    expect(slots.length).toBeGreaterThan(10);
  });
});

describe('disposing', () => {
  it('ends all jobs of one start and no others', async () => {
    const clock = new VirtualClock();
    const first = recorder(clock);
    const second = recorder(clock);
    const cadence = new Cadence({ period: 100, clock });
    const running = cadence.start({ job: first.job });
    using _ = cadence.start({ job: second.job });
    await clock.advance(100);

    running[Symbol.dispose]();
    running[Symbol.dispose]();
    await clock.advance(200);

    expect(first.runs).toHaveLength(2);
    expect(second.runs).toHaveLength(4);
    expect(cadence.stats().jobs['job']?.runs).toBe(6);
  });

  it('lets a run finish but starts no other', async () => {
    const clock = new VirtualClock();
    let runs = 0;
    let end = (): void => undefined;
    const running = new Cadence({ period: 100, missed: 'run-once', clock }).start({
      job: () => {
        runs++;
        return new Promise((resolve) => (end = resolve));
      },
    });
    await clock.advance(150);

    running[Symbol.dispose]();
    end();
    await clock.advance(500);

    expect(runs).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('from within a job works', async () => {
    const clock = new VirtualClock();
    let runs = 0;
    const running = new Cadence({ period: 100, clock }).start({
      job: () => {
        runs++;
        running[Symbol.dispose]();
      },
    });

    await clock.advance(1_000);

    expect(runs).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets the process end, which the started cadence held', () => {
    const clock = new HoldingClock();
    const running = new Cadence({ period: 3_600_000, clock }).start({
      a: () => undefined,
      b: () => undefined,
    });
    const started = clock.held;

    running[Symbol.dispose]();

    expect(started).toBe(2);
    expect(clock.held).toBe(0);
  });
});

describe('closing', () => {
  it('ends the jobs of every start, and refuses more', async () => {
    const clock = new VirtualClock();
    const cadence = new Cadence({ period: 100, clock });
    let runs = 0;
    cadence.start({ a: () => void runs++ });
    const handle = cadence.start({ a: () => void runs++, b: () => void runs++ });
    await clock.advance(0);

    await cadence.close();
    await cadence.close();
    handle[Symbol.dispose]();
    await clock.advance(1_000);

    expect(runs).toBe(3);
    expect(clock.pendingTimers).toBe(0);
    expect(() => cadence.start({ a: () => undefined })).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
  });

  it('lets a run under way finish', async () => {
    const clock = new VirtualClock();
    const ended: string[] = [];
    await using cadence = new Cadence({ period: 100, clock });
    cadence.start({
      slow: async () => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 50));
        ended.push('slow');
      },
    });
    await clock.advance(10);
    await cadence.close();

    await clock.advance(100);

    expect(ended).toEqual(['slow']);
  });
});

describe('stats', () => {
  it('are plain and do not change afterwards', async () => {
    const clock = new VirtualClock();
    const cadence = new Cadence({ period: 100, clock });
    using _ = cadence.start({ job: () => undefined });
    const before = cadence.stats();

    await clock.advance(100);

    expect(before).toEqual({ runs: 0, missed: 0, failures: 0, jobs: { job: { runs: 0, missed: 0, failures: 0 } } });
    expect(JSON.parse(JSON.stringify(cadence.stats()))).toEqual(cadence.stats());
  });

  it.each(['__proto__', 'constructor', '', 'a b'])('keep a job named %j', async (name) => {
    const clock = new VirtualClock();
    const cadence = new Cadence({ period: 100, clock, offsets: { [name]: 10 } });
    using _ = cadence.start({ [name]: () => undefined });

    await clock.advance(10);

    expect(Object.entries(cadence.stats().jobs)).toEqual([[name, { runs: 1, missed: 0, failures: 0 }]]);
    expect(Object.prototype).not.toHaveProperty('runs');
  });
});

describe('the options of a Cadence', () => {
  const make = (options: unknown): Cadence => new Cadence(options as CadenceOptions);
  const notDuration = [Number.NaN, -1, Infinity, -Infinity, '5', null, true, {}];

  it.each([...notDuration, 0, 0.5, undefined, 2 ** 40])('refuse period: %s', (period) => {
    expect(() => make({ period })).toThrow(ConfigError);
    expect(() => make({ period })).toThrow(/Cadence: period must be .*got/);
  });

  it.each([...notDuration, 1_000, 1_001])('refuse phase: %s with a period of 1 000', (phase) => {
    expect(() => make({ period: 1_000, phase })).toThrow(/Cadence: phase must be .*got/);
  });

  it.each([...notDuration, 1_000, 1_001])('refuse the offset %s with a period of 1 000', (offset) => {
    expect(() => make({ period: 1_000, offsets: { ppo: offset } })).toThrow(/Cadence: offsets.ppo must be .*got/);
  });

  it.each([
    ['offsets', [5, null, 'x', []]],
    ['align', ['utc', '', null, 0]],
    ['missed', ['all', '', null, 0]],
    ['clock', [null, {}, Date]],
    ['onError', [null, 'log', {}]],
  ])('refuse wrong values of %s', (name, values) => {
    for (const value of values) {
      expect(() => make({ period: 1_000, [name]: value })).toThrow(ConfigError);
      expect(() => make({ period: 1_000, [name]: value })).toThrow(`Cadence: ${name} must be `);
    }
  });

  it('refuse unknown names', () => {
    expect(() => make({ period: 1_000, interval: 5 })).toThrow("unknown option 'interval'");
  });

  it.each([undefined, null, 5, []])('refuse %s instead of options', (options) => {
    expect(() => make(options)).toThrow(ConfigError);
  });

  it('refuse at start an offset that names no job', () => {
    const cadence = make({ period: 1_000, offsets: { ppo: 0, genetc: 10 } });

    const start = (): Disposable => cadence.start({ ppo: () => undefined, genetic: () => undefined });

    expect(start).toThrow(ConfigError);
    expect(start).toThrow("offsets names 'genetc'");
  });

  it.each([undefined, null, 5, 'job'])('refuse at start the job %s, and start none', (job) => {
    const clock = new VirtualClock();
    const cadence = make({ period: 1_000, clock });

    expect(() => cadence.start({ good: () => undefined, bad: job as unknown as () => void })).toThrow(ArgumentError);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([undefined, null, 5, () => undefined])('refuse at start %s instead of jobs', (jobs) => {
    expect(() => make({ period: 1_000 }).start(jobs as unknown as Record<string, () => void>)).toThrow(ArgumentError);
  });

  it('are read once', async () => {
    const clock = new VirtualClock();
    const { runs, job } = recorder(clock);
    const offsets = { job: 10 };
    const cadence = new Cadence({ period: 100, offsets, clock });
    offsets.job = 50;
    using _ = cadence.start({ job });

    await clock.advance(60);

    expect(scheduled(runs)).toEqual([10]);
  });
});
