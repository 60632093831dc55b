import * as fc from 'fast-check';
import { AdaptiveScheduler, type AdaptiveSchedulerOptions, type RunReport } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { SequentialExit } from '../../src/schedule/early-exit.js';
import { randomOf } from './support/random.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function runOver(
  isOk: (key: number) => boolean,
  count: number,
  options: AdaptiveSchedulerOptions,
): Promise<RunReport<number, number>> {
  return new AdaptiveScheduler({ concurrency: 1, ...options }).run(numbers(count), (key) => {
    if (isOk(key)) return key;
    throw new Error('failed');
  });
}

/** Tasks until the test stops; Infinity when it does not within `count`. */
function stopsAfter(random: () => number, rate: (task: number) => number, count: number): number {
  const test = new SequentialExit(0.3);
  for (let task = 0; task < count; task++) if (test.add(random() < rate(task))) return task + 1;
  return Infinity;
}

describe('the sequential rule', () => {
  it('stops fewer than 1 of 1 000 lists of 200 at 80 % success', () => {
    const random = randomOf(11);
    const stops = numbers(10_000).filter(() => stopsAfter(random, () => 0.8, 200) < Infinity).length;

    expect(stops).toBeLessThan(10);
  });

  it('stops a list of 5 % success after some 25 tasks', () => {
    const random = randomOf(12);
    const tasks = numbers(2_000).map(() => stopsAfter(random, () => 0.05, 1_000));

    expect(tasks.reduce((sum, each) => sum + each, 0) / tasks.length).toBeLessThanOrEqual(25);
  });

  it('notices an outage within 25 tasks on average', () => {
    const random = randomOf(13);
    const delays = numbers(2_000)
      .map(() => stopsAfter(random, (task) => (task < 100 ? 0.8 : 0.02), 1_000) - 100)
      .filter((delay) => delay > 0);

    expect(delays.length).toBeGreaterThan(1_990);
    expect(delays.reduce((sum, each) => sum + each, 0) / delays.length).toBeLessThanOrEqual(25);
  });

  it('gets at least 130 of 133 results though 60 dead keys stand first', async () => {
    const results: number[] = [];
    for (let seed = 0; seed < 200; seed++) {
      const random = randomOf(seed);
      const report = await runOver((key) => key >= 60 && random() < 0.95, 200, { earlyExit: true });
      results.push(report.results.size);
      expect(report.results.size + report.failures.size + report.skipped.length).toBe(200);
    }

    expect(results.reduce((sum, each) => sum + each, 0) / results.length).toBeGreaterThanOrEqual(130);
  });

  it('goes on after a block of dead keys in the middle, and says so', async () => {
    const report = await runOver((key) => key < 70 || key >= 130, 200, { earlyExit: true });

    expect(report.results.size).toBe(140);
    expect(report.stats.resumed).toBeGreaterThanOrEqual(1);
    expect(report).not.toHaveProperty('stopped');
  });

  it('stops in an outage after a sample of what is left, and reports it', async () => {
    const report = await runOver((key) => key < 50, 500, { earlyExit: true });

    expect(report.stopped).toEqual({ reason: 'early-exit', successRate: 50 / report.stats.tried });
    expect(report.stats.tried).toBeLessThan(50 + 30 + 12);
    expect(report.skipped).toHaveLength(500 - report.stats.tried);
    expect(new Set([...report.results.keys(), ...report.failures.keys(), ...report.skipped]).size).toBe(500);
  });

  it('tries one key at a time while it samples', async () => {
    let running = 0;
    const mosts: number[] = [];
    const scheduler = new AdaptiveScheduler({ concurrency: 8, earlyExit: { probes: 5 } });

    await scheduler.run(numbers(100), async () => {
      mosts.push(++running);
      await Promise.resolve();
      running--;
      throw new Error('down');
    });

    expect(mosts.slice(-5)).toEqual([1, 1, 1, 1, 1]);
    expect(Math.max(...mosts)).toBe(8);
  });

  it('stops at once without probes', async () => {
    const report = await runOver(() => false, 100, { earlyExit: { probes: 0 } });

    expect(report.stats.tried).toBe(19);
    expect(report.stopped?.reason).toBe('early-exit');
  });

  it('does not count keys that were dead in the runs before', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 1, earlyExit: { probes: 0, minSuccessRate: 0.3 } });
    const run = (keys: number[]) =>
      scheduler.run(keys, (key) => {
        if (key >= 100) throw new Error('dead');
        return key;
      });
    // Dead keys between enough good ones, so that no list is stopped.
    const mixed = numbers(90).map((index) => (index % 3 === 0 ? 100 + index / 3 : index));
    for (let round = 0; round < 3; round++) expect(await run(mixed)).not.toHaveProperty('stopped');

    const report = await run([...numbers(30).map((index) => 100 + index), ...numbers(10)]);

    expect(report).not.toHaveProperty('stopped');
    expect(report.results.size).toBe(10);
    expect(scheduler.explain(100)).toContain('counts as dead');
  });

  it('lets every list end that succeeds, whatever the concurrency', async () => {
    for (const concurrency of [1, 6, 50]) {
      const report = await runOver((key) => key % 2 === 0, 300, { concurrency, earlyExit: true });
      expect(report.stats.tried).toBe(300);
    }
  });

  it('samples a lazy list only as far as the lookahead', async () => {
    let read = 0;
    function* endless(): Generator<number> {
      for (;;) yield read++;
    }
    const scheduler = new AdaptiveScheduler({ concurrency: 1, lookahead: 50, earlyExit: true });

    const report = await scheduler.run(endless(), () => Promise.reject(new Error('down')));

    expect(report.stopped?.reason).toBe('early-exit');
    expect(read).toBeLessThanOrEqual(19 + 50);
    expect(report.stats.tried + report.skipped.length).toBe(read);
  });
});

