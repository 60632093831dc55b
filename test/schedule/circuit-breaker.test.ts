import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { CircuitOpenError, ConfigError, VirtualClock } from 'tickwise';
import { CircuitBreaker, type CircuitBreakerOptions, type CircuitChange } from 'tickwise/schedule';
import { describe, expect, it, vi } from 'vitest';

const down = (): Promise<never> => Promise.reject(new Error('down'));

function setUp(options: Partial<CircuitBreakerOptions> = {}) {
  const clock = new VirtualClock();
  const breaker = new CircuitBreaker({ window: 4, openFor: 1_000, clock, ...options });
  const fail = (): Promise<void> => breaker.execute(down).catch(() => undefined);
  /** Opens the breaker by its whole window. */
  const trip = async (): Promise<void> => {
    for (let index = 0; index < (options.window ?? 4); index++) await fail();
  };
  return { clock, breaker, fail, trip };
}

/** A call that ends when it is told to. */
function heldCall() {
  let succeed = (): void => undefined;
  let fail = (): void => undefined;
  const call = (): Promise<string> =>
    new Promise((resolve, reject) => {
      succeed = () => resolve('ok');
      fail = () => reject(new Error('down'));
    });
  return { call, succeed: () => succeed(), fail: () => fail() };
}

describe('a closed breaker', () => {
  it('hands through results and errors unchanged', async () => {
    const { breaker } = setUp({ window: 5 });
    const result = { price: 1 };
    const error = new TypeError('no such symbol');

    await expect(breaker.execute(() => result)).resolves.toBe(result);
    await expect(breaker.execute(() => Promise.resolve(result))).resolves.toBe(result);
    await expect(breaker.execute(() => Promise.reject(error))).rejects.toBe(error);
    await expect(
      breaker.execute(() => {
        throw error;
      }),
    ).rejects.toBe(error);

    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: 4, succeeded: 2, failed: 2, running: 0 });
  });

  it('counts once what settles twice, and a promise of its own kind by what it is', async () => {
    const { breaker } = setUp();
    class Request extends Promise<string> {}
    const twice = {
      // oxlint-disable-next-line unicorn/no-thenable -- what is tested
      then(resolve: (value: string) => void, reject: (error: unknown) => void) {
        resolve('first');
        resolve('second');
        reject(new Error('third'));
      },
    };

    await expect(breaker.execute(() => twice as unknown as Promise<string>)).resolves.toBe('first');
    await expect(breaker.execute(() => Request.resolve('own'))).resolves.toBe('own');
    await expect(breaker.execute(() => Request.reject(new Error('own')))).rejects.toThrow('own');

    expect(breaker.stats()).toMatchObject({ calls: 3, succeeded: 2, failed: 1, running: 0 });
  });

  it('opens when enough of the last calls failed, and not before so many have ended', async () => {
    const { breaker, fail } = setUp({ window: 4, failureRate: 0.5 });

    for (let index = 0; index < 3; index++) await fail();
    const before = breaker.state;
    await fail();

    expect([before, breaker.state]).toEqual(['closed', 'open']);
  });

  it('looks at the last calls only', async () => {
    const { breaker, fail } = setUp({ window: 4, failureRate: 0.5 });
    const outcomes = [false, true, true, true, false, true, true, true, false];

    for (const isSuccess of outcomes) {
      if (isSuccess) await breaker.execute(() => 1);
      else await fail();
      expect(breaker.state).toBe('closed');
    }

    expect(breaker.explain()).toEqual({ state: 'closed', opensFor: 0, calls: 4, failures: 1, slow: 0 });
  });

  it('opens by slow calls, failed or not', async () => {
    const { breaker, clock } = setUp({ window: 2, slowCall: 500, slowRate: 1 });
    const sleep = (ms: number) => () => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
    const calls = [breaker.execute(sleep(499)), breaker.execute(sleep(500)), breaker.execute(sleep(700))];

    await clock.advance(600);
    const before = breaker.state;
    await clock.advance(100);
    await Promise.all(calls);

    expect([before, breaker.state]).toEqual(['closed', 'open']);
    expect(breaker.stats()).toMatchObject({ succeeded: 3, slow: 2, opened: 1 });
    expect(breaker.explain()).toMatchObject({ calls: 2, failures: 0, slow: 2 });
  });

  it('does not open by calls spread over more than the interval', async () => {
    const { breaker, clock, fail } = setUp({ window: 3, interval: 1_000 });

    for (let index = 0; index < 10; index++) {
      await fail();
      await clock.advance(501);
    }
    const spread = breaker.state;
    for (let index = 0; index < 3; index++) await fail();

    expect([spread, breaker.state]).toEqual(['closed', 'open']);
  });

  it('counts a result that is no success as a failure, and hands it through', async () => {
    const { breaker } = setUp({ window: 1, isSuccess: (result) => (result as { status: number }).status < 500 });

    const result = await breaker.execute(() => ({ status: 503 }));

    expect(result).toEqual({ status: 503 });
    expect(breaker.state).toBe('open');
  });

  it('does not count an error that is an answer', async () => {
    const { breaker, fail } = setUp({ window: 1, judge: () => 'success' });

    await fail();

    expect(breaker.state).toBe('closed');
    expect(breaker.stats()).toMatchObject({ succeeded: 1, failed: 0 });
  });

  it('leaves out a call that its caller gave up', async () => {
    const { breaker } = setUp({ window: 1 });
    const aborted = new DOMException('given up', 'AbortError');

    await expect(breaker.execute(() => Promise.reject(aborted))).rejects.toBe(aborted);

    expect(breaker.state).toBe('closed');
    expect(breaker.stats()).toMatchObject({ calls: 1, abandoned: 1, failed: 0, running: 0 });
  });

  it('rounds the rate so that 7 % of 100 calls are 7', async () => {
    const { breaker, fail } = setUp({ window: 100, failureRate: 0.07 });
    for (let index = 0; index < 93; index++) await breaker.execute(() => 1);

    for (let index = 0; index < 7; index++) await fail();

    expect(breaker.state).toBe('open');
  });

  it('keeps the async context of the caller', async () => {
    const { breaker } = setUp();
    const store = new AsyncLocalStorage<number>();

    const seen = await Promise.all([1, 2, 3].map((id) => store.run(id, () => breaker.execute(() => store.getStore()))));

    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('an open breaker', () => {
  it('refuses at once, without a call or a timer, and says why', async () => {
    const { breaker, clock, trip } = setUp({ name: 'depth', onError: () => undefined });
    await trip();
    await clock.advance(400);
    const call = vi.fn<() => void>();

    const error: unknown = await breaker.execute(call).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toMatchObject({
      code: 'ERR_CIRCUIT_OPEN',
      message: 'depth is open for another 600 ms; of 4 calls 4 failed, 0 were slow',
    });
    expect(call).not.toHaveBeenCalled();
    expect(clock.pendingTimers).toBe(0);
    expect(breaker.stats()).toMatchObject({ calls: 4, refused: 1 });
  });

  it('is half-open when its time is over, without a timer', async () => {
    const { breaker, clock, trip } = setUp();
    await trip();

    await clock.advance(999);
    const before = breaker.state;
    await clock.advance(1);

    expect([before, breaker.state]).toEqual(['open', 'half-open']);
    expect(breaker.explain()).toEqual({ state: 'half-open', opensFor: 0, calls: 4, failures: 4, slow: 0 });
  });
});

describe('a half-open breaker', () => {
  async function halfOpen(options: Partial<CircuitBreakerOptions> = {}) {
    const all = setUp(options);
    await all.trip();
    await all.clock.advance(1_000);
    return all;
  }

  it.each([1, 3])('tries exactly %i of ten calls, and refuses the others at once', async (probes) => {
    const { breaker } = await halfOpen({ probes });
    let made = 0;
    const held = Array.from({ length: 10 }, () => heldCall());

    const calls = held.map(({ call }) =>
      breaker
        .execute(() => {
          made++;
          return call();
        })
        .catch((error: unknown) => error),
    );
    const refused = await Promise.all(calls.slice(probes));
    const during = made;
    for (const { succeed } of held.slice(0, probes)) succeed();
    await Promise.all(calls);

    expect(during).toBe(probes);
    expect(refused.every((error) => error instanceof CircuitOpenError)).toBe(true);
    expect(String(refused[0])).toContain('half-open and busy with its probes');
    expect(breaker.state).toBe('closed');
  });

  it('tries no probe beyond those that a call made in onStateChange has decided', async () => {
    const clock = new VirtualClock();
    let during = (_breaker: CircuitBreaker): void => undefined;
    const breaker: CircuitBreaker = new CircuitBreaker({
      window: 2,
      probes: 2,
      openFor: 10,
      clock,
      onStateChange: ({ to }) => to === 'half-open' && during(breaker),
    });
    for (let index = 0; index < 2; index++) await breaker.execute(down).catch(() => undefined);

    await clock.advance(10);
    during = () => breaker.end(breaker.tryBegin(), false);
    const afterFailure = breaker.tryBegin();
    await clock.advance(20);
    during = () => [breaker.tryBegin(), breaker.tryBegin()].forEach((token) => breaker.end(token, true));
    const afterSuccess = breaker.tryBegin();

    expect(afterFailure).toBe(-1);
    expect(afterSuccess).not.toBe(-1);
    expect(breaker.stats()).toMatchObject({ state: 'closed', running: 1 });
  });

  it('closes with an empty window when the probe succeeds', async () => {
    const { breaker, fail } = await halfOpen();

    await breaker.execute(() => 'ok');
    for (let index = 0; index < 3; index++) await fail();

    expect(breaker.state).toBe('closed');
    expect(breaker.explain()).toMatchObject({ calls: 3, failures: 3 });
  });

  it('opens again when the probe fails', async () => {
    const { breaker, clock, fail } = await halfOpen();

    await fail();
    await clock.advance(999);

    expect(breaker.state).toBe('open');
    expect(breaker.stats()).toMatchObject({ opened: 2 });
  });

  it('opens again when the probe is slow', async () => {
    const { breaker } = await halfOpen({ slowCall: 100 });

    breaker.end(breaker.tryBegin(), true, 100);

    expect(breaker.state).toBe('open');
  });

  it('decides by the same rate over several probes', async () => {
    const { breaker } = await halfOpen({ probes: 4, failureRate: 0.5 });
    const tokens = Array.from({ length: 4 }, () => breaker.tryBegin());

    breaker.end(tokens[0] ?? 0, false);
    const afterOne = breaker.state;
    for (const token of tokens.slice(1)) breaker.end(token, true);

    expect([afterOne, breaker.state]).toEqual(['half-open', 'closed']);
  });

  it('stays open for twice as long after each failed probe, up to maxOpenFor, and starts over once it has closed', async () => {
    const { breaker, clock, fail, trip } = setUp({ openFor: 1_000, maxOpenFor: 3_000 });
    const times: number[] = [];
    await trip();
    for (let index = 0; index < 3; index++) {
      const { opensFor } = breaker.explain();
      times.push(opensFor);
      await clock.advance(opensFor);
      await fail();
    }
    await clock.advance(3_000);
    await breaker.execute(() => 'ok');
    await trip();

    expect([...times, breaker.explain().opensFor]).toEqual([1_000, 2_000, 3_000, 1_000]);
  });

  it('ignores a failure from before the opening, and the successful probe closes it', async () => {
    const { breaker, clock, trip } = setUp();
    const stale = heldCall();
    const old = breaker.execute(stale.call).catch(() => undefined);
    await trip();
    await clock.advance(1_000);
    const probe = heldCall();
    const trying = breaker.execute(probe.call);

    stale.fail();
    await old;
    const during = breaker.state;
    probe.succeed();
    await trying;

    expect([during, breaker.state]).toEqual(['half-open', 'closed']);
    expect(breaker.stats()).toMatchObject({ calls: 6, stale: 1, failed: 4, succeeded: 1, running: 0 });
  });

  it('ignores a success from before the opening, and the failed probe opens it', async () => {
    const { breaker, clock, trip } = setUp();
    const stale = heldCall();
    const old = breaker.execute(stale.call);
    await trip();
    await clock.advance(1_000);
    const probe = heldCall();
    const trying = breaker.execute(probe.call).catch(() => undefined);

    stale.succeed();
    await old;
    const during = breaker.state;
    probe.fail();
    await trying;

    expect([during, breaker.state]).toEqual(['half-open', 'open']);
  });

  it('tries another call in place of one that says nothing', async () => {
    const { breaker } = await halfOpen();
    const first = breaker.tryBegin();
    const refused = breaker.tryBegin();

    breaker.abandon(first);
    const second = breaker.tryBegin();

    expect([refused, second]).toEqual([-1, first]);
  });

  it('gives up probes that never end, and ignores what they say later', async () => {
    const { breaker, clock } = await halfOpen();
    const stuck = breaker.tryBegin();
    await clock.advance(999);
    const refused = breaker.tryBegin();
    await clock.advance(1);

    const next = breaker.tryBegin();
    breaker.end(stuck, false);
    const state = breaker.state;
    breaker.end(next, true);

    expect(refused).toBe(-1);
    expect(next).not.toBe(stuck);
    expect([state, breaker.state]).toEqual(['half-open', 'closed']);
    expect(breaker.stats().stale).toBe(1);
  });
});

describe('changes of state', () => {
  it('are told with what decided them', async () => {
    const changes: CircuitChange[] = [];
    const { breaker, clock, trip } = setUp({ name: 'depth', onStateChange: (change) => void changes.push(change) });
    await trip();
    await clock.advance(1_000);
    await breaker.execute(() => 1);

    expect(changes).toEqual([
      { name: 'depth', from: 'closed', to: 'open', calls: 4, failures: 4, slow: 0 },
      { name: 'depth', from: 'open', to: 'half-open', calls: 4, failures: 4, slow: 0 },
      { name: 'depth', from: 'half-open', to: 'closed', calls: 1, failures: 0, slow: 0 },
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener'))],
  ])('told to a listener that %s still happen, and the error reaches onError', async (_, onStateChange) => {
    const onError = vi.fn<(error: unknown, context: { readonly name: string }) => void>();
    const { breaker, clock, trip } = setUp({ onStateChange, onError });

    await trip();
    await clock.advance(0);

    expect(breaker.state).toBe('open');
    expect(onError).toHaveBeenCalledOnce();
    expect(onError.mock.calls[0]).toMatchObject([{ message: 'listener' }, { name: 'CircuitBreaker' }]);
  });

  it('may be answered by a call of the listener: the probe is its own', async () => {
    let made = 0;
    const tokens: number[] = [];
    const { breaker, clock, trip } = setUp({
      onStateChange: ({ to }) => {
        if (to === 'half-open') tokens.push(breaker.tryBegin());
      },
    });
    await trip();
    await clock.advance(1_000);

    const outer = await breaker.execute(() => made++).catch((error: unknown) => error);

    expect(outer).toBeInstanceOf(CircuitOpenError);
    expect(made).toBe(0);
    breaker.end(tokens[0] ?? 0, true);
    expect(breaker.state).toBe('closed');
  });
});

describe('verdicts that throw', () => {
  it('count as failures and reach onError, while the call keeps its outcome', async () => {
    const onError = vi.fn<(error: unknown) => void>();
    const broken = (): never => {
      throw new Error('verdict');
    };
    const { breaker } = setUp({ window: 2, isSuccess: broken, judge: broken, onError });

    await expect(breaker.execute(() => 'result')).resolves.toBe('result');
    await expect(breaker.execute(down)).rejects.toThrow('down');

    expect(breaker.state).toBe('open');
    expect(onError.mock.calls.map(([error]) => (error as Error).message)).toEqual(['verdict', 'verdict']);
  });
});

describe('any history', () => {
  type Step =
    | { type: 'begin' }
    | { type: 'end'; index: number; isSuccess: boolean; duration: number }
    | { type: 'abandon'; index: number }
    | { type: 'wait'; ms: number };

  /** The slow way: every outcome kept in a list, the state derived from it. */
  class Model {
    state: 'closed' | 'open' | 'half-open' = 'closed';
    outcomes: { isFailed: boolean; isSlow: boolean }[] = [];
    running: { id: number; generation: number }[] = [];
    generation = 0;
    openUntil = 0;
    since = 0;
    admitted = 0;

    begin(now: number, id: number): boolean {
      if (this.state === 'open') {
        if (now < this.openUntil) return false;
        this.turn('half-open', now);
      } else if (this.state === 'half-open' && this.admitted === 2 && now - this.since >= 100) {
        this.turn('half-open', now);
      }
      if (this.state === 'half-open' && this.admitted === 2) return false;
      this.admitted++;
      this.running.push({ id, generation: this.generation });
      return true;
    }

    end(now: number, id: number, outcome: { isFailed: boolean; isSlow: boolean } | undefined): void {
      const call = this.running.find((entry) => entry.id === id);
      this.running = this.running.filter((entry) => entry.id !== id);
      if (call?.generation !== this.generation) return;
      if (outcome === undefined) {
        this.admitted--;
        return;
      }
      this.outcomes.push(outcome);
      const looked = this.state === 'closed' ? this.outcomes.slice(-5) : this.outcomes;
      const failures = looked.filter(({ isFailed }) => isFailed).length;
      const slow = looked.filter(({ isSlow }) => isSlow).length;
      if (this.state === 'closed') {
        if (looked.length === 5 && (failures >= 3 || slow >= 4)) this.open(now);
      } else if (failures >= 2 || slow >= 2) this.open(now);
      else if (looked.length === 2) this.turn('closed', now);
    }

    open(now: number): void {
      this.turn('open', now);
      this.openUntil = now + 100;
    }

    turn(state: 'closed' | 'open' | 'half-open', now: number): void {
      this.state = state;
      this.generation++;
      this.outcomes = [];
      this.since = now;
      this.admitted = 0;
    }
  }

  it('gives the state of a model that keeps every outcome', async () => {
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 5, arbitrary: fc.record({ type: fc.constant('begin' as const) }) },
      {
        weight: 5,
        arbitrary: fc.record({
          type: fc.constant('end' as const),
          index: fc.nat(20),
          isSuccess: fc.boolean(),
          duration: fc.integer({ min: 0, max: 60 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('abandon' as const), index: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 120 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
        const clock = new VirtualClock();
        const breaker = new CircuitBreaker({
          failureRate: 0.6,
          window: 5,
          slowCall: 50,
          slowRate: 0.8,
          openFor: 100,
          probes: 2,
          clock,
        });
        const model = new Model();
        const running: { id: number; token: number }[] = [];
        let refused = 0;
        for (const [id, next] of steps.entries()) {
          const now = clock.now();
          if (next.type === 'wait') {
            await clock.advance(next.ms);
          } else if (next.type === 'begin') {
            const token = breaker.tryBegin();
            expect(token !== -1).toBe(model.begin(now, id));
            if (token === -1) refused++;
            else running.push({ id, token });
          } else {
            const [call] = running.splice(next.index % Math.max(1, running.length), 1);
            if (call === undefined) continue;
            if (next.type === 'abandon') breaker.abandon(call.token);
            else breaker.end(call.token, next.isSuccess, next.duration);
            const outcome =
              next.type === 'abandon' ? undefined : { isFailed: !next.isSuccess, isSlow: next.duration >= 50 };
            model.end(now, call.id, outcome);
          }
          const isOver = model.state === 'open' && clock.now() >= model.openUntil;
          expect(breaker.state).toBe(isOver ? 'half-open' : model.state);
          expect(breaker.stats()).toMatchObject({ running: running.length, refused });
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('the options of a CircuitBreaker', () => {
  const make = (options: unknown): CircuitBreaker => new CircuitBreaker(options as CircuitBreakerOptions);

  it.each([
    ['name', ['', 5, null]],
    ['failureRate', [0, -0.1, 1.1, Number.NaN, '0.5', null]],
    ['slowRate', [0, 1.1, Number.NaN, null]],
    ['window', [0, 1.5, -1, Number.NaN, Infinity, 65_537, '5', null]],
    ['probes', [0, 1.5, -1, Number.NaN, Infinity, '5', null]],
    ['interval', [-1, Number.NaN, '5', null]],
    ['slowCall', [-1, Number.NaN, '5', null]],
    ['openFor', [0, -1, Number.NaN, Infinity, '5', null]],
    ['maxOpenFor', [0, Number.NaN, '5', null]],
    ['isSuccess', [true, null, {}]],
    ['judge', [true, null, 'failure']],
    ['onStateChange', [true, null, {}]],
    ['clock', [null, {}, Date]],
    ['onError', [null, 'log', {}]],
  ])('refuse wrong values of %s', (name, values) => {
    for (const value of values) {
      expect(() => make({ [name]: value })).toThrow(ConfigError);
      expect(() => make({ [name]: value })).toThrow(`CircuitBreaker: ${name} must be `);
    }
  });

  it('refuse a maxOpenFor below openFor', () => {
    expect(() => make({ openFor: 2_000, maxOpenFor: 1_000 })).toThrow('maxOpenFor must be at least openFor (2000 ms)');
  });

  it('refuse unknown names', () => {
    expect(() => make({ threshold: 5 })).toThrow("CircuitBreaker: unknown option 'threshold'; known are name,");
  });

  it.each([null, 5, 'x'])('refuse %s instead of options', (options) => {
    expect(() => make(options)).toThrow(ConfigError);
  });

  it('have defaults', async () => {
    const breaker = new CircuitBreaker();
    for (let index = 0; index < 19; index++) await breaker.execute(down).catch(() => undefined);
    const before = breaker.state;

    await breaker.execute(down).catch(() => undefined);

    expect([before, breaker.state, breaker.name]).toEqual(['closed', 'open', 'CircuitBreaker']);
    expect(breaker.explain().opensFor).toBeGreaterThan(29_000);
    expect(JSON.parse(JSON.stringify(breaker.stats()))).toEqual(breaker.stats());
  });
});
