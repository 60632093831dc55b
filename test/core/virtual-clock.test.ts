import { ArgumentError, VirtualClock } from 'tickwise/core';
import { describe, expect, it } from 'vitest';

/** Pushes a label when the timer fires. */
function mark(clock: VirtualClock, log: string[], label: string, delay: number): void {
  clock.setTimeout(() => log.push(`${label}@${clock.now()}`), delay);
}

describe('order of timers', () => {
  it('fires in due order whatever the order they were set in', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    for (const delay of [30, 10, 20, 0, 40]) mark(clock, log, 't', delay);

    await clock.advance(30);

    expect(log).toEqual(['t@0', 't@10', 't@20', 't@30']);
    expect(clock.pendingTimers).toBe(1);
  });

  it('fires timers of one instant in the order they were set', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    for (const label of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) mark(clock, log, label, 5);

    await clock.advance(5);

    expect(log.join('')).toBe('a@5b@5c@5d@5e@5f@5g@5');
  });

  it('fires a timer set while advancing when it is due within the same advance', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.setTimeout(() => {
      mark(clock, log, 'nested', 5);
      mark(clock, log, 'later', 100);
    }, 10);
    mark(clock, log, 'outer', 20);

    await clock.advance(50);

    expect(log).toEqual(['nested@15', 'outer@20']);
    expect(clock.now()).toBe(50);
  });

  it('fires a timer set with delay 0 in a callback after the others of that instant', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.setTimeout(() => mark(clock, log, 'nested', 0), 5);
    mark(clock, log, 'second', 5);

    await clock.advance(5);

    expect(log).toEqual(['second@5', 'nested@5']);
  });

  it('settles promise chains between two timers, so that a chain sets an earlier timer in time', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.setTimeout(() => {
      void chain(20).then(() => mark(clock, log, 'from chain', 1));
    }, 10);
    mark(clock, log, 'was next', 12);

    await clock.advance(20);

    expect(log).toEqual(['from chain@11', 'was next@12']);
  });

  it('settles chains begun before the advance before it fires the first timer', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    mark(clock, log, 'set directly', 5);
    void chain(3).then(() => mark(clock, log, 'set by chain', 1));

    await clock.advance(5);

    expect(log).toEqual(['set by chain@1', 'set directly@5']);
  });

  it('shows a callback the time it was due, as now and as wall time', async () => {
    const clock = new VirtualClock(1_000);
    const seen: number[][] = [];
    clock.setTimeout(() => seen.push([clock.now(), clock.wallTime()]), 7.25);

    await clock.advance(100);

    expect(seen).toEqual([[7.25, 1_007.25]]);
  });
});

describe('delays', () => {
  it('counts a negative delay as 0', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    mark(clock, log, 'past', -5);

    await clock.advance(0);

    expect(log).toEqual(['past@0']);
  });

  it('never fires a delay of Infinity and keeps it pending', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    mark(clock, log, 'never', Infinity);

    await clock.advance(Number.MAX_SAFE_INTEGER);

    expect(log).toEqual([]);
    expect(clock.pendingTimers).toBe(1);
  });

  it('fires delays beyond 2^31 ms', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    mark(clock, log, 'far', 2 ** 40);

    await clock.advance(2 ** 40);

    expect(log).toEqual([`far@${2 ** 40}`]);
  });

  it.each([Number.NaN, '5', undefined, null, {}])('refuses the delay %o', (delay) => {
    const clock = new VirtualClock();

    // A caller without types.
    expect(() => clock.setTimeout(() => {}, delay as number)).toThrow(ArgumentError);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('cancelling', () => {
  it('does not fire a cancelled timer and counts it no longer', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const timer = clock.setTimeout(() => log.push('cancelled'), 5);

    timer.cancel();
    timer.cancel();
    await clock.advance(10);

    expect(log).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets a callback cancel a timer of the same instant', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.setTimeout(() => victim.cancel(), 5);
    const victim = clock.setTimeout(() => log.push('victim'), 5);

    await clock.advance(5);

    expect(log).toEqual([]);
  });

  it('ignores the cancelling of a timer that has fired', async () => {
    const clock = new VirtualClock();
    const timer = clock.setTimeout(() => timer.cancel(), 5);
    clock.setTimeout(() => {}, 50);

    await clock.advance(5);
    timer.cancel();

    expect(clock.pendingTimers).toBe(1);
  });

  it('offers ref and unref, which change nothing', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const timer = clock.setTimeout(() => log.push('fired'), 5);

    timer.unref();
    timer.ref();
    timer.unref();
    await clock.advance(5);

    expect(log).toEqual(['fired']);
  });
});

describe('callbacks that throw', () => {
  it('fires the others and rejects with the one error at the end', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const failure = new Error('broken');
    clock.setTimeout(() => {
      throw failure;
    }, 1);
    mark(clock, log, 'after', 2);

    await expect(clock.advance(10)).rejects.toBe(failure);

    expect(log).toEqual(['after@2']);
    expect(clock.now()).toBe(10);
  });

  it('rejects with an AggregateError in firing order when several throw', async () => {
    const clock = new VirtualClock();
    for (const delay of [3, 1, 2]) {
      clock.setTimeout(() => {
        throw new Error(`at ${delay}`);
      }, delay);
    }

    const error: unknown = await clock.advance(5).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors.map(String)).toEqual(['Error: at 1', 'Error: at 2', 'Error: at 3']);
  });

  it('can advance again after a rejection', async () => {
    const clock = new VirtualClock();
    clock.setTimeout(() => {
      throw new Error('broken');
    }, 1);

    await expect(clock.advance(1)).rejects.toThrow('broken');
    await clock.advance(1);

    expect(clock.now()).toBe(2);
  });
});

