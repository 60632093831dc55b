import { hasMethods } from '../../core/options.js';
import { importPg } from './peer.js';

/** A connected `Client` of the package pg. */
export interface PostgresClient {
  /** Sends a statement, or an object that sends itself. */
  query(request: object): unknown;
  /** Whether statements are sent before the one before is answered; COPY is not possible then. */
  readonly pipeline?: boolean;
}

/** A client that belongs to a pool. */
interface PooledClient extends PostgresClient {
  release(destroy?: boolean): void;
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
}

/** A `Pool` of the package pg. */
export interface PostgresPool {
  /** Hands a connection out. */
  connect(): Promise<unknown>;
  /** Connections there are; tells a pool from a client. */
  readonly totalCount: number;
}

/** Milliseconds that connecting may take. */
const CONNECT_TIMEOUT = 10_000;

/** SQLSTATE classes after which a connection is as good as before: the statement or its rows were wrong. */
const HARMLESS = /^(2[0-9]|4[0-4]|0A|54|55|P0)[0-9A-Z]{3}$/;

/** Whether a value is a pool. */
function isPool(value: unknown): value is PostgresPool {
  return hasMethods(value, 'connect') && typeof Reflect.get(Object(value), 'totalCount') === 'number';
}

/** Where connections come from: a client or a pool of the caller's, or a pool of our own. */
export class Connections {
  readonly #source: PostgresClient | PostgresPool | { readonly url: string; readonly limit: number };
  #own: Promise<PostgresPool & { end(): Promise<void> }> | undefined;
  /** Connections of our own pool that broke while nobody used them. */
  lost = 0;

  constructor(source: PostgresClient | PostgresPool | { readonly url: string; readonly limit: number }) {
    this.#source = source;
  }

  /** Lends a connection for some statements. One that fails, or that the signal takes away, is not used again. */
  async use<R>(act: (client: PostgresClient) => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
    const source = this.#source;
    if ('query' in source && !isPool(source)) return act(source);
    const pool = isPool(source) ? source : await this.#openOwn();
    const client = (await pool.connect()) as PooledClient; // a pool hands out nothing else
    return lend(client, act, signal);
  }

  /** Ends the connections that are our own. */
  async close(): Promise<void> {
    const own = this.#own;
    this.#own = undefined;
    await (await own?.catch(() => undefined))?.end();
  }

  #openOwn(): Promise<PostgresPool> {
    this.#own ??= this.#makePool().catch((error: unknown) => {
      this.#own = undefined;
      throw error;
    });
    return this.#own;
  }

  async #makePool(): Promise<PostgresPool & { end(): Promise<void> }> {
    if (!('url' in this.#source)) throw new Error('a pool of our own needs a URL');
    const { url, limit } = this.#source;
    const { Pool } = await importPg();
    const pool = new Pool({
      connectionString: url,
      max: limit,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      allowExitOnIdle: true,
    });
    // Without a listener the process would end; the pool replaces the connection by itself.
    pool.on('error', () => this.lost++);
    return pool;
  }
}

async function lend<R>(
  client: PooledClient,
  act: (client: PostgresClient) => Promise<R>,
  signal: AbortSignal | undefined,
): Promise<R> {
  let isLent = true;
  const giveBack = (destroy: boolean): void => {
    if (!isLent) return;
    isLent = false;
    client.off('error', ignore);
    signal?.removeEventListener('abort', destroyNow);
    // Keeps a listener: what ends a connection may be reported after it has been given back.
    if (destroy) client.on('error', ignore);
    client.release(destroy);
  };
  const destroyNow = (): void => giveBack(true);
  client.on('error', ignore);
  signal?.addEventListener('abort', destroyNow, { once: true });
  try {
    signal?.throwIfAborted();
    const result = await act(client);
    giveBack(false);
    return result;
  } catch (error) {
    giveBack(!isHarmless(error));
    throw signal?.aborted === true ? signal.reason : error;
  }
}

function isHarmless(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && HARMLESS.test(code);
}

function ignore(): void {
  // The statement under way fails with the same error.
}
