import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { followEverything } from '../../../examples/options-universe/bots.js';
import { makeChain } from '../../../examples/options-universe/chain.js';
import { measureLayouts } from '../../../examples/options-universe/layouts.js';
import { playSession } from '../../../examples/options-universe/session.js';
import { useRedis } from '../stores/use-redis.js';

const server = useRedis();

it('keeps 2,114 options in a third of the memory when they are packed, and leaves nothing behind', async () => {
  const { latest } = followEverything(playSession(makeChain(undefined).instruments, 60));
  const client = new Redis(server().url);
  try {
    const [long, short, packed] = await measureLayouts(client, [...latest.values()], 'layouts:');

    expect(latest.size).toBeGreaterThan(2_000);
    expect(long?.keys).toBe(latest.size);
    expect(short?.bytes).toBeLessThan((long?.bytes ?? 0) * 0.8);
    expect(packed?.keys).toBeLessThan(30);
    expect(packed?.bytes).toBeLessThan((long?.bytes ?? 0) / 3);
    expect(await client.dbsize()).toBe(0);
  } finally {
    client.disconnect();
  }
});
