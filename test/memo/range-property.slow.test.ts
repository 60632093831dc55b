import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { type MemoizedRange, memoRange } from 'tickwise/memo';
import { type Bar, MINUTE, type Request, Venue, type VenueRules } from './range-venue.js';

const START = 1_000 * MINUTE;
const SETTLE = 5_000;

interface Setting extends Pick<VenueRules, 'most' | 'keeps'> {
  readonly holes: 'none' | 'some' | 'most';
  readonly openTtl: number;
  readonly limit: number;
  readonly mergeGap: number;
  readonly concurrency: number;
  readonly maxRows: number;
}

const setting: fc.Arbitrary<Setting> = fc.record({
  most: fc.constantFrom(2, 10, Infinity),
  keeps: fc.constantFrom('oldest' as const, 'newest' as const),
  holes: fc.constantFrom('none' as const, 'some' as const, 'most' as const),
  openTtl: fc.constantFrom(0, 1_000, 20_000, Infinity),
  limit: fc.constantFrom(3, 15, 1_000),
  mergeGap: fc.constantFrom(0, 0, 3),
  concurrency: fc.constantFrom(1, 2, 10),
  maxRows: fc.constantFrom(60, 1_000_000),
});

interface Step {
  readonly type: 'ask' | 'advance' | 'correct' | 'clear' | 'fail' | 'latency';
  readonly symbol: string;
  /** Minutes before now. */
  readonly back: number;
  readonly length: number;
  readonly amount: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  type: fc.oneof(
    { weight: 12, arbitrary: fc.constant('ask' as const) },
    { weight: 6, arbitrary: fc.constant('advance' as const) },
    fc.constantFrom('correct' as const, 'fail' as const, 'latency' as const, 'clear' as const),
  ),
  symbol: fc.constantFrom('BTC', 'ETH'),
  back: fc.oneof({ weight: 2, arbitrary: fc.nat(40) }, fc.nat(5), fc.nat(400)),
  length: fc.oneof(fc.nat(50), fc.nat(5)),
  amount: fc.oneof(fc.nat(1_500), fc.constantFrom(5_000, 60_000), fc.nat(200_000)),
});

const history = fc.array(step, { minLength: 1, maxLength: 40, size: 'max' });

/** Whether a venue has a bar: none before it listed the symbol, and holes in between. */
function hasBar(time: number, holes: Setting['holes']): boolean {
  const minute = time / MINUTE;
  const noise = (minute * 2_654_435_761) % 97;
  return minute >= 850 && noise >= { none: 0, some: 20, most: 80 }[holes];
}

/** An answer, or the error that a call was rejected with. */
type Outcome = { readonly rows: readonly Bar[] } | { readonly error: unknown };

/** Runs a history on a range cache over a venue, and checks each answer against the venue itself. */
class Trial {
  readonly clock = new VirtualClock(START);
  readonly venue: Venue;
  readonly candles: MemoizedRange<[string], Bar>;
  readonly #setting: Setting;
  readonly #answers: Promise<void>[] = [];
  readonly #failures = new Set<unknown>();
  /** Whether rows have to be as fresh as `openTtl` says, which a slow venue prevents. */
  isPrompt = false;
  asks = 0;
  rows = 0;

  constructor(chosen: Setting) {
    const { most = Infinity, keeps = 'oldest', holes, ...options } = chosen;
    this.#setting = chosen;
    this.venue = new Venue(this.clock, { most, keeps, settleTime: SETTLE, has: (time) => hasBar(time, holes) });
    this.candles = memoRange(this.venue.load, {
      ...options,
      step: MINUTE,
      settleTime: SETTLE,
      clock: this.clock,
      ioClock: this.clock,
      onError: (error) => expect(this.#failures).toContain(error),
    });
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const each of steps) await this.#do(each);
    // The last calls may not have come to their first timer yet.
    do await this.clock.advance(1_000_000);
    while (this.clock.pendingTimers > 0);
    await Promise.all(this.#answers);
  }

  async #do({ type, symbol, back, length, amount }: Step): Promise<void> {
    const from = this.clock.wallTime() - back * MINUTE + (amount % 3);
    const to = from + length * MINUTE;
    switch (type) {
      case 'ask':
        this.#ask(symbol, from, to);
        break;
      case 'advance':
        await this.clock.advance(amount);
        break;
      case 'correct':
        this.venue.correct(symbol, from, to);
        void this.candles.invalidate([symbol], from, to);
        break;
      case 'clear':
        for (const each of ['BTC', 'ETH']) this.venue.correct(each, 500 * MINUTE, 2_000 * MINUTE);
        void this.candles.clear();
        break;
      case 'fail': {
        const error = new Error(`venue down ${amount}`);
        this.#failures.add(error);
        this.venue.failures.push(error);
        break;
      }
      case 'latency':
        this.venue.latency = amount % 7_000;
    }
  }

