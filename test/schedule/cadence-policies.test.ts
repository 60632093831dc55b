import fc from 'fast-check';
import { type Clock, ConfigError, VirtualClock } from 'tickwise';
import { Cadence, type CadenceSlot, type MissedSlots } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';

/** A job of a set duration, and what it was told. */
function recorder(clock: VirtualClock, duration = 0) {
  const runs: (CadenceSlot & { readonly at: number })[] = [];
  let most = 0;
  let running = 0;
  const job = async (slot: CadenceSlot): Promise<void> => {
    runs.push({ ...slot, at: clock.wallTime() });
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, duration));
    running--;
  };
  return { runs, job, most: () => most };
}

const slots = (runs: readonly CadenceSlot[]): number[] => runs.map(({ scheduled }) => scheduled);

describe("under 'catch-up' a job", () => {
  it('runs every slot in order, the late ones one right after the other', async () => {
    const clock = new VirtualClock();
    const durations = [250, 10, 10, 10];
    const runs: { slot: number; at: number; missed: number }[] = [];
    const cadence = new Cadence({ period: 100, missed: 'catch-up', clock });
    using _ = cadence.start({
      job: async ({ missed, scheduled }) => {
        const duration = durations[runs.length] ?? 0;
        runs.push({ slot: scheduled, at: clock.wallTime(), missed });
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, duration));
      },
    });

    await clock.advance(320);

    expect(runs).toEqual([
      { slot: 0, at: 0, missed: 0 },
      { slot: 100, at: 250, missed: 0 },
      { slot: 200, at: 260, missed: 0 },
      { slot: 300, at: 300, missed: 0 },
    ]);
    expect(cadence.stats()).toMatchObject({ runs: 4, missed: 0 });
  });

  it('runs what passed while the process was asleep', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    using _ = new Cadence({ period: 1_000, missed: 'catch-up', clock }).start({
      job: ({ scheduled }) => void seen.push(scheduled),
    });
    await clock.advance(500);

    clock.stepWallTime(3_300);
    await clock.advance(1_500);

    expect(seen).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  it('misses all but the 1 000 latest', async () => {
    const clock = new VirtualClock();
    const told: number[] = [];
    const seen: number[] = [];
    const cadence = new Cadence({ period: 1, missed: 'catch-up', clock });
    using _ = cadence.start({
      job: ({ missed, scheduled }) => {
        told.push(missed);
        seen.push(scheduled);
      },
    });
    await clock.advance(0);

    clock.stepWallTime(5_000);
    await clock.advance(1);

    expect(seen[0]).toBe(0);
    expect(seen.slice(1)).toEqual(Array.from({ length: 1_000 }, (__, index) => 4_002 + index));
    expect(told[1]).toBe(4_001);
    expect(cadence.stats()).toMatchObject({ runs: 1_001, missed: 4_001 });
  });

  it('that ends itself leaves the rest', async () => {
    const clock = new VirtualClock();
    let runs = 0;
    const running = new Cadence({ period: 10, missed: 'catch-up', clock }).start({
      job: () => {
        if (++runs === 3) running[Symbol.dispose]();
      },
    });
    clock.stepWallTime(1_000);

    await clock.advance(1_000);

    expect(runs).toBe(3);
    expect(clock.pendingTimers).toBe(0);
  });
});

/** Time as on an event loop that is busy for 15 ms twice a second, with timers that fire up to 0.45 ms early. */
function busyClock(inner: VirtualClock): Clock {
  return {
    now: () => inner.now(),
    wallTime: () => Math.floor(inner.wallTime()),
    setTimeout(callback, delay) {
      const due = inner.now() + Math.max(delay - 0.45, 0.001);
      const intoBlock = due % 500;
      return inner.setTimeout(callback, (intoBlock < 15 ? due - intoBlock + 15 : due) - inner.now());
    },
  };
}

