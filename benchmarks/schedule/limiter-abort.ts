import { AdaptiveScheduler, RateLimiter } from 'tickwise/schedule';
import type { Benchmark, Instance } from '../runner/contract.js';

/** Requests that wait on one signal. */
const WAITING = 16_000;

/** Lets so many requests wait, and aborts them all; the answer is how many were given up. */
function rounds(wait: (signal: AbortSignal) => Promise<void>): Instance {
  let aborted = 0;
  return {
    async run(operations) {
      for (let round = 0; round < operations; round++) {
        const controller = new AbortController();
        const waiting: Promise<void>[] = [];
        const count = (): void => void aborted++;
        for (let index = 0; index < WAITING; index++) waiting.push(wait(controller.signal).catch(count));
        controller.abort();
        await Promise.all(waiting);
      }
    },
    answer: () => aborted,
  };
}

export default {
  question: `how long does it take to let ${WAITING} requests wait on one signal and to abort them?`,
  operation: 'round',
  checkOperations: 1,
  leastOperations: 1,
  reference: (operations) => operations * WAITING,
  contenders: [
    {
      name: 'RateLimiter.acquire',
      ours: true,
      setup() {
        const limiter = new RateLimiter({ windows: [{ limit: 1, interval: 86_400_000 }] });
        limiter.tryAcquire();
        return rounds((signal) => limiter.acquire(1, { signal }));
      },
    },
    {
      name: 'AdaptiveScheduler.submit',
      ours: true,
      setup() {
        const scheduler = new AdaptiveScheduler({ concurrency: 1, timeout: Infinity });
        const never = new Promise<void>(() => undefined);
        // The first one takes the only place.
        void scheduler.submit(() => never);
        return rounds((signal) => scheduler.submit(() => never, { signal }));
      },
    },
    {
      name: 'a promise each, one listener, by hand',
      floor: true,
      setup() {
        let rejects: ((reason: unknown) => void)[] = [];
        return rounds((signal) => {
          if (rejects.length === 0) {
            signal.addEventListener('abort', () => {
              for (const reject of rejects) reject(signal.reason);
              rejects = [];
            });
          }
          return new Promise((_, reject) => void rejects.push(reject));
        });
      },
    },
  ],
  note: 'One round is all of them together. A listener for each of them takes seconds, as adding one looks through all.',
} satisfies Benchmark;
