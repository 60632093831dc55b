import { RateLimiter, type RateLimiterOptions } from 'tickwise/schedule';
import type { Benchmark, Instance } from '../runner/contract.js';
import type { LimiterModule, ThrottleModule } from './support/limit-peers.js';

/** More than any contender starts in a second. */
const LIMIT = 1e9;

/** Asks one after the other; the answer is how many may start. */
function requests(acquire: () => unknown): Instance {
  let started = 0;
  return {
    async run(operations) {
      for (let index = 0; index < operations; index++) {
        await acquire();
        started++;
      }
    },
    answer: () => started,
  };
}

/** Asks without a promise. */
function attempts(tryAcquire: () => number): Instance {
  let started = 0;
  return {
    run(operations) {
      for (let index = 0; index < operations; index++) if (tryAcquire() === 0) started++;
    },
    answer: () => started,
  };
}

const rolling: RateLimiterOptions['windows'] = [{ limit: LIMIT, interval: 10 }];
const binance: RateLimiterOptions['windows'] = [
  { limit: LIMIT, interval: 60_000, alignment: 'clock' },
  { limit: LIMIT, interval: 300_000, alignment: 'clock', counts: 'requests' },
];

export default {
  question: 'how long does a request take that may start at once?',
  operation: 'request',
  checkOperations: 1_000,
  reference: (operations) => operations,
  contenders: [
    { name: 'await a promise that is there', floor: true, setup: () => requests(() => Promise.resolve()) },
    {
      name: 'RateLimiter.acquire, rolling',
      ours: true,
      setup() {
        const limiter = new RateLimiter({ windows: rolling });
        return requests(() => limiter.acquire());
      },
    },
    {
      name: 'RateLimiter.acquire, two on the clock',
      ours: true,
      setup() {
        const limiter = new RateLimiter({ windows: binance });
        return requests(() => limiter.acquire());
      },
    },
    {
      name: 'RateLimiter.tryAcquire, rolling',
      ours: true,
      setup() {
        const limiter = new RateLimiter({ windows: rolling });
        return attempts(() => limiter.tryAcquire());
      },
    },
    {
      name: 'RateLimiter.tryAcquire, two on the clock',
      ours: true,
      setup() {
        const limiter = new RateLimiter({ windows: binance });
        return attempts(() => limiter.tryAcquire());
      },
    },
    {
      name: 'RateLimiter.tryAcquire, a key of 100',
      ours: true,
      setup() {
        const limiter = new RateLimiter({ windows: [{ limit: LIMIT, interval: 10, per: 'contract' }] });
        const scopes = Array.from({ length: 100 }, (_, index) => ({ keys: { contract: `symbol ${index}` } }));
        let next = 0;
        return attempts(() => limiter.tryAcquire(1, scopes[next++ % 100]));
      },
    },
    {
      name: 'p-throttle, windowed',
      package: 'p-throttle',
      setup({ default: pThrottle }: ThrottleModule) {
        const call = pThrottle({ limit: LIMIT, interval: 10, strict: false })(() => 1);
        return requests(() => call());
      },
    },
    {
      name: 'limiter',
      package: 'limiter',
      setup({ RateLimiter: Peer }: LimiterModule) {
        const limiter = new Peer({ tokensPerInterval: LIMIT, interval: 10 });
        return requests(() => limiter.removeTokens(1));
      },
    },
  ],
  note: 'p-throttle and limiter let up to twice their limit start in a window here; p-throttle strict keeps it and needs a limit that fits an array.',
} satisfies Benchmark;
