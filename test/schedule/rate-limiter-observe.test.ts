import fc from 'fast-check';
import { ArgumentError, VirtualClock } from 'tickwise';
import { RateLimiter, type RateLimiterOptions, type RateObservation, type RateWindow } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';

const MINUTE_WEIGHT: RateWindow = { limit: 6_000, interval: 60_000, alignment: 'clock' };

function setUp(options: Partial<RateLimiterOptions> = {}, wallTime = Date.UTC(2024, 7, 8, 12, 0, 10)) {
  const clock = new VirtualClock(wallTime);
  const limiter = new RateLimiter({ windows: [MINUTE_WEIGHT], clock, ...options });
  return { clock, limiter };
}

/** The milliseconds until a request may start; Infinity when it has not after ten days. */
async function waitOf(clock: VirtualClock, start: Promise<void>): Promise<number> {
  const began = clock.now();
  let at = Infinity;
  void start.then(() => (at = clock.now()));
  await clock.advance(0);
  if (at === Infinity) await clock.advance(864_000_000);
  return at - began;
}

describe('a 429', () => {
  it.each([
    ['in seconds', { 'retry-after': '7' }, 7_000],
    ['in fractions', { 'Retry-After': '0.25' }, 250],
    ['of two minutes, uncapped', { 'retry-after': '120' }, 120_000],
    ['of three days, uncapped', { 'retry-after': '259200' }, 259_200_000],
    ['as a date', { 'retry-after': 'Thu, 08 Aug 2024 12:00:17 GMT' }, 7_000],
    ['as a list', { 'retry-after': ['7'] }, 7_000],
    [
      'as a date by the clock of the venue',
      { 'retry-after': 'Thu, 08 Aug 2024 13:00:07 GMT', date: 'Thu, 08 Aug 2024 13:00:00 GMT' },
      7_000,
    ],
    ['not at all', {}, 1_000],
    ['in words', { 'retry-after': 'soon' }, 1_000],
    ['as a negative number', { 'retry-after': '-5' }, 1_000],
    ['as something that Date.parse would take', { 'retry-after': 'banana 1' }, 1_000],
    ['as infinity', { 'retry-after': 'Infinity' }, 1_000],
  ])('with Retry-After %s stops everything for that long', async (_, headers, wait) => {
    const { clock, limiter } = setUp();

    limiter.observe({ status: 429, headers });

    expect(limiter.tryAcquire()).toBe(wait);
    expect(await waitOf(clock, limiter.acquire())).toBe(wait);
    expect(limiter.stats()).toMatchObject({ pauses: 1, observed: 1 });
  });

  it('stops only the endpoint that answered it, when that is known', async () => {
    const { clock, limiter } = setUp();
    const starts: [string, number][] = [];
    const ask = (endpoint: string) => limiter.acquire(1, { endpoint }).then(() => starts.push([endpoint, clock.now()]));

    limiter.observe({ status: 429, headers: new Headers({ 'Retry-After': '7' }), endpoint: '/depth' });
    for (let index = 0; index < 3; index++) void ask('/depth');
    void ask('/trades');
    void ask('/depth');
    await clock.advance(6_999);
    const early = [...starts];
    await clock.advance(1);

    expect(early).toEqual([['/trades', 0]]);
    expect(starts.slice(1)).toEqual(Array.from({ length: 4 }, () => ['/depth', 7_000]));
    expect(limiter.tryAcquire()).toBe(0);
  });

  it('stops those who wait already, and a shorter one later does not let them go', async () => {
    const { clock, limiter } = setUp({ windows: [{ limit: 1, interval: 1_000 }] });
    await limiter.acquire();
    const waiting = limiter.acquire();

    limiter.observe({ status: 429, headers: { 'retry-after': '30' } });
    limiter.observe({ status: 429, headers: { 'retry-after': '2' } });

    expect(await waitOf(clock, waiting)).toBe(30_000);
  });

  it('with a date that has passed does not stop anything', () => {
    const { limiter } = setUp();

    limiter.observe({ status: 429, headers: { 'retry-after': 'Thu, 08 Aug 2024 11:00:00 GMT' } });

    expect(limiter.tryAcquire()).toBe(0);
    expect(limiter.stats().pauses).toBe(0);
  });
});

