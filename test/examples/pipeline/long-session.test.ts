import { DuckDBInstance } from '@duckdb/node-api';
import { VirtualClock } from 'tickwise/core';
import { afterAll, describe, expect, it } from 'vitest';
import { makeJob } from '../../../examples/trading-pipeline/demo/make-job.js';
import { readCommandLine } from '../../../examples/trading-pipeline/demo/options.js';
import { synthesiseRecording, synthesiseSession } from '../../../examples/trading-pipeline/synthetic/index.js';
import { expectSame } from './expect-same.js';
import { play, type Played, removeDatabases } from './play.js';

const MINUTES = 60_000;
const TWO_HOURS = 120 * MINUTES;

afterAll(removeDatabases);

describe('a session that is made while it is replayed', { timeout: 2 * MINUTES }, () => {
  const options = { seed: 5, duration: 31_000, symbols: ['BTCUSDT', 'SOLUSDT', 'COINDUSDT'] };

  it('is the session in memory, frame by frame, each time', () => {
    const [session, recording] = [synthesiseSession(options), synthesiseRecording(options)];

    const [first, again] = [[...session.frames], [...session.frames]];

    expect(first).toEqual(recording.frames);
    expect(again).toEqual(first);
    const { name, kind, venue, market, symbols, start, topics, snapshots } = recording;
    expect(session).toMatchObject({ name, kind, venue, market, symbols, start, snapshots });
    expect(new Set(session.topics.values())).toEqual(new Set(topics.values()));
  });

  it('is traded as the session in memory is', () => {
    const demo = readCommandLine([], {});

    expect(makeJob(synthesiseSession(options), demo)).toEqual(makeJob(synthesiseRecording(options), demo));
  });

  it('gives both versions the same', async () => {
    const session = synthesiseSession({ seed: 3, duration: 30_000 });

    await expectSame(await play('naive', session), await play('optimised', session));
  });

  it('begins at once and ends where it should, two hours later', () => {
    const session = synthesiseSession({ seed: 1, duration: TWO_HOURS, symbols: ['BTCUSDT'] });
    let [frames, last] = [0, 0];

    for (const { t } of session.frames) {
      expect(t).toBeGreaterThanOrEqual(last);
      last = t;
      frames += 1;
    }

    expect(frames).toBeGreaterThan(100_000);
    expect(session.end - last).toBeLessThan(1_000);
    expect(session.end - session.start).toBeLessThan(TWO_HOURS);
  });

  it('has bars of a second from half an hour on', () => {
    const barOf = (duration: number): number => makeJob(synthesiseSession({ duration }), readCommandLine([], {})).bar;

    expect([29 * MINUTES, 31 * MINUTES].map(barOf)).toEqual([100, 1_000]);
  });
});

describe('a bot that is stopped', { timeout: 2 * MINUTES }, () => {
  it.each(['naive', 'optimised'] as const)('has stored all that it said so far (%s)', async (version) => {
    const session = synthesiseSession({ seed: 3, duration: 40_000 });
    const clock = new VirtualClock();
    let stop = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));

    const played = await play(version, session, {
      speed: 20,
      clock,
      stopped,
      onStart: () => void clock.advance(1_700).then(stop),
    });

    const { signals, decisions, bookRows } = played.result;
    expect(signals.length).toBeGreaterThan(0);
    expect(Math.max(...signals.map(({ ts }) => ts))).toBeLessThan(session.end - 4_000);
    expect(await rowsOf(played)).toEqual([signals.length, decisions.length, bookRows.length]);
  });
});

async function rowsOf({ database }: Played): Promise<number[]> {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  const counts: number[] = [];
  for (const table of ['signals', 'decisions', 'books']) {
    const [[count] = []] = (await connection.runAndReadAll(`SELECT count(*) FROM ${table}`)).getRows();
    counts.push(Number(count));
  }
  connection.closeSync();
  instance.closeSync();
  return counts;
}
