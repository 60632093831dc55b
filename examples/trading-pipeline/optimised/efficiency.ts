import { cacheStats } from 'tickwise/memo';
import { MetricsRegistry } from 'tickwise/metrics';
import type { BotResult, Efficiency } from '../bot/result.js';
import type { MarketFeed } from './market-feed.js';
import type { Store } from './store.js';

/** Parts of a running bot that count what they do. */
export interface EfficiencyParts {
  readonly feed: MarketFeed;
  readonly store: Store;
  /** Models per symbol. */
  readonly models: number;
  /** How often each cache was asked and had the answer, those of other threads included. */
  readonly cacheHits: () => BotResult['cacheHits'];
}

/** What a bot is watched by: each figure comes from the counters of a primitive, none is counted a second time. */
export function efficiencyMetrics(parts: EfficiencyParts): MetricsRegistry {
  const { store } = parts;
  const metrics = new MetricsRegistry();
  metrics.add('signals', store.signals);
  metrics.add('decisions', store.decisions);
  metrics.add('books', store.books);
  metrics.add('caches', { stats: cacheStats }, 'memo');
  metrics.add('efficiency', { stats: () => efficiencyOf(parts) });
  return metrics;
}

function efficiencyOf({ feed, store, models, cacheHits }: EfficiencyParts): Efficiency {
  const caches = Object.values(cacheHits());
  const active = feed.desks.filter(({ bars }) => bars.size > 0);
  const history = active.reduce((sum, { bars }) => sum + bars.size, 0);
  return {
    total_updates: feed.counts.framesParsed,
    cache_hit_rate: sumOf(caches, 'hits') / sumOf(caches, 'calls'),
    db_writes: store.counts.statements,
    api_calls: feed.calls,
    signals_generated: store.signals.stats().accepted,
    active_symbols: active.length,
    total_subscribers: active.length * models,
    // A row of a desk's history holds the book's figures and the price.
    memory_usage: { level_ii_history: history, price_history: history, cached_entries: cacheStats().total.entries },
  };
}

function sumOf<Name extends string>(rows: readonly Readonly<Record<Name, number>>[], name: Name): number {
  return rows.reduce((sum, row) => sum + row[name], 0);
}
