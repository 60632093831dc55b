import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/clock.js';
import type { SecondLevel, StoredResult } from '../../src/memo/second-level.js';
import type { Fault, StoreOperation } from './memory-store.js';
import { Rig } from './second-level-rig.js';

/**
 * The rule, in the order in which things happen in this test:
 *
 * 1. A look-up never returns a value whose load began before an invalidation of its key, of one of its tags, or of
 *    everything was asked for, if that invalidation had been reported as done, in any process, before the look-up began.
 * 2. In the process that asked for it, the same holds from the moment it was asked for, done or not.
 *
 * A replacement counts as an invalidation of its key, and its value as loaded when it was asked for; with regard to
 * invalidations by other processes, which may overlap with it, when it was answered.
 */
interface Loaded {
  readonly id: number;
  readonly key: string;
  readonly by: number;
  readonly began: number;
  readonly tags: readonly string[];
  /** When it began as others may see it. */
  beganForOthers: number;
}

interface Invalidation {
  readonly by: number;
  readonly asked: number;
  readonly concerns: (value: Loaded) => boolean;
  done: number;
}

type Command =
  | {
      readonly do: 'call';
      readonly key: string;
      readonly tags: string[];
      readonly takes: number;
      readonly fails: boolean;
    }
  | { readonly do: 'remove' | 'replace'; readonly key: string; readonly tags: string[] }
  | { readonly do: 'bump'; readonly tag: string }
  | { readonly do: 'clear' | 'read'; readonly key: string };

/** Runs commands against levels that share a store, and notes what breaks the rule. */
class Run {
  readonly rig = new Rig();
  readonly levels: SecondLevel[];
  readonly wrong: string[] = [];
  hits = 0;
  #now = 0;
  #ids = 0;
  readonly #values = new Map<number, Loaded>();
  readonly #invalidations: Invalidation[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(skews: readonly number[], isLeasing: boolean) {
    this.levels = skews.map((skew) => {
      const clock = skewed(this.rig.clock, skew);
      const lease = isLeasing ? { ttl: 100, wait: 300, poll: 2 } : undefined;
      return this.rig.level({ clock, ioClock: clock, storeTimeout: 20, lease });
    });
  }

  start(by: number, command: Command): void {
    const running = this.#perform(by, command).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async finish(): Promise<void> {
    this.rig.store.fault = () => undefined;
    await this.rig.clock.advance(200_000);
    await Promise.all(this.#running);
    await Promise.all(this.levels.map((level) => level.idle()));
  }

  async #perform(by: number, command: Command): Promise<void> {
    const level = this.#level(by);
    switch (command.do) {
      case 'call':
        return await this.#call(by, level, command);
      case 'read': {
        const began = this.#tick();
        this.#judge(by, began, command.key, await level.read(command.key));
        return;
      }
      case 'replace': {
        const { key } = command;
        const invalidation = this.#ask(by, (value) => value.key === key);
        const value = this.#load(by, command, invalidation.asked);
        value.beganForOthers = Infinity;
        const isDone = await level.replace(key, this.#result(value));
        value.beganForOthers = this.#tick();
        if (isDone) invalidation.done = this.#tick();
        return;
      }
      case 'remove':
        return await this.#invalidate(
          by,
          (value) => value.key === command.key,
          () => level.remove(command.key),
        );
      case 'bump':
        return await this.#invalidate(
          by,
          (value) => value.tags.includes(command.tag),
          () => level.bumpTag(command.tag),
        );
      case 'clear':
        return await this.#invalidate(
          by,
          () => true,
          () => level.clear(),
        );
    }
  }

  async #call(by: number, level: SecondLevel, command: Command & { do: 'call' }): Promise<void> {
    const began = this.#tick();
    const { found, turn } = await level.begin(command.key);
    if (turn === undefined) return this.#judge(by, began, command.key, found);
    const value = this.#load(by, command, this.#tick());
    await this.rig.clock.hold(Promise.resolve());
    if (command.takes > 0) await new Promise<void>((resolve) => this.rig.clock.setTimeout(resolve, command.takes));
    if (command.fails) turn.end();
    else turn.store(this.#result(value));
  }

  async #invalidate(by: number, concerns: Invalidation['concerns'], act: () => Promise<boolean>): Promise<void> {
    const invalidation = this.#ask(by, concerns);
    if (await act()) invalidation.done = this.#tick();
  }

  #ask(by: number, concerns: Invalidation['concerns']): Invalidation {
    const invalidation = { by, asked: this.#tick(), concerns, done: Infinity };
    this.#invalidations.push(invalidation);
    return invalidation;
  }

  #load(by: number, { key, tags }: { key: string; tags: readonly string[] }, began: number): Loaded {
    const value = { id: this.#ids++, key, by, began, tags: [...new Set(tags)], beganForOthers: began };
    this.#values.set(value.id, value);
    return value;
  }

  #judge(by: number, began: number, key: string, found: StoredResult | undefined): void {
    if (found === undefined) return;
    this.hits++;
    const value = this.#values.get(Number(found.value));
    if (value?.key !== key) {
      this.wrong.push(`${key} got ${String(found.value)}`);
      return;
    }
    for (const { by: asker, asked, done, concerns } of this.#invalidations) {
      const isOver = done < began || (asker === by && asked < began);
      const valueBegan = asker === value.by ? value.began : value.beganForOthers;
      if (isOver && valueBegan < asked && concerns(value)) {
        this.wrong.push(
          `${by} got value ${value.id} of ${key}, loaded at ${value.began}, invalidated at ${asked} by ${asker}`,
        );
      }
    }
  }

  #result({ id, by, tags }: Loaded): StoredResult {
    const now = this.rig.clock.now();
    const until = now + 30_000;
    return { value: id, tags, loadTime: by, storedAt: now, freshUntil: until, staleUntil: until, fallbackUntil: until };
  }

  #level(by: number): SecondLevel {
    const level = this.levels[by];
    if (level === undefined) throw new Error(`no level ${by}`);
    return level;
  }

  #tick(): number {
    return ++this.#now;
  }
}

