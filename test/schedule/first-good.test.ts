import { VirtualClock } from 'tickwise';
import { firstGood } from 'tickwise/schedule';
import { describe, expect, it } from 'vitest';
import { drive } from './support/drive.js';

const sleepOn = (clock: VirtualClock) => (duration: number) =>
  new Promise<void>((resolve) => void clock.setTimeout(resolve, duration));

describe('firstGood', () => {
  it('takes the first answer that is accepted, and fires the signals of the others', async () => {
    const clock = new VirtualClock();
    const aborted: number[] = [];
    const sources = [30, 10, 20].map((delay, index) => async ({ signal }: { signal: AbortSignal }) => {
      signal.addEventListener('abort', () => aborted.push(index));
      await sleepOn(clock)(delay);
      return delay;
    });

    const answer = await drive(clock, firstGood(sources, { accept: (value) => value > 10, clock }), 5);

    expect(answer).toEqual({ value: 20, source: 2 });
    expect(aborted).toContain(0);
  });

  it('asks the next source after stagger, or as soon as one has failed', async () => {
    const clock = new VirtualClock();
    const asked: [number, number][] = [];
    const sources = [
      async () => {
        asked.push([0, clock.now()]);
        await sleepOn(clock)(500);
        return 0;
      },
      async () => {
        asked.push([1, clock.now()]);
        await sleepOn(clock)(10);
        throw new Error('no');
      },
      async () => {
        asked.push([2, clock.now()]);
        await sleepOn(clock)(10);
        return 2;
      },
    ];

    const answer = await drive(clock, firstGood<number>(sources, { stagger: 100, clock }), 5);

    expect(asked).toEqual([
      [0, 0],
      [1, 100],
      [2, 110],
    ]);
    expect(answer.source).toBe(2);
    expect(clock.now()).toBe(120);
  });

  it('asks only one source while the first answers in time', async () => {
    const clock = new VirtualClock();

    const answer = await firstGood([() => 1, () => expect.unreachable()], { stagger: 100, clock });

    expect(answer).toEqual({ value: 1, source: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('rejects with what every source gave, in their order, when none is good', async () => {
    const failed = firstGood<number>(
      [
        () => Promise.reject(new Error('a')),
        () => 0,
        () => {
          throw new Error('c');
        },
      ],
      { accept: (value) => value > 0 },
    );

    await expect(failed).rejects.toMatchObject({ errors: [new Error('a'), 0, new Error('c')] });
    await expect(failed).rejects.toBeInstanceOf(AggregateError);
  });

  it('rejects with the reason when aborted, and listens no longer afterwards', async () => {
    const controller = new AbortController();
    let reason: unknown;
    const asked = firstGood(
      [
        ({ signal }) => {
          signal.addEventListener('abort', () => (reason = signal.reason));
          return new Promise<number>(() => undefined);
        },
      ],
      { signal: controller.signal },
    );

    controller.abort('enough');

    await expect(asked).rejects.toBe('enough');
    expect(reason).toBeInstanceOf(Error);
    await expect(firstGood([() => 1], { signal: controller.signal })).rejects.toBe('enough');
  });

  it('reports what accept throws, and takes the next answer', async () => {
    const errors: unknown[] = [];

    const answer = await firstGood([() => 1, () => 2], {
      accept(value) {
        if (value === 1) throw new Error('accept');
        return true;
      },
      onError: (error, context) => void errors.push([error, context]),
    });

    expect(answer).toEqual({ value: 2, source: 1 });
    expect(errors).toEqual([[new Error('accept'), { source: 0 }]]);
  });

  it.each([[[]], ['x'], [[1]]])('refuses %j as sources', (sources) => {
    expect(() => firstGood(sources as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('refuses unknown options', () => {
    expect(() => firstGood([() => 1], { staggr: 1 } as never)).toThrow('staggr');
  });
});
