import fc from 'fast-check';
import { VirtualClock } from 'tickwise';
import type { SendContext, SinkFunction } from 'tickwise/batch';
import { describe, expect, it, vi } from 'vitest';
import { readRejected } from '../../src/batch/rejected-rows.js';
import { Cutter, send } from '../../src/batch/send.js';
import { WaitingBatch } from '../../src/batch/waiting-batch.js';
import { settle } from './fake-sink.js';

describe('send', () => {
  function start(write: SinkFunction<number>, timeout = 100) {
    const clock = new VirtualClock();
    const cutter = new Cutter();
    const ids = vi.fn(() => ['id-1']);
    const promise = send(write, clock, { items: [1], attempt: 3, batchId: () => 'b', ids, timeout, cutter });
    promise.catch(() => undefined);
    return { clock, cutter, ids, promise };
  }

  it('tells the sink everything', async () => {
    const contexts: SendContext[] = [];

    const { cutter, promise } = start(async (_, context) => void contexts.push(context));
    await promise;

    expect(contexts).toHaveLength(1);
    expect(contexts[0]).toMatchObject({ attempt: 3, batchId: 'b', ids: ['id-1'] });
    expect(contexts[0]?.signal).toBe(cutter.signal);
  });

  it('computes identities only for a sink that asks, and once', async () => {
    const indifferent = start(async () => undefined);
    const curious = start(async (_, context) => void [context.ids, context.ids]);

    await Promise.all([indifferent.promise, curious.promise]);

    expect(indifferent.ids).not.toHaveBeenCalled();
    expect(curious.ids).toHaveBeenCalledOnce();
  });

  it('gives a context whose copy has everything, as sinks around others make one', async () => {
    const copies: SendContext[] = [];

    const { cutter, promise } = start(async (_, context) => void copies.push({ ...context }));
    await promise;

    expect(copies).toEqual([{ signal: cutter.signal, attempt: 3, batchId: 'b', ids: ['id-1'] }]);
  });

  it('resolves with what the sink answers', async () => {
    const report = { rejected: [] };

    await expect(start(async () => report).promise).resolves.toBe(report);
  });

  it('rejects at the timeout although the sink does not listen', async () => {
    const { clock, cutter, promise } = start(() => new Promise(() => undefined));

    await clock.advance(100);

    await expect(promise).rejects.toMatchObject({ code: 'ERR_TIMEOUT', message: 'a send took longer than 100 ms' });
    expect(cutter.signal.aborted).toBe(true);
  });

  it('rejects with the reason of an abort, and forgets the timer', async () => {
    const { clock, cutter, promise } = start(() => new Promise(() => undefined));
    const reason = new Error('closing');

    cutter.cut(reason);

    await expect(promise).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets a sink that listens decide at once', async () => {
    const { clock, promise } = start(
      (_, { signal }) =>
        new Promise((__, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped by the sink')), { once: true });
        }),
    );

    await clock.advance(100);

    await expect(promise).rejects.toBeInstanceOf(Error);
  });

  it('has a signal for who asks late: it has fired already, and once', async () => {
    const { cutter, promise } = start(() => new Promise(() => undefined));
    await settle();

    cutter.cut('enough');
    cutter.cut('again');

    await expect(promise).rejects.toBe('enough');
    expect(cutter.signal).toMatchObject({ aborted: true, reason: 'enough' });
  });

  it('is not called back after its end by a timer', async () => {
    const { clock, cutter, promise } = start(async () => undefined);
    await promise;

    await clock.advance(1_000);

    expect(cutter.signal.aborted).toBe(false);
  });
});

describe('readRejected', () => {
  it('never throws, and names only rows of the batch, whatever the sink answers', () => {
    const entry = fc.oneof(
      fc.record({ index: fc.oneof(fc.integer({ min: -2, max: 6 }), fc.double(), fc.string()), error: fc.anything() }),
      fc.anything(),
    );
    const answer = fc.oneof(
      fc.record({ rejected: fc.array(entry) }),
      fc.record({ rejected: fc.anything() }),
      fc.anything(),
    );
    fc.assert(
      fc.property(answer, fc.integer({ min: 0, max: 5 }), (given, count) => {
        const { rows } = readRejected(given, count);

        expect(rows.size).toBeLessThanOrEqual(count);
        for (const index of rows.keys()) expect(Number.isInteger(index) && index >= 0 && index < count).toBe(true);
      }),
    );
  });

  it('keeps the good entries of a report that has bad ones too', () => {
    const error = new Error('no');

    const { rows, malformed } = readRejected(
      {
        rejected: [
          { index: 1, error },
          { index: 9, error },
        ],
      },
      3,
    );

    expect([...rows]).toEqual([[1, error]]);
    expect(malformed).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('WaitingBatch', () => {
  function batch(sizes: readonly number[], dropped: number): WaitingBatch<number> {
    const made = new WaitingBatch<number>(1, 0);
    made.sizes = [];
    for (const [index, size] of sizes.entries()) {
      made.items.push(index);
      made.resize(index, size);
    }
    for (let count = 0; count < dropped; count++) made.drop();
    return made;
  }

  it('counts the rows that fit as adding them up does', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 100 }), fc.nat(19), (given, maxBytes, drops) => {
        const dropped = Math.min(drops, given.length - 1);
        const left = given.slice(dropped);
        let expected = 0;
        let bytes = 0;
        while (expected < left.length && (expected === 0 || bytes + (left[expected] ?? 0) <= maxBytes)) {
          bytes += left[expected++] ?? 0;
        }

        const made = batch(given, dropped);

        expect(made.countWithin(maxBytes)).toBe(expected);
        expect(made.bytes).toBe(left.reduce((sum, size) => sum + size, 0));
        expect(made.size).toBe(left.length);
      }),
    );
  });

  it('keeps everybody who waits for a row', () => {
    const made = batch([1], 0);
    const settlers = [1, 2, 3].map(() => ({ resolve: vi.fn(), reject: vi.fn() }));

    for (const settler of settlers) made.addSettler(0, settler);

    expect(made.settlers?.get(0)).toEqual(settlers);
  });
});
