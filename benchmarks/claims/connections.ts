import { setImmediate } from 'node:timers/promises';
import { type Clock, VirtualClock } from 'tickwise/core';
import { ActivityMonitor, bybitV5, FeedPool } from 'tickwise/feed';
import { seededRandom } from '../batch/support/dense-network.js';
import type { ClaimGroup, Measured } from '../runner/claim.js';
import { PLAN, TRACKER } from './support/documents.js';
import { minuteBars, MINUTES_SOURCE } from './support/minutes.js';
import { QuietNetwork } from './support/quiet-network.js';
import { mustEqual, saving } from './support/saving.js';
import { FAILURES_PER_HOUR, HabitualClient, STRICT, StrictVenue } from './support/strict-venue.js';
import { UnavailableError } from './support/unavailable.js';

const HOUR = 3_600_000;
const HOURS = 1;
const TOPICS = Array.from({ length: 386 }, (_, index) => `publicTrade.COIN${index}USDT`);

const PAIRS = 20;
/** As many as the document's bot trades: those that trade least are silent most. */
const FEW = 3;
const MINUTE = 60_000;
const DAY_MINUTES = 1_440;
/** How often the usual way looks, and how long a pair may be silent, in milliseconds. */
const [LOOK, SILENCE] = [10_000, 5 * MINUTE];

/** How often the document's bot pings, and how often most bots do, in milliseconds. */
const [SELDOM, OFTEN] = [45_000, 20_000];

/** Reconnections an hour of a client that is written the usual way. */
async function usualReconnections(pingInterval: number): Promise<number> {
  const clock = new VirtualClock();
  const venue = new StrictVenue(new QuietNetwork(), clock, seededRandom(386));
  const client = new HabitualClient(clock, TOPICS, pingInterval);
  await clock.advance(HOURS * HOUR);
  mustEqual(true, venue.cuts <= client.reconnects + 1);
  return client.reconnects / HOURS;
}

/** Reconnections an hour of a pool. */
async function ourReconnections(): Promise<number> {
  const clock = new VirtualClock();
  const venue = new StrictVenue(new QuietNetwork(), clock, seededRandom(386));
  const pool = new FeedPool({ protocol: bybitV5('spot'), url: STRICT, ioClock: clock, random: seededRandom(7) });
  const subscribing = Promise.all(TOPICS.map((topic) => pool.subscribe(topic, () => undefined)));
  // The pool imports `ws` first, which takes turns of the event loop and no time of the clock.
  while (pool.stats().live < TOPICS.length) {
    await setImmediate();
    await clock.advance(10);
  }
  await subscribing;
  await clock.advance(HOURS * HOUR - clock.now());
  const { reconnects } = pool.stats();
  mustEqual(TOPICS.length, venue.subscribed);
  await pool.close();
  return reconnects / HOURS;
}

/** The clock, and how often a timer of it has fired. */
function counting(clock: VirtualClock): { readonly clock: Clock; readonly fired: () => number } {
  let fired = 0;
  const watched: Clock = {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    setTimeout: (callback, delay) =>
      clock.setTimeout(() => {
        fired++;
        callback();
      }, delay),
  };
  return { clock: watched, fired: () => fired };
}

/** Looks for silent pairs in a recorded day. Both ways must find the same silences. */
async function checksOf(count: number): Promise<Measured> {
  const bars = minuteBars(PAIRS, Infinity)
    .filter((each) => each.bars.length > DAY_MINUTES)
    .slice(-count);
  if (bars.length < FEW) throw new UnavailableError(`whole days of ${FEW} pairs are not in TICKWISE_DATA`);
  const start = Math.max(...bars.map(({ bars: [first] }) => first?.ts ?? 0));
  const traded = bars.map(({ symbol, bars: each }) => ({ symbol, minutes: new Set(each.map(({ ts }) => ts)) }));
  const clock = new VirtualClock();
  const { clock: watched, fired } = counting(clock);
  const [found, expected]: [string[], string[]] = [[], []];
  const monitor = new ActivityMonitor({
    silence: SILENCE,
    clock: watched,
    onSilent: (symbol) => void found.push(symbol),
  });
  const last = new Map(traded.map(({ symbol }) => [symbol, 0]));
  const silent = new Set<string>();
  let looks = 0;
  for (const { symbol } of traded) monitor.watch(symbol);
  for (let minute = 0; minute < DAY_MINUTES; minute++) {
    for (const { symbol, minutes } of traded) {
      if (!minutes.has(start + minute * MINUTE)) continue;
      monitor.note(symbol);
      last.set(symbol, clock.now());
      silent.delete(symbol);
    }
    for (let time = 0; time < MINUTE; time += LOOK) {
      await clock.advance(LOOK);
      looks++;
      for (const [symbol, at] of last) {
        if (clock.now() - at < SILENCE || silent.has(symbol)) continue;
        silent.add(symbol);
        expected.push(symbol);
      }
    }
  }
  await monitor.close();
  mustEqual(expected.toSorted(), found.toSorted());
  if (found.length === 0) throw new UnavailableError('none of the pairs was ever silent');
  return saving(
    `times woken up to look at ${bars.length} pairs, ${found.length} silences found by both`,
    looks,
    fired(),
  );
}

const VENUE = `A venue that cuts who is silent for 20 to 45 s, asks for more than 10 topics at once or says more than 20 messages a second, behind a network that fails ${FAILURES_PER_HOUR} times an hour, once while topics are subscribed to; ${TOPICS.length} topics, an hour of a VirtualClock, real WebSockets in one process. The document’s settings (ping every ${SELDOM / 1_000} s) against FeedPool with those of its Bybit protocol; FeedPool has all topics at the end. The venue’s patience decides: a usual client that pings every ${OFTEN / 1_000} s is printed beside.`;

async function checks(): Promise<Measured> {
  const { value, text } = await checksOf(FEW);
  const beside = await checksOf(PAIRS);
  return { value, text: `${text}; ${beside.text}` };
}

export default {
  title: 'staying connected, and knowing when nothing comes',
  claims: [
    {
      source: { document: TRACKER, words: '50 reconnections/hour → 5/hour (90% improvement)' },
      claim: 'reconnections: 90 % fewer',
      figure: 'reconnections',
      how: VENUE,
      promised: { atLeast: 0.9 },
      async measure() {
        const [usual, ours] = [await usualReconnections(SELDOM), await ourReconnections()];
        const { value, text } = saving('reconnections an hour', usual, ours);
        const often = await usualReconnections(OFTEN);
        return { value, text: `${text}; the usual way with a ping every ${OFTEN / 1_000} s: ${often}` };
      },
    },
    {
      source: { document: TRACKER, words: 'Target <5 reconnections/hour' },
      claim: 'reconnections: under 5 an hour',
      figure: 'reconnections',
      how: VENUE,
      promised: { atMost: 5 },
      async measure() {
        const [ours, often] = [await ourReconnections(), await usualReconnections(OFTEN)];
        return { value: ours, text: `${ours} an hour; the usual way with a ping every ${OFTEN / 1_000} s: ${often}` };
      },
    },
    {
      source: { document: PLAN, words: '90% reduction in unnecessary checks' },
      claim: 'checks for silence: 90 % fewer',
      how: `A day of ${MINUTES_SOURCE}: which of the ${FEW} least traded pairs was silent for ${SILENCE / MINUTE} minutes? A look at all every ${LOOK / 1_000} s against ActivityMonitor, whose timer is counted each time it fires; the same silences.`,
      promised: { atLeast: 0.9 },
      measure: checks,
    },
  ],
} satisfies ClaimGroup;
