export { redisBus, type RedisBus, type RedisBusOptions, type RedisBusStats } from './redis/redis-bus.js';
export { redisStore, type RedisStore, type RedisStoreOptions, type RedisStoreStats } from './redis/redis-store.js';
export type { IoredisClient, NodeRedisClient, RedisClient } from './redis/client.js';
export type { RedisErrorContext } from './redis/connection.js';
