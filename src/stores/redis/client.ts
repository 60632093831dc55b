import { ConfigError } from '../../core/errors.js';
import { hasMethods } from '../../core/options.js';
import { show } from '../../core/show.js';
import { dialIoredis } from './dial-ioredis.js';
import { dialNodeRedis } from './dial-node-redis.js';
import type { Dial } from './link.js';

/** A client of the package `ioredis`, version 5 or 6: `new Redis(…)`. */
export interface IoredisClient {
  /** What the connection is doing; tells this kind of client. */
  readonly status: string;
  /** Makes a client with the same settings. */
  duplicate(override?: object): unknown;
  /** Sends any command and returns bytes. */
  callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>;
}

/** A client of the package `redis` (node-redis), version 4.7 to 6: `createClient(…)`. */
export interface NodeRedisClient {
  /** Whether commands can be sent; tells this kind of client. */
  readonly isReady: boolean;
  /** Makes a client with the same settings. */
  duplicate(overrides?: object): unknown;
  /** Sends any command. */
  sendCommand(args: readonly (string | Buffer)[], options?: object): Promise<unknown>;
}

/** A client to one Redis server, of either package. */
export type RedisClient = IoredisClient | NodeRedisClient;

/** Methods of clients to several servers, which send a command again by themselves. */
const OF_MANY_SERVERS = ['nodes', 'nodeClient', 'acquire', 'execute'];

/**
 * How to make connections like a client's.
 *
 * @throws ConfigError when it is no client of one of the two packages.
 */
export function dialerOf(owner: string, client: unknown): Dial {
  if (!OF_MANY_SERVERS.some((name) => hasMethods(client, name))) {
    if (isIoredis(client)) return dialIoredis(client);
    if (isNodeRedis(client)) return dialNodeRedis(client);
  }
  throw new ConfigError(
    `${owner}: client must be a client of ioredis (new Redis(…)) or of redis (createClient(…)) to one server, ` +
      `not a cluster or a pool, got ${show(client)}`,
  );
}

function isIoredis(client: unknown): client is IoredisClient {
  return hasMethods(client, 'duplicate', 'callBuffer', 'disconnect', 'on') && hasMember(client, 'status', 'string');
}

function isNodeRedis(client: unknown): client is NodeRedisClient {
  return hasMethods(client, 'duplicate', 'sendCommand', 'connect', 'on') && hasMember(client, 'isReady', 'boolean');
}

function hasMember(value: unknown, name: string, type: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === type;
}
