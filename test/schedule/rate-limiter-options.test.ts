import { ConfigError, VirtualClock } from 'tickwise';
import { RateLimiter, type RateLimiterOptions } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';

const make = (options: unknown): RateLimiter => new RateLimiter(options as RateLimiterOptions);
const withWindow = (window: unknown): RateLimiter => make({ windows: [window] });
const notNumbers = [Number.NaN, -1, Infinity, '5', null, true, {}];

describe('the options of a RateLimiter', () => {
  it.each([undefined, null, 5, []])('refuse %s instead of options', (options) => {
    expect(() => make(options)).toThrow(ConfigError);
  });

  it.each([undefined, null, {}, 'x'])('refuse %s instead of windows', (windows) => {
    expect(() => make({ windows })).toThrow(/RateLimiter: windows must be an array of windows, got/);
  });

  it('refuse unknown names, in windows too', () => {
    expect(() => make({ windows: [], limit: 5 })).toThrow("RateLimiter: unknown option 'limit'; known are windows,");
    expect(() => withWindow({ limit: 1, interval: 1_000, weight: 5 })).toThrow(
      "RateLimiter: windows[0]: unknown option 'weight'; known are limit, interval,",
    );
  });

  it.each([...notNumbers, 0, undefined])('refuse a limit of %s', (limit) => {
    expect(() => withWindow({ limit, interval: 1_000 })).toThrow(
      /windows\[0\]: limit must be a finite number above 0, got/,
    );
  });

  it.each([...notNumbers, 0, 0.5, undefined])('refuse an interval of %s', (interval) => {
    expect(() => withWindow({ limit: 1, interval })).toThrow(/windows\[0\]: interval must be .* from 1 up, got/);
  });

  it.each([
    ['alignment', ['server', '', null, 0]],
    ['counts', ['orders', '', null]],
    ['per', ['', 5, null]],
    ['maxLimit', [0, '5', Number.NaN]],
  ])('refuse wrong values of %s', (name, values) => {
    for (const value of values) {
      expect(() => withWindow({ limit: 1, interval: 1_000, [name]: value })).toThrow(ConfigError);
      expect(() => withWindow({ limit: 1, interval: 1_000, [name]: value })).toThrow(`windows[0]: ${name} must be `);
    }
  });

  it.each([null, undefined, 5])('refuse %s as a window', (window) => {
    expect(() => make({ windows: [{ limit: 1, interval: 1_000 }, window] })).toThrow(/windows\[1\]: options must be/);
  });

  it('refuse limits that contradict each other', () => {
    expect(() => withWindow({ limit: 0.5, interval: 1_000, counts: 'requests' })).toThrow('at least 1 where requests');
    expect(() => withWindow({ limit: 10, interval: 1_000, maxLimit: 5 })).toThrow(
      'maxLimit must be at least the limit',
    );
    expect(() => make({ windows: [{ limit: 1, interval: 1_000, alignment: 'clock' }], latency: 1_000 })).toThrow(
      'interval must be longer than the latency of 1000 ms, got 1000',
    );
  });

  it.each([
    ['serverOffset', [Number.NaN, Infinity, '5', null]],
    ['latency', [Number.NaN, -1, Infinity, '5', null]],
    ['maxWaiting', [Number.NaN, -1, 1.5, Infinity, '5', null]],
    ['maxKeys', [Number.NaN, 0, 1.5, '5', null]],
    ['pauses', [[], 5, null]],
    ['clock', [null, {}, Date]],
  ])('refuse wrong values of %s', (name, values) => {
    for (const value of values) {
      expect(() => make({ windows: [], [name]: value })).toThrow(ConfigError);
      expect(() => make({ windows: [], [name]: value })).toThrow(`RateLimiter: ${name} must be `);
    }
  });

  it.each([
    [{ abc: 5 }, "pauses must be by HTTP status, got the name 'abc'"],
    [{ 42: 5 }, "pauses must be by HTTP status, got the name '42'"],
    [{ 429: -1 }, 'pauses.429 must be a number of milliseconds from 0 up, got -1'],
    [{ 429: Infinity }, 'pauses.429 must be a number of milliseconds from 0 up, got Infinity'],
  ])('refuse the pauses %o', (pauses, message) => {
    expect(() => make({ windows: [], pauses })).toThrow(message);
  });

  it('are read once', async () => {
    const clock = new VirtualClock();
    const windows = [{ limit: 1, interval: 1_000 }];
    const pauses = { 429: 5_000 };
    const limiter = make({ windows, pauses, clock });
    windows.push({ limit: 1, interval: 90_000 });
    Object.assign(windows[0] ?? {}, { limit: 100 });
    pauses[429] = 1;

    limiter.tryAcquire();
    const wait = limiter.tryAcquire();
    limiter.observe({ status: 429 });

    expect(wait).toBe(1_000);
    expect(limiter.tryAcquire()).toBe(5_000);
  });

  it('may name no window: then only pauses hold', () => {
    const limiter = make({ windows: [], clock: new VirtualClock() });
    limiter.observe({ used: 5 });
    const first = limiter.tryAcquire(1e9);

    limiter.observe({ status: 429 });

    expect([first, limiter.tryAcquire()]).toEqual([0, 1_000]);
  });

  it('stretch rolling windows by the latency', () => {
    const limiter = make({ windows: [{ limit: 1, interval: 1_000 }], latency: 80, clock: new VirtualClock() });
    limiter.tryAcquire();

    expect(limiter.tryAcquire()).toBe(1_080);
  });
});
