import { VirtualClock } from 'tickwise';
import { RateLimiter, type VenueRateLimits, venueRateLimits } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';

const { binance, bybit, ibkr, kraken } = venueRateLimits;

/** Every preset by its path. */
const presets: [string, VenueRateLimits][] = [
  ...Object.entries({ ...binance }).map(([name, preset]): [string, VenueRateLimits] => [`binance.${name}`, preset]),
  ...Object.entries({ ...bybit }).map(([name, preset]): [string, VenueRateLimits] => [`bybit.${name}`, preset]),
  ...Object.entries({ ...kraken.rest }).map(([name, preset]): [string, VenueRateLimits] => [`kraken.${name}`, preset]),
  ...Object.entries({ ...kraken.trading }).map(([name, preset]): [string, VenueRateLimits] => [
    `orders ${name}`,
    preset,
  ]),
  ...Object.entries({ ...ibkr }).map(([name, preset]): [string, VenueRateLimits] => [`ibkr.${name}`, preset]),
];

function limiterOf({ limits }: VenueRateLimits, wallTime = Date.UTC(2024, 7, 8, 12)) {
  const clock = new VirtualClock(wallTime);
  return { clock, limiter: new RateLimiter({ ...limits, clock }) };
}

describe('published limits', () => {
  it.each(presets)('of %s are options of a limiter, dated, with sources, and say what their keys are', (_, preset) => {
    const { limiter } = limiterOf(preset);

    const names = preset.limits.windows.flatMap(({ per }) => per ?? []);

    expect(limiter.stats().windows).toHaveLength(preset.limits.windows.length);
    expect(Object.keys(preset.keys).toSorted()).toEqual([...new Set(names)].toSorted());
    expect(preset.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(preset.sources.length).toBeGreaterThan(0);
    for (const source of preset.sources) expect(new URL(source).protocol).toBe('https:');
  });

  it('can be overridden', () => {
    const [first, ...rest] = binance.spot.limits.windows;
    const windows = [{ interval: 60_000, ...first, limit: 1_200 }, ...rest];
    const limiter = new RateLimiter({ ...binance.spot.limits, windows, clock: new VirtualClock() });

    expect(() => limiter.tryAcquire(1_201)).toThrow('above a limit');
    expect(limiter.tryAcquire(1_200)).toBe(0);
  });
});

describe('Binance', () => {
  it('counts weight by minutes of the clock, and orders by account', () => {
    const { limiter } = limiterOf(binance.spot, Date.UTC(2024, 7, 8, 12, 0, 15));
    const keys = { account: 'main' };

    expect(limiter.tryAcquire(5_850)).toBe(0);
    for (let index = 0; index < 100; index++) expect(limiter.tryAcquire(1, { keys })).toBe(0);

    expect(limiter.tryAcquire(1, { keys })).toBe(5_000);
    expect(limiter.tryAcquire(50)).toBe(0);
    expect(limiter.tryAcquire(1)).toBe(45_000);
  });
});

describe('Bybit', () => {
  it('counts 600 in 5 s by address and 10 a second by endpoint, until the venue tells its own limit', () => {
    const { limiter } = limiterOf(bybit.v5);
    const endpoint = '/v5/order/create';
    for (let index = 0; index < 10; index++) limiter.tryAcquire(1, { endpoint });
    const full = limiter.tryAcquire(1, { endpoint });

    limiter.observe({ headers: { 'x-bapi-limit': '20', 'x-bapi-limit-status': '10' }, endpoint });

    expect(full).toBe(1_000);
    expect(limiter.tryAcquire(1, { endpoint })).toBe(0);
    for (let index = 0; index < 589; index++) expect(limiter.tryAcquire()).toBe(0);
    expect(limiter.tryAcquire()).toBe(5_000);
  });

  it('stops for ten minutes after a 403', () => {
    const { limiter } = limiterOf(bybit.v5);

    limiter.observe({ status: 403, endpoint: '/v5/market' });

    expect(limiter.tryAcquire()).toBe(600_000);
  });
});

describe('Kraken', () => {
  it.each([
    ['starter', 15, 3_000],
    ['intermediate', 20, 2_000],
    ['pro', 20, 1_000],
  ] as const)('lets a %s make %i calls at once, and then one every %i ms', async (tier, limit, step) => {
    const { clock, limiter } = limiterOf(kraken.rest[tier]);
    const scope = { keys: { apiKey: 'k' } };
    const starts: number[] = [];

    for (let index = 0; index < limit + 3; index++) {
      void limiter.acquire(1, scope).then(() => starts.push(clock.now()));
    }
    await clock.advance(60_000);

    expect(starts.filter((at) => at === 0)).toHaveLength(limit);
    expect(starts.slice(limit)).toEqual([step, 2 * step, 3 * step]);
    // Calls of the ledger weigh 2.
    expect(limiter.tryAcquire(2, { keys: { apiKey: 'other' } })).toBe(0);
  });

  it('counts orders by pair', () => {
    const { limiter } = limiterOf(kraken.trading.pro);

    expect(limiter.tryAcquire(180, { keys: { pair: 'XBT/USD' } })).toBe(0);
    expect(limiter.tryAcquire(1, { keys: { pair: 'XBT/USD' } })).toBeCloseTo(1_000 / 3.75, 6);
    expect(limiter.tryAcquire(1, { keys: { pair: 'ETH/USD' } })).toBe(0);
  });
});

describe('IBKR', () => {
  const scope = (contract: string, request: string) => ({ keys: { contract, request } });

  it('makes the 61st historical request within ten minutes wait', async () => {
    const { clock, limiter } = limiterOf(ibkr.historical);
    for (let index = 0; index < 60; index++) {
      await limiter.acquire(1, scope(`contract ${index}`, `${index}`));
      await clock.advance(1_000);
    }

    expect(limiter.tryAcquire(1, scope('one more', 'one more'))).toBe(540_000);
  });

  it('makes the sixth request of one contract within two seconds wait', () => {
    const { limiter } = limiterOf(ibkr.historical);
    for (let index = 0; index < 5; index++) expect(limiter.tryAcquire(1, scope('AAPL', `${index}`))).toBe(0);

    expect(limiter.tryAcquire(1, scope('AAPL', '5'))).toBe(2_000);
    expect(limiter.tryAcquire(1, scope('MSFT', '5'))).toBe(0);
  });

  it('makes the identical request within fifteen seconds wait', () => {
    const { limiter } = limiterOf(ibkr.historical);
    limiter.tryAcquire(1, scope('AAPL', '1 D'));

    expect(limiter.tryAcquire(1, scope('AAPL', '1 D'))).toBe(15_000);
  });

  it('counts BID_ASK twice', () => {
    const { limiter } = limiterOf(ibkr.historical);

    for (let index = 0; index < 30; index++) expect(limiter.tryAcquire(2, scope(`${index}`, `${index}`))).toBe(0);

    expect(limiter.tryAcquire(1, scope('x', 'x'))).toBe(600_000);
    expect(limiter.stats().windows[0]?.used).toBe(60);
  });

  it('sends at most 50 messages a second', () => {
    const { limiter } = limiterOf(ibkr.messages);

    for (let index = 0; index < 50; index++) expect(limiter.tryAcquire()).toBe(0);

    expect(limiter.tryAcquire()).toBe(1_000);
  });
});
