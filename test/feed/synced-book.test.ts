import { ClosedError, ConfigError, VirtualClock } from 'tickwise/core';
import { type BookChange, type BookStatus, SyncedBook, type SyncedBookOptions } from 'tickwise/feed';
import { describe, expect, it } from 'vitest';
import { delta, snapshot } from './books.js';

const RANGES = { sequence: 'ranges' } as const;

const ids = (firstId: number, lastId: number): { firstId: number; lastId: number } => ({ firstId, lastId });

const whole = (lastId: number): BookChange => snapshot([['10', '1']], [['11', '1']], { lastId });

const step = (id: number, size = '2'): BookChange => delta([['10', size]], [], ids(id, id));

/** A resync whose requests the test answers. */
function desk(): {
  requests: { resolve: (change?: BookChange) => void; reject: (error: unknown) => void; signal: AbortSignal }[];
  resync: SyncedBookOptions['resync'];
} {
  const requests: ReturnType<typeof desk>['requests'] = [];
  const resync = (signal: AbortSignal): Promise<BookChange | undefined> =>
    new Promise((resolve, reject) => requests.push({ resolve, reject, signal }));
  return { requests, resync };
}

function rig(options: Partial<SyncedBookOptions> = {}) {
  const clock = new VirtualClock();
  const { requests, resync } = desk();
  const statuses: BookStatus[] = [];
  const errors: unknown[] = [];
  const book = new SyncedBook({
    book: RANGES,
    resync,
    ioClock: clock,
    random: () => 1,
    onStatus: (status) => void statuses.push(status),
    onError: (error, context) => void errors.push([context.where, error]),
    ...options,
  });
  return { clock, requests, statuses, errors, book };
}