describe('an event loop with busy blocks of 15 ms', () => {
  it.each(['skip', 'run-once', 'catch-up'] as const)(
    'gets 600 runs in 60 s of 100 ms under %s, none early, and no later at the end than at the start',
    async (missed) => {
      const inner = new VirtualClock(1_700_000_000_000);
      const lateness: number[] = [];
      const cadence = new Cadence({ period: 100, missed, clock: busyClock(inner) });
      using _ = cadence.start({ job: ({ scheduled }) => void lateness.push(inner.wallTime() - scheduled) });

      await inner.advance(59_999);

      expect(cadence.stats()).toMatchObject({ runs: 600, missed: 0 });
      expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...lateness)).toBeLessThanOrEqual(15);
      expect(lateness.at(-1)).toBeLessThan(2);
    },
  );
});

describe('concurrency', () => {
  it('lets so many runs of a job overlap, and no more', async () => {
    const clock = new VirtualClock();
    const { job, most, runs } = recorder(clock, 250);
    const cadence = new Cadence({ period: 100, concurrency: 2, clock });
    using _ = cadence.start({ job });

    await clock.advance(1_000);

    expect(most()).toBe(2);
    expect(slots(runs)).toEqual([0, 100, 300, 400, 600, 700, 900, 1_000]);
    expect(cadence.stats()).toMatchObject({ runs: 8, missed: 3 });
  });

  it('is one by default', async () => {
    const clock = new VirtualClock();
    const { job, most } = recorder(clock, 250);
    using _ = new Cadence({ period: 100, clock }).start({ job });

    await clock.advance(1_000);

    expect(most()).toBe(1);
  });
});

describe('any policy, concurrency and durations', () => {
  it('account for every slot as run, missed or late, in order, and never overlap too often', async () => {
    const policy = fc.constantFrom<MissedSlots>('skip', 'run-once', 'catch-up');
    const durations = fc.array(fc.integer({ min: 0, max: 45 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(policy, fc.integer({ min: 1, max: 3 }), durations, async (missed, concurrency, list) => {
        const clock = new VirtualClock();
        const cadence = new Cadence({ period: 10, missed, concurrency, clock });
        const seen: number[] = [];
        let told = 0;
        let running = 0;
        let most = 0;
        using _ = cadence.start({
          job: async (slot) => {
            const duration = list[seen.length % list.length] ?? 0;
            seen.push(slot.scheduled);
            told += slot.missed;
            most = Math.max(most, ++running);
            await new Promise<void>((resolve) => void clock.setTimeout(resolve, duration));
            running--;
          },
        });

        await clock.advance(500);

        const stats = cadence.stats();
        const [outlook] = cadence.explain('job');
        expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
        expect(most).toBeLessThanOrEqual(concurrency);
        expect(stats.runs).toBe(seen.length);
        expect(stats.missed).toBeGreaterThanOrEqual(told);
        expect(stats.runs + stats.missed + (outlook?.late ?? 0)).toBe(51);
        if (missed === 'catch-up') expect(stats.missed).toBe(0);
        if (missed === 'skip') expect(outlook?.late).toBe(0);
        expect(outlook).toMatchObject({ next: 510, running });
      }),
      { numRuns: 60 },
    );
  });
});

describe('golden stagger', () => {
  /** The most jobs that start within any stretch of the period divided by their number. */
  async function crowding(count: number): Promise<number> {
    const clock = new VirtualClock();
    const period = 60_000;
    const times: number[] = [];
    const jobs = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`job ${index}`, () => void times.push(clock.now())]),
    );
    using _ = new Cadence({ period, stagger: 'golden', clock }).start(jobs);
    await clock.advance(period - 1);

    expect(times).toHaveLength(count);
    const around = [...times, ...times.map((time) => time + period)];
    return Math.max(
      ...times.map((from) => around.filter((time) => time >= from && time < from + Math.floor(period / count)).length),
    );
  }

  it.each([20, 50, 200])('of %i jobs starts at most two within a slot', async (count) => {
    expect(await crowding(count)).toBeLessThanOrEqual(2);
  });

  it('moves no job when another is added, and gives a name its place again', async () => {
    const clock = new VirtualClock();
    const cadence = new Cadence({ period: 10_000, stagger: 'golden', clock });
    const job = (): void => undefined;
    using first = cadence.start({ a: job, b: job });
    const before = ['a', 'b'].map((name) => cadence.explain(name)[0]?.offset);
    using _ = cadence.start({ c: job });
    const after = ['a', 'b', 'c'].map((name) => cadence.explain(name)[0]?.offset);
    first[Symbol.dispose]();
    using __ = cadence.start({ b: job });

    expect(before).toEqual([0, 6_180]);
    expect(after).toEqual([0, 6_180, 2_360]);
    expect(cadence.explain('b')).toHaveLength(1);
    expect(cadence.explain('b')[0]?.offset).toBe(6_180);
  });

  it('leaves jobs with an offset of their own where they are, and asOf the same for all', async () => {
    const clock = new VirtualClock();
    const seen: [string, number, number][] = [];
    const job = (name: string) => (slot: CadenceSlot) => void seen.push([name, slot.scheduled, slot.asOf]);
    const cadence = new Cadence({ period: 1_000, stagger: 'golden', offsets: { risk: 900 }, clock });
    using _ = cadence.start({ a: job('a'), risk: job('risk'), c: job('c') });

    await clock.advance(999);

    expect(seen).toEqual([
      ['a', 0, 0],
      ['c', 236, 0],
      ['risk', 900, 0],
    ]);
  });
});

