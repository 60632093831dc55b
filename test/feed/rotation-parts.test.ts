import { VirtualClock } from 'tickwise/core';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/feed/connection.js';
import { Rotation, type RotationParts } from '../../src/feed/rotation.js';
import { Rotations } from '../../src/feed/rotations.js';
import { TopicRecord } from '../../src/feed/topic-record.js';
import type { TestEvent } from './fake-venue.js';

interface Moved {
  readonly topic: string;
  readonly values: readonly number[];
  readonly isWhole: boolean;
}

/** A rotation of one topic between two connections of which it uses only the records. */
function bench(overrides: Partial<RotationParts<TestEvent>> = {}) {
  const clock = new VirtualClock();
  const record = new TopicRecord<TestEvent>('a', '', false);
  record.add({ emit: () => undefined, notify: () => undefined, settle: () => undefined, isLive: true });
  const unwanted = new TopicRecord<TestEvent>('b', '', false);
  const heirs: TopicRecord<TestEvent>[] = [];
  const moved: Moved[] = [];
  const ended: boolean[] = [];
  const rotation = new Rotation<TestEvent>({
    old: { records: new Map([record, unwanted].map((each) => [each.topic, each])) } as unknown as Connection<TestEvent>,
    next: { add: (heir: TopicRecord<TestEvent>) => heirs.push(heir) } as unknown as Connection<TestEvent>,
    identify: ({ items }) => Number(items[0]),
    ioClock: clock,
    moved: ({ topic }, _heir, held, isWhole) =>
      moved.push({ topic, values: held.flatMap(({ items }) => items), isWhole }),
    ended: (hasMoved) => ended.push(hasMoved),
    ...overrides,
  });
  const [heir] = heirs;
  if (heir === undefined) throw new Error('no topic is on its way');
  const goLive = (): void => {
    heir.isLive = true;
    rotation.check();
  };
  const old = (value: number, ts = value): void => void record.intercept?.(event(value, ts));
  const next = (value: number, ts = value): void => void heir.intercept?.(event(value, ts));
  return { rotation, clock, record, heir, heirs, moved, ended, goLive, old, next };
}

function event(value: number, ts: number): TestEvent {
  return { kind: 'test', topic: 'a', symbol: 'a', ts, items: [value], raw: value };
}

describe('a rotation between two connections', () => {
  it('takes along wanted topics only', () => {
    expect(bench().heirs.map(({ topic }) => topic)).toEqual(['a']);
  });

  it('goes by the time of the venue when events cannot be told apart', async () => {
    const { clock, goLive, moved, old, next } = bench({
      identify: () => {
        throw new Error('no id');
      },
    });
    goLive();

    old(1, 100);
    next(1, 100);
    next(2, 101);
    next(3, NaN);
    await clock.advance(10_000);

    expect(moved).toEqual([{ topic: 'a', values: [2, 3], isWhole: true }]);
  });

  it('moves at once when too much is kept back', () => {
    const { goLive, moved, next, ended } = bench();
    goLive();

    for (let value = 1; value <= 10_001; value++) next(value);

    expect(moved[0]?.values.length).toBe(10_001);
    expect(ended).toEqual([true]);
  });

  it('remembers the last 1,024 events of the old connection', () => {
    const { goLive, moved, old, next } = bench();
    goLive();
    for (let value = 1; value <= 1_025; value++) old(value);

    next(1);
    expect(moved).toEqual([]);
    next(2);

    expect(moved).toEqual([{ topic: 'a', values: [], isWhole: true }]);
  });

  it('has a gap in a topic that was not joined when the old connection is lost', () => {
    const { rotation, moved, next } = bench();
    next(5);

    rotation.finish(true);
    rotation.finish();
    rotation.abort();
    rotation.check();

    expect(moved).toEqual([{ topic: 'a', values: [5], isWhole: false }]);
  });

  it('waits for no topic whose callers have all ended', () => {
    const { rotation, record, ended } = bench();
    for (const listener of record.listeners) record.remove(listener);

    rotation.check();

    expect(ended).toEqual([true]);
  });

  it('leaves both records as they were when it is given up', async () => {
    const { clock, rotation, record, heir, moved, ended } = bench();

    await clock.advance(60_000);
    rotation.abort();

    expect([record.intercept, heir.intercept, heir.isReserved, heir.isWanted]).toEqual([
      undefined,
      undefined,
      false,
      false,
    ]);
    expect([moved, ended]).toEqual([[], [false]]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the rotations of a pool', () => {
  it('replace a connection once at a time, and never a replacement', () => {
    const made: object[] = [];
    const connection = (): Connection<TestEvent> =>
      ({ records: new Map(), add: () => undefined, expireIn: () => undefined }) as unknown as Connection<TestEvent>;
    const old = connection();
    const retired: unknown[] = [];
    const rotations = new Rotations<TestEvent>({
      identify: () => 0,
      ioClock: new VirtualClock(),
      connect: () => {
        const next = connection();
        made.push(next);
        return next;
      },
      moved: () => undefined,
      retire: (gone) => retired.push(gone),
    });

    rotations.start(old);
    rotations.start(old);
    rotations.start(made[0] as Connection<TestEvent>);
    const during = [rotations.size, rotations.isLeaving(old), rotations.isComing(made[0] as Connection<TestEvent>)];
    rotations.refused(new TopicRecord<TestEvent>('x', '', false));
    rotations.close();

    expect(during).toEqual([1, true, true]);
    expect(made.length).toBe(1);
    expect(retired).toEqual(made);
    expect([rotations.done, rotations.failed, rotations.lost(old)]).toEqual([0, 1, false]);
  });
});
