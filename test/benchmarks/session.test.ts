import { describe, expect, it } from 'vitest';
import type { Benchmark, Contender, Outcome, Settings } from '../../benchmarks/runner/contract.js';
import type { Environment } from '../../benchmarks/runner/environment.js';
import { select } from '../../benchmarks/runner/find.js';
import { renderReport } from '../../benchmarks/runner/report.js';
import { type Runner, runSession, type Standing } from '../../benchmarks/runner/session.js';

const settings: Settings = { rounds: 4, warmup: 1, block: 1, blocks: 1 };
const setup: Contender['setup'] = () => ({ run: () => 0, answer: () => 0 });

function benchmarkOf(...contenders: Omit<Contender, 'setup'>[]): Benchmark {
  return {
    question: 'how long does nothing take?',
    operation: 'call',
    checkOperations: 1,
    reference: () => 0,
    contenders: contenders.map((contender) => Object.assign({ setup }, contender)),
  };
}

const field = benchmarkOf(
  { name: 'ours', ours: true },
  { name: 'slow' },
  { name: 'fast' },
  { name: 'least', floor: true },
);

/** Plays back results per contender, in the order of `field`, one per round. */
function playback(...results: readonly (readonly (number | Outcome)[])[]): { run: Runner; calls: number[] } {
  const calls: number[] = [];
  const queues = results.map((each) => each.slice());
  const run: Runner = ({ contender }) => {
    calls.push(contender);
    const next = queues[contender]?.shift() ?? Number.NaN;
    return Promise.resolve(typeof next === 'number' ? { type: 'measured', value: next } : next);
  };
  return { run, calls };
}

const named = (standings: readonly Standing[], name: string) => standings.find((standing) => standing.name === name);

describe('runSession', () => {
  it('runs every contender once per round, in alternated order', async () => {
    const { run, calls } = playback([1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]);

    await runSession('file', field, settings, run);

    expect(calls).toEqual([0, 1, 2, 3, 3, 2, 1, 0, 0, 1, 2, 3, 3, 2, 1, 0]);
  });

  it('never runs two contenders at the same time', async () => {
    let running = 0;
    let most = 0;

    await runSession('file', field, settings, async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      return { type: 'measured', value: 1 };
    });

    expect(most).toBe(1);
  });

  it('ranks by median and gives ratios to the best peer and the floor', async () => {
    const { run } = playback([4, 5, 6, 5], [20, 20, 20, 20], [10, 10, 900, 10], [2, 2, 2, 2]);

    const standings = await runSession('file', field, settings, run);

    expect(standings.map(({ name }) => name)).toEqual(['least', 'ours', 'fast', 'slow']);
    expect(named(standings, 'ours')).toMatchObject({ median: 5, toBestPeer: 0.5, toFloor: 2.5, rounds: [4, 5, 6, 5] });
    expect(named(standings, 'fast')).toMatchObject({ median: 10, toBestPeer: 1, toFloor: 5 });
  });

  it('refuses a contender whose answer differs: not ranked, not the best peer, and not run again', async () => {
    const wrong: Outcome = { type: 'refused', expected: '3', got: '4' };
    const { run, calls } = playback([5, 5, 5, 5], [20, 20, 20, 20], [wrong, 1, 1, 1], [2, 2, 2, 2]);

    const standings = await runSession('file', field, settings, run);

    expect(standings.at(-1)).toMatchObject({ name: 'fast', status: 'refused', reason: 'answered 4 where 3 is right' });
    expect(standings.at(-1)).not.toHaveProperty('toBestPeer');
    expect(named(standings, 'ours')?.toBestPeer).toBe(0.25);
    expect(calls.filter((contender) => contender === 2)).toHaveLength(1);
  });

  it('does not rank a contender that failed in a later round', async () => {
    const crash: Outcome = { type: 'failed', reason: 'ended with SIGSEGV' };
    const { run } = playback([5, 5, 5, 5], [20, 20, 20, 20], [1, 1, crash], [2, 2, 2, 2]);

    const standings = await runSession('file', field, settings, run);

    expect(standings.at(-1)).toMatchObject({ name: 'fast', status: 'failed', reason: 'ended with SIGSEGV' });
    expect(named(standings, 'ours')?.toBestPeer).toBe(0.25);
  });

  it('leaves ratios out when there is neither peer nor floor', async () => {
    const { run } = playback([5, 5, 5, 5]);

    const [standing] = await runSession('file', benchmarkOf({ name: 'ours', ours: true }), settings, run);

    expect(standing).not.toHaveProperty('toBestPeer');
    expect(standing).not.toHaveProperty('toFloor');
  });

  it('reports progress before every run', async () => {
    const { run } = playback([1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]);
    const progress: string[] = [];

    await runSession('file', field, { ...settings, rounds: 1 }, run, (name) => progress.push(name));

    expect(progress).toEqual(['ours', 'slow', 'fast', 'least']);
  });
});

describe('renderReport', () => {
  it('shows medians, spreads, ratios, versions, and why somebody is not ranked', async () => {
    const wrong: Outcome = { type: 'refused', expected: '3', got: '4' };
    const { run } = playback([4, 5, 6, 5], [20, 20, 20, 20], [wrong], [2, 2, 2, 2]);
    const standings = await runSession('file', field, settings, run);
    const [first, ...others] = standings;
    const environment = { peers: { peer: '1.2.3' } } as unknown as Environment;
    const report = { name: 'a/b', benchmark: field, settings, isQuick: false, environment };

    const text = renderReport({ ...report, standings: [{ ...first, package: 'peer' } as Standing, ...others] });

    expect(text).toMatch(/a\/b: how long does nothing take\?/);
    expect(text).toMatch(/least 1\.2\.3 \(floor\).*2\.0.*±0 %.*1\.00×/);
    expect(text).toMatch(/ours \(ours\).*5\.0.*±5 %.*0\.25×.*2\.50×/);
    expect(text).toMatch(/fast.*refused/);
    expect(text).toMatch(/fast: answered 4 where 3 is right/);
  });

  it.each([
    [undefined, 'ns/call', 'processor time'],
    ['ns', 'ns/call', 'processor time'],
    ['wall-ns', 'ns/call', 'time on the wall'],
    ['bytes', 'bytes/call', 'held after full collections'],
    ['gc-ms', 'ms/full collection', 'time on the wall'],
  ] as const)('says for unit %s what is in the column and how it was measured', (unit, head, method) => {
    const benchmark: Benchmark = { ...field, ...(unit !== undefined && { unit }) };
    // The report reads nothing else of it.
    const environment = { peers: {} } as unknown as Environment;

    const text = renderReport({ name: 'a/b', benchmark, settings, isQuick: true, environment, standings: [] });

    expect(text).toContain(` ${head} `);
    expect(text).toContain(`4 rounds, quick; ${method}, spread`);
  });
});

describe('select', () => {
  const all = ['hub/fan-out', 'ring/push', 'ring/window'].map((name) => ({ name, file: `${name}.js` }));

  it.each([
    [[], ['hub/fan-out', 'ring/push', 'ring/window']],
    [['ring'], ['ring/push', 'ring/window']],
    [['ring/window'], ['ring/window']],
    [
      ['ring', 'hub'],
      ['hub/fan-out', 'ring/push', 'ring/window'],
    ],
  ])('takes %j as %j', (words, names) => {
    expect(select(all, words).map(({ name }) => name)).toEqual(names);
  });

  it.each(['rin', 'ring/', 'ring/win', 'nothing'])('refuses %s and lists what there is', (word) => {
    expect(() => select(all, [word])).toThrow(/hub\/fan-out, ring\/push, ring\/window/);
  });
});
