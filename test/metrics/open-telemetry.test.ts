import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { bridgeOpenTelemetry, MetricsRegistry } from 'tickwise/metrics';
import { RingBuffer } from 'tickwise/ring';
import { describe, expect, it } from 'vitest';

/** A reader that is asked by hand. */
class HandReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

async function collect(reader: MetricReader): Promise<Record<string, [isCounter: boolean, ...values: unknown[]]>> {
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  return Object.fromEntries(
    metrics.map(({ descriptor, dataPointType, dataPoints }) => [
      descriptor.name,
      [dataPointType === DataPointType.SUM, ...dataPoints.map(({ attributes, value }) => [attributes, value])],
    ]),
  );
}

describe('bridgeOpenTelemetry', () => {
  it('gives a real meter every number with its kind and labels, until it is disposed', async () => {
    const reader = new HandReader();
    const provider = new MeterProvider({ readers: [reader] });
    const metrics = new MetricsRegistry();
    const ring = new RingBuffer<number>(2);
    metrics.add('prices', ring);
    const bridge = bridgeOpenTelemetry(metrics, provider.getMeter('test'));
    for (let i = 0; i < 5; i++) ring.push(i);

    const collected = await collect(reader);
    bridge[Symbol.dispose]();
    ring.push(5);
    const after = await collect(reader);
    await provider.shutdown();

    expect(collected).toEqual({
      tickwise_ring_buffer_pushed: [true, [{ name: 'prices' }, 5]],
      tickwise_ring_buffer_evicted: [true, [{ name: 'prices' }, 3]],
      tickwise_ring_buffer_cleared: [true, [{ name: 'prices' }, 0]],
      tickwise_ring_buffer_size: [false, [{ name: 'prices' }, 2]],
      tickwise_ring_buffer_capacity: [false, [{ name: 'prices' }, 2]],
    });
    expect(after).toEqual(collected);
  });

  it('reads the primitives once per collection', async () => {
    const reader = new HandReader();
    const provider = new MeterProvider({ readers: [reader] });
    const metrics = new MetricsRegistry();
    let reads = 0;
    metrics.add('own', { stats: () => ({ a: ++reads, b: 1, c: Number.NaN }) });
    const bridge = bridgeOpenTelemetry(metrics, provider.getMeter('test'));
    await Promise.resolve();
    const before = reads;

    const collected = await collect(reader);
    bridge[Symbol.dispose]();
    await provider.shutdown();

    expect(reads - before).toBe(1);
    expect(collected['tickwise_object_a']).toEqual([false, [{ name: 'own' }, before + 1]]);
    expect(collected['tickwise_object_c']).toBeUndefined();
  });

  it('has metrics that came later from the collection after the next', async () => {
    const reader = new HandReader();
    const provider = new MeterProvider({ readers: [reader] });
    const metrics = new MetricsRegistry();
    metrics.add('first', { stats: () => ({ a: 1 }) });
    const bridge = bridgeOpenTelemetry(metrics, provider.getMeter('test'));
    await Promise.resolve();
    metrics.add('later', { stats: () => ({ b: 2 }) });

    await collect(reader);
    const collected = await collect(reader);
    bridge[Symbol.dispose]();
    await provider.shutdown();

    expect(collected['tickwise_object_b']).toEqual([false, [{ name: 'later' }, 2]]);
  });
});
