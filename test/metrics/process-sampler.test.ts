import { VirtualClock } from 'tickwise/core';
import { EfficiencyReport, MetricsRegistry, ProcessSampler } from 'tickwise/metrics';
import { describe, expect, it } from 'vitest';

/** Uses the processor until it shows. */
function work(): number {
  const start = process.cpuUsage();
  let sum = 0;
  while (process.cpuUsage(start).user < 20_000) sum += Math.sqrt(sum + 1);
  return sum;
}

describe('ProcessSampler', () => {
  it('counts processor time and memory', async () => {
    await using sampler = new ProcessSampler();
    const held = work() + Number(Buffer.alloc(1_000_000, 1)[0]);

    const stats = sampler.stats();

    expect(held).toBeGreaterThan(0);
    expect(stats.cpuMs).toBeGreaterThanOrEqual(20);
    expect(stats.rssBytes).toBeGreaterThan(10_000_000);
    expect(stats.peakRssBytes).toBeGreaterThanOrEqual(stats.rssBytes);
    expect(stats.heapBytes).toBeGreaterThan(1_000_000);
  });

  it('says the processor time of each period in per cent', async () => {
    const clock = new VirtualClock();
    await using sampler = new ProcessSampler({ clock, period: 1_000 });
    const before = sampler.stats();
    work();

    await clock.advance(1_000);

    const { cpuPercent, elapsedMs, cpuMs } = sampler.stats();
    expect(before.cpuPercent).toBe(0);
    expect(elapsedMs).toBe(1_000);
    expect(cpuPercent).toBeGreaterThanOrEqual(2);
    expect(cpuPercent).toBeLessThanOrEqual(cpuMs / 10);
  });

  it('takes one sample per period', async () => {
    const clock = new VirtualClock();
    await using sampler = new ProcessSampler({ clock, period: 100 });
    const { samples } = sampler.stats();

    await clock.advance(1_000);

    expect(sampler.stats().samples - samples).toBe(11); // ten periods, and the one that was asked for
  });

  it('counts collections of garbage', async () => {
    await using sampler = new ProcessSampler();
    let last: unknown;
    for (let i = 0; i < 2_000_000; i++) last = { i };
    while (sampler.stats().gcCount === 0) await new Promise(setImmediate); // Node tells of them later

    expect(last).toEqual({ i: 1_999_999 });
    expect(sampler.stats().gcMs).toBeGreaterThan(0);
  });

  it('stays at its last figures when it is closed, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const sampler = new ProcessSampler({ clock });
    await clock.advance(500);
    await sampler.close();
    await sampler.close();
    const closed = sampler.stats();
    work();

    expect(sampler.stats()).toEqual(closed);
    expect(closed.elapsedMs).toBe(500);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives a registry its numbers and a report its usage', async () => {
    const clock = new VirtualClock();
    await using sampler = new ProcessSampler({ clock });
    await clock.advance(1_000);
    const metrics = new MetricsRegistry();
    metrics.add('process', sampler);

    const usage = sampler.usage();
    const text = metrics.prometheus();

    expect(new EfficiencyReport(usage, usage).lines.map(({ metric }) => metric)).toEqual(['elapsed', 'cpu', 'memory']);
    expect(text).toContain('# TYPE tickwise_process_sampler_rss_bytes gauge');
    expect(text).toContain('# TYPE tickwise_process_sampler_gc_count_total counter');
  });

  it('refuses a period below 10 ms', () => {
    expect(() => new ProcessSampler({ period: 1 })).toThrow(/period must be a number of milliseconds from 10 up/);
  });
});
