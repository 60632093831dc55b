import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { VirtualClock } from 'tickwise/core';
import { AdaptiveScheduler } from 'tickwise/schedule';
import type { ClaimGroup, Measured } from '../runner/claim.js';
import { recordingAt } from './support/data-folder.js';
import { SIGNALS } from './support/documents.js';
import { minuteBars, MINUTES_SOURCE } from './support/minutes.js';
import { mustEqual, saving } from './support/saving.js';
import { UnavailableError } from './support/unavailable.js';

const BATCH = 6;
const ROUNDS = 5;
const SIGNALS_A_ROUND = 60;
/** What a check takes at the other end, in milliseconds. */
const CHECK = 5;

const CLOSES = 'bars/sp500-daily-close-2012-08_2016-06.csv.gz';
const DAYS = 250;
const PAIRS = 20;
const CYCLES = 1_000;
const MINUTE = 60_000;
/** How long a symbol takes that is there, and until one is given up that is not, in milliseconds. */
const [ANSWER, TIMEOUT] = [100, 1_000];

/** Signals of a round are checked one after the other, or as many at a time as the other end takes. */
async function validation(): Promise<Measured> {
  const server = createServer(({ url = '' }, response) => {
    const signal = Number(url.slice(1));
    void setTimeout(CHECK).then(() => response.end(signal % 7 === 0 ? 'refused' : 'valid'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on TCP, it has such an address.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const check = async (signal: number): Promise<string> => (await fetch(url + signal)).text();
  const signals = Array.from({ length: SIGNALS_A_ROUND }, (_, index) => index);
  const scheduler = new AdaptiveScheduler();
  const usual = async (): Promise<string[]> => {
    const checked: string[] = [];
    for (const signal of signals) checked.push(await check(signal));
    return checked;
  };
  const ours = async (): Promise<string[]> => {
    const { results } = await scheduler.run(signals, check);
    return signals.map((signal) => results.get(signal) ?? '');
  };
  const times: { usual: number[]; ours: number[] } = { usual: [], ours: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const [before, expected] = [performance.now(), await usual()];
    const [between, got] = [performance.now(), await ours()];
    mustEqual(expected, got);
    times.usual.push(between - before);
    times.ours.push(performance.now() - between);
  }
  await scheduler.close();
  server.closeAllConnections();
  server.close();
  return saving(`ms for ${SIGNALS_A_ROUND} signals`, median(times.usual), median(times.ours));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Names, and for each cycle those that there is nothing of. */
interface Universe {
  readonly names: readonly string[];
  readonly absent: readonly ReadonlySet<string>[];
}

/** The S&P 500, a cycle a day: what has no close that day is absent. */
function shares(): Universe {
  const path = recordingAt(CLOSES);
  if (path === undefined) throw new UnavailableError(`no ${CLOSES} in TICKWISE_DATA`);
  const [head = '', ...days] = gunzipSync(readFileSync(path)).toString().trim().split('\n');
  const [, ...names] = head.split(',');
  const absent = days.slice(0, DAYS).map((day) => {
    const [, ...closes] = day.split(',');
    return new Set(names.filter((_, index) => (closes[index] ?? '') === ''));
  });
  return { names, absent };
}

/** Pairs of coins, a cycle a minute: what was not traded in that minute is absent. */
function coins(): Universe {
  const all = minuteBars(PAIRS, Infinity).filter(({ bars }) => bars.length > CYCLES);
  const start = Math.max(...all.map(({ bars }) => bars[0]?.ts ?? 0));
  const bars = all.map(({ symbol, bars: each }) => ({ symbol, minutes: new Set(each.map(({ ts }) => ts)) }));
  const absent = Array.from({ length: CYCLES }, (_, cycle) => {
    const without = bars.filter(({ minutes }) => !minutes.has(start + cycle * MINUTE));
    return new Set(without.map(({ symbol }) => symbol));
  });
  return { names: all.map(({ symbol }) => symbol), absent };
}

/** Milliseconds of the market's clock that all cycles take, and how many pairs gave a signal. */
async function cycles(
  { names, absent }: Universe,
  run: (names: readonly string[], task: (name: string) => Promise<string>) => Promise<number>,
  clock: VirtualClock,
): Promise<{ readonly time: number; readonly signals: number }> {
  let [time, signals] = [0, 0];
  for (const without of absent) {
    const started = clock.now();
    let ended = started;
    const task = (name: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const isGone = without.has(name);
        clock.setTimeout(
          () => (isGone ? reject(new Error(`nothing of ${name}`)) : resolve(name)),
          isGone ? TIMEOUT : ANSWER,
        );
      });
    const running = (async () => {
      signals += await run(names, task);
      ended = clock.now();
    })();
    // Long enough for one after the other.
    await clock.advance(names.length * TIMEOUT);
    await running;
    time += ended - started;
  }
  return { time, signals };
}

/** Batches of six that wait for their slowest against six slots. */
async function cycleOf(universe: Universe): Promise<Measured> {
  const clock = new VirtualClock();
  const usual = await cycles(
    universe,
    async (names, task) => {
      let count = 0;
      for (let i = 0; i < names.length; i += BATCH) {
        const batch = await Promise.allSettled(names.slice(i, i + BATCH).map(task));
        count += batch.filter(({ status }) => status === 'fulfilled').length;
      }
      return count;
    },
    clock,
  );
  const scheduler = new AdaptiveScheduler({ concurrency: BATCH, earlyExit: true, clock });
  const ours = await cycles(universe, async (names, task) => (await scheduler.run(names, task)).results.size, clock);
  await scheduler.close();
  mustEqual(usual.signals, ours.signals);
  const { length } = universe.absent;
  return saving(`ms a cycle of ${universe.names.length} symbols`, usual.time / length, ours.time / length);
}

async function cycleTime(): Promise<Measured> {
  const { value, text } = await cycleOf(shares());
  const beside = await cycleOf(coins());
  return { value, text: `${text}; of coins ${beside.text}` };
}

export default {
  title: 'what is done at the same time, and first',
  claims: [
    {
      source: { document: SIGNALS, words: '50-70% reduction in validation time' },
      claim: 'validation: 50 % less time',
      how: `${SIGNALS_A_ROUND} signals a round, a check of ${CHECK} ms over HTTP on loopback each: one after the other against AdaptiveScheduler, told nothing; equal verdicts; median of ${ROUNDS} rounds.`,
      promised: { atLeast: 0.5 },
      measure: validation,
    },
    {
      source: { document: SIGNALS, words: '20-30% reduction in cycle time' },
      claim: 'cycle time: 20 % less',
      how: `${DAYS} recorded days of the S&P 500, a cycle each, on a VirtualClock: a share without a close that day fails after ${TIMEOUT} ms, another answers in ${ANSWER} ms. Batches of ${BATCH} that wait for their slowest against AdaptiveScheduler with ${BATCH} slots and early exit; as many signals by both. Beside it ${CYCLES} minutes of ${MINUTES_SOURCE}.`,
      promised: { atLeast: 0.2 },
      measure: cycleTime,
    },
  ],
} satisfies ClaimGroup;
