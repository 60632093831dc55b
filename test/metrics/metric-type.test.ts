import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricType } from '../../src/metrics/metric-type.js';

/** Every class of the library that has a `stats` method, in snake case. */
function kindsOfLibrary(): string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(`src/${path}`, 'utf8'))
    .filter((text) => /^ {2}stats\(\)/m.test(text))
    .flatMap((text) => [...text.matchAll(/^(?:export )?class (\w+)/gm)].map(([, name]) => name ?? ''))
    .map((name) => name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase());
}

describe('metricType', () => {
  it.each([
    ['subscription_hub', 'pending', 'gauge'],
    ['subscription_hub', 'published', 'counter'],
    ['feed_pool', 'frames', 'counter'],
    ['feed_pool', 'live', 'gauge'],
    ['memo', 'hitRate', 'gauge'],
    ['memo', 'hits', 'counter'],
    ['object', 'hits', 'untyped'],
  ])('takes %s %s for a %s', (kind, field, expected) => {
    expect(metricType(kind, { path: field, field, keys: [], value: 0 })).toBe(expected);
  });

  it.each([
    ['rolling_correlation', 'bars', 'gauge'],
    ['bar_builder', 'bars', 'counter'],
    ['batch_writer', 'journal_bytes', 'gauge'],
    ['feed_pool', 'bytes', 'counter'],
  ])('knows that of %s the path %s is a %s', (kind, path, expected) => {
    expect(metricType(kind, { path, field: path.split('_').at(-1) ?? '', keys: [], value: 0 })).toBe(expected);
  });

  it('finds classes with counters', () => {
    expect(kindsOfLibrary()).toContain('subscription_hub');
  });

  it('knows every class of this library that users can read counters of', () => {
    // Parts of others, whose counters are read through them.
    const parts = new Set([
      'topic_stream',
      'subscriber',
      'memo_cache',
      'method_caches',
      'second_level',
      'lazy_level',
      'cache_links',
      'range_cache',
      'bus_link',
      'journal',
      'list_run',
      'stream_outlet',
    ]);
    const unknown = kindsOfLibrary()
      .filter((kind) => !parts.has(kind))
      .filter((kind) => metricType(kind, { path: 'x', field: 'x', keys: [], value: 0 }) === 'untyped');

    expect(unknown).toEqual([]);
  });
});
