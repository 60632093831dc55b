import { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { RedisClient } from 'tickwise/stores/redis';

/** Ways to make a client that is not connected. */
export const CLIENTS: readonly { readonly name: string; readonly make: (url: string) => RedisClient }[] = [
  { name: 'ioredis', make: (url) => new Redis(url, { lazyConnect: true }) },
  { name: 'node-redis', make: (url) => createClient({ url }) },
  { name: 'node-redis with RESP3', make: (url) => createClient({ url, RESP: 3 }) },
];
