export type { PostgresClient, PostgresPool } from './postgres/client.js';
export { postgresSink, type PostgresSink, type PostgresSinkStats } from './postgres/postgres-sink.js';
export type { PostgresSinkOptions } from './postgres/postgres-sink-options.js';
