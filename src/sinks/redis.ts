export type { IoredisClient, NodeRedisClient, RedisClient } from '../stores/redis/client.js';
export { bucketOf } from './redis/bucket.js';
export type { BucketsLayout, HashLayout, RecordEncoder, RedisLayout, RowFields, StreamLayout } from './redis/layout.js';
export { type PackedFields, RecordPack } from './redis/record-pack.js';
export { redisSink, type RedisSink, type RedisSinkStats } from './redis/redis-sink.js';
export type { RedisSinkErrorContext, RedisSinkOptions } from './redis/redis-sink-options.js';
