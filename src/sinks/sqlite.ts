export type { SqliteDatabase } from './sqlite/database.js';
export type { SqliteColumnType } from './sqlite/column-types.js';
export { sqliteSink, type SqliteSink, type SqliteSinkStats } from './sqlite/sqlite-sink.js';
export type { SqliteSinkOptions } from './sqlite/sqlite-sink-options.js';