function skewed(clock: Clock, skew: number): Clock {
  return {
    now: () => clock.now(),
    wallTime: () => clock.wallTime() + skew,
    setTimeout: (callback, delay) => clock.setTimeout(callback, delay),
  };
}

const KEYS = fc.constantFrom('BTC', 'ETH');
const TAGS = fc.array(fc.constantFrom('a', 'b'), { maxLength: 2, size: 'max' });

const COMMAND: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      key: KEYS,
      tags: TAGS,
      takes: fc.constantFrom(0, 1, 5, 30),
      fails: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), key: KEYS }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('remove' as const, 'replace' as const), key: KEYS, tags: TAGS }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bump' as const), tag: fc.constantFrom('a', 'b') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), key: KEYS }) },
);

const FAULT: fc.Arbitrary<Fault | undefined> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(undefined) },
  { weight: 8, arbitrary: fc.record({ late: fc.constantFrom(1, 2, 5) }) },
  { weight: 2, arbitrary: fc.record({ late: fc.constantFrom(25, 80, 400) }) },
  { weight: 2, arbitrary: fc.constantFrom<Fault>('hang', 'reject', 'throw', 'lose-answer', 'corrupt') },
);

const HISTORY = fc.record({
  isLeasing: fc.boolean(),
  skews: fc.array(fc.constantFrom(0, 0, 300, -300), { minLength: 3, maxLength: 3, size: 'max' }),
  faults: fc.array(FAULT, { minLength: 1, maxLength: 60, size: 'max' }),
  isFaulty: fc.boolean(),
  steps: fc.array(fc.record({ by: fc.nat({ max: 2 }), command: COMMAND, then: fc.constantFrom(0, 0, 1, 2, 10, 60) }), {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  }),
});

/** Deals out faults in turn; where none is wanted, at least times differ. */
function dealer(faults: readonly (Fault | undefined)[], isFaulty: boolean) {
  let index = 0;
  return ({ name }: StoreOperation): Fault | undefined => {
    const fault = faults[index++ % faults.length];
    const isDelay = typeof fault === 'object' && fault.late < 20;
    return isFaulty || isDelay ? fault : name === 'get' ? undefined : { late: 1 };
  };
}

describe('second levels of three processes', () => {
  it('never return what was loaded before an invalidation, whatever the store does', async () => {
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(HISTORY, async ({ isLeasing, skews, faults, isFaulty, steps }) => {
        const run = new Run(skews, isLeasing);
        run.rig.store.fault = dealer(faults, isFaulty);

        for (const { by, command, then } of steps) {
          run.start(by, command);
          await run.rig.clock.advance(then);
        }
        await run.finish();

        hits += run.hits;
        expect(run.wrong).toEqual([]);
        for (const level of run.levels) expectSound(level);
        await expectSharing(run);
      }),
      { numRuns: 150 },
    );
    // The rule would be easy to keep by returning nothing.
    expect(hits).toBeGreaterThan(300);
  });
});

/** However bad it was, afterwards what one loads the others get. */
async function expectSharing({ rig, levels }: Run): Promise<void> {
  for (const [by, level] of levels.entries()) {
    await rig.fill(level, `after ${by}`, by, { tags: ['a'] });
    for (const other of levels) expect((await other.read(`after ${by}`))?.value).toBe(by);
  }
}

function expectSound(level: SecondLevel): void {
  const stats = level.stats();
  expect(stats.storeUnsettled).toBe(0);
  expect(stats.storePending).toBe(0);
  const { storeHits, storeMisses, storeErrors, storeTimeouts, storeSkipped } = stats;
  expect(storeHits + storeMisses + storeErrors + storeTimeouts + storeSkipped).toBe(stats.storeReads);
  const { storeWritten, storeOutdated, storeRefused, storeFailedWrites, storeDropped } = stats;
  expect(storeWritten + storeOutdated + storeRefused + storeFailedWrites + storeDropped).toBe(stats.storeWrites);
  expect(stats.storeInvalidated + stats.storePostponed).toBe(stats.storeInvalidations);
  expect(stats.leaseShared + stats.leaseTakeovers + stats.leaseGivenUp).toBe(stats.leaseWaits);
}