describe('misuse', () => {
  it('throws at once when an earlier advance still runs', async () => {
    const clock = new VirtualClock();
    const first = clock.advance(5);

    expect(() => clock.advance(5)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(() => clock.advanceTo(50)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    await first;
    await clock.advance(5);

    expect(clock.now()).toBe(10);
  });

  it('throws inside a callback that advances, and the outer advance rejects with that', async () => {
    const clock = new VirtualClock();
    clock.setTimeout(() => void clock.advance(1), 1);

    await expect(clock.advance(5)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });

    expect(clock.now()).toBe(5);
  });

  it('refuses to go back, and says by how much', async () => {
    const clock = new VirtualClock(1_000);
    await clock.advance(50);

    expect(() => clock.advance(-1)).toThrow(/cannot go back.* 1 ms/);
    expect(() => clock.advanceTo(1_020)).toThrow(/cannot go back.* 30 ms/);
    expect(clock.wallTime()).toBe(1_050);
  });

  it.each([Number.NaN, Infinity, -Infinity, '5', undefined])('refuses %o as a time', (value) => {
    const clock = new VirtualClock();
    const time = value as number; // A caller without types.

    expect(() => clock.advance(time)).toThrow(ArgumentError);
    expect(() => clock.advanceTo(time)).toThrow(ArgumentError);
    expect(() => clock.stepWallTime(time)).toThrow(ArgumentError);
    // Undefined takes the default there, null does not.
    expect(() => new VirtualClock(time ?? (null as unknown as number))).toThrow(ArgumentError);
    expect(clock.now()).toBe(0);
  });

  it('refuses sums that leave the finite numbers', async () => {
    const clock = new VirtualClock(-Number.MAX_VALUE);
    clock.setTimeout(() => {}, Infinity);

    expect(() => clock.advanceTo(Number.MAX_VALUE)).toThrow(ArgumentError);
    expect(() => clock.stepWallTime(-Number.MAX_VALUE)).toThrow(ArgumentError);
    await clock.advance(Number.MAX_VALUE);
    expect(() => clock.advance(Number.MAX_VALUE)).toThrow(ArgumentError);

    expect(clock.pendingTimers).toBe(1);
  });
});

describe('hold', () => {
  it('waits for a held promise before the next timer', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.setTimeout(() => {
      void clock.hold(chain(50, true).then(() => log.push(`written@${clock.now()}`)));
    }, 10);
    mark(clock, log, 'next', 11);

    await clock.advance(20);

    expect(log).toEqual(['written@10', 'next@11']);
  });

  it('waits at the end of an advance, and for promises held meanwhile', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    void clock.hold(
      chain(10, true).then(() => {
        void clock.hold(chain(10, true).then(() => log.push('second')));
        return log.push('first');
      }),
    );

    await clock.advance(1);

    expect(log).toEqual(['first', 'second']);
  });

  it('returns the same promise and leaves its rejection to the caller', async () => {
    const clock = new VirtualClock();
    const failing = Promise.reject(new Error('refused'));

    const returned = clock.hold(failing);
    const [outcome] = await Promise.allSettled([returned]);
    await clock.advance(1);

    expect(returned).toBe(failing);
    expect(outcome.status).toBe('rejected');
    expect(clock.now()).toBe(1);
  });
});

describe('wall time', () => {
  it('moves alone when stepped, and timers keep their monotonic time', async () => {
    const clock = new VirtualClock(10_000);
    const log: string[] = [];
    mark(clock, log, 't', 100);

    clock.stepWallTime(-3_600_000);
    await clock.advance(100);

    expect(log).toEqual(['t@100']);
    expect(clock.wallTime()).toBe(10_100 - 3_600_000);
  });

  it('advances to an epoch time after a step by the stepped time', async () => {
    const clock = new VirtualClock(10_000);
    clock.stepWallTime(500);

    await clock.advanceTo(11_000);

    expect(clock.now()).toBe(500);
    expect(clock.wallTime()).toBe(11_000);
  });

  it('reaches fractions exactly from an epoch start', async () => {
    const start = Date.UTC(2024, 7, 8);
    const clock = new VirtualClock(start);

    for (let step = 1; step <= 200; step++) {
      const target = start + step * 7.3 + 0.1;
      await clock.advanceTo(target);
      expect(clock.wallTime()).toBe(target);
      expect(clock.now()).toBe(target - start);
    }
  });

  it('stays where it is when advanced to the present', async () => {
    const clock = new VirtualClock(5);

    await clock.advanceTo(5);
    await clock.advance(0);

    expect(clock.now()).toBe(0);
  });
});

/** Resolves after so many promise turns, or macrotask turns. */
async function chain(turns: number, throughLoop = false): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await (throughLoop ? nextTurn() : Promise.resolve());
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
