import { microBatch, type MicroBatchOptions } from 'tickwise/batch';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

const double = async (items: readonly number[]): Promise<number[]> => items.map((item) => item * 2);

/** A function that doubles, and the items of each of its calls. */
function recorder() {
  const calls: number[][] = [];
  const fn = (items: readonly number[]): Promise<number[]> => {
    calls.push([...items]);
    return double(items);
  };
  return { calls, fn };
}

describe('microBatch', () => {
  it('makes one call of 500 requests of a turn, and keeps their order', async () => {
    const { calls, fn } = recorder();
    const load = microBatch(fn);
    const items = Array.from({ length: 500 }, (_, index) => index * 3);

    const results = await Promise.all(items.map((item) => load(item)));

    expect(results).toEqual(items.map((item) => item * 2));
    expect(calls).toEqual([items]);
  });

  it('lets requests join that promises of the same turn make', async () => {
    const { calls, fn } = recorder();
    const load = microBatch(fn);
    const later = async (item: number, turns: number): Promise<number> => {
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      return load(item);
    };

    const results = await Promise.all([load(1), later(2, 1), later(3, 20), load.many([4, 5])]);

    expect(results).toEqual([2, 4, 6, [8, 10]]);
    expect(calls).toEqual([[1, 4, 5, 2, 3]]);
  });

  it('begins another call in the next turn', async () => {
    const { calls, fn } = recorder();
    const load = microBatch(fn);

    await load(1);
    await load(2);

    expect(calls).toEqual([[1], [2]]);
    expect(load.stats()).toEqual({ calls: 2, items: 2, sent: 2, failed: 0 });
  });

  it('does not wait for the call before', async () => {
    const pending: (() => void)[] = [];
    const load = microBatch(
      (items: readonly number[]) => new Promise<number[]>((resolve) => pending.push(() => resolve([...items]))),
    );

    const first = load(1);
    await vi.waitFor(() => expect(pending).toHaveLength(1));
    const second = load(2);
    await vi.waitFor(() => expect(pending).toHaveLength(2));
    pending[1]?.();

    await expect(second).resolves.toBe(2);
    pending[0]?.();
    await expect(first).resolves.toBe(1);
  });

  it('fails a slot alone, in single requests and among many', async () => {
    const odd = new RangeError('odd');
    const load = microBatch(async (items: readonly number[]) => items.map((item) => (item % 2 === 0 ? item : odd)));

    const settled = await Promise.allSettled([load(0), load(1), load(2), load.many([3, 4])]);

    expect(settled).toEqual([
      { status: 'fulfilled', value: 0 },
      { status: 'rejected', reason: odd },
      { status: 'fulfilled', value: 2 },
      { status: 'fulfilled', value: [odd, 4] },
    ]);
    expect(load.stats()).toEqual({ calls: 1, items: 5, sent: 5, failed: 2 });
  });

  it.each([
    ['too few results', async () => [1], /an array of 3 results, one per item, got an array of 1/],
    ['too many results', async () => [1, 2, 3, 4], /got an array of 4/],
    ['no results', async () => undefined, /an array of 3 results, one per item, got undefined/],
    ['no array', async () => ({ length: 3 }), /got { length: 3 }/],
    ['no promise but too few', () => [], /got an array of 0/],
  ])('fails all items of a call that answers with %s', async (_, fn, message) => {
    const load = microBatch(fn as unknown as typeof double);

    const settled = await Promise.allSettled([load(1), load.many([2, 3])]);

    for (const outcome of settled)
      expect(outcome).toEqual({
        status: 'rejected',
        reason: expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
      });
    expect(load.stats()).toMatchObject({ items: 3, failed: 3 });
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('down'))],
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
  ])('fails all items of a call that %s, and none of the next', async (_, fail) => {
    let isDown = true;
    const load = microBatch((items: readonly number[]): Promise<number[]> => (isDown ? fail() : double(items)));

    const settled = await Promise.allSettled([load(1), load.many([2]), load(3)]);
    isDown = false;

    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(load(4)).resolves.toBe(8);
    expect(load.stats()).toEqual({ calls: 2, items: 4, sent: 4, failed: 3 });
  });

  it('counts its own items, whatever the function does to the array it is given', async () => {
    const load = microBatch(async (items: readonly number[]) => (items as number[]).splice(0).map((item) => item + 1));

    await expect(load.many([1, 2, 3])).resolves.toEqual([2, 3, 4]);
  });

  it('copies the items of many, and leaves its results to the caller', async () => {
    const load = microBatch(double);
    const items = [1, 2];

    const [first, second] = [load.many(items), load.many(items)];
    items.push(3);
    const results = await first;
    results.push(99);

    expect(results).toEqual([2, 4, 99]);
    expect(await second).toEqual([2, 4]);
  });

  it('makes no call for no items', async () => {
    const { calls, fn } = recorder();

    await expect(microBatch(fn).many([])).resolves.toEqual([]);
    expect(calls).toEqual([]);
  });
});