/** The rule as it is usually written: one batch after the other, stop when too few of one succeeded. */
async function byBatches(
  count: number,
  isOk: (key: number) => boolean,
  batchSize: number,
  minSuccessRate: number,
): Promise<{ tried: number[]; results: number[] }> {
  const tried: number[] = [];
  const results: number[] = [];
  for (let start = 0; start < count; start += batchSize) {
    const batch = numbers(count).slice(start, start + batchSize);
    const outcomes = await Promise.all(batch.map(async (key) => ({ key, isOk: isOk(key) })));
    tried.push(...batch);
    const good = outcomes.filter((outcome) => outcome.isOk);
    results.push(...good.map(({ key }) => key));
    if (good.length / batchSize < minSuccessRate && batch.length === batchSize) break;
  }
  return { tried, results };
}

describe('the batch rule', () => {
  it('decides as a loop over batches does, for any outcomes, batch sizes and concurrency', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 80 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(0.1, 0.3, 0.5),
        fc.integer({ min: 1, max: 20 }),
        async (outcomes, batchSize, minSuccessRate, concurrency) => {
          const isOk = (key: number): boolean => outcomes[key] === true;
          const expected = await byBatches(outcomes.length, isOk, batchSize, minSuccessRate);

          const report = await runOver(isOk, outcomes.length, {
            concurrency,
            earlyExit: { rule: 'batch', batchSize, minSuccessRate },
          });

          const tried = [...report.results.keys(), ...report.failures.keys()];
          expect(tried.toSorted((a, b) => a - b)).toEqual(expected.tried);
          expect([...report.results.keys()].toSorted((a, b) => a - b)).toEqual(expected.results);
          expect(report.stopped === undefined).toBe(expected.tried.length === outcomes.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('does not begin a batch while the one before still retries', async () => {
    const calls: string[] = [];
    const scheduler = new AdaptiveScheduler({
      concurrency: 4,
      earlyExit: { rule: 'batch', batchSize: 2 },
      retry: { attempts: 2, minDelay: 0, maxDelay: 0, budget: 1 },
    });

    const report = await scheduler.run(numbers(4), async (key, { attempt }) => {
      calls.push(`${key}.${attempt}`);
      if (key === 0 && attempt === 1) throw new Error('once');
      return key;
    });

    expect(calls).toEqual(['0.1', '1.1', '0.2', '2.1', '3.1']);
    expect(report.results.size).toBe(4);
  });
});

describe('the order by past success', () => {
  const SYMBOLS = 200;
  const BUDGET = 100;
  const ROUNDS = 60;
  const draw = (random: () => number): number =>
    random() < 0.2 ? 0 : random() < 0.3 ? 0.3 + 0.3 * random() : 0.85 + 0.15 * random();

  it('makes of half the budget at least 84 useful results per 100, and leaves almost nobody untried', async () => {
    let useful = 0;
    let untried = 0;
    const repetitions = 10;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const random = randomOf(777 + repetition * 101);
      const rates = numbers(SYMBOLS).map(() => draw(random));
      const scheduler = new AdaptiveScheduler({ concurrency: 1, priority: 'success' });
      const last = numbers(SYMBOLS).map(() => 0);
      for (let round = 1; round <= ROUNDS; round++) {
        for (const symbol of rates.keys()) if (random() < 0.02) rates[symbol] = draw(random);
        const controller = new AbortController();
        let tried = 0;
        const { results } = await scheduler.run(
          numbers(SYMBOLS),
          async (symbol) => {
            last[symbol] = round;
            if (++tried === BUDGET) queueMicrotask(() => queueMicrotask(() => controller.abort()));
            if (random() >= (rates[symbol] ?? 0)) throw new Error('failed');
            return symbol;
          },
          { signal: controller.signal },
        );
        useful += results.size / (tried / BUDGET);
      }
      untried += last.filter((round) => round < ROUNDS - 20).length;
    }

    expect(useful / repetitions / ROUNDS).toBeGreaterThanOrEqual(84);
    expect(untried / repetitions).toBeLessThanOrEqual(3);
  });

  it('remembers at most maxKeys keys of a million, those used last', async () => {
    const scheduler = new AdaptiveScheduler({ concurrency: 50, maxKeys: 1_000, priority: 'success' });

    await scheduler.run(numbers(1_000_000), (key) => key, { collect: false });

    expect(scheduler.stats().keys).toBe(1_000);
    expect(scheduler.explain(0)).toContain('was not tried, or is forgotten');
  });
});