describe('a SyncedBook', () => {
  it('asks for a snapshot at the first delta, and joins the deltas that came meanwhile', async () => {
    const { clock, requests, statuses, book } = rig();

    book.apply(step(5));
    book.apply(step(6, '3'));
    book.apply(step(7, '4'));
    requests[0]?.resolve(whole(5));
    await clock.advance(0);

    expect(requests.length).toBe(1);
    expect(statuses).toEqual(['waiting', 'ready']);
    expect(book.book.bidSize(0)).toBe(4);
    expect(book.stats()).toMatchObject({ resyncs: 1, resyncFailures: 0, applied: 2, stale: 1, buffered: 0 });
  });

  it('has one request under way at most, however many deltas come', async () => {
    const { clock, requests, book } = rig();

    for (let id = 1; id <= 100; id++) book.apply(step(id));
    await clock.advance(5_000);

    expect(requests.length).toBe(1);
    expect(book.explain()).toMatchObject({ status: 'waiting', resync: 'running' });
  });

  it('asks again after a gap, not sooner than minDelay after the last time', async () => {
    const { clock, requests, book, statuses } = rig({ minDelay: 500 });
    book.apply(step(1));
    requests[0]?.resolve(whole(0));
    await clock.advance(100);

    book.apply(step(9));
    expect(book.explain()).toMatchObject({ status: 'gap', resync: 'planned' });
    await clock.advance(399);
    const early = requests.length;
    await clock.advance(1);

    expect([early, requests.length]).toEqual([1, 2]);
    requests[1]?.resolve(whole(9));
    await clock.advance(0);
    book.apply(step(10));
    expect(statuses).toEqual(['waiting', 'ready', 'gap', 'waiting', 'ready']);
    expect(book.stats().gaps).toBe(1);
  });

  it('waits longer after each failure, up to maxDelay, and starts over once the book was ready', async () => {
    const { clock, requests, book, errors } = rig({ minDelay: 1_000, maxDelay: 4_000 });
    const startedAt: number[] = [];
    book.apply(step(1));
    for (let i = 0; i < 5; i++) {
      startedAt.push(clock.now());
      requests.at(-1)?.reject(new Error(`down ${i}`));
      await clock.advance(0);
      while (requests.length === i + 1) await clock.advance(500);
    }

    const pauses = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 4_000]);
    expect(book.explain().lastError).toEqual(new Error('down 4'));
    requests.at(-1)?.resolve(whole(0));
    await clock.advance(0);
    expect(book.book.status).toBe('ready');
    expect(book.explain().lastError).toBeUndefined();
    expect(errors.length).toBe(5);
    expect(book.stats()).toMatchObject({ resyncs: 6, resyncFailures: 5, errors: 5 });
  });

  it('gives up a request that takes too long, aborts its signal and ignores what it brings later', async () => {
    const { clock, requests, book, errors } = rig({ timeout: 200, minDelay: 1_000 });
    book.apply(step(1));

    await clock.advance(200);
    requests[0]?.resolve(whole(0));
    await clock.advance(0);

    expect(requests[0]?.signal.reason).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(book.book.status).toBe('waiting');
    expect(errors).toEqual([['resync', expect.objectContaining({ code: 'ERR_TIMEOUT' })]]);
    await clock.advance(1_000);
    expect(requests.length).toBe(2);
  });

  it('counts a snapshot that is older than the kept deltas as a failure, and asks for a newer one', async () => {
    const { clock, requests, book } = rig({ minDelay: 10 });
    book.apply(step(7));

    requests[0]?.resolve(whole(3));
    await clock.advance(10);
    requests[1]?.resolve(whole(6));
    await clock.advance(0);

    expect(book.book.status).toBe('ready');
    expect(book.stats()).toMatchObject({ resyncs: 2, resyncFailures: 1 });
  });

  it('refuses a snapshot of the wrong form and asks again', async () => {
    const { clock, requests, book, errors } = rig({ minDelay: 10 });
    book.apply(step(7));

    requests[0]?.resolve(step(7));
    await clock.advance(10);

    expect(requests.length).toBe(2);
    expect(errors).toEqual([['resync', expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' })]]);
  });

  it('waits for a snapshot in the stream when the request brings none', async () => {
    const { clock, requests, book } = rig({ book: { sequence: 'increment' }, timeout: 1_000 });
    book.apply(delta([['10', '1']], [], { lastId: 5 }));
    expect(book.apply(whole(10))).toBe('ready');
    book.apply(step(12));
    await clock.advance(1_000);
    requests[1]?.resolve(undefined);
    await clock.advance(500);

    expect(book.explain()).toMatchObject({ status: 'gap', resync: 'running' });
    expect(book.apply(whole(20))).toBe('ready');
    await clock.advance(60_000);
    expect(requests.length).toBe(2);
    expect(book.stats()).toMatchObject({ resyncs: 2, resyncFailures: 0 });
  });

  it('asks again when no snapshot came in the stream in time', async () => {
    const { clock, requests, book } = rig({ book: { sequence: 'increment' }, timeout: 1_000, minDelay: 100 });
    book.apply(delta([['10', '1']], [], { lastId: 5 }));
    requests[0]?.resolve(undefined);

    await clock.advance(1_100);

    expect(requests.length).toBe(2);
    expect(book.stats()).toMatchObject({ resyncFailures: 1 });
  });

  it('drops the book and asks for a snapshot when it is restarted', async () => {
    const { clock, requests, book, statuses } = rig({ minDelay: 0 });
    book.apply(step(1));
    requests[0]?.resolve(whole(0));
    await clock.advance(0);

    book.restart();
    expect(book.book.status).toBe('empty');
    await clock.advance(0);
    requests[1]?.resolve(whole(50));
    await clock.advance(0);
    book.apply(step(51));

    expect(statuses).toEqual(['waiting', 'ready', 'empty', 'waiting', 'ready']);
    expect(book.book.lastId).toBe(51);
  });

  it('reports a status handler that throws or rejects, and goes on', async () => {
    const { clock, requests, book, errors } = rig({
      onStatus: (status) => {
        if (status === 'waiting') throw new Error('thrown');
        return Promise.reject(new Error('rejected'));
      },
    });

    book.apply(step(1));
    requests[0]?.resolve(whole(0));
    await clock.advance(0);

    expect(book.book.status).toBe('ready');
    expect(errors).toEqual([
      ['handler', new Error('thrown')],
      ['handler', new Error('rejected')],
    ]);
  });

  it('reports a resync that throws instead of rejecting', async () => {
    const { clock, book, errors } = rig({
      resync: () => {
        throw new Error('no network');
      },
    });

    book.apply(step(1));
    await clock.advance(0);

    expect(errors).toEqual([['resync', new Error('no network')]]);
  });

  it('ends its request and its timers on close, and takes no more', async () => {
    const { clock, requests, book } = rig();
    book.apply(step(1));

    await book.close();
    await book[Symbol.asyncDispose]();

    expect(requests[0]?.signal.reason).toBeInstanceOf(ClosedError);
    expect(clock.pendingTimers).toBe(0);
    expect(() => book.apply(step(2))).toThrow(ClosedError);
    expect(() => book.restart()).toThrow(ClosedError);
  });

  it.each<[string, object]>([
    ['resync must be a function', { resync: 1 }],
    ['minDelay must be a number of milliseconds', { minDelay: -1 }],
    ['maxDelay must be at least minDelay (5000)', { minDelay: 5_000, maxDelay: 10 }],
    ['timeout must be a number of milliseconds from 1 up', { timeout: 0 }],
    ["unknown option 'url'", { url: '' }],
    ['depth must be a whole number', { book: { depth: 0 } }],
  ])('refuses: %s', (message, wrong) => {
    const make = () => new SyncedBook({ resync: desk().resync, ...wrong });

    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });
});