describe('microBatch with a key', () => {
  it('sends equal items once and gives all of them the result', async () => {
    const calls: { id: number }[][] = [];
    const load = microBatch(
      async (items: readonly { id: number }[]) => {
        calls.push([...items]);
        return items.map(({ id }) => (id === 9 ? new Error('nine') : id));
      },
      { key: ({ id }) => id },
    );
    const first = { id: 1 };

    const settled = await Promise.allSettled([
      load(first),
      load({ id: 1 }),
      load({ id: 9 }),
      load.many([{ id: 2 }, { id: 1 }, { id: 9 }, { id: 2 }]),
      load({ id: 9 }),
    ]);

    expect(calls).toEqual([[first, { id: 9 }, { id: 2 }]]);
    expect(calls[0]?.[0]).toBe(first);
    expect(settled.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'failed'))).toEqual([
      1,
      1,
      'failed',
      [2, 1, new Error('nine'), 2],
      'failed',
    ]);
    expect(load.stats()).toEqual({ calls: 1, items: 8, sent: 3, failed: 3 });
  });

  it('sends an item again in the next call', async () => {
    const { calls, fn } = recorder();
    const load = microBatch(fn, { key: (item) => item });

    await load(1);
    await load(1);

    expect(calls).toEqual([[1], [1]]);
  });

  it('takes undefined and NaN as keys like any other', async () => {
    const { calls, fn } = recorder();
    const load = microBatch(fn, { key: (item) => (item > 1 ? undefined : Number.NaN) });

    await load.many([0, 1, 2, 3]);

    expect(calls).toEqual([[0, 2]]);
  });

  it('rejects an item whose key cannot be made, before it joins a call', async () => {
    const { calls, fn } = recorder();
    const load = microBatch(fn, {
      key: (item) => {
        if (item < 0) throw new Error('negative');
        return item;
      },
    });

    const settled = await Promise.allSettled([load(1), load(-1), load.many([2, -2])]);

    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(calls).toEqual([[1]]);
    expect(load.stats()).toEqual({ calls: 1, items: 1, sent: 1, failed: 0 });
  });
});

describe('microBatch with maxItems', () => {
  it('makes full calls at once and the rest at the end of the turn', async () => {
    const { calls, fn } = recorder();
    const load = microBatch(fn, { maxItems: 3 });

    const single = [1, 2, 3, 4].map((item) => load(item));
    expect(calls).toEqual([[1, 2, 3]]);
    const many = load.many([5, 6, 7, 8, 9, 10, 11]);
    expect(calls).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);

    expect(await Promise.all(single)).toEqual([2, 4, 6, 8]);
    expect(await many).toEqual([10, 12, 14, 16, 18, 20, 22]);
    expect(calls).toHaveLength(4);
  });

  it('rejects many items when one of their calls fails as a whole', async () => {
    const load = microBatch(
      async (items: readonly number[]) => {
        if (items.includes(4)) throw new Error('four');
        return [...items];
      },
      { maxItems: 2 },
    );

    const many = load.many([1, 2, 3, 4, 5]);

    await expect(many).rejects.toThrow('four');
    await vi.waitFor(() => expect(load.stats()).toEqual({ calls: 3, items: 5, sent: 5, failed: 2 }));
  });

  it('takes a request that the function makes itself into another call', async () => {
    const calls: number[][] = [];
    const nested: Promise<number>[] = [];
    const load = microBatch(
      async (items: readonly number[]): Promise<number[]> => {
        calls.push([...items]);
        if (items.includes(1)) nested.push(load(10));
        return [...items];
      },
      { maxItems: 2 },
    );

    await Promise.all([load(1), load(2), load(3)]);

    expect(await Promise.all(nested)).toEqual([10]);
    expect(calls).toEqual([
      [1, 2],
      [10, 3],
    ]);
  });
});

