import { CircuitBreaker } from 'tickwise/schedule';
import type { Benchmark, Instance } from '../runner/contract.js';
import type { CockatielModule, OpossumModule } from './support/limit-peers.js';

/** A call that settles at once. */
// oxlint-disable-next-line typescript/require-await -- what is measured is a call of an async function
const call = async (): Promise<number> => 1;

/** Awaits calls one after the other; the answer is the sum of what they returned. */
function calls(execute: () => Promise<number>, close = (): void => undefined): Instance {
  let sum = 0;
  return {
    async run(operations) {
      for (let index = 0; index < operations; index++) sum += await execute();
    },
    answer: () => sum,
    close,
  };
}

export default {
  question: 'how long does a call through a breaker take that stays closed?',
  headline: true,
  operation: 'call',
  checkOperations: 1_000,
  reference: (operations) => operations,
  contenders: [
    { name: 'await call()', floor: true, setup: () => calls(call) },
    {
      name: 'CircuitBreaker.execute',
      ours: true,
      setup() {
        const breaker = new CircuitBreaker();
        return calls(() => breaker.execute(call));
      },
    },
    {
      name: 'CircuitBreaker.execute, slowCall',
      ours: true,
      setup() {
        const breaker = new CircuitBreaker({ slowCall: 1_000 });
        return calls(() => breaker.execute(call));
      },
    },
    {
      name: 'CircuitBreaker, tryBegin and end',
      ours: true,
      setup() {
        const breaker = new CircuitBreaker();
        // Counted when it begins, as a call that settles at once may be.
        return calls(() => {
          breaker.end(breaker.tryBegin(), true);
          return call();
        });
      },
    },
    {
      name: 'cockatiel, consecutive',
      package: 'cockatiel',
      setup({ ConsecutiveBreaker, circuitBreaker, handleAll }: CockatielModule) {
        const policy = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) });
        return calls(() => policy.execute(call));
      },
    },
    {
      name: 'cockatiel, sampling',
      package: 'cockatiel',
      setup({ SamplingBreaker, circuitBreaker, handleAll }: CockatielModule) {
        const breaker = new SamplingBreaker({ threshold: 0.5, duration: 30_000, minimumRps: 1 });
        const policy = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker });
        return calls(() => policy.execute(call));
      },
    },
    {
      name: 'opossum, no timeout',
      package: 'opossum',
      setup({ default: Opossum }: OpossumModule) {
        const options = {
          timeout: false,
          errorThresholdPercentage: 50,
          resetTimeout: 30_000,
          volumeThreshold: 5,
        } as const;
        const breaker = new Opossum(call, options);
        return calls(
          () => breaker.fire(),
          () => breaker.shutdown(),
        );
      },
    },
  ],
  note: 'cockatiel and opossum keep no generations: in their half-open state an old outcome decides.',
} satisfies Benchmark;
