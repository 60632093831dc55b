import type { Reading } from './readings.js';

/** Prometheus' types of a metric. Of objects that are not this package's nothing is known. */
export type MetricType = 'counter' | 'gauge' | 'untyped';

/** The primitives of this package whose counters are known, as their classes are named. */
const KINDS = new Set(
  (
    'activity_monitor async_covariance bar_aligner bar_builder batch_writer cadence change_gate circuit_breaker ' +
    'circuit_breaker_group adaptive_scheduler derivation file_store duck_db_appender_sink error_log ewma_correlation feed_pool ' +
    'feed_recorder feed_replay http_request_sink json_cache json_series memo micro_batcher ndjson_file_sink order_book postgres_table_sink ' +
    'process_sampler rate_limiter pub_sub_bus redis_transaction_sink connected_store replay_ring ring_buffer rolling_correlation ' +
    'series_codec series_ring shared_reader shared_ring shared_writer sqlite_transaction_sink subscription_hub synced_book ' +
    'telegram_message_sink universe_filter'
  ).split(' '),
);

/** Fields that hold a state of now, whatever they belong to. All others of this package only grow. */
const GAUGES = new Set(
  (
    'age asks bids capacity connections cpuPercent delayP50 delayP99 entries exactSymbols heapBytes held heldBytes ' +
    'hitRate inputs interval isConnected isFailing isInUse isListening keyedNodes keys kinds known lastId learnedInterval ' +
    'learnedLimit limit live loopDelayMax loopDelayP50 loopDelayP99 nodes notClosed peakRssBytes paused pending ' +
    'pendingRequests queued reconnectsLastHour rssBytes running segments series silence silent size start ' +
    'storageBytes storePending subscriptions symbols t topics tracked unsecured used waiting'
  ).split(' '),
);

/** Fields whose name means a state in one place and a count in another: by their path, where needed after the kind. */
const GAUGE_PATHS = new Set([
  'batch_writer/journal_bytes',
  'feed_pool/links_failures',
  'json_series/rows',
  'rolling_correlation/bars',
]);

/** What a reading of a primitive of this kind is. */
export function metricType(kind: string, { path, field }: Reading): MetricType {
  if (!KINDS.has(kind)) return 'untyped';
  return GAUGES.has(field) || GAUGE_PATHS.has(`${kind}/${path}`) ? 'gauge' : 'counter';
}
