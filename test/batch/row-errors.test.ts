import { VirtualClock } from 'tickwise';
import { BatchWriter } from 'tickwise/batch';
import { describe, expect, it } from 'vitest';
import { rowAtFault } from '../../src/batch/row-at-fault.js';
import { type Answer, FakeSink, range, type Sent } from './fake-sink.js';

function setUp() {
  const clock = new VirtualClock();
  const sink = new FakeSink<number>();
  const dead: [number, unknown][] = [];
  const writer = new BatchWriter<number>({
    sink,
    clock,
    ioClock: clock,
    deadLetter: (item, error) => dead.push([item, error]),
    onError: () => undefined,
  });
  return { clock, sink, writer, dead };
}

/** Fails for the first bad row of a send, and says which one that is. */
function naming(bad: readonly number[], name: (index: number) => object): (sent: Sent<number>) => Answer {
  return ({ rows }) => {
    const index = rows.findIndex((row) => bad.includes(row));
    return index < 0 ? 'store' : Object.assign(new Error(`row ${rows[index]}`), { code: '23514' }, name(index));
  };
}

async function run({ writer, clock }: ReturnType<typeof setUp>, count: number): Promise<void> {
  for (const row of range(0, count)) writer.add(row);
  const flushed = writer.flush();
  await clock.advance(600_000);
  await flushed;
}

describe('a row that the sink names in its error', () => {
  it('costs two sends for 500 rows: one that fails, and one without the row', async () => {
    const parts = setUp();
    parts.sink.answer = naming([250], (rowIndex) => ({ rowIndex }));

    await run(parts, 500);

    expect(parts.sink.sizes).toEqual([500, 499]);
    expect(parts.dead).toMatchObject([[250, { message: 'row 250' }]]);
    expect(parts.sink.stored).toEqual(range(0, 500).filter((row) => row !== 250));
    expect(parts.writer.stats()).toMatchObject({ written: 499, deadLettered: 1, batches: 1, retries: 1 });
  });

  it('may be any of several, the first and the last too', async () => {
    const parts = setUp();
    const bad = [0, 1, 77, 98, 99];
    parts.sink.answer = naming(bad, (rowIndex) => ({ rowIndex }));

    await run(parts, 100);

    expect(parts.dead.map(([row]) => row)).toEqual(bad);
    expect(parts.sink.sent).toHaveLength(6);
    expect(parts.sink.stored).toEqual(range(0, 100).filter((row) => !bad.includes(row)));
  });

  it('keeps its identity from the rows around it', async () => {
    const parts = setUp();
    parts.sink.answer = naming([2], (rowIndex) => ({ rowIndex }));

    await run(parts, 5);

    const [first, second] = parts.sink.sent;
    expect(second?.ids).toEqual(first?.ids.filter((_, index) => index !== 2));
    expect(second?.batchId).not.toBe(first?.batchId);
  });

  it('is told apart from rows that the sink reports of the same send', async () => {
    const parts = setUp();
    parts.sink.answer = ({ rows }) =>
      rows.includes(1) ? naming([1], (rowIndex) => ({ rowIndex }))({ rows } as Sent<number>) : { reject: [1] };

    await run(parts, 4);

    // Of 0, 2 and 3 the sink rejects the second.
    expect(parts.dead.map(([row]) => row)).toEqual([1, 2]);
    expect(parts.sink.stored).toEqual([0, 3]);
  });

  it('is not given up for a temporary error', async () => {
    const parts = setUp();
    const busy = Object.assign(new Error('deadlock detected'), { code: '40P01', rowIndex: 1 });
    parts.sink.answer = (_, call) => (call === 1 ? busy : 'store');

    await run(parts, 3);

    expect(parts.dead).toEqual([]);
    expect(parts.sink.stored).toEqual([0, 1, 2]);
  });

  it('may be wrong about itself only at the cost of that row', async () => {
    const parts = setUp();
    parts.sink.answer = naming([3], () => ({ rowIndex: 99 }));

    await run(parts, 8);

    expect(parts.dead.map(([row]) => row)).toEqual([3]);
    expect(parts.sink.stored).toEqual([0, 1, 2, 4, 5, 6, 7]);
  });
});

describe('a row that the server names by a line', () => {
  const line = (index: number): object => ({ where: `COPY trades, line ${index + 1}, column price: "x"` });

  it('is sent alone first: three sends for 500 rows', async () => {
    const parts = setUp();
    parts.sink.answer = naming([250], line);

    await run(parts, 500);

    expect(parts.sink.sizes).toEqual([500, 1, 499]);
    expect(parts.dead.map(([row]) => row)).toEqual([250]);
    expect(parts.sink.stored).toEqual(range(0, 500).filter((row) => row !== 250));
  });

  it('is not given up when the line is wrong', async () => {
    const parts = setUp();
    parts.sink.answer = naming([5], (index) => line(index - 2));

    await run(parts, 16);

    expect(parts.dead.map(([row]) => row)).toEqual([5]);
    expect(parts.sink.stored.toSorted((a, b) => a - b)).toEqual(range(0, 16).filter((row) => row !== 5));
    expect(new Set(parts.sink.stored).size).toBe(15);
  });
});

describe('rowAtFault', () => {
  it.each([
    [{ rowIndex: 3 }, { index: 3, isCertain: true }],
    [{ rowIndex: 0 }, { index: 0, isCertain: true }],
    [{ rowIndex: 10 }, undefined],
    [{ rowIndex: -1 }, undefined],
    [{ rowIndex: 1.5 }, undefined],
    [{ rowIndex: '3' }, undefined],
    [{ where: 'COPY t, line 1' }, { index: 0, isCertain: false }],
    [{ where: 'COPY t, line 11' }, undefined],
    [{ where: 'COPY t, line 0' }, undefined],
    [{ where: 'PL/pgSQL function f() line 4 at RAISE' }, undefined],
    [{ where: 7 }, undefined],
    [undefined, undefined],
    ['COPY t, line 1', undefined],
  ])('reads %o as %o', (error, expected) => {
    expect(rowAtFault(error, 10)).toEqual(expected);
  });
});
