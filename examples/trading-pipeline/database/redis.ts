import type { CacheStore } from 'tickwise/memo';
import { redisStore } from 'tickwise/stores/redis';
import { UserError } from '../user-error.js';
import { Patience } from './patience.js';

/** Comes before every key, so that nobody's keys are touched. */
const PREFIX = 'tickwise-demo:';

/** Milliseconds until a server that does not answer counts as down. */
const CONNECT_TIMEOUT = 5_000;

/**
 * Looks whether a Redis can be used, for 5 seconds at most. Rejects at once when `signal` aborts.
 * @throws UserError in one sentence, without the password, when it cannot.
 */
export async function checkRedis(url: string, signal?: AbortSignal): Promise<void> {
  const client = await clientFor(url);
  let reason: unknown = new Error('the connection was closed');
  client.on('error', (error) => (reason = error));
  const patience = new Patience(CONNECT_TIMEOUT, signal);
  try {
    await Promise.race([client.connect().then(() => client.ping()), patience.over]);
  } catch (error) {
    signal?.throwIfAborted();
    const cause = client.status === 'end' && reason instanceof Error ? reason : error;
    const { message } = cause instanceof AggregateError ? cause.errors[0] : (cause as Error); // as the client rejects
    throw new UserError(`cannot use the cache at ${shown(url)}: ${message}`, { cause });
  } finally {
    patience.end();
    client.disconnect();
  }
}

/** A second cache level in a Redis. Failures while it is used go to `onError`. @throws UserError as {@link checkRedis}. */
export async function openRedis(url: string, onError: (error: unknown) => void): Promise<CacheStore> {
  return redisStore({ client: await clientFor(url), prefix: PREFIX, onError });
}

async function clientFor(url: string) {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url))
    throw new UserError('--cache takes an address such as redis://user:password@host:6379');
  const { Redis } = await import('ioredis').catch((cause: unknown) => {
    throw new UserError('--cache needs the package ioredis: npm install ioredis', { cause });
  });
  return new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT,
    commandTimeout: CONNECT_TIMEOUT,
    retryStrategy: () => null,
  });
}

/** An address that may be shown: without user and password. */
function shown(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
