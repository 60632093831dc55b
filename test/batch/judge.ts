import fc from 'fast-check';
import { VirtualClock } from 'tickwise';
import { type BatchOverflow, BatchWriter, type SendContext, type SinkReport } from 'tickwise/batch';
import { expect } from 'vitest';

/** A row as the judge numbers it. */
interface Row {
  readonly number: number;
  readonly key: number;
  readonly size: number;
}

type Step =
  | { readonly do: 'add' | 'write'; readonly count: number }
  | { readonly do: 'pass'; readonly time: number }
  | { readonly do: 'flush' };

type Fault = 'none' | 'down' | 'bad' | 'hang' | 'reject' | 'throw' | 'lost-reply';

export interface Plan {
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
  readonly badEvery: number;
  readonly overflow: BatchOverflow;
  readonly maxItems: number;
  readonly maxPending: number;
  readonly hasKey: boolean;
  readonly hasSize: boolean;
  readonly flushWhenIdle: boolean;
  readonly attempts: number;
  readonly deadline: number;
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('add' as const, 'write' as const), count: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ do: fc.constant('pass' as const), time: fc.integer({ min: 0, max: 400 }) }),
  fc.record({ do: fc.constant('flush' as const) }),
);

/** Histories of calls, and of faults of the sink. */
export const anyPlan: fc.Arbitrary<Plan> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 25 }),
  faults: fc.array(
    fc.constantFrom<Fault>('none', 'none', 'none', 'down', 'bad', 'hang', 'reject', 'throw', 'lost-reply'),
    {
      maxLength: 25,
    },
  ),
  badEvery: fc.constantFrom(0, 0, 3, 7),
  overflow: fc.constantFrom<BatchOverflow>('wait', 'reject', 'drop-oldest', 'drop-newest'),
  maxItems: fc.integer({ min: 1, max: 9 }),
  maxPending: fc.integer({ min: 1, max: 20 }),
  hasKey: fc.boolean(),
  hasSize: fc.boolean(),
  flushWhenIdle: fc.boolean(),
  attempts: fc.integer({ min: 1, max: 3 }),
  deadline: fc.constantFrom(Infinity, 500),
});

/** Sees every row go in and come out, and knows nothing of how the writer works. */
export class Judge {
  readonly clock = new VirtualClock();
  readonly stored: Row[] = [];
  readonly storedIds = new Set<string>();
  readonly idOf = new Map<number, string>();
  readonly dead: Row[] = [];
  readonly taken = new Set<number>();
  readonly outcomes = new Map<number, 'stored' | 'failed'>();
  readonly violations: string[] = [];
  readonly writer: BatchWriter<Row>;
  #faults: Fault[];
  #number = 0;
  #running = 0;
  #hung = 0;

  constructor(readonly plan: Plan) {
    this.#faults = [...plan.faults];
    this.writer = new BatchWriter<Row>({
      sink: (rows, context) => this.#receive(rows, context),
      clock: this.clock,
      ioClock: this.clock,
      overflow: plan.overflow,
      maxItems: plan.maxItems,
      maxPending: plan.maxPending,
      maxDelay: 100,
      timeout: 50,
      flushWhenIdle: plan.flushWhenIdle,
      retry: { attempts: plan.attempts, minDelay: 5, maxDelay: 20, deadline: plan.deadline },
      deadLetter: (row) => {
        this.dead.push(row);
        this.balance();
      },
      onError: () => this.balance(),
      ...(plan.hasKey ? { key: ({ key }: Row) => key } : {}),
      ...(plan.hasSize ? { maxBytes: 30, sizeOf: ({ size }: Row) => size } : {}),
    });
  }

  add(): void {
    const row = this.#newRow();
    if (this.writer.add(row)) this.taken.add(row.number);
  }

  write(): void {
    const row = this.#newRow();
    this.taken.add(row.number);
    this.writer.write(row).then(
      () => this.outcomes.set(row.number, 'stored'),
      () => this.outcomes.set(row.number, 'failed'),
    );
  }

  balance(): void {
    const { accepted, written, pending, deadLettered, dropped, coalesced } = this.writer.stats();
    if (accepted !== written + pending + deadLettered + dropped + coalesced)
      this.violations.push('the counts do not add up');
    if (pending > this.plan.maxPending) this.violations.push(`${pending} rows are pending`);
    if (written > this.stored.length) this.violations.push('more rows count as written than were stored');
  }

