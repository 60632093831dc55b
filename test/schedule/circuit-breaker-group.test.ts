import fc from 'fast-check';
import { CircuitOpenError, ConfigError, VirtualClock } from 'tickwise';
import { CircuitBreakerGroup, type CircuitBreakerGroupOptions } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';

const down = (): Promise<never> => Promise.reject(new Error('down'));

function setUp(options: Partial<CircuitBreakerGroupOptions> = {}) {
  const clock = new VirtualClock();
  const breakers = new CircuitBreakerGroup({ window: 1, openFor: 1_000, clock, ...options });
  const fail = (key: string): Promise<void> => breakers.execute(key, down).catch(() => undefined);
  return { clock, breakers, fail };
}

describe('a group of breakers', () => {
  it('keeps one state per key', async () => {
    const { breakers, fail } = setUp();

    await fail('/depth');

    await expect(breakers.execute('/depth', () => 1)).rejects.toBeInstanceOf(CircuitOpenError);
    await expect(breakers.execute('/trades', () => 1)).resolves.toBe(1);
    expect(breakers.at('/depth').state).toBe('open');
    expect(breakers.at('/depth').name).toBe('CircuitBreaker[/depth]');
    expect(breakers.stats()).toMatchObject({ keys: 2, notClosed: 1, calls: 2, refused: 1, failed: 1, succeeded: 1 });
  });

  it('tells its listener and its errors which key it was', async () => {
    const changes: string[] = [];
    const { breakers, fail } = setUp({
      name: 'venue',
      onStateChange: ({ name, to }) => void changes.push(`${name} ${to}`),
    });

    await fail('BTC');
    const refusal = await breakers.execute('BTC', () => 1).catch(String);

    expect(changes).toEqual(['venue[BTC] open']);
    expect(refusal).toContain('venue[BTC] is open for another 1000 ms');
  });

  it('lets the one go that was used longest ago, and keeps what it has counted', async () => {
    const { breakers } = setUp({ maxKeys: 2 });
    await breakers.execute('a', () => 1);
    await breakers.execute('b', () => 1);
    await breakers.execute('a', () => 1);

    await breakers.execute('c', () => 1);

    expect(breakers.explain('b')).toBeUndefined();
    expect(breakers.explain('a')).toMatchObject({ state: 'closed', calls: 1 });
    expect(breakers.stats()).toMatchObject({ keys: 2, evicted: 1, evictedOpen: 0, calls: 4, succeeded: 4 });
  });

  it('keeps open breakers, and those with calls running, before closed ones', async () => {
    const { breakers, fail } = setUp({ maxKeys: 3 });
    await fail('down');
    let end = (): void => undefined;
    const running = breakers.execute('busy', () => new Promise<void>((resolve) => (end = resolve)));
    await breakers.execute('idle', () => 1);

    await breakers.execute('new', () => 1);
    end();
    await running;

    expect(breakers.explain('down')?.state).toBe('open');
    expect(breakers.explain('busy')?.calls).toBe(1);
    expect(breakers.explain('idle')).toBeUndefined();
  });

  it('lets an open one go when all are open, and says so', async () => {
    const { breakers, fail } = setUp({ maxKeys: 40 });
    for (let index = 0; index < 41; index++) await fail(`${index}`);

    expect(breakers.explain('0')).toBeUndefined();
    expect(breakers.stats()).toMatchObject({ keys: 40, notClosed: 40, evicted: 1, evictedOpen: 1, opened: 41 });
  });

  it('is bounded under a million keys', async () => {
    const { breakers } = setUp({ maxKeys: 100 });

    for (let index = 0; index < 1_000_000; index += 10) {
      const breaker = breakers.at(`key ${index}`);
      breaker.end(breaker.tryBegin(), true);
    }

    expect(breakers.stats()).toMatchObject({ keys: 100, calls: 100_000, evicted: 99_900, running: 0 });
  });

  it('adds up whatever goes and comes', async () => {
    const step = fc.record({ key: fc.nat(6).map(String), isSuccess: fc.boolean(), isEnded: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const { breakers } = setUp({ maxKeys: 3, window: 2 });
        let begun = 0;
        let refused = 0;
        for (const { key, isEnded, isSuccess } of steps) {
          const breaker = breakers.at(key);
          const token = breaker.tryBegin();
          if (token === -1) refused++;
          else begun++;
          if (token !== -1 && isEnded) breaker.end(token, isSuccess);
        }

        const { abandoned, calls, failed, keys, running, stale, succeeded, ...rest } = breakers.stats();
        expect(calls).toBe(begun);
        expect(rest.refused).toBe(refused);
        expect(succeeded + failed + stale + abandoned + running).toBe(calls);
        expect(keys).toBeLessThanOrEqual(3);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [{ maxKeys: 0 }, 'CircuitBreakerGroup: maxKeys must be a whole number from 1 up, got 0'],
    [{ maxKeys: 1.5 }, 'CircuitBreakerGroup: maxKeys must be'],
    [{ window: 0 }, 'CircuitBreakerGroup: window must be'],
    [{ keys: 5 }, "CircuitBreakerGroup: unknown option 'keys'"],
    [{ openFor: 5_000, maxOpenFor: 1 }, 'maxOpenFor must be at least openFor'],
    [null, 'CircuitBreakerGroup: options must be'],
  ])('refuses the options %o', (options, message) => {
    const make = (): unknown => new CircuitBreakerGroup(options as CircuitBreakerGroupOptions);

    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });

  it('works without options, and hands the verdicts to its breakers', async () => {
    const errors: unknown[] = [];
    const plain = new CircuitBreakerGroup();
    const { breakers } = setUp({
      isSuccess: () => {
        throw new Error('verdict');
      },
      onError: (error) => void errors.push(error),
    });

    await plain.execute('a', () => 1);
    await breakers.execute('a', () => 1);

    expect(plain.stats()).toMatchObject({ keys: 1, succeeded: 1 });
    expect(breakers.at('a').state).toBe('open');
    expect(errors).toHaveLength(1);
  });
});