describe('other statuses', () => {
  it('a 418 is a ban of the address, whatever the endpoint', () => {
    const { limiter } = setUp();

    limiter.observe({ status: 418, headers: {}, endpoint: '/depth' });

    expect(limiter.tryAcquire(1, { endpoint: '/trades' })).toBe(120_000);
  });

  it('a 503 pauses when it says for how long', () => {
    const { limiter } = setUp();

    limiter.observe({ status: 503 });
    const silent = limiter.tryAcquire();
    limiter.observe({ status: 503, headers: new Map([['Retry-After', '3']]) });

    expect([silent, limiter.tryAcquire()]).toEqual([0, 3_000]);
  });

  it.each([200, 301, 404, 500, 999])('a %s never pauses, Retry-After or not', (status) => {
    const { limiter } = setUp();

    limiter.observe({ status, headers: { 'retry-after': '9' } });

    expect(limiter.tryAcquire()).toBe(0);
  });

  it('pause as the option pauses says', () => {
    const { limiter } = setUp({ pauses: { 403: 600_000 } });

    limiter.observe({ status: 429 });
    const other = limiter.tryAcquire();
    limiter.observe({ status: 403 });

    expect([other, limiter.tryAcquire()]).toEqual([0, 600_000]);
  });
});

describe('the counts of Binance', () => {
  it('of 5 990 from another process on the address make a request of 20 wait for the next minute of the venue', async () => {
    const { clock, limiter } = setUp({ serverOffset: -1_800 });

    limiter.observe({ status: 200, headers: { 'X-MBX-USED-WEIGHT-1M': '5990', 'x-mbx-used-weight': '5990' } });

    expect(limiter.tryAcquire(10)).toBe(0);
    // Here it is 12:00:10, at the venue 12:00:08.2.
    expect(await waitOf(clock, limiter.acquire(20))).toBe(51_800);
  });

  it('with the time of the venue follow its minute and no longer the wall time', async () => {
    const { clock, limiter } = setUp();

    limiter.observe({ serverTime: Date.UTC(2024, 7, 8, 12, 0, 58) });
    limiter.observe({ headers: { 'x-mbx-used-weight-1m': '6000' } });
    clock.stepWallTime(-300_000);

    expect(await waitOf(clock, limiter.acquire())).toBe(2_000);
  });

  it('of a minute that is over by its own date are left alone', () => {
    const { clock, limiter } = setUp({}, Date.UTC(2024, 7, 8, 12, 1, 0));

    limiter.observe({ headers: { 'x-mbx-used-weight-1m': '6000', date: 'Thu, 08 Aug 2024 12:00:59 GMT' } });

    expect(limiter.tryAcquire(20)).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never lower what was counted here', () => {
    const { limiter } = setUp();
    limiter.tryAcquire(4_000);

    limiter.observe({ headers: { 'x-mbx-used-weight-1m': '3' } });

    expect(limiter.stats().windows[0]?.used).toBe(4_000);
  });

  it('of orders are of the account that placed them, and data goes on', () => {
    const orders = { limit: 100, interval: 10_000, alignment: 'clock', counts: 'requests', per: 'account' } as const;
    const { limiter } = setUp({ windows: [MINUTE_WEIGHT, orders] });
    const keys = { account: 'main' };

    limiter.observe({ headers: { 'x-mbx-order-count-10s': '100', 'x-mbx-order-count-1d': '5' }, keys });

    expect(limiter.tryAcquire(1, { keys })).toBe(10_000);
    expect(limiter.tryAcquire(1, { keys: { account: 'other' } })).toBe(0);
    expect(limiter.tryAcquire(5)).toBe(0);
    // No window is of a day.
    expect(limiter.stats().unused).toBe(1);
  });

  it('without the account are counted as unused', () => {
    const orders = { limit: 100, interval: 10_000, counts: 'requests', per: 'account' } as const;
    const { limiter } = setUp({ windows: [orders] });

    limiter.observe({ headers: { 'x-mbx-order-count-10s': '100', 'x-mbx-used-weight-1m': 'many' } });

    expect(limiter.stats()).toMatchObject({ unused: 2, observed: 1 });
  });
});

describe('headers', () => {
  it.each([
    ['a Headers', new Headers({ 'X-MBX-USED-WEIGHT-1M': '5990' })],
    ['a Map', new Map([['x-mbx-used-weight-1m', '5990']])],
    ['an object of texts', { 'X-Mbx-Used-Weight-1m': ' 5990 ' }],
    ['an object of lists', { 'x-mbx-used-weight-1m': ['5990', '1'] }],
    ['an object of numbers', { 'x-mbx-used-weight-1m': 5_990 }],
    ['something with get only', { get: (name: string) => (name === 'x-mbx-used-weight-1m' ? '5990' : null) }],
  ])('are understood as %s', (_, headers) => {
    const { limiter } = setUp();

    limiter.observe({ headers });

    expect(limiter.stats().windows[0]?.used).toBe(5_990);
    expect(limiter.stats().unused).toBe(0);
  });
});

