import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isPostgres, makeSchema, shownUrl } from '../database/postgres.js';
import { DatabaseProxy } from '../faults/database-proxy.js';
import type { Fault } from '../faults/fault.js';
import { UserError } from '../user-error.js';
import { databaseName } from './database-kind.js';
import type { DemoOptions } from './options.js';

/** The two versions of the bot. */
export type Version = 'naive' | 'optimised';

/** Where one version stores its rows. */
export interface VersionDatabase {
  /** Path or address that the bot gets. */
  readonly address: string;
  /** Path or address under which the rows can be read, whatever faults do to the other. */
  readonly readable: string;
  /** Folder for rows that the database does not have yet. */
  readonly journal?: string;
  /** The way to the server, when faults befall it. */
  readonly proxy?: DatabaseProxy;
  /** Removes what was made, unless the user keeps it. */
  close(): Promise<void>;
}

/** Makes an empty database for a version: a DuckDB file in a folder, or a schema of its own on the user's server. */
export async function openDatabase(
  version: Version,
  { database, keep }: Pick<DemoOptions, 'database' | 'keep'>,
  folder: string,
  faults: readonly Fault[],
): Promise<VersionDatabase> {
  if (database === undefined) return openFile(join(folder, databaseName(version)));
  if (!isPostgres(database) || !URL.canParse(database))
    throw new UserError('--database takes an address such as postgres://user@host:5432/name');
  const journal = join(folder, `${version}.journal`);
  await rm(journal, { recursive: true, force: true });
  const schema = await makeSchema(database, version, version === 'optimised');
  const isStruck = faults.some(({ kind }) => kind === 'slow-database' || kind === 'kill-database');
  const proxy = isStruck ? await DatabaseProxy.open(schema.url) : undefined;
  return {
    address: proxy?.url ?? schema.url,
    readable: schema.url,
    ...(version === 'optimised' && { journal }),
    ...(proxy && { proxy }),
    close: async () => {
      await proxy?.close();
      if (keep === undefined) await schema.drop();
      else console.error(`The rows of ${version} are in the schema ${schema.name} of ${shownUrl(database)}`);
    },
  };
}

async function openFile(path: string): Promise<VersionDatabase> {
  // A log that a killed process left behind would be played into the new database.
  for (const file of [path, `${path}.wal`]) await rm(file, { force: true, recursive: true });
  return { address: path, readable: path, close: () => Promise.resolve() };
}