describe('microBatch with maxDelay', () => {
  it('collects the requests of several turns until the first has waited as long', async () => {
    const clock = new VirtualClock();
    const { calls, fn } = recorder();
    const load = microBatch(fn, { maxDelay: 10, clock });

    const first = load(1);
    await clock.advance(9);
    const second = load(2);
    expect(calls).toEqual([]);
    await clock.advance(1);

    expect(calls).toEqual([[1, 2]]);
    expect(await Promise.all([first, second])).toEqual([2, 4]);
    expect(load.stats()).toMatchObject({ calls: 1, sent: 2 });
  });

  it('leaves no timer behind when a call was full before its time', async () => {
    const clock = new VirtualClock();
    const { calls, fn } = recorder();
    const load = microBatch(fn, { maxDelay: 10, maxItems: 2, clock });

    void load.many([1, 2]);
    expect(clock.pendingTimers).toBe(0);
    void load(3);
    await clock.advance(10);

    expect(calls).toEqual([[1, 2], [3]]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('counts an item that waits as sent, so that items less duplicates are sent', async () => {
    const clock = new VirtualClock();
    const load = microBatch(double, { maxDelay: 10, clock, key: (item) => item });

    void load(1);
    void load(1);

    expect(load.stats()).toEqual({ calls: 0, items: 2, sent: 1, failed: 0 });
    await clock.advance(10);
    expect(load.stats()).toEqual({ calls: 1, items: 2, sent: 1, failed: 0 });
  });
});

describe('microBatch options', () => {
  it.each([
    [{ maxItems: 0 }, /maxItems must be a whole number from 1 up, or Infinity, got 0/],
    [{ maxItems: 1.5 }, /maxItems/],
    [{ maxItems: Number.NaN }, /maxItems/],
    [{ maxDelay: -1 }, /maxDelay must be a number of milliseconds from 0 up, got -1/],
    [{ maxDelay: Infinity }, /maxDelay/],
    [{ key: 'id' }, /key must be a function, got 'id'/],
    [{ clock: Date }, /clock must be a Clock/],
    [{ maxSize: 5 }, /unknown option 'maxSize'; known are maxItems, maxDelay, key, clock/],
  ])('refuse %o', (options, message) => {
    expect(() => microBatch(double, options as unknown as MicroBatchOptions<number>)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(message) }),
    );
  });

  it('refuse a function that is none, and many of what is no array', () => {
    const misuse = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });

    expect(() => microBatch(5 as unknown as typeof double)).toThrow(misuse);
    expect(() => microBatch(double).many(new Set([1]) as unknown as number[])).toThrow(misuse);
  });
});

describe('microBatch behind memo', () => {
  it('asks for what memo does not have, all of a turn at once', async () => {
    const { calls, fn } = recorder();
    const load = memo(microBatch(fn), { name: 'double', maxEntries: 100 });

    const first = await Promise.all([1, 2, 1].map((item) => load(item)));
    const second = await Promise.all([2, 3].map((item) => load(item)));

    expect([first, second]).toEqual([
      [2, 4, 2],
      [4, 6],
    ]);
    expect(calls).toEqual([[1, 2], [3]]);
  });
});

describe('microBatch and the obvious model', () => {
  /** What each request must come to, one by one. */
  const answer = (item: number): number | string => (item % 7 === 0 ? `no ${item}` : item * item);
  const request = fc.oneof(fc.nat(30), fc.array(fc.nat(30), { maxLength: 12 }));
  const turns = fc.array(fc.array(request, { maxLength: 8 }), { maxLength: 6 });
  const limits = fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 9 }));

  it('answers each request as if it were alone, however requests meet', async () => {
    await fc.assert(
      fc.asyncProperty(turns, limits, fc.boolean(), async (history, maxItems, hasKey) => {
        const sizes: number[] = [];
        const load = microBatch(
          async (items: readonly number[]) => {
            sizes.push(items.length);
            return items.map((item) => (item % 7 === 0 ? new Error(`no ${item}`) : item * item));
          },
          hasKey ? { maxItems, key: (item: number) => item } : { maxItems },
        );
        const flat: number[] = [];
        for (const requests of history) {
          flat.push(...requests.flat());
          const results = await Promise.all(
            requests.map((wish) => (typeof wish === 'number' ? load(wish).catch(messageOf) : load.many(wish))),
          );
          const plain = results.map((result) => (Array.isArray(result) ? result.map(messageOf) : result));

          expect(plain).toEqual(requests.map((wish) => (typeof wish === 'number' ? answer(wish) : wish.map(answer))));
        }

        expect(sizes.every((size) => size >= 1 && size <= maxItems)).toBe(true);
        const { calls, items, sent, failed } = load.stats();
        expect({ calls, items }).toEqual({ calls: sizes.length, items: flat.length });
        expect(sent).toBe(sizes.reduce((sum, size) => sum + size, 0));
        if (!hasKey) expect(sent).toBe(items);
        expect(failed).toBe(flat.filter((item) => item % 7 === 0).length);
      }),
      { numRuns: 300 },
    );
  });
});

function messageOf(result: unknown): unknown {
  return result instanceof Error ? result.message : result;
}
