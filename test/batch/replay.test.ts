import { systemClock, VirtualClock } from 'tickwise';
import { BatchWriter } from 'tickwise/batch';
import { describe, expect, it } from 'vitest';
import { FakeSink, range } from './fake-sink.js';

describe('a replay of market time at full speed', () => {
  it('makes the same batches as real time would, and no send times out', async () => {
    const clock = new VirtualClock(Date.UTC(2024, 7, 8));
    const sink = new FakeSink<number>();
    // A second of market time passes much faster than a send, whose limits are real time.
    sink.answer = () => clock.hold(new Promise((resolve) => setImmediate(() => resolve('store'))));
    const writer = new BatchWriter<number>({ sink, clock, ioClock: systemClock, maxDelay: 2_000, timeout: 1_000 });

    for (const second of range(0, 600)) {
      writer.add(second);
      await clock.advance(1_000);
    }
    await writer.close();

    // A row comes each second: two join the first before it is two seconds old.
    expect(sink.sizes.slice(0, -1).every((size) => size === 2)).toBe(true);
    expect(sink.stored).toEqual(range(0, 600));
    expect(writer.stats()).toMatchObject({ written: 600, retries: 0, delayP99: 2_000 });
  });

  it('is not held up by a pause between retries of real time', async () => {
    const clock = new VirtualClock();
    const sink = new FakeSink<number>((_, call) => (call === 1 ? new Error('down') : 'store'));
    const writer = new BatchWriter<number>({ sink, clock, maxDelay: 10, retry: { minDelay: 1, maxDelay: 1 } });

    writer.add(1);
    await clock.advance(3_600_000);
    await writer.flush();

    expect(sink.stored).toEqual([1]);
    expect(writer.stats().retries).toBe(1);
  });

  it('gives the same batches twice', async () => {
    const play = async (): Promise<number[]> => {
      const clock = new VirtualClock();
      const sink = new FakeSink<number>();
      const writer = new BatchWriter<number>({ sink, clock, ioClock: clock, maxDelay: 35, maxItems: 7 });
      for (const step of range(0, 300)) {
        writer.add(step);
        await clock.advance((step * 7) % 13);
      }
      await writer.close();
      return sink.sizes;
    };

    const first = await play();

    await expect(play()).resolves.toEqual(first);
    expect(first.reduce((sum, size) => sum + size, 0)).toBe(300);
  });
});
