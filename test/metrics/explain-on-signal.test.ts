import { explainOnSignal, MetricsRegistry } from 'tickwise/metrics';
import { RingBuffer } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

describe('explainOnSignal', () => {
  it('writes what every primitive says whenever the signal comes, until it is disposed', async () => {
    const metrics = new MetricsRegistry();
    metrics.add('ring', new RingBuffer<number>(4));
    const texts: string[] = [];
    let heard = () => {};
    const handle = explainOnSignal(metrics, {
      write: (text) => {
        texts.push(text);
        heard();
      },
    });

    for (const _ of [1, 2]) {
      const next = new Promise<void>((resolve) => (heard = resolve));
      process.kill(process.pid, 'SIGUSR2');
      await next;
    }
    handle[Symbol.dispose]();

    expect(texts.map((text): unknown => JSON.parse(text))).toEqual([
      expect.objectContaining({ primitives: { ring: expect.objectContaining({ kind: 'ring_buffer' }) } }),
      expect.anything(),
    ]);
    expect(process.listenerCount('SIGUSR2')).toBe(0);
  });

  it('takes another signal', () => {
    const handle = explainOnSignal(new MetricsRegistry(), { signal: 'SIGUSR1' });
    const listeners = process.listenerCount('SIGUSR1');
    handle[Symbol.dispose]();

    expect([listeners, process.listenerCount('SIGUSR1')]).toEqual([1, 0]);
  });
});
