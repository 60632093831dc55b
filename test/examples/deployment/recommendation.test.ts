import { MetricsRegistry, ProcessSampler } from 'tickwise/metrics';
import { describe, expect, it } from 'vitest';
import { readUse } from '../../../examples/deployment/measured-use.js';
import { recommend, recommendRecords } from '../../../examples/deployment/recommendation.js';

describe('the recommendation', () => {
  it('leaves room above the peak and above the mean', () => {
    expect(recommend({ peakRssBytes: 170 * 2 ** 20, cpuMs: 1_380, elapsedMs: 60_000 })).toEqual({
      memory: '256M',
      cpus: '0.25',
      heap: 128,
    });
    expect(recommend({ peakRssBytes: 300 * 2 ** 20, cpuMs: 30_000, elapsedMs: 60_000 }).cpus).toBe('2.00');
  });

  it('gives a Redis room for all entries of a stream, and its container more', () => {
    expect(recommendRecords(100, 1_000_000)).toEqual({ maxMemory: '160mb', memory: '256M' });
  });

  it('reads what a bot answers at /metrics', async () => {
    const metrics = new MetricsRegistry();
    const sampler = new ProcessSampler();
    metrics.add('process', sampler);
    await sampler.close();

    const { peakRssBytes, cpuMs, elapsedMs } = readUse(metrics.prometheus(), 10);

    const used = sampler.stats();
    expect({ peakRssBytes, cpuMs, elapsedMs }).toEqual({
      peakRssBytes: used.peakRssBytes,
      cpuMs: used.cpuMs,
      elapsedMs: used.elapsedMs * 10,
    });
  });

  it('says which figure is missing', () => {
    expect(() => readUse('Not found', 1)).toThrow("metrics must have the bot's peak_rss_bytes, got Not found");
  });
});

describe('the settings', () => {
  it('are those of the compose file when nothing is said', async () => {
    const { readSettings } = await import('../../../examples/deployment/settings.js');

    expect(readSettings({})).toMatchObject({
      symbols: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'],
      port: 9_464,
      venue: undefined,
    });
  });

  it.each([
    [{ PORT: 'many' }, 'PORT takes a whole number from 1 to 65535, got many'],
    [{ SYMBOLS: 'BTCUSDT,' }, 'SYMBOLS takes names separated by commas, got BTCUSDT,'],
    [{ HEALTH_QUIET_MS: '0' }, 'HEALTH_QUIET_MS takes a whole number from 1 to 86400000, got 0'],
  ])('are refused when wrong: %o', async (environment, reason) => {
    const { readSettings } = await import('../../../examples/deployment/settings.js');

    expect(() => readSettings(environment)).toThrow(reason);
  });
});
