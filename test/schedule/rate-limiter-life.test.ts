import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { ClosedError, VirtualClock } from 'tickwise';
import { RateLimiter } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';

type Step =
  | { type: 'acquire'; weight: number; endpoint: string | undefined; key: string | undefined; signal: number }
  | { type: 'try'; weight: number; endpoint: string | undefined }
  | { type: 'abort'; signal: number }
  | { type: 'pause'; length: number; endpoint: string | undefined }
  | { type: 'used'; used: number }
  | { type: 'wait'; ms: number };

const endpoint = fc.constantFrom(undefined, '/depth', '/trades');
const key = fc.constantFrom(undefined, 'AAPL', 'MSFT');
const weight = fc.integer({ min: 0, max: 6 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('acquire' as const), weight, endpoint, key, signal: fc.nat(3) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('try' as const), weight, endpoint }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('abort' as const), signal: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('pause' as const), length: fc.integer({ min: 1, max: 300 }), endpoint }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('used' as const), used: fc.integer({ min: 0, max: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 150 }) }) },
);

interface Request {
  readonly weight: number;
  readonly endpoint: string | undefined;
  readonly key: string | undefined;
  outcome: 'waiting' | 'started' | 'aborted' | 'closed';
  at: number;
}

interface Pause {
  readonly from: number;
  readonly until: number;
  readonly endpoint: string | undefined;
}

/** Plays steps on a limiter, and keeps what came of every request. */
async function play(steps: readonly Step[]) {
  const clock = new VirtualClock(1_700_000_000_000);
  const limiter = new RateLimiter({
    windows: [
      { limit: 12, interval: 200 },
      { limit: 20, interval: 500, alignment: 'clock' },
      { limit: 2, interval: 100, counts: 'requests', per: 'contract' },
    ],
    clock,
  });
  const controllers = Array.from({ length: 4 }, () => new AbortController());
  const requests: Request[] = [];
  const pauses: Pause[] = [];
  const begin = (entry: Request): Request => {
    requests.push(entry);
    return entry;
  };

  for (const next of steps) {
    const now = clock.now();
    if (next.type === 'wait') {
      await clock.advance(next.ms);
    } else if (next.type === 'abort') {
      controllers[next.signal]?.abort();
      controllers[next.signal] = new AbortController();
    } else if (next.type === 'pause') {
      limiter.observe({ pauseFor: next.length, ...(next.endpoint !== undefined && { endpoint: next.endpoint }) });
      pauses.push({ from: now, until: now + next.length, endpoint: next.endpoint });
    } else if (next.type === 'used') {
      limiter.observe({ used: next.used });
    } else if (next.type === 'try') {
      const scope = next.endpoint === undefined ? {} : { endpoint: next.endpoint };
      const wait = limiter.tryAcquire(next.weight, scope);
      expect(wait).toBeGreaterThanOrEqual(0);
      if (wait === 0) begin({ ...next, key: undefined, outcome: 'started', at: now });
    } else {
      const entry = begin({ ...next, outcome: 'waiting', at: 0 });
      const { signal } = controllers[next.signal] ?? new AbortController();
      const scope = {
        signal,
        ...(next.endpoint !== undefined && { endpoint: next.endpoint }),
        ...(next.key !== undefined && { keys: { contract: next.key } }),
      };
      limiter.acquire(next.weight, scope).then(
        () => Object.assign(entry, { outcome: 'started', at: clock.now() }),
        (error: unknown) => Object.assign(entry, { outcome: error instanceof ClosedError ? 'closed' : 'aborted' }),
      );
    }
  }
  return { clock, limiter, controllers, requests, pauses };
}

const count = (requests: readonly Request[], outcome: Request['outcome']): number =>
  requests.filter((request) => request.outcome === outcome).length;

describe('any life of a limiter', () => {
  it('starts all in the end, none during a pause of its own, and never more than fits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, controllers, limiter, pauses, requests } = await play(steps);

        await clock.advance(60_000);

        const started = requests.filter(({ outcome }) => outcome === 'started');
        expect(count(requests, 'waiting')).toBe(0);
        for (const { at, endpoint: asked, key: contract } of started) {
          const paused = pauses.filter(({ from, until }) => from < at && at < until);
          expect(paused.filter((pause) => pause.endpoint === undefined || pause.endpoint === asked)).toEqual([]);
          const within = started.filter((other) => other.at >= at && other.at < at + 200);
          expect(within.reduce((sum, other) => sum + other.weight, 0)).toBeLessThanOrEqual(12);
          const half = started.filter((other) => Math.floor(other.at / 500) === Math.floor(at / 500));
          expect(half.reduce((sum, other) => sum + other.weight, 0)).toBeLessThanOrEqual(20);
          const same = started.filter((other) => other.key === contract && other.at >= at && other.at < at + 100);
          if (contract !== undefined) expect(same.length).toBeLessThanOrEqual(2);
        }
        expect(limiter.stats()).toMatchObject({
          requested: requests.length,
          started: started.length,
          weight: started.reduce((sum, request) => sum + request.weight, 0),
          aborted: count(requests, 'aborted'),
          waiting: 0,
          refused: 0,
        });
        expect(clock.pendingTimers).toBe(0);
        for (const { signal } of controllers) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      }),
      { numRuns: 80 },
    );
  });

  it('ends with close: whoever waits is rejected, and nothing is left behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { clock, controllers, limiter, requests } = await play(steps);
        const { waiting } = limiter.stats();

        await limiter.close();
        await clock.advance(10_000);

        expect(count(requests, 'waiting')).toBe(0);
        expect(count(requests, 'closed')).toBe(waiting);
        expect(limiter.stats()).toMatchObject({ requested: requests.length, waiting: 0, refused: waiting });
        expect(clock.pendingTimers).toBe(0);
        for (const { signal } of controllers) expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      }),
      { numRuns: 60 },
    );
  });

  it('explains a wait whenever a request would not start, and none when it would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), endpoint, async (steps, asked) => {
        const { limiter } = await play(steps);
        const scope = asked === undefined ? {} : { endpoint: asked };

        const { isFree, reasons, wait } = limiter.explain(3, scope);
        const left = limiter.tryAcquire(3, scope);

        if (isFree) expect([left, reasons]).toEqual([0, []]);
        if (left > 0) expect(reasons.length).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(Math.max(left, 0));
      }),
      { numRuns: 80 },
    );
  });
});
