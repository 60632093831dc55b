import fc from 'fast-check';
import { VirtualClock } from 'tickwise';
import { type BatchOverflow, BatchWriter, type SinkReport } from 'tickwise/batch';
import { describe, expect, it } from 'vitest';

/*
 * A writer with lanes and keys whose `close` comes anywhere between other calls, before a sink that fails, hangs,
 * settles twice or reports nonsense. The model is a list: each row that was taken has to be found at one end.
 */

interface Row {
  readonly number: number;
  readonly key: number;
}

type Call = 'add' | 'write' | 'flush' | 'ready' | 'pass' | 'turn' | 'close';
type Answer = 'store' | 'down' | 'hang' | 'bad' | 'twice' | 'nonsense';

interface Race {
  readonly calls: readonly Call[];
  readonly answers: readonly Answer[];
  readonly overflow: BatchOverflow;
  readonly hasKey: boolean;
  readonly lanes: number;
  readonly concurrency: number;
  readonly maxPending: number;
  readonly closeTimeout: number;
}

const often = (...calls: Call[]): Call[] => [...calls, ...calls, ...calls];

const anyRace: fc.Arbitrary<Race> = fc.record({
  calls: fc.array(fc.constantFrom<Call>(...often('add', 'write', 'turn'), 'flush', 'ready', 'pass', 'close'), {
    minLength: 2,
    maxLength: 40,
  }),
  answers: fc.array(fc.constantFrom<Answer>('store', 'down', 'hang', 'bad', 'twice', 'nonsense'), { maxLength: 20 }),
  overflow: fc.constantFrom<BatchOverflow>('wait', 'reject', 'drop-oldest', 'drop-newest'),
  hasKey: fc.boolean(),
  lanes: fc.integer({ min: 1, max: 3 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  maxPending: fc.integer({ min: 1, max: 12 }),
  closeTimeout: fc.constantFrom(0, 40, 5_000),
});

/** Answers that settle twice or make no sense, for rows that were stored. */
function oddAnswer(answer: Answer): Promise<SinkReport | void> {
  // What JavaScript can return, whatever the types say.
  if (answer === 'nonsense') return Promise.resolve({ rejected: [{ index: -1 }, { index: 0.5 }, null, 7] } as never);
  const twice = {
    // oxlint-disable-next-line unicorn/no-thenable -- the sink under test returns one
    then(resolve: () => void, reject: (error: Error) => void) {
      resolve();
      reject(new Error('late'));
      resolve();
    },
  };
  return twice as never;
}

class Contest {
  readonly clock = new VirtualClock();
  readonly taken: number[] = [];
  readonly stored: Row[] = [];
  readonly dead: number[] = [];
  readonly outcomes = new Map<number, boolean>();
  readonly writer: BatchWriter<Row>;
  readonly promises: Promise<unknown>[] = [];
  readonly #answers: Answer[];
  closed: Promise<unknown> | undefined;
  sendsAfterEnd = 0;
  hasEnded = false;
  #number = 0;

  constructor(race: Race) {
    this.#answers = [...race.answers];
    const { overflow, concurrency, maxPending, closeTimeout } = race;
    this.writer = new BatchWriter<Row>({
      sink: (rows) => this.#receive(rows),
      clock: this.clock,
      ioClock: this.clock,
      maxItems: 3,
      maxDelay: 20,
      timeout: 30,
      retry: { attempts: 2, minDelay: 5, maxDelay: 20 },
      deadLetter: ({ number }) => this.dead.push(number),
      onError: () => undefined,
      partition: ({ key }) => key % race.lanes,
      overflow,
      concurrency,
      maxPending,
      closeTimeout,
      ...(race.hasKey ? { key: ({ key }: Row) => key } : {}),
    });
  }

  async call(call: Call): Promise<void> {
    const { writer, clock } = this;
    if (call === 'pass') return clock.advance(25);
    if (call === 'turn') return clock.advance(0);
    if (call === 'close') return this.close();
    if (call === 'flush' || call === 'ready') return this.#watch(writer[call]());
    const row = { number: this.#number, key: this.#number++ % 5 };
    if (call === 'write') {
      const written = writer.write(row);
      const note = (isStored: boolean) => () => this.outcomes.set(row.number, isStored);
      return this.#watch(written.then(note(true), note(false)));
    }
    if (this.closed !== undefined) expect(() => writer.add(row)).toThrow(/is closed/);
    else if (writer.add(row)) this.taken.push(row.number);
  }

  close(): void {
    this.closed ??= this.writer.close().catch((error: unknown) => error);
    this.#watch(this.writer.close());
  }

  #watch(promise: Promise<unknown>): void {
    this.promises.push(promise.catch(() => undefined));
  }

  async #receive(rows: readonly Row[]): Promise<SinkReport | void> {
    if (this.hasEnded) this.sendsAfterEnd++;
    const answer = this.#answers.shift() ?? 'store';
    if (answer === 'down') throw new Error('down');
    if (answer === 'hang') return new Promise(() => undefined);
    if (answer === 'bad') throw Object.assign(new Error('bad'), { code: '23514' });
    this.stored.push(...rows);
    if (answer !== 'store') return oddAnswer(answer);
  }
}

describe('close at any moment', () => {
  it('leaves every row that was taken at exactly one end, and nothing running', async () => {
    await fc.assert(
      fc.asyncProperty(anyRace, async (race) => {
        const contest = new Contest(race);
        for (const call of race.calls) await contest.call(call);
        contest.close();
        await contest.clock.advance(60_000);
        const reason = await contest.closed;
        contest.hasEnded = true;
        await Promise.all(contest.promises);
        await contest.clock.advance(60_000);

        const { clock, writer, stored, dead, taken, outcomes, sendsAfterEnd } = contest;
        const { accepted, written, pending, deadLettered, dropped, coalesced } = writer.stats();
        const storedNumbers = stored.map(({ number }) => number);
        expect({ pending, sendsAfterEnd, timers: clock.pendingTimers }).toEqual({
          pending: 0,
          sendsAfterEnd: 0,
          timers: 0,
        });
        expect(accepted).toBe(written + deadLettered + dropped + coalesced);
        expect({ written, deadLettered }).toEqual({ written: stored.length, deadLettered: dead.length });
        expect(new Set([...storedNumbers, ...dead]).size).toBe(stored.length + dead.length);
        // Who waited for a row knows its end; a replaced row has that of its successor.
        if (!race.hasKey) for (const [number, is] of outcomes) expect(is).toBe(storedNumbers.includes(number));
        const gone = taken.filter((number) => !storedNumbers.includes(number) && !dead.includes(number));
        expect(gone.length).toBeLessThanOrEqual(dropped + coalesced);
        // Rows that close had to give up are in its reason, which lists no others.
        const items = reason instanceof Error && 'items' in reason ? (reason.items as Row[]) : [];
        for (const { number } of items) expect(dead).toContain(number);
        for (const key of race.hasKey ? [0, 1, 2, 3, 4] : []) {
          const ofKey = stored.filter((row) => row.key === key).map(({ number }) => number);
          expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 150 },
    );
  });
});