describe('the counts of Bybit', () => {
  const windows: readonly RateWindow[] = [
    { limit: 600, interval: 5_000, counts: 'requests' },
    { limit: 10, interval: 1_000, counts: 'requests', per: 'endpoint', maxLimit: 50 },
  ];
  const endpoint = '/v5/order/create';
  const answer = (limit: number, status: number, reset: number): RateObservation => ({
    headers: {
      'X-Bapi-Limit': String(limit),
      'X-Bapi-Limit-Status': String(status),
      'X-Bapi-Limit-Reset-Timestamp': String(reset),
    },
    endpoint,
  });
  const now = Date.UTC(2024, 7, 8, 12, 0, 10);

  it('leave what remains of the endpoint, until the time of the reset', async () => {
    const { clock, limiter } = setUp({ windows });

    limiter.observe(answer(10, 0, now + 640));

    expect(limiter.tryAcquire(1, { endpoint: '/v5/market' })).toBe(0);
    expect(await waitOf(clock, limiter.acquire(1, { endpoint }))).toBe(640);
  });

  it('last a whole window when the reset has passed by the clock here', () => {
    const { limiter } = setUp({ windows });

    limiter.observe(answer(10, 0, now - 4_000));

    expect(limiter.tryAcquire(1, { endpoint })).toBe(1_000);
  });

  it('do not stop the endpoint for longer than a window, whatever the reset says', () => {
    const { limiter } = setUp({ windows });

    limiter.observe(answer(10, 0, now + 1e9));

    expect(limiter.tryAcquire(1, { endpoint })).toBe(1_000);
  });

  it.each([
    [20, 20],
    [400, 50],
    [3, 3],
  ])('with a limit of %i let %i start per second, up to maxLimit', (told, allowed) => {
    const { limiter } = setUp({ windows });

    limiter.observe(answer(told, told, now));
    let started = 0;
    while (limiter.tryAcquire(1, { endpoint }) === 0) started++;

    expect(started).toBe(allowed);
  });

  it('that raise a limit let those go who wait for it', async () => {
    const { clock, limiter } = setUp({ windows });
    const starts: number[] = [];
    for (let index = 0; index < 15; index++) {
      void limiter.acquire(1, { endpoint }).then(() => starts.push(clock.now()));
    }
    await clock.advance(100);
    const before = starts.length;

    limiter.observe(answer(20, 10, now));
    await clock.advance(0);

    expect([before, starts.length]).toEqual([10, 15]);
  });

  it('that lower a limit below the weight of one who waits refuse it instead of waiting for ever', async () => {
    const weighed = [{ limit: 10, interval: 1_000, per: 'endpoint' }] as const;
    const { clock, limiter } = setUp({ windows: weighed });
    limiter.tryAcquire(10, { endpoint });
    const heavy = limiter.acquire(8, { endpoint }).catch((error: unknown) => error);
    const light = limiter.acquire(4, { endpoint });

    limiter.observe(answer(5, 5, now));
    const waited = await waitOf(clock, light);

    expect(await heavy).toBeInstanceOf(ArgumentError);
    expect(waited).toBe(1_000);
  });

  it('without the endpoint are counted as unused', () => {
    const { limiter } = setUp({ windows });

    limiter.observe({ headers: { 'x-bapi-limit': '10', 'x-bapi-limit-status': '0' } });

    expect(limiter.stats().unused).toBe(1);
  });
});

describe('what the caller knows', () => {
  it('a pause in milliseconds stops everything, or an endpoint', () => {
    const { limiter } = setUp();

    limiter.observe({ pauseFor: 1_500, endpoint: '/depth' });
    const endpoint = limiter.tryAcquire(1, { endpoint: '/depth' });
    const other = limiter.tryAcquire();
    limiter.observe({ pauseFor: 2_500 });

    expect([endpoint, other, limiter.tryAcquire()]).toEqual([1_500, 0, 2_500]);
    expect(limiter.stats().pausedFor).toBe(2_500);
  });

  it('a count is of the first window, or of those of an interval', () => {
    const { limiter } = setUp({
      windows: [
        { limit: 10, interval: 1_000 },
        { limit: 50, interval: 60_000, counts: 'requests' },
      ],
    });

    limiter.observe({ used: 4 });
    limiter.observe({ used: 30, interval: 60_000 });

    expect(limiter.stats().windows.map(({ used }) => used)).toEqual([4, 30]);
  });

  it('pauses of more endpoints than maxKeys stop everything', () => {
    const { limiter } = setUp({ maxKeys: 2 });
    for (const endpoint of ['/a', '/b', '/c']) limiter.observe({ pauseFor: 9_000, endpoint });

    expect(limiter.tryAcquire()).toBe(9_000);
  });

  it('pauses of endpoints that are over make room for others', async () => {
    const { clock, limiter } = setUp({ maxKeys: 2 });
    for (const endpoint of ['/a', '/b']) limiter.observe({ pauseFor: 9_000, endpoint });
    await clock.advance(9_000);

    limiter.observe({ pauseFor: 9_000, endpoint: '/c' });

    expect(limiter.tryAcquire()).toBe(0);
    expect(limiter.tryAcquire(1, { endpoint: '/c' })).toBe(9_000);
  });

  it.each([
    ['pauseFor', Number.NaN],
    ['pauseFor', -1],
    ['pauseFor', Infinity],
    ['used', '5'],
    ['interval', Number.NaN],
    ['serverTime', new Date(0)],
    ['headers', 'x: y'],
    ['headers', ['retry-after', '7']],
    ['headers', null],
  ])('is checked: %s of %s', (name, value) => {
    const { limiter } = setUp();

    expect(() => limiter.observe({ [name]: value })).toThrow(ArgumentError);
    expect(() => limiter.observe({ [name]: value })).toThrow(new RegExp(`${name} must be .*got`));
  });

  it.each([null, undefined, 5])('is checked: %s instead of an observation', (value) => {
    const { limiter } = setUp();

    expect(() => limiter.observe(value as unknown as RateObservation)).toThrow('observation must be an object');
  });
});

