import * as z from 'zod/mini';
import { ConfigError } from '../../core/errors.js';
import { claim, hasMethods, oneOf, readOptions, text, wholeNumber } from '../../core/options.js';
import { show } from '../../core/show.js';
import { isIdentifier } from '../row/identifier.js';
import type { PostgresClient, PostgresPool } from './client.js';

/** Options of {@link postgresSink}. */
export interface PostgresSinkOptions {
  /** Where the server is, `postgres://user@host/database`; the sink makes connections of its own. Or give `client`. */
  readonly url?: string;
  /**
   * Most connections of its own, with `url`; as many as the writer's `concurrency` are used.
   * @default 4
   */
  readonly connections?: number;
  /**
   * A pool of the package pg, or a connected client; it stays open. A pool is better: a client that has lost its
   * connection never comes back, and a statement that hangs on one cannot be given up.
   */
  readonly client?: PostgresClient | PostgresPool;
  /** Name of the table, as the database spells it. */
  readonly table: string;
  /** Schema of the table. Without it the connection's search path decides. */
  readonly schema?: string;
  /**
   * Columns that are written. A row's property of the same name is the value; null and undefined become NULL, other
   * properties are ignored. Other columns of the table get their default.
   */
  readonly columns: readonly string[];
  /**
   * What a row does whose key is taken: it is refused ('reject'), left out ('ignore'), or takes the other's place
   * ('update').
   * @default 'reject'
   */
  readonly onConflict?: 'reject' | 'ignore' | 'update';
  /** Columns of the unique index that 'update' and 'ignore' go by. 'ignore' without it goes by every one. */
  readonly key?: readonly string[];
  /**
   * Column of type text with a unique index that gets each row's identity from the writer: a row that is sent again,
   * because its reply was lost or by the journal after a crash, is then not stored again. Not with 'ignore' or
   * 'update', which do without.
   */
  readonly idColumn?: string;
  /**
   * How rows are sent: as arrays in a prepared INSERT ('unnest'), by COPY ('copy'), or by what is faster for the
   * batch ('auto'). COPY knows no conflicts, so with `onConflict` or `idColumn` only 'unnest' is possible.
   * @default 'auto'
   */
  readonly method?: 'auto' | 'unnest' | 'copy';
}

/** The options with their defaults. */
export type PostgresSinkSettings = ReturnType<typeof readPostgresSinkOptions>;

/** Bytes of the longest name; Postgres silently cuts a longer one. */
const LONGEST_NAME = 63;

/** A name that Postgres takes as it is. */
function name(what: string) {
  return claim<string>(`${what} of 1 to ${LONGEST_NAME} bytes`, isName);
}

function names(what: string) {
  return claim<readonly string[]>(
    `an array of ${what}, each of 1 to ${LONGEST_NAME} bytes and none twice`,
    (value) => Array.isArray(value) && value.length > 0 && value.every(isName) && new Set(value).size === value.length,
  );
}

const schema = z.strictObject({
  url: z.optional(text()),
  connections: z._default(wholeNumber(1, 100), 4),
  client: z.optional(
    claim<PostgresClient | PostgresPool>('a Client or Pool of the package pg', (value) => hasMethods(value, 'query')),
  ),
  table: name('a table name'),
  schema: z.optional(name('a schema name')),
  columns: names('column names'),
  onConflict: z._default(oneOf('reject', 'ignore', 'update'), 'reject'),
  key: z.optional(names('column names')),
  idColumn: z.optional(name('a column name')),
  method: z._default(oneOf('auto', 'unnest', 'copy'), 'auto'),
});

/** Checks the options and applies the defaults. */
export function readPostgresSinkOptions(options: PostgresSinkOptions) {
  const settings = readOptions('postgresSink', schema, options);
  const { url, client, onConflict, key, idColumn, columns, method } = settings;
  const check = (isFine: boolean, rule: string): void => {
    if (!isFine) throw new ConfigError(`postgresSink: ${rule}`);
  };
  check((url === undefined) !== (client === undefined), 'exactly one of url and client must be given');
  check(url !== undefined || options.connections === undefined, 'connections goes together with url');
  check(onConflict !== 'update' || key !== undefined, "onConflict 'update' needs key, the columns of a unique index");
  check(onConflict !== 'reject' || key === undefined, "key goes together with onConflict 'ignore' or 'update'");
  for (const each of onConflict === 'update' ? (key ?? []) : []) {
    check(columns.includes(each), `key must name columns that are written, got ${show(each)}`);
  }
  check(idColumn === undefined || onConflict === 'reject', 'idColumn and onConflict exclude each other');
  check(idColumn === undefined || !columns.includes(idColumn), 'idColumn must not be one of columns');
  const hasConflicts = onConflict !== 'reject' || idColumn !== undefined;
  check(method !== 'copy' || !hasConflicts, "method 'copy' goes with neither onConflict nor idColumn");
  return { ...settings, hasConflicts };
}

function isName(value: unknown): boolean {
  return isIdentifier(value) && value !== '__proto__' && Buffer.byteLength(value) <= LONGEST_NAME;
}
