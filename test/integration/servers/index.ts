export type { TestServer } from './guarded-server.js';
export { startNats } from './nats.js';
export { startPostgres } from './postgres.js';
export { startRedis } from './redis.js';
