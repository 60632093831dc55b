import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from 'tickwise/core';
import { memo } from 'tickwise/memo';
import { Loads, settle } from './deferred.js';

const unhandled = vi.fn<(reason: unknown) => void>();

beforeEach(() => {
  unhandled.mockClear();
  process.on('unhandledRejection', unhandled);
});

afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

/** A cached function whose loads wait to be settled, and the signals they got. */
function abortable(): {
  readonly loads: Loads<string>;
  readonly signals: AbortSignal[];
  readonly cached: ReturnType<typeof wrap>;
} {
  const loads = new Loads<string>();
  const signals: AbortSignal[] = [];
  return { loads, signals, cached: wrap(loads, signals) };
}

function wrap(loads: Loads<string>, signals: AbortSignal[]) {
  return memo(
    async (symbol: string, signal: AbortSignal): Promise<string> => {
      signals.push(signal);
      return await loads.run(symbol);
    },
    { abortable: true, name: 'quotes' },
  );
}

describe('abortable', () => {
  it('gives the function a signal that is no part of the key', async () => {
    const { loads, signals, cached } = abortable();

    const answers = [cached('BTC'), cached('BTC')];
    loads.at(0).resolve('1');

    expect(await Promise.all(answers)).toEqual(['1', '1']);
    expect(signals).toHaveLength(1);
    expect(signals[0]).toBeInstanceOf(AbortSignal);
    expect(signals[0]?.aborted).toBe(false);
    expect(await cached('BTC')).toBe('1');
  });

  it('puts the signal in its place when optional arguments are missing', async () => {
    const seen: unknown[][] = [];
    const cached = memo(
      async (symbol: string, limit?: number, signal?: AbortSignal): Promise<void> => {
        seen.push([symbol, limit, signal]);
      },
      { abortable: true },
    );

    await cached('BTC', 5);
    await cached('BTC');

    expect(seen).toEqual([
      ['BTC', 5, expect.any(AbortSignal)],
      ['BTC', undefined, expect.any(AbortSignal)],
    ]);
  });

  it('rejects the caller that leaves at once, and lets the other have the value', async () => {
    const { loads, signals, cached } = abortable();
    const leaving = new AbortController();
    const staying = new AbortController();
    const first = cached.withSignal(leaving.signal, 'BTC');
    const second = cached.withSignal(staying.signal, 'BTC');
    const reason = new Error('gone');

    leaving.abort(reason);

    await expect(first).rejects.toBe(reason);
    expect(signals[0]?.aborted).toBe(false);
    loads.at(0).resolve('1');
    expect(await second).toBe('1');
    expect(cached.peek('BTC')).toBe('1');
    expect(cached.stats()).toMatchObject({ misses: 1, coalesced: 1, loads: 1 });
  });

  it('aborts the load when the last caller has left, and stores nothing', async () => {
    const { loads, signals, cached } = abortable();
    const controllers = [new AbortController(), new AbortController()];
    const calls = controllers.map(({ signal }) => cached.withSignal(signal, 'BTC'));
    const reason = new Error('gone');

    controllers[0]?.abort(new Error('first'));
    expect(signals[0]?.aborted).toBe(false);
    controllers[1]?.abort(reason);

    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).toBe(reason);
    await expect(calls[0]).rejects.toThrow('first');
    await expect(calls[1]).rejects.toBe(reason);
    loads.at(0).resolve('late');
    await settle();
    expect(cached.has('BTC')).toBe(false);
  });

  it('starts a new load for a call that comes after the last caller has left', async () => {
    const { loads, cached } = abortable();
    const controller = new AbortController();
    const left = cached.withSignal(controller.signal, 'BTC');
    controller.abort(new Error('gone'));
    const next = cached('BTC');

    loads.at(1).resolve('2');
    loads.at(0).reject(new Error('aborted'));

    await expect(left).rejects.toThrow('gone');
    expect(await next).toBe('2');
    expect(cached.peek('BTC')).toBe('2');
  });

  it('never aborts a load for which somebody waits without a signal', async () => {
    const { loads, signals, cached } = abortable();
    const controller = new AbortController();
    const plain = cached('BTC');
    const left = cached.withSignal(controller.signal, 'BTC');

    controller.abort(new Error('gone'));
    loads.at(0).resolve('1');

    await expect(left).rejects.toThrow('gone');
    expect(await plain).toBe('1');
    expect(signals[0]?.aborted).toBe(false);
  });

  it('does not start a load for a signal that is aborted already', async () => {
    const { loads, cached } = abortable();
    const reason = new Error('before');

    await expect(cached.withSignal(AbortSignal.abort(reason), 'BTC')).rejects.toBe(reason);

    expect(loads.count).toBe(0);
    expect(cached.stats().calls).toBe(0);
  });

  it('answers a caller with a signal from the cache', async () => {
    const { loads, cached } = abortable();
    const call = cached('BTC');
    loads.at(0).resolve('1');
    await call;

    expect(await cached.withSignal(new AbortController().signal, 'BTC')).toBe('1');

    expect(cached.stats()).toMatchObject({ hits: 1, misses: 1 });
  });

  it('passes a rejection on to callers with a signal, and forgets their signals', async () => {
    const { loads, cached } = abortable();
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const call = cached.withSignal(controller.signal, 'BTC');
    const failure = new Error('down');

    loads.at(0).reject(failure);

    await expect(call).rejects.toBe(failure);
    expect(remove).toHaveBeenCalledOnce();
  });

  it('is told of a timeout', async () => {
    const ioClock = new VirtualClock();
    const signals: AbortSignal[] = [];
    const onError = vi.fn();
    const cached = memo(
      async (symbol: string, signal: AbortSignal): Promise<string> => {
        signals.push(signal);
        return await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error(`${symbol} aborted`)));
        });
      },
      { abortable: true, timeout: 100, ioClock, onError },
    );
    const outcome = cached('BTC').catch((error: unknown) => error);

    await ioClock.advance(100);

    expect(await outcome).toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(signals[0]?.aborted).toBe(true);
    expect(onError).not.toHaveBeenCalled();
  });

  it('lets the callers of a function without it leave, and its load go on', async () => {
    const loads = new Loads<string>();
    const cached = memo(loads.run);
    const controller = new AbortController();
    const call = cached.withSignal(controller.signal, 'BTC');

    controller.abort(new Error('gone'));
    loads.at(0).resolve('1');

    await expect(call).rejects.toThrow('gone');
    await settle();
    expect(cached.peek('BTC')).toBe('1');
  });

  it('refuses what is no signal', () => {
    const cached = memo(async (symbol: string) => symbol);

    expect(() => cached.withSignal({} as AbortSignal, 'BTC')).toThrow(/withSignal needs an AbortSignal/);
  });
});

describe('more loads than entries', () => {
  it('answers every caller, and keeps as many as there is room for', async () => {
    const loads = new Loads<string>();
    const cached = memo(loads.run, { maxEntries: 2 });
    const calls = ['a', 'b', 'c', 'd'].map((key) => cached(key));

    for (const index of [0, 1, 2, 3]) loads.at(index).resolve(`v${index}`);

    expect(await Promise.all(calls)).toEqual(['v0', 'v1', 'v2', 'v3']);
    expect(cached.stats()).toMatchObject({ entries: 2, evictions: 2 });
  });
});