describe('pause', () => {
  it('lets slots pass without a run, counted as missed, until resume', async () => {
    const clock = new VirtualClock();
    const { job, runs } = recorder(clock);
    const cadence = new Cadence({ period: 100, clock });
    using _ = cadence.start({ job });
    await clock.advance(150);

    cadence.pause();
    const during = [cadence.isPaused, cadence.explain('job')[0]?.isPaused];
    await clock.advance(300);
    cadence.resume();
    await clock.advance(100);

    expect(during).toEqual([true, true]);
    expect(cadence.isPaused).toBe(false);
    expect(runs.map(({ missed, scheduled }) => [scheduled, missed])).toEqual([
      [0, 0],
      [100, 0],
      [500, 3],
    ]);
    expect(cadence.stats()).toMatchObject({ runs: 3, missed: 3 });
  });

  it.each(['run-once', 'catch-up'] as const)(
    'lets a run finish and starts nothing that is late under %s',
    async (missed) => {
      const clock = new VirtualClock();
      const { job, runs } = recorder(clock, 250);
      const cadence = new Cadence({ period: 100, missed, clock });
      using _ = cadence.start({ job });
      await clock.advance(150);

      cadence.pause();
      await clock.advance(400);
      cadence.resume();
      await clock.advance(60);

      expect(slots(runs)).toEqual([0, 600]);
      expect(cadence.stats()).toMatchObject({ runs: 2, missed: 5 });
    },
  );

  it('holds for jobs that are started meanwhile, and may be said twice', async () => {
    const clock = new VirtualClock();
    const { job, runs } = recorder(clock);
    const cadence = new Cadence({ period: 100, clock });
    cadence.pause();
    cadence.pause();
    using _ = cadence.start({ job });
    await clock.advance(100);

    cadence.resume();
    await clock.advance(100);

    expect(slots(runs)).toEqual([200]);
  });
});

describe('explain', () => {
  it('says when each started job of a name runs next', async () => {
    const clock = new VirtualClock(1_000_000);
    const cadence = new Cadence({ period: 1_000, offsets: { model: 200 }, clock });
    const before = cadence.explain('model');
    using first = cadence.start({ model: () => new Promise(() => undefined) });
    using _ = cadence.start({ model: () => undefined });
    await clock.advance(300);

    const both = cadence.explain('model');
    first[Symbol.dispose]();

    expect(before).toEqual([]);
    expect(both).toEqual([
      { next: 1_001_200, offset: 200, running: 1, late: 0, isPaused: false },
      { next: 1_001_200, offset: 200, running: 0, late: 0, isPaused: false },
    ]);
    expect(cadence.explain('model')).toHaveLength(1);
  });
});

describe('the options', () => {
  it.each([
    ['concurrency', [0, 1.5, -1, Number.NaN, '2', null]],
    ['stagger', ['even', '', null, 0]],
    ['missed', ['all', null]],
  ])('refuse wrong values of %s', (name, values) => {
    for (const value of values) {
      const make = (): Cadence => new Cadence({ period: 1_000, [name]: value });
      expect(make).toThrow(ConfigError);
      expect(make).toThrow(`Cadence: ${name} must be `);
    }
  });
});
