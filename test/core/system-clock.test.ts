import { type Clock, systemClock } from 'tickwise/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const LONGEST = 2 ** 31 - 1;

describe('system clock on Node timers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('chains delays over 2^31-1 ms, each link within what Node takes', () => {
    const spy = vi.spyOn(globalThis, 'setTimeout');
    const fired = vi.fn<(...args: unknown[]) => void>();
    const delay = 2 * LONGEST + 5_000;

    systemClock.setTimeout(fired, delay);
    vi.advanceTimersByTime(delay - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);

    expect(fired).toHaveBeenCalledTimes(1);
    expect(spy.mock.calls.map(([, link]) => link)).toEqual([LONGEST, LONGEST, 5_000]);
  });

  it('takes 2^31-1 ms itself in one link', () => {
    const spy = vi.spyOn(globalThis, 'setTimeout');
    const fired = vi.fn<(...args: unknown[]) => void>();

    systemClock.setTimeout(fired, LONGEST);
    vi.advanceTimersByTime(LONGEST);

    expect(fired).toHaveBeenCalledTimes(1);
    expect(spy).toHaveBeenCalledTimes(1);
  });

  it('can be cancelled in any link of a chain', () => {
    const fired = vi.fn<(...args: unknown[]) => void>();
    const timer = systemClock.setTimeout(fired, 3 * LONGEST);

    vi.advanceTimersByTime(2 * LONGEST + 1);
    timer.cancel();
    timer.cancel();

    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(3 * LONGEST);
    expect(fired).not.toHaveBeenCalled();
  });

  it('never fires a delay of Infinity', () => {
    const fired = vi.fn<(...args: unknown[]) => void>();
    const timer = systemClock.setTimeout(fired, Infinity);

    vi.advanceTimersByTime(5 * LONGEST);

    expect(fired).not.toHaveBeenCalled();
    timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rounds fractions up, so that it is never early', () => {
    const spy = vi.spyOn(globalThis, 'setTimeout');

    systemClock.setTimeout(() => {}, 1.2);

    expect(spy.mock.calls[0]?.[1]).toBe(2);
  });

  it('waits the rest when Node fires early', () => {
    const fired = vi.fn<(...args: unknown[]) => void>();
    const now = vi.spyOn(performance, 'now').mockReturnValue(100.9);
    systemClock.setTimeout(fired, 10);

    now.mockReturnValue(110.1);
    vi.advanceTimersByTime(10);
    expect(fired).not.toHaveBeenCalled();
    now.mockReturnValue(111.1);
    vi.advanceTimersByTime(1);

    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('counts a negative delay as 0', () => {
    const fired = vi.fn<(...args: unknown[]) => void>();

    systemClock.setTimeout(fired, -1_000);
    vi.advanceTimersByTime(1);

    expect(fired).toHaveBeenCalledTimes(1);
  });

  it.each([Number.NaN, '5', undefined, null])('refuses the delay %o', (delay) => {
    // A caller without types.
    expect(() => systemClock.setTimeout(() => {}, delay as number)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('delay') }),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps a chained timer unreferenced in its later links', () => {
    const handles: NodeJS.Timeout[] = [];
    const original = globalThis.setTimeout;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((callback: () => void, delay?: number) => {
      const handle = original(callback, delay);
      handles.push(handle);
      return handle;
    });
    const timer = systemClock.setTimeout(() => {}, 3 * LONGEST);

    timer.unref();
    vi.advanceTimersByTime(LONGEST);
    expect(handles.map((handle) => handle.hasRef())).toEqual([expect.any(Boolean), false]);
    timer.ref();
    vi.advanceTimersByTime(LONGEST);

    expect(handles[2]?.hasRef()).toBe(true);
  });
});

describe('system clock', () => {
  it('reads a monotonic and a wall time', () => {
    const before = Date.now();

    const [first, second, wall] = [systemClock.now(), systemClock.now(), systemClock.wallTime()];

    expect(second).toBeGreaterThanOrEqual(first);
    expect(wall).toBeGreaterThanOrEqual(before);
    expect(Number.isInteger(wall)).toBe(true);
  });

  it('cannot be altered', () => {
    const writable = systemClock as { now: Clock['now'] };

    expect(() => {
      writable.now = () => 0;
    }).toThrow(TypeError);
  });
});
