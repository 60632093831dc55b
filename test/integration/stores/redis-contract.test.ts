import { describe, expect, it } from 'vitest';
import { busContract, storeContract } from 'tickwise/stores/contract';
import { redisBus, redisStore } from 'tickwise/stores/redis';
import { CLIENTS } from './redis-clients.js';
import { useRedis } from './use-redis.js';

const server = useRedis();

describe.each(CLIENTS)('a Redis store over $name', ({ make }) => {
  it.each(storeContract)('$title', async ({ run }) => {
    const { url } = server();
    const makeStore = async () => {
      const store = redisStore({ client: make(url), prefix: 'contract ' });
      await store.ready();
      return store;
    };

    await expect(run(makeStore)).resolves.toBeUndefined();
  });
});

describe.each(CLIENTS)('a Redis bus over $name', ({ make }) => {
  it.each(busContract)('$title', async ({ run }) => {
    const { url } = server();
    const makeBus = async () => {
      const bus = redisBus({ client: make(url), onError: () => undefined });
      await bus.ready();
      return bus;
    };

    await expect(run(makeBus)).resolves.toBeUndefined();
  });
});
