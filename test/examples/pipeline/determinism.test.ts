import { VirtualClock } from 'tickwise/core';
import { afterAll, expect, it } from 'vitest';
import { synthesiseRecording } from '../../../examples/trading-pipeline/synthetic/index.js';
import { compareRuns, play, type Played, removeDatabases } from './play.js';

const MINUTES = 60_000;
const recording = synthesiseRecording({ seed: 9, duration: 29_000 });

afterAll(removeDatabases);

it.each(['naive', 'optimised'] as const)(
  'runs the %s version twice with the same outcome',
  { timeout: MINUTES },
  async (version) => {
    const first = await play(version, recording);
    const second = await play(version, recording);

    await expectSame(first, second);
    expect(second.counts).toEqual(first.counts);
    expect(withoutTimes(second)).toEqual(withoutTimes(first));
  },
);

it.each(['naive', 'optimised'] as const)(
  'gives the same at 20 times real time as at full speed (%s)',
  { timeout: MINUTES },
  async (version) => {
    const clock = new VirtualClock();
    const full = await play(version, recording);

    const paced = await play(version, recording, {
      speed: 20,
      clock,
      onStart: () => void clock.advance(recording.end - recording.start),
    });

    await expectSame(full, paced);
  },
);

async function expectSame(a: Played, b: Played): Promise<void> {
  for (const { total, equal } of Object.values(await compareRuns(a, b))) {
    expect(total).toBeGreaterThan(0);
    expect(equal).toBe(total);
  }
  expect(b.result.books).toEqual(a.result.books);
}

/** What does not depend on how fast the machine is. */
function withoutTimes({ result }: Played): object {
  const { framesParsed, framesMalformed, statements, rows } = result;
  return { framesParsed, framesMalformed, statements, rows };
}
