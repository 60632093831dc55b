import type * as duckdb from '@duckdb/node-api';
import { PeerMissingError } from '../../core/errors.js';

/** What `@duckdb/node-api` exports. */
export type DuckDbApi = typeof duckdb;

/**
 * Imports the optional peer.
 *
 * @param load Tests pass one that fails.
 * @throws PeerMissingError that names the package, with the import's error as its cause.
 */
export async function importDuckDb(load = (): Promise<DuckDbApi> => import('@duckdb/node-api')): Promise<DuckDbApi> {
  try {
    return await load();
  } catch (cause) {
    throw new PeerMissingError('duckdbSink needs the package @duckdb/node-api: npm install @duckdb/node-api', {
      cause,
    });
  }
}
