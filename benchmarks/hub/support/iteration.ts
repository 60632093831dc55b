import type { Benchmark, Contender, Instance } from '../../runner/contract.js';

/** Loops that consume. */
export const CONSUMERS = 9;
/** Ticks that come in one turn of the event loop. */
export const BURST = 100;

/** What a contender gives: where ticks go in, and a loop that reports what comes out. */
export interface Iteration {
  readonly publish: (tick: number) => void;
  /** Starts a consumer; it calls `take` for each tick it gets. */
  readonly consume: (take: (tick: number) => void) => Promise<void>;
  /** Ends the loops. */
  readonly end: () => void | Promise<void>;
}

/** What a consumer has seen. */
class Seen {
  sum = 0;
  last = -1;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Publishes bursts to nine loops; one operation is one tick to one of them. */
function drive({ publish, consume, end }: Iteration, answerOf: (seen: Seen) => number): Instance {
  const consumers = Array.from({ length: CONSUMERS }, () => new Seen());
  const loops = consumers.map((seen) =>
    consume((tick) => {
      seen.sum = (seen.sum + tick) | 0;
      seen.last = tick;
    }),
  );
  let wanted = 0;
  let published = 0;
  return {
    async run(operations) {
      wanted += operations;
      while (published * CONSUMERS < wanted) {
        for (let tick = 0; tick < BURST; tick++) publish(published++ & 0xff_ffff);
        await nextTurn();
      }
    },
    answer: () => consumers.map(answerOf),
    async close() {
      await end();
      await Promise.all(loops);
    },
  };
}

/** Ticks published for so many operations: whole bursts. */
const ticksOf = (operations: number): number => Math.ceil(operations / CONSUMERS / BURST) * BURST;

/** A contender of a benchmark of every tick, or of the newest only. */
export type IterationContender = Omit<Contender, 'setup'> & { readonly open: (module: unknown) => Iteration };

/** How long a tick takes to get into `for await` loops. */
export function iteration(
  what: 'every tick' | 'the newest tick',
  question: string,
  note: string,
  contenders: readonly IterationContender[],
): Benchmark {
  const answerOf = what === 'every tick' ? ({ sum }: Seen) => sum : ({ last }: Seen) => last;
  return {
    question,
    operation: 'tick and loop',
    checkOperations: 40 * BURST * CONSUMERS,
    note,
    reference(operations) {
      const seen = new Seen();
      for (let tick = 0; tick < ticksOf(operations); tick++) {
        seen.sum = (seen.sum + tick) | 0;
        seen.last = tick;
      }
      return Array.from({ length: CONSUMERS }, () => answerOf(seen));
    },
    contenders: contenders.map(({ open, ...contender }) => ({
      ...contender,
      setup: (module) => drive(open(module), answerOf),
    })),
  };
}

/** Plain calls, without any loop: what nobody can go below. */
export function plainCalls(): Iteration {
  const listeners: ((tick: number) => void)[] = [];
  return {
    publish: (tick) => {
      for (const listener of listeners) listener(tick);
    },
    async consume(take) {
      listeners.push(take);
    },
    end: () => undefined,
  };
}