  #newRow(): Row {
    const number = this.#number++;
    return { number, key: number % 4, size: 1 + ((number * 7) % 40) };
  }

  async #receive(rows: readonly Row[], { ids }: SendContext): Promise<SinkReport | void> {
    this.balance();
    this.#running++;
    if (this.#running - this.#hung > 1) this.violations.push('two sends run at once');
    if (rows.length === 0 || rows.length > this.plan.maxItems) this.violations.push(`a batch of ${rows.length} rows`);
    this.#checkIds(rows, ids);
    try {
      return await this.#answer(rows, ids);
    } finally {
      this.#running--;
    }
  }

  async #answer(rows: readonly Row[], ids: readonly string[]): Promise<SinkReport | void> {
    const fault = this.#faults.shift() ?? 'none';
    if (fault === 'down') throw new Error('down');
    if (fault === 'hang') {
      this.#hung++;
      return new Promise(() => undefined);
    }
    if (fault === 'throw') throw Object.assign(new TypeError('fetch failed'), { status: 503 });
    const bad = rows.findIndex(({ number }) => this.plan.badEvery > 0 && number % this.plan.badEvery === 1);
    if (fault === 'bad' || (bad >= 0 && fault !== 'reject')) throw Object.assign(new Error('bad'), { code: '23514' });
    const rejected = fault === 'reject' ? [{ index: 0, error: new Error('no') }] : [];
    for (const [index, row] of rows.entries())
      if (index > 0 || rejected.length === 0) this.#store(row, ids[index] ?? '');
    if (fault === 'lost-reply') throw new Error('socket hang up');
    return { rejected };
  }

  /** Like a table with a primary key on the identity. */
  #store(row: Row, id: string): void {
    if (this.storedIds.has(id)) return;
    this.storedIds.add(id);
    this.stored.push(row);
  }

  #checkIds(rows: readonly Row[], ids: readonly string[]): void {
    if (new Set(ids).size !== rows.length) this.violations.push('identities are not one per row');
    for (const [index, { number }] of rows.entries()) {
      const known = this.idOf.get(number);
      if (known !== undefined && known !== ids[index]) this.violations.push('a row has changed its identity');
      this.idOf.set(number, ids[index] ?? '');
    }
  }
}

/** Plays a plan to its end. */
export async function play(judge: Judge): Promise<void> {
  for (const action of judge.plan.steps) {
    switch (action.do) {
      case 'add':
        for (let count = 0; count < action.count; count++) judge.add();
        break;
      case 'write':
        for (let count = 0; count < action.count; count++) judge.write();
        break;
      case 'pass':
        await judge.clock.advance(action.time);
        break;
      case 'flush':
        void judge.writer.flush();
        break;
    }
    judge.balance();
  }
  const flushed = judge.writer.flush();
  await judge.clock.advance(60_000);
  await flushed;
  judge.balance();
}

/** Compares what the writer says with what the judge saw. */
export function verdict(judge: Judge): void {
  const { plan, writer, stored, dead, taken, outcomes } = judge;
  const stats = writer.stats();
  expect(judge.violations).toEqual([]);
  expect(stats.pending).toBe(0);

  // Nothing invented, nothing doubled, and nothing at both ends unless a reply was lost.
  const storedNumbers = stored.map(({ number }) => number);
  const deadNumbers = dead.map(({ number }) => number);
  expect(new Set(storedNumbers).size).toBe(storedNumbers.length);
  expect(new Set(deadNumbers).size).toBe(deadNumbers.length);
  expect([...storedNumbers, ...deadNumbers].every((number) => taken.has(number))).toBe(true);
  const both = deadNumbers.filter((number) => storedNumbers.includes(number)).length;
  if (!plan.faults.includes('lost-reply')) expect(both).toBe(0);
  // A row whose reply was lost may be replaced by a newer one of its key: stored, and counted as coalesced.
  const replaced = storedNumbers.length - both - stats.written;
  if (!plan.hasKey || !plan.faults.includes('lost-reply')) expect(replaced).toBe(0);
  expect(replaced).toBeGreaterThanOrEqual(0);
  expect(stats.deadLettered).toBe(deadNumbers.length);

  // Nothing lost: whatever was taken is stored, dead, dropped, coalesced, or was refused while it waited.
  const gone = taken.size - new Set([...storedNumbers, ...deadNumbers]).size;
  const refusedWrites = taken.size - stats.accepted;
  expect(gone + replaced).toBe(stats.dropped + stats.coalesced + refusedWrites);

  expectOrder(plan, stored);
  // The write of a replaced row settles as its successor's does, even if a lost reply hid that it was stored.
  if (plan.hasKey && plan.faults.includes('lost-reply')) return;
  for (const number of storedNumbers) {
    if (outcomes.get(number) === 'failed') expect(deadNumbers).toContain(number);
  }
}

/** Faults after which the same rows may pass. */
const TEMPORARY = new Set<Fault>(['down', 'hang', 'throw']);

/** Rows come in order; with keys a row may stand in an older one's place, but the rows of a key are in order. */
function expectOrder({ faults, hasKey, maxItems }: Plan, stored: readonly Row[]): void {
  // A row may be stored early when it was sent to learn whether the sink is up, and its reply was lost.
  if (!hasKey && faults.includes('lost-reply')) return;
  // A row that failed alone just before the sink came back is stored after its neighbour: one send late.
  if (!hasKey && faults.some((fault) => TEMPORARY.has(fault))) {
    expectAlmostSorted(stored, maxItems);
    return;
  }
  for (const key of hasKey ? [0, 1, 2, 3] : [undefined]) {
    const numbers = stored.filter((row) => key === undefined || row.key === key).map(({ number }) => number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
}

/** Expects no row further from its place than a batch is long. */
export function expectAlmostSorted(stored: readonly { readonly number: number }[], maxItems: number): void {
  const sorted = stored.toSorted((a, b) => a.number - b.number);
  for (const [place, row] of stored.entries()) {
    expect(Math.abs(sorted.indexOf(row) - place)).toBeLessThanOrEqual(maxItems);
  }
}