describe('the clock of the venue', () => {
  const full = { headers: { 'x-mbx-used-weight-1m': '6000' } };

  it('is taken from a Date header when the one here is plainly wrong', () => {
    const { limiter } = setUp();

    limiter.observe({ headers: { date: 'Thu, 08 Aug 2024 12:00:40 GMT' } });
    limiter.observe(full);
    const ahead = limiter.tryAcquire();
    limiter.observe({ headers: { date: 'Thu, 08 Aug 2024 12:00:20 GMT' } });

    expect(ahead).toBe(20_000);
    expect(limiter.tryAcquire()).toBe(40_000);
  });

  it('is not moved by a Date header that only lacks the milliseconds', () => {
    const { limiter } = setUp({}, Date.UTC(2024, 7, 8, 12, 0, 10, 900));

    limiter.observe({ headers: { date: 'Thu, 08 Aug 2024 12:00:10 GMT' } });
    limiter.observe(full);

    expect(limiter.tryAcquire()).toBe(49_100);
  });

  it('is not moved by a Date header once it was told to the millisecond', () => {
    const { limiter } = setUp();
    limiter.observe({ serverTime: Date.UTC(2024, 7, 8, 12, 0, 30, 500) });

    limiter.observe({ headers: { date: 'Thu, 08 Aug 2024 15:00:00 GMT', ...full.headers } });

    expect(limiter.tryAcquire()).toBe(29_500);
  });

  it('told anew lets those go whose window is over by it', async () => {
    const { clock, limiter } = setUp();
    limiter.tryAcquire(6_000);
    let isStarted = false;
    void limiter.acquire().then(() => (isStarted = true));

    limiter.observe({ serverTime: Date.UTC(2024, 7, 8, 12, 1, 0) });
    await clock.advance(0);

    expect(isStarted).toBe(true);
  });
});

describe('hostile answers', () => {
  it('of any content never throw, never let more start, and never stop for ever', () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('0', '-1', '1e9', 'NaN', '99999999999999999999', '0x10', '', 'null', '6000', '1'),
      fc.nat().map(String),
    );
    const name = fc.constantFrom(
      'x-mbx-used-weight-1m',
      'X-MBX-USED-WEIGHT-0S',
      'x-mbx-order-count-9999d',
      'x-bapi-limit',
      'x-bapi-limit-status',
      'x-bapi-limit-reset-timestamp',
      'date',
      '__proto__',
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.dictionary(name, value), fc.integer({ min: 100, max: 599 })), { maxLength: 20 }),
        (answers) => {
          const clock = new VirtualClock(1_723_118_410_000);
          const windows = [
            { limit: 20, interval: 60_000 },
            { limit: 5, interval: 1_000, per: 'endpoint' },
          ];
          const limiter = new RateLimiter({ windows, clock, pauses: {} });
          let started = 0;

          for (const [headers, status] of answers) {
            limiter.observe({ headers, status, endpoint: '/a' });
            if (limiter.tryAcquire(1, { endpoint: '/a' }) === 0) started++;
          }

          expect(started).toBeLessThanOrEqual(5);
          expect(limiter.explain(1, { endpoint: '/a' }).wait).toBeLessThanOrEqual(60_000);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('with values that are no texts are left alone', () => {
    const { limiter } = setUp();

    limiter.observe({ headers: { 'retry-after': undefined, 'x-mbx-used-weight-1m': [] } });
    limiter.observe({ headers: { 'x-mbx-used-weight-1m': {} } as unknown as Record<string, string> });
    limiter.observe({ headers: { get: 'x', forEach: 'y' } });

    expect(limiter.tryAcquire()).toBe(0);
    expect(limiter.stats().unused).toBe(0);
  });
});
