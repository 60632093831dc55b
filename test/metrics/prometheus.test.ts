import fc from 'fast-check';
import parse from 'parse-prometheus-text-format';
import { ChangeGate } from 'tickwise/derive';
import { MetricsRegistry } from 'tickwise/metrics';
import { describe, expect, it } from 'vitest';

/** What an independent parser of the format reads: metric, type, and every sample with its labels. */
function read(metrics: MetricsRegistry): { name: string; type: string; metrics: readonly object[] }[] {
  return parse(metrics.prometheus()).map(({ name, type, metrics: samples }) => ({ name, type, metrics: samples }));
}

describe('the text for Prometheus', () => {
  it('says each number once, under its name, type and labels', () => {
    const metrics = new MetricsRegistry();
    const gate = new ChangeGate<string>();
    metrics.add('mids', gate);
    metrics.add('spreads', new ChangeGate<string>());
    gate.changed('BTCUSDT', 1);
    gate.changed('BTCUSDT', 1);

    expect(read(metrics)).toEqual([
      counter('tickwise_change_gate_checks_total', { mids: '2', spreads: '0' }),
      counter('tickwise_change_gate_passed_total', { mids: '1', spreads: '0' }),
      counter('tickwise_change_gate_suppressed_total', { mids: '1', spreads: '0' }),
      { ...counter('tickwise_change_gate_keys', { mids: '1', spreads: '0' }), type: 'GAUGE' },
      counter('tickwise_change_gate_evicted_total', { mids: '0', spreads: '0' }),
    ]);
  });

  it('has a label for the key of a table row, and one for each table around it', () => {
    const metrics = new MetricsRegistry();
    const stats = {
      venues: { kraken: { links: [{ age: 3 }] }, bybit: { links: [{ age: 4 }] } },
      up: true,
      url: 'text',
    };
    metrics.add('feeds', { stats: () => stats }, 'feeds');

    expect(read(metrics)).toEqual([
      {
        name: 'tickwise_feeds_venues_links_age',
        type: 'UNTYPED',
        metrics: [
          { labels: { name: 'feeds', key: 'kraken', key_2: '0' }, value: '3' },
          { labels: { name: 'feeds', key: 'bybit', key_2: '0' }, value: '4' },
        ],
      },
      { name: 'tickwise_feeds_up', type: 'UNTYPED', metrics: [{ labels: { name: 'feeds' }, value: '1' }] },
    ]);
  });

  it('says NaN and the infinities as the format writes them', () => {
    const metrics = new MetricsRegistry();
    metrics.add('odd', { stats: () => ({ a: Number.NaN, b: Infinity, c: -Infinity }) });

    const lines = metrics
      .prometheus()
      .split('\n')
      .filter((line) => !line.startsWith('#'));

    expect(lines).toEqual([
      'tickwise_object_a{name="odd"} NaN',
      'tickwise_object_b{name="odd"} +Inf',
      'tickwise_object_c{name="odd"} -Inf',
      '',
    ]);
  });

  it('tells apart fields that a metric name cannot', () => {
    const metrics = new MetricsRegistry();
    metrics.add('odd', { stats: () => ({ fooBar: 1, foo_bar: 2, 'foo bar': 3, ü: 4 }) });

    expect(read(metrics).map(({ name }) => name)).toEqual([
      'tickwise_object_foo_bar',
      'tickwise_object_foo_bar_',
      'tickwise_object_foo_bar__',
      'tickwise_object',
    ]);
  });

  it('never says the same sample twice, whatever fields and names there are', () => {
    const stats = fc.dictionary(fc.string(), fc.oneof(fc.double(), fc.dictionary(fc.string(), fc.double())));
    const members = fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), stats, { maxKeys: 5 });

    fc.assert(
      fc.property(members, (primitives) => {
        const metrics = new MetricsRegistry();
        for (const [name, snapshot] of Object.entries(primitives)) metrics.add(name, { stats: () => snapshot });

        const lines = metrics.prometheus().split('\n');
        const samples = lines.filter((line) => line !== '' && !line.startsWith('#'));

        for (const line of samples) expect(line).toMatch(SAMPLE);
        expect(new Set(samples.map((line) => line.replace(/ \S+$/, ''))).size).toBe(samples.length);
      }),
    );
  });

  it('reads a bounded part of a stats object without end', () => {
    const metrics = new MetricsRegistry();
    const endless: Record<string, unknown> = { value: 1 };
    endless['again'] = endless;
    metrics.add('endless', { stats: () => endless });
    metrics.add('wide', { stats: () => Array.from({ length: 20_000 }, (_, value) => ({ value })) });

    const lines = metrics
      .prometheus()
      .split('\n')
      .filter((line) => line.includes('} '));

    expect(lines.filter((line) => line.includes('"endless"'))).toHaveLength(6);
    expect(lines.filter((line) => line.includes('"wide"'))).toHaveLength(10_000);
  });
});

/** A line of the format: name, labels with escaped values, a number. */
const SAMPLE = /^[a-z_][a-z0-9_]*\{(?:[a-z0-9_]+="(?:[^"\\\n]|\\["\\n])*",?)*\} (?:[-+]?Inf|NaN|[-+\d.e]+)$/;

function counter(name: string, values: Record<string, string>): { name: string; type: string; metrics: object[] } {
  const samples = Object.entries(values).map(([label, value]) => ({ labels: { name: label }, value }));
  return { name, type: 'COUNTER', metrics: samples };
}
