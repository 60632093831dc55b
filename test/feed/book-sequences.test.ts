import { describe, expect, it } from 'vitest';
import { type BookChange, OrderBook } from 'tickwise/feed';
import { delta, snapshot } from './books.js';

const rangedBook = (): OrderBook => new OrderBook({ sequence: 'ranges' });
const chainedBook = (): OrderBook => new OrderBook({ sequence: 'chained' });
const numberedBook = (): OrderBook => new OrderBook({ sequence: 'increment' });

/** Changes whose one level has the last id as its price. */
const ranged = (firstId: number, lastId: number): BookChange => delta([[String(lastId), '1']], [], { firstId, lastId });
const chained = (previousId: number, firstId: number, lastId: number): BookChange =>
  delta([[String(lastId), '1']], [], { previousId, firstId, lastId });
const numbered = (lastId: number): BookChange => delta([[String(lastId), '1']], [], { lastId });
const taken = (lastId: number): BookChange => snapshot([['0.5', '1']], [], { lastId });

describe('ids of the sequence ranges', () => {
  it('keep deltas until the snapshot comes, drop old ones and join at the one that reaches over it', () => {
    const subject = rangedBook();

    const statuses = [ranged(1, 5), ranged(6, 10), ranged(11, 15)].map((change) => subject.apply(change));
    const joined = subject.applySnapshot(taken(8));

    expect(statuses).toEqual(['waiting', 'waiting', 'waiting']);
    expect(joined).toBe('ready');
    expect(subject.bids().map(({ price }) => price)).toEqual([15, 10, 0.5]);
    expect(subject.stats()).toMatchObject({ stale: 1, applied: 2, snapshots: 1, buffered: 0, lastId: 15 });
  });

  it('drop a delta that ends at the snapshot and join at the next', () => {
    const subject = rangedBook();
    subject.apply(ranged(1, 8));

    expect(subject.applySnapshot(taken(8))).toBe('waiting');
    expect([subject.needsSnapshot, subject.bids()]).toEqual([false, []]);
    expect(subject.apply(ranged(9, 9))).toBe('ready');
  });

  it('wait for the spanning delta when the snapshot comes first', () => {
    const subject = rangedBook();

    expect(subject.applySnapshot(taken(8))).toBe('waiting');
    expect(subject.apply(ranged(5, 8))).toBe('waiting');
    expect(subject.apply(ranged(7, 12))).toBe('ready');
  });

  it('ask for a newer snapshot when the one given is too old, and keep the deltas', () => {
    const subject = rangedBook();
    subject.apply(ranged(10, 12));

    expect(subject.applySnapshot(taken(8))).toBe('waiting');
    expect(subject.explain()).toMatchObject({
      needsSnapshot: true,
      reason: expect.stringContaining('older') as string,
    });
    expect(subject.applySnapshot(taken(9))).toBe('ready');
    expect(subject.bids().map(({ price }) => price)).toEqual([12, 0.5]);
  });

  it('make a gap of a missing delta; the deltas from there on wait for a snapshot', () => {
    const subject = rangedBook();
    subject.applySnapshot(taken(8));
    subject.apply(ranged(9, 10));

    const statuses = [ranged(12, 13), ranged(14, 15)].map((change) => subject.apply(change));
    const during = { bids: subject.bids(), reason: subject.explain().reason };
    const joined = subject.applySnapshot(taken(13));

    expect(statuses).toEqual(['gap', 'gap']);
    expect(during).toEqual({ bids: [], reason: 'changes are missing between 10 and 12' });
    expect(joined).toBe('ready');
    expect(subject.stats()).toMatchObject({ gaps: 1, lastId: 15 });
  });

  it('drop a delta that was applied before', () => {
    const subject = rangedBook();
    subject.applySnapshot(taken(8));
    subject.apply(ranged(9, 10));

    expect(subject.apply(ranged(9, 10))).toBe('ready');
    expect(subject.stats()).toMatchObject({ applied: 1, stale: 1, gaps: 0 });
  });

  it('find a gap among the deltas kept', () => {
    const subject = rangedBook();
    for (const change of [ranged(1, 5), ranged(9, 10), ranged(11, 12)]) subject.apply(change);

    expect(subject.applySnapshot(taken(3))).toBe('gap');
    expect(subject.stats()).toMatchObject({ gaps: 1, buffered: 2 });
    expect(subject.applySnapshot(taken(9))).toBe('ready');
  });

  it('keep no more deltas than allowed and count those given up', () => {
    const subject = new OrderBook({ sequence: 'ranges', maxBuffered: 2 });

    for (let id = 1; id <= 5; id++) subject.apply(ranged(id, id));

    expect(subject.stats()).toMatchObject({ buffered: 2, dropped: 3 });
    expect(subject.applySnapshot(taken(2))).toBe('waiting');
    expect(subject.applySnapshot(taken(3))).toBe('ready');
  });

  it.each([
    ['firstId', { lastId: 9 }],
    ['lastId', { firstId: 9 }],
    ['lastId', { firstId: 9, lastId: 9.5 }],
  ])('must be there: a delta without %s is refused when it comes', (name, ids) => {
    const subject = rangedBook();

    expect(() => subject.apply(delta([], [], ids))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(name) as string }),
    );
    expect(subject.status).toBe('empty');
  });

  it('are needed in a snapshot', () => {
    expect(() => rangedBook().applySnapshot(snapshot([], []))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});

describe('ids of the sequence chained', () => {
  it('join at the delta that reaches over the snapshot, also when it ends there', () => {
    const subject = chainedBook();
    for (const change of [chained(1, 3, 5), chained(5, 7, 9), chained(9, 12, 14)]) subject.apply(change);

    expect(subject.applySnapshot(taken(9))).toBe('ready');
    expect(subject.stats()).toMatchObject({ stale: 1, applied: 2, lastId: 14 });
  });

  it('join when the snapshot was taken between two deltas, where the ids are those of other books', () => {
    const subject = chainedBook();
    subject.applySnapshot(taken(6));

    expect(subject.apply(chained(5, 8, 9))).toBe('ready');
  });

  it('make a gap of a delta that does not name the one before', () => {
    const subject = chainedBook();
    subject.applySnapshot(taken(6));
    subject.apply(chained(5, 6, 9));

    expect(subject.apply(chained(9, 20, 30))).toBe('ready');
    expect(subject.apply(chained(31, 32, 33))).toBe('gap');
    expect(subject.applySnapshot(taken(33))).toBe('ready');
  });

  it('refuse a snapshot older than the deltas kept', () => {
    const subject = chainedBook();
    subject.apply(chained(10, 12, 14));

    expect(subject.applySnapshot(taken(9))).toBe('waiting');
    expect(subject.needsSnapshot).toBe(true);
  });

  it('must be there', () => {
    const subject = chainedBook();

    expect(() => subject.apply(delta([], [], { firstId: 1, lastId: 2 }))).toThrow(/previousId/);
    expect(subject.stats()).toMatchObject({ status: 'empty', buffered: 0 });
  });
});

describe('ids of the sequence increment', () => {
  it('go up by one after the snapshot', () => {
    const subject = numberedBook();

    expect([taken(7), numbered(8), numbered(9)].map((change) => subject.apply(change))).toEqual([
      'ready',
      'ready',
      'ready',
    ]);
    expect(subject.lastId).toBe(9);
  });

  it('make a gap when one is missing, until the next snapshot of the stream', () => {
    const subject = numberedBook();

    const statuses = [taken(7), numbered(9), numbered(10), taken(20), numbered(21)].map((change) =>
      subject.apply(change),
    );

    expect(statuses).toEqual(['ready', 'gap', 'gap', 'ready', 'ready']);
    expect(subject.stats()).toMatchObject({ gaps: 1, ignored: 2, applied: 1 });
  });

  it('of 1 mean that the service was restarted and that this is the whole book', () => {
    const subject = numberedBook();
    subject.apply(taken(7));

    expect([numbered(1), numbered(2)].map((change) => subject.apply(change))).toEqual(['ready', 'ready']);
    expect(subject.bids().map(({ price }) => price)).toEqual([2, 1]);
    expect(subject.stats()).toMatchObject({ snapshots: 2, gaps: 0 });
  });

  it('of 1 end a gap and start a book that waits', () => {
    const subject = numberedBook();

    expect([numbered(5), numbered(1)].map((change) => subject.apply(change))).toEqual(['waiting', 'ready']);
    expect([numbered(9), numbered(1)].map((change) => subject.apply(change))).toEqual(['gap', 'ready']);
  });

  it('repeated in a snapshot are no gap', () => {
    const subject = numberedBook();

    expect([taken(7), taken(7), numbered(8)].map((change) => subject.apply(change))).toEqual([
      'ready',
      'ready',
      'ready',
    ]);
  });
});