  #ask(symbol: string, from: number, to: number): void {
    this.asks++;
    const at = this.clock.wallTime();
    const expected = this.venue.bars(symbol, from, to);
    const call: Promise<Outcome> = this.candles(symbol, from, to).then(
      (rows) => ({ rows }),
      (error: unknown) => ({ error }),
    );
    this.#answers.push(call.then((outcome) => this.#check(symbol, at, expected, outcome)));
  }

  #check(symbol: string, at: number, expected: readonly Bar[], outcome: Outcome): void {
    if ('error' in outcome) {
      expect(this.#failures).toContain(outcome.error);
      return;
    }
    const { rows } = outcome;
    this.rows += rows.length;
    expect(rows.map(({ time }) => time)).toEqual(expected.map(({ time }) => time));
    for (const [index, { time, close, version }] of rows.entries()) {
      const end = time + MINUTE;
      const wanted = expected[index];
      // As fresh as the venue's own answer, or corrected meanwhile.
      expect(version).toBeGreaterThanOrEqual(wanted?.version ?? NaN);
      expect(version).toBeLessThanOrEqual(this.venue.version(symbol, time));
      if (at >= end + SETTLE) expect(close).toBe(end + SETTLE);
      else if (at >= end) expect(close).toBeGreaterThanOrEqual(end);
      else expect(close).toBeLessThanOrEqual(this.clock.wallTime());
      if (this.isPrompt) expect(close).toBeGreaterThanOrEqual(Math.min(at, end + SETTLE) - this.#setting.openTtl);
    }
  }

  /** Checks that the statistics add up, and that the bound holds. */
  checkCounts(): void {
    const stats = this.candles.stats();
    expect(stats.calls).toBe(this.asks);
    expect(stats.hits + stats.misses + stats.coalesced).toBe(this.asks);
    expect(stats.loads).toBe(this.venue.requests.length);
    expect(stats.rowsServed).toBe(this.rows);
    expect(stats.stepsLoaded).toBe(this.venue.requests.reduce((sum, { from, to }) => sum + (to - from) / MINUTE, 0));
    expect(stats.entries).toBeLessThanOrEqual(Math.min(this.#setting.maxRows + 255, 2_000));
  }
}

/** The steps that an answer tells about: from its first to its last row, all when it has none. */
function told({ from, to, rows }: Request): number[] {
  const first = rows[0]?.time ?? from;
  const last = rows.at(-1)?.time ?? to - MINUTE;
  return Array.from({ length: (last - first) / MINUTE + 1 }, (_, index) => first + index * MINUTE);
}

/** Checks that the venue told nothing twice that could not have changed meanwhile. */
function checkEconomy(requests: readonly Request[], openTtl: number): void {
  const last = new Map<number, { at: number; row: Bar | undefined; newest: number }>();
  let newest = -Infinity;
  for (const request of requests) {
    const { at, rows } = request;
    const shown = newest;
    newest = Math.max(newest, rows.at(-1)?.time ?? -Infinity);
    for (const time of told(request)) {
      const before = last.get(time);
      const isDoubtful = before?.row === undefined && time > (before?.newest ?? Infinity) && time < shown;
      if (before !== undefined && !isDoubtful) expect(at).toBeGreaterThanOrEqual(servedUntil(time, before, openTtl));
      last.set(time, { at, row: rows.find((row) => row.time === time), newest });
    }
  }
}

function servedUntil(
  time: number,
  { at, row, newest }: { at: number; row: Bar | undefined; newest: number },
  openTtl: number,
): number {
  const end = time + MINUTE;
  if (at < end) return Math.min(end, at + openTtl);
  if (at < end + SETTLE) return Math.min(end + SETTLE, at + openTtl);
  return row !== undefined || time < newest ? Infinity : at + Math.max(openTtl, (at - end) / 10);
}

describe('memoRange', () => {
  it('answers random histories as the venue itself does', async () => {
    await fc.assert(
      fc.asyncProperty(setting, history, async (chosen, steps) => {
        const trial = new Trial(chosen);

        await trial.run(steps);

        trial.checkCounts();
      }),
      { numRuns: 100 },
    );
  });

  it('asks for no step again while its last answer holds', async () => {
    const calm = history.map((steps) =>
      steps.filter(({ type }) => type === 'ask' || type === 'advance').map((each) => ({ ...each, symbol: 'BTC' })),
    );
    await fc.assert(
      fc.asyncProperty(setting, calm, fc.constantFrom(0, 300, 7_000), async (chosen, steps, latency) => {
        // A bar that settles while a slow venue sends it in parts may be asked for by two loads.
        const whole = latency > 0 ? ({ most: Infinity, holes: 'none' } as const) : {};
        const trial = new Trial({ ...chosen, ...whole, mergeGap: 0, maxRows: 1_000_000 });
        trial.venue.latency = latency;

        await trial.run(steps);

        checkEconomy(trial.venue.requests, chosen.openTtl);
        expect(trial.candles.stats()).toMatchObject({ evictions: 0, loadErrors: 0, rowsDropped: 0, duplicates: 0 });
      }),
      { numRuns: 100 },
    );
  });

  it('serves rows no older than openTtl when the venue answers at once', async () => {
    const quick = history.map((steps) => steps.filter(({ type }) => type === 'ask' || type === 'advance'));
    await fc.assert(
      fc.asyncProperty(setting, quick, async (chosen, steps) => {
        const trial = new Trial(chosen);
        trial.isPrompt = true;

        await trial.run(steps);

        trial.checkCounts();
      }),
      { numRuns: 100 },
    );
  });
});
