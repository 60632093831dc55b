import type * as pg from 'pg';
import { PeerMissingError } from '../../core/errors.js';

/** What `pg` exports. */
export type PostgresApi = Pick<typeof pg, 'Pool'>;

/**
 * Imports the optional peer.
 *
 * @param load Tests pass one that fails.
 * @throws PeerMissingError that names the package, with the import's error as its cause.
 */
export async function importPg(load = (): Promise<{ default: PostgresApi }> => import('pg')): Promise<PostgresApi> {
  try {
    return (await load()).default;
  } catch (cause) {
    throw new PeerMissingError('postgresSink needs the package pg: npm install pg', { cause });
  }
}
